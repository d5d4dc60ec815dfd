import type { Problem } from '../problem.js';
import { decodeText } from '../text.js';
import { get, isList, isMap } from './node.js';
import type { Entry, Item, MapNode, Node } from './node.js';
import { varsFile, DEFAULT_PARAMS } from './pipeline.js';
import { pythonNode } from './python.js';
import { readDocument } from './read.js';
import { tomlNode } from './toml.js';
import type { Context } from './template.js';
import { TemplateError, VariablesError, findExpressions } from './template.js';

/** Reads the files that `vars` names, each once. Keys of `files` are normalised paths as in `varsFiles`. */
export class VariableFiles {
  readonly #read = new Map<string, MapNode | VariablesError>();

  constructor(readonly files: ReadonlyMap<string, Uint8Array>) {}

  /** The context with `params.yaml` beside the `dvc.yaml`, when it is there. */
  defaults(context: Context): Context {
    return this.files.has(DEFAULT_PARAMS) ? context.merged(this.#file(DEFAULT_PARAMS)) : context;
  }

  /**
   * The context with one item of a `vars` list: a mapping, or a file as `path` or `path:key,key`.
   * @param loaded files that are wholly in the context already, or the keys of them that are; added to
   * @throws TemplateError
   */
  load(
    context: Context,
    { node: item }: Item,
    wdir: string,
    loaded: Map<string, readonly string[] | 'all'>,
  ): Context {
    if (isMap(item)) {
      refuseTemplates(item);
      return context.merged(item);
    }
    if (typeof item !== 'string') return context;
    refuseTemplates(item);
    const { path, keys } = varsFile(item, wdir);
    const before = loaded.get(path);
    if (before === 'all' && keys.length === 0) return context;
    if (
      before !== undefined &&
      (before === 'all' || keys.length === 0 || keys.some((key) => before.includes(key)))
    ) {
      throw new TemplateError(`"${item}" is loaded twice`);
    }
    const result = context.merged(select(this.#file(path), keys, path));
    loaded.set(path, keys.length === 0 ? 'all' : [...(before ?? []), ...keys]);
    return result;
  }

  #file(path: string): MapNode {
    const known = this.#read.get(path);
    if (known instanceof VariablesError) throw known;
    if (known) return known;
    const bytes = this.files.get(path);
    if (!bytes) throw new TemplateError(`The variables file "${path}" does not exist`);
    try {
      const node = readVariables(path, bytes);
      this.#read.set(path, node);
      return node;
    } catch (error) {
      if (error instanceof VariablesError) this.#read.set(path, error);
      throw error;
    }
  }
}

/** DVC: no templates inside `vars`. */
function refuseTemplates(node: Node): void {
  if (typeof node === 'string') {
    if (findExpressions(node).length > 0) throw new TemplateError('Templates are not allowed in "vars"');
  } else if (isMap(node)) {
    for (const [key, value] of node.map) {
      refuseTemplates(key);
      refuseTemplates(value);
    }
  } else if (isList(node)) {
    for (const item of node) refuseTemplates(item);
  }
}

function select(map: MapNode, keys: readonly string[], path: string): MapNode {
  if (keys.length === 0) return map;
  return {
    map: keys.map((key): Entry => {
      const value = get(map, key);
      if (value === undefined)
        throw new TemplateError(`There is no "${key}" in the variables file "${path}"`);
      return [key, value, 0];
    }),
  };
}

/** What is wrong with a file of variables taken alone; its values are checked where a template asks for them. */
export function checkVariables(path: string, bytes: Uint8Array): readonly Problem[] {
  try {
    readVariables(path, bytes);
    return [];
  } catch (error) {
    if (!(error instanceof VariablesError)) throw error;
    const { message, fileLine: line } = error;
    return [{ severity: 'error', code: 'dvc-vars', message, ...(line === undefined ? {} : { line }) }];
  }
}

/** DVC: by extension, YAML for all but `.json`, `.toml` and `.py`. JSON is read as the YAML that it is. */
function readVariables(path: string, bytes: Uint8Array): MapNode {
  const extension = /\.[^./]*$/.exec(path)?.[0].toLowerCase();
  const { root, problem, line } =
    extension === '.toml'
      ? readText(bytes, tomlNode)
      : extension === '.py'
        ? readText(bytes, pythonNode)
        : readYamlOrJson(bytes);
  if (root === undefined)
    throw new VariablesError(
      `The variables file "${path}" cannot be read: ${problem ?? 'broken'}`,
      path,
      line,
    );
  if (root === null) return { map: [] };
  if (!isMap(root)) throw new VariablesError(`The variables file "${path}" must be a mapping`, path, 1);
  return root;
}

interface ReadVariables {
  readonly root: Node | undefined;
  readonly problem?: string | undefined;
  readonly line?: number | undefined;
}

function readYamlOrJson(bytes: Uint8Array): ReadVariables {
  const { root, problems } = readDocument(bytes);
  const broken = problems.find(({ severity }) => severity === 'error');
  return { root, problem: broken?.message, line: broken?.line };
}

function readText(bytes: Uint8Array, read: typeof tomlNode | typeof pythonNode): ReadVariables {
  const decoded = decodeText(bytes);
  if (!('problem' in decoded)) return read(decoded.text);
  const { message, line } = decoded.problem;
  return { root: undefined, problem: message, line };
}
