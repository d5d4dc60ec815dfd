/**
 * The content of a YAML, JSON or TOML file as plain data that keeps what JavaScript objects lose: the order of
 * keys, the line of each key, and numbers as Python prints them (stage names are made of them).
 */
export type Node = null | boolean | number | string | NumberNode | readonly Node[] | MapNode | BrokenNode;

/** A number that JavaScript would print otherwise than Python: `1.0`, `1e-05`, 30 digits, or a source such as `0x1F`. */
export interface NumberNode {
  /** As Python's `str` gives it. */
  readonly number: string;
  /** As the file has it. */
  readonly source: string;
}

export interface MapNode {
  readonly map: readonly Entry[];
}

/** Key, value, 1-based line of the key (0 where there is no file); of a list also the lines of its items. */
export type Entry = readonly [key: string, value: Node, line: number, items?: readonly number[]];

/** An item of a list, and the 1-based line on which it stands. */
export interface Item {
  readonly node: Node;
  readonly line?: number;
}

/** A value that has already been reported: duplicate keys, an unknown tag, an alias without an anchor. */
export interface BrokenNode {
  readonly broken: true;
}

export const BROKEN: BrokenNode = { broken: true };

/** What JSON can hold; floats are plain numbers again. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

export function isList(node: Node | undefined): node is readonly Node[] {
  return Array.isArray(node);
}

export function isMap(node: Node | undefined): node is MapNode {
  // every array has a `map` too
  return typeof node === 'object' && node !== null && !Array.isArray(node) && 'map' in node;
}

export function isNumberNode(node: Node | undefined): node is NumberNode {
  return typeof node === 'object' && node !== null && 'number' in node;
}

export function isBroken(node: Node | undefined): node is BrokenNode {
  return typeof node === 'object' && node !== null && 'broken' in node;
}

export type Scalar = null | boolean | number | string | NumberNode;

/** A number, text, boolean or null. */
export function isScalar(node: Node | undefined): node is Scalar {
  return node !== undefined && (node === null || typeof node !== 'object' || isNumberNode(node));
}

/** The value under a key; undefined when the key is not there. */
export function get(map: MapNode, key: string): Node | undefined {
  for (const entry of map.map) if (entry[0] === key) return entry[1];
  return undefined;
}

/** The line of a key; undefined when it is not there. */
export function lineOf(map: MapNode, key: string): number | undefined {
  for (const entry of map.map) if (entry[0] === key) return entry[2];
  return undefined;
}

/** The items of the list under a key; undefined when there is no list. One without a line of its own has the key's. */
export function itemsOf(map: MapNode, key: string): readonly Item[] | undefined {
  const entry = map.map.find(([name]) => name === key);
  const list = entry?.[1];
  if (!entry || !isList(list)) return undefined;
  return list.map((node, index) => {
    const line = entry[3]?.[index] ?? firstLine(node) ?? entry[2];
    return { node, ...(line === 0 ? {} : { line }) };
  });
}

function firstLine(node: Node): number | undefined {
  return isMap(node) ? node.map[0]?.[2] : undefined;
}

/** How Python names the type, for messages in DVC's own words: `str`, `int`, `list`, … */
export function typeName(node: Node): string {
  if (node === null) return 'nothing';
  if (typeof node === 'string') return 'text';
  if (typeof node === 'boolean') return 'true or false';
  if (typeof node === 'number' || isNumberNode(node)) return 'a number';
  return isList(node) ? 'a list' : 'a mapping';
}

/** Text of a scalar as Python's `str` gives it, booleans in DVC's lowercase (DVC: `to_str`). */
export function scalarText(node: Scalar): string {
  if (node === null) return 'None';
  return isNumberNode(node) ? node.number : String(node);
}

/** Plain JSON of a node; numbers beyond JavaScript's precision or range stay as text. */
export function toJson(node: Node): Json {
  if (node === null || typeof node !== 'object') return node;
  if (isNumberNode(node)) {
    const value = Number(node.number);
    const exact = Number.isFinite(value) && (/[.eE]/.test(node.number) || Number.isSafeInteger(value));
    return exact ? value : node.number;
  }
  if (isList(node)) return node.map(toJson);
  if (isMap(node)) return Object.fromEntries(node.map.map(([key, value]) => [key, toJson(value)]));
  return null;
}
