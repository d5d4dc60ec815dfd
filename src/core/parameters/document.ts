import { flatten, toJson } from '../compare/value.js';
import type { Json } from '../compare/value.js';
import { isMap as isMapNode, toJson as nodeToJson } from '../tracking/dvc/node.js';
import { pythonNode } from '../tracking/dvc/python.js';
import { readDocument } from '../tracking/dvc/read.js';
import { tomlNode } from '../tracking/dvc/toml.js';
import { phrase } from '../phrase.js';

/** The largest file that is read at all, in bytes. */
export const FILE_LIMIT = 10 * 1024 * 1024;
/** YAML costs about a second per megabyte: a larger file is no parameter file that a person reads. */
const YAML_LIMIT = 1024 * 1024;

/** A file's fields by dotted name, or why there are none. */
export type ReadFields =
  | {
      readonly ok: true;
      readonly fields: ReadonlyMap<string, Json>;
      /** Fields of a Python file that are no literals: nothing is run to learn them. */
      readonly computed?: readonly string[];
    }
  | NoFields;

interface NoFields {
  readonly ok: false;
  readonly reason: string;
  /** 1-based, where it is one line that is wrong. */
  readonly line?: number;
}

/**
 * Reads a parameter or metrics file (DVC: JSON, YAML, TOML and Python, by extension; others are tried as JSON and
 * YAML) and flattens it. Only maps have fields. Size, depth, aliases and counts are bounded; never throws.
 */
export function readFields(path: string, bytes: Uint8Array): ReadFields {
  if (bytes.length > FILE_LIMIT) return { ok: false, reason: phrase('The file is larger than 10 MB') };
  const extension = /\.([^./]+)$/.exec(path)?.[1]?.toLowerCase() ?? '';
  if (extension === 'py') return readPython(bytes);
  const read = extension === 'toml' ? readToml(bytes) : readJsonOrYaml(bytes, extension === 'json');
  if (!read.ok) return read;
  const { value } = read;
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return { ok: false, reason: phrase('The file has no named values') };
  }
  return { ok: true, fields: flatten(value) };
}

type ReadValue = { readonly ok: true; readonly value: Json } | NoFields;

function refused(reason: string, line: number | undefined): NoFields {
  return { ok: false, reason, ...(line === undefined ? {} : { line }) };
}

function readPython(bytes: Uint8Array): ReadFields {
  const { root, problem, line, computed } = pythonNode(new TextDecoder().decode(bytes));
  if (root === undefined) return refused(problem ?? phrase('The Python cannot be read'), line);
  const fields = flatten(toJson(nodeToJson(root)));
  return { ok: true, fields, ...(computed.length === 0 ? {} : { computed }) };
}

function readToml(bytes: Uint8Array): ReadValue {
  const { root, problem, line } = tomlNode(new TextDecoder().decode(bytes));
  if (root === undefined) return refused(problem ?? phrase('The TOML cannot be read'), line);
  return { ok: true, value: toJson(nodeToJson(root)) };
}

/** JSON is YAML, but far quicker on its own; what is no strict JSON (Python's `NaN`, say) is read as YAML. */
function readJsonOrYaml(bytes: Uint8Array, isJson: boolean): ReadValue {
  const text = new TextDecoder().decode(bytes);
  try {
    return { ok: true, value: toJson(JSON.parse(text) as unknown) };
  } catch {
    // Not JSON: YAML then.
  }
  if (bytes.length > YAML_LIMIT)
    return { ok: false, reason: phrase('The file is larger than 1 MB and no JSON') };
  const { root, problems } = readDocument(bytes);
  const broken = problems.find((problem) => problem.severity === 'error');
  // A value that cannot be read, a key that stands twice: DVC refuses the file, and nobody guesses.
  if (broken) return refused(isJson ? inJson(broken.message) : broken.message, broken.line);
  if (root === undefined || !isMapNode(root))
    return { ok: false, reason: phrase('The file has no named values') };
  return { ok: true, value: toJson(nodeToJson(root)) };
}

/** A file that calls itself JSON is no broken YAML to its reader. */
function inJson(message: string): string {
  return message.replace(/^The YAML /, 'The JSON ');
}
