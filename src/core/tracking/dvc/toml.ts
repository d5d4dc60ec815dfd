import { ParseError, parseTOML } from 'toml-eslint-parser';
import type { AST } from 'toml-eslint-parser';
import type { Entry, MapNode, Node } from './node.js';
import { pythonFloat } from './scalars.js';

/** Parameter files in TOML are small; the parser is recursive and not made for more. */
const MOST_CHARACTERS = 1_000_000;
const MOST_DEPTH = 100;

type Tree = Map<string, Tree | Tree[] | Node>;

/** Reads a TOML file; dates stay text. Never throws. The line is that of the problem, 1-based. */
export function tomlNode(text: string): {
  readonly root: MapNode | undefined;
  readonly problem?: string;
  readonly line?: number;
} {
  if (text.length > MOST_CHARACTERS) return { root: undefined, problem: 'The file is larger than 1 MB' };
  if (isDeep(text)) return { root: undefined, problem: `Values are nested more than ${MOST_DEPTH} deep` };
  try {
    const table = parseTOML(text).body[0];
    const root: Tree = new Map();
    for (const part of table.body) {
      if (part.type === 'TOMLKeyValue') put(root, keysOf(part.key), content(part.value));
      else
        for (const pair of part.body)
          put(treeAt(root, part.resolvedKey), keysOf(pair.key), content(pair.value));
      if (part.type === 'TOMLTable') treeAt(root, part.resolvedKey);
    }
    return { root: freeze(root) };
  } catch (error) {
    return error instanceof ParseError
      ? { root: undefined, problem: `The TOML is broken: ${error.message}`, line: brokenLine(text, error) }
      : { root: undefined, problem: 'The TOML cannot be read' };
  }
}

/** A key without a value is told where the parser gave up: at the next text, some lines below. */
function brokenLine(text: string, { index, lineNumber }: ParseError): number {
  const before = text.slice(0, index).trimEnd();
  return before.endsWith('=') ? before.split('\n').length : lineNumber;
}

/** A rough bound before the recursive parser sees it: brackets on one value, dots in one key. */
function isDeep(text: string): boolean {
  let depth = 0;
  let dots = 0;
  for (let at = 0; at < text.length; at++) {
    const character = text[at];
    if (character === '[' || character === '{') depth++;
    else if (character === ']' || character === '}') depth--;
    else if (character === '.') dots++;
    else if (character === '\n' || character === '=') dots = 0;
    if (depth > MOST_DEPTH || dots > MOST_DEPTH) return true;
  }
  return false;
}

function keysOf(key: AST.TOMLKey): string[] {
  return key.keys.map((part) => (part.type === 'TOMLBare' ? part.name : part.value));
}

function treeAt(root: Tree, path: readonly (string | number)[]): Tree {
  let tree = root;
  let list: Tree[] | undefined;
  path.forEach((part, index) => {
    if (typeof part === 'number') {
      const item: Tree = list?.[part] ?? new Map<string, Tree | Tree[] | Node>();
      if (list) list[part] = item;
      tree = item;
      return;
    }
    const isList = typeof path[index + 1] === 'number';
    let next = tree.get(part);
    if (isList) {
      list = isTrees(next) ? next : [];
      tree.set(part, list);
    } else {
      if (!(next instanceof Map)) tree.set(part, (next = new Map()));
      tree = next;
    }
  });
  return tree;
}

function isTrees(value: Tree | Tree[] | Node | undefined): value is Tree[] {
  return Array.isArray(value) && value.every((item) => item instanceof Map);
}

function put(tree: Tree, keys: readonly string[], value: Node): void {
  const last = keys.at(-1);
  if (last !== undefined) treeAt(tree, keys.slice(0, -1)).set(last, value);
}

function content(value: AST.TOMLContentNode): Node {
  if (value.type === 'TOMLArray') return value.elements.map(content);
  if (value.type === 'TOMLInlineTable') {
    const tree: Tree = new Map();
    for (const pair of value.body) put(tree, keysOf(pair.key), content(pair.value));
    return freeze(tree);
  }
  switch (value.kind) {
    case 'string':
    case 'boolean':
      return value.value;
    case 'integer': {
      const number = value.bigint.toString();
      return Number.isSafeInteger(value.value) && number === value.number
        ? value.value
        : { number, source: value.number };
    }
    case 'float':
      return { number: pythonFloat(value.value), source: value.number };
    default:
      return value.datetime;
  }
}

function freeze(tree: Tree): MapNode {
  const map: Entry[] = [];
  for (const [key, value] of tree) map.push([key, freezeValue(value), 0]);
  return { map };
}

function freezeValue(value: Tree | Tree[] | Node): Node {
  if (value instanceof Map) return freeze(value);
  return isTrees(value) ? value.map(freeze) : value;
}
