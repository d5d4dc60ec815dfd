import type { AST } from 'toml-eslint-parser';
import { ParseError, parseTOML } from 'toml-eslint-parser';
import type { Finding, Replacement, TargetFormat } from './finding.js';
import { lineOf, problem } from './finding.js';
import type { ValuePath } from './valuePath.js';
import { parseValuePath } from './valuePath.js';

/** TOML: tables, arrays of tables, dotted keys and inline tables. The kind of string that is there is kept. */
export const toml: TargetFormat = { name: 'toml', findValue, replaceValue };

type Content = AST.TOMLContentNode;
type Problem = ReturnType<typeof problem>;

function findValue(text: string, path: string): Finding {
  const node = findNode(text, path);
  if ('problem' in node) return node;
  const [start, end] = node.range;
  const value = node.type === 'TOMLValue' && node.kind === 'string' ? node.value : text.slice(start, end);
  return { value, range: { offset: start, length: end - start }, line: lineOf(text, start) };
}

function replaceValue(text: string, path: string, value: string): Replacement {
  const node = findNode(text, path);
  if ('problem' in node) return node;
  const [start, end] = node.range;
  const literal = node.type === 'TOMLValue' && node.kind === 'string' && node.style === 'literal';
  const mark = literal && !value.includes("'") ? "'" : '"';
  const quote = node.type === 'TOMLValue' && node.kind === 'string' && node.multiline ? mark.repeat(3) : mark;
  const inside = mark === "'" ? value : JSON.stringify(value).slice(1, -1);
  return { offset: start, length: end - start, text: quote + inside + quote };
}

function findNode(text: string, written: string): Content | Problem {
  const steps = parseValuePath(written);
  if ('problem' in steps) return problem('bad-path', steps.problem);
  let program: AST.TOMLProgram;
  try {
    program = parseTOML(text);
  } catch (error) {
    const line = error instanceof ParseError ? error.lineNumber : undefined;
    return problem('syntax', `The file is not TOML: ${error instanceof Error ? error.message : ''}`, line);
  }
  for (const entry of entries(program)) {
    const rest = remainder(entry.path, steps.path);
    const node = rest === null ? null : inside(entry.node, rest);
    if (node === null) continue;
    if (node.type === 'TOMLValue') return node;
    const kind = node.type === 'TOMLArray' ? 'a list' : 'a table';
    return problem('not-a-value', `${written} holds ${kind}, not a version`, lineOf(text, node.range[0]));
  }
  return problem('missing', `There is no ${written}: add it with an empty string first`);
}

interface Entry {
  readonly path: ValuePath;
  readonly node: Content;
}

/** Every key with its whole path; those inside inline tables are found through `inside`. */
function* entries(program: AST.TOMLProgram): Generator<Entry> {
  for (const item of program.body[0].body) {
    if (item.type === 'TOMLKeyValue') yield { path: keyPath(item.key), node: item.value };
    else
      for (const pair of item.body)
        yield { path: [...item.resolvedKey, ...keyPath(pair.key)], node: pair.value };
  }
}

function keyPath(key: AST.TOMLKey): readonly string[] {
  return key.keys.map((part) => (part.type === 'TOMLBare' ? part.name : part.value));
}

/** The steps that are left of `whole` behind `start`; null when it does not begin so. */
function remainder(start: ValuePath, whole: ValuePath): ValuePath | null {
  const fits =
    start.length <= whole.length && start.every((step, index) => String(step) === String(whole[index]));
  return fits ? whole.slice(start.length) : null;
}

function inside(node: Content, path: ValuePath): Content | null {
  const [step, ...rest] = path;
  if (step === undefined) return node;
  if (node.type === 'TOMLArray') {
    const item = /^\d{1,9}$/.test(String(step)) ? node.elements[Number(step)] : undefined;
    return item ? inside(item, rest) : null;
  }
  if (node.type !== 'TOMLInlineTable') return null;
  for (const pair of node.body) {
    const left = remainder(keyPath(pair.key), path);
    const found = left === null ? null : inside(pair.value, left);
    if (found) return found;
  }
  return null;
}
