import { isBroken, isList, isMap, isNumberNode, isScalar, scalarText, typeName } from './node.js';
import type { Entry, MapNode, Node, Scalar } from './node.js';

/** A template that cannot be resolved; caught by `resolvePipeline`, which reports it on the line that asks for it. */
export class TemplateError extends Error {
  constructor(
    message: string,
    /** Where it is more than a template. */
    readonly code?: 'dvc-too-many-stages',
    /** 1-based line of the `dvc.yaml`, where it is known better than by who asks. */
    readonly line?: number,
  ) {
    super(message);
  }

  /** The same error at a line, unless it has one already; 0 is none. */
  at(line: number): TemplateError {
    return this.line !== undefined || line === 0 ? this : new TemplateError(this.message, this.code, line);
  }
}

/** A file of variables that is there and cannot be read: the place to look at is in that file. */
export class VariablesError extends TemplateError {
  constructor(
    message: string,
    /** Relative to the folder of the `dvc.yaml`. */
    readonly file: string,
    /** 1-based in that file; undefined where it is the file as a whole. */
    readonly fileLine: number | undefined,
  ) {
    super(message);
  }
}

/** One `${…}` in a text. */
interface Expression {
  readonly start: number;
  readonly end: number;
  readonly inner: string;
}

/** Finds every `${…}` on one line that no backslash precedes (DVC: KEYCRE), in linear time. */
export function findExpressions(text: string): Expression[] {
  const found: Expression[] = [];
  let close = -1;
  let lineEnd = -1;
  for (let at = text.indexOf('${'); at !== -1; at = text.indexOf('${', at)) {
    if (close < at) close = text.indexOf('}', at);
    if (close === -1) break;
    if (lineEnd < at) lineEnd = indexOrEnd(text, '\n', at);
    if (text[at - 1] === '\\' || lineEnd < close) {
      at += 2;
      continue;
    }
    found.push({ start: at, end: close + 1, inner: text.slice(at + 2, close) });
    at = close + 1;
  }
  return found;
}

function indexOrEnd(text: string, part: string, from: number): number {
  const index = text.indexOf(part, from);
  return index === -1 ? text.length : index;
}

/** `a.b[0].c`, with white space wherever its parts meet (DVC's grammar). */
const ADDRESS = /^[^.[\]]+(?:\.[^.[\]]+|\[[^.[\]]+\]\s*)*$/;
/** What all resolved text of one `dvc.yaml` may amount to: a template can multiply a long variable. */
const MOST_CHARACTERS = 20_000_000;

/** The budget that the templates of one `dvc.yaml` share. */
export class TemplateBudget {
  #left = MOST_CHARACTERS;

  pay(characters: number): void {
    this.#left -= characters;
    if (this.#left < 0) throw new TemplateError('The templates expand to too much text');
  }
}

/**
 * The variables that templates see, after DVC 3.64's `Context`: values merged from `vars` and parameter files, none
 * of which may redefine another, under the names that `foreach` and `matrix` set for one generated stage.
 */
export class Context {
  constructor(
    readonly values: MapNode,
    readonly local: ReadonlyMap<string, Node>,
    readonly budget: TemplateBudget,
  ) {}

  /** The same variables with `item` and `key` set. */
  with(local: ReadonlyMap<string, Node>): Context {
    return new Context(this.values, local, this.budget);
  }

  /**
   * The same variables and more of them, mappings merged into mappings.
   * @throws TemplateError where a value would be redefined
   */
  merged(update: MapNode): Context {
    for (const [key] of update.map) {
      if (this.local.has(key)) throw new TemplateError(`"${key}" is reserved in a generated stage`);
    }
    return new Context(merge(this.values, update, ''), this.local, this.budget);
  }

  /**
   * Resolves every `${…}` inside a value, keys too.
   * @param key the stage's key that it stands under: a mapping may be put into `cmd` only; undefined allows any
   * @throws TemplateError
   */
  resolve(value: Node, key?: string): Node {
    if (typeof value === 'string') return this.#text(value, key);
    if (isList(value)) return value.map((item) => this.resolve(item, key));
    if (!isMap(value)) return value;
    const entries: Entry[] = [];
    for (const entry of value.map) {
      const [name, , line] = entry;
      const resolved = placed(line, () => this.#text(name, key));
      const [, ...rest] = this.resolveEntry(entry, key);
      entries.push([isScalar(resolved) ? scalarText(resolved) : name, ...rest]);
    }
    return { map: entries };
  }

  /**
   * Resolves the value of an entry, not its name; an error in it has the line.
   * @throws TemplateError
   */
  resolveEntry([name, value, line, items]: Entry, key?: string): Entry {
    return items && isList(value)
      ? [
          name,
          value.map((item, index) => placed(items[index] ?? line, () => this.resolve(item, key))),
          line,
          items,
        ]
      : [name, placed(line, () => this.resolve(value, key)), line];
  }

  #text(text: string, key: string | undefined): Node {
    if (!text.includes('${')) return text;
    const matches = findExpressions(text);
    const only = matches[0];
    if (matches.length === 1 && only && only.end - only.start === text.length) {
      const value = this.#select(only.inner);
      checkInsertable(value, key);
      return value;
    }
    let result = '';
    let index = 0;
    for (const match of matches) {
      const value = this.#select(match.inner);
      checkInsertable(value, key);
      const inserted = isScalar(value) ? scalarText(value) : flags(value);
      this.budget.pay(inserted.length + match.start - index);
      result += text.slice(index, match.start) + inserted;
      index = match.end;
    }
    return (result + text.slice(index)).replaceAll('\\${', '${');
  }

  #select(expression: string): Node {
    this.budget.pay(1);
    if (!ADDRESS.test(expression))
      throw new TemplateError(`\${${shorten(expression)}} is no valid expression`);
    const [first = '', ...rest] = expression.replaceAll('[', '.').replaceAll(']', '').split('.');
    const name = first.trim();
    let value = this.local.has(name) ? this.local.get(name) : find(this.values, name);
    for (const part of rest) {
      if (value === undefined) break;
      value = isList(value)
        ? value.at(indexOf(part.trim()))
        : isMap(value)
          ? find(value, part.trim())
          : undefined;
    }
    if (value === undefined) throw new TemplateError(`\${${shorten(expression)}} is not defined`);
    return value;
  }
}

/** What is computed of a line; an error in it knows the line. */
function placed<T>(line: number, compute: () => T): T {
  try {
    return compute();
  } catch (error) {
    if (error instanceof TemplateError) throw error.at(line);
    throw error;
  }
}

/** Python's `int(text)`, so that negative indices count from the end; beyond every list otherwise. */
function indexOf(text: string): number {
  return /^[-+]?\d{1,9}$/.test(text) ? Number(text) : Number.POSITIVE_INFINITY;
}

function checkInsertable(value: Node, key: string | undefined): void {
  if (isBroken(value)) throw new TemplateError('The variable cannot be read');
  if (isScalar(value) || key === undefined || key.includes('foreach') || (key === 'cmd' && isMap(value)))
    return;
  throw new TemplateError(`Cannot put ${typeName(value)} into "${key}"`);
}

/** Maps with more keys than this get an index when they are first searched. */
const FEW_KEYS = 16;
const indices = new WeakMap<MapNode, Map<string, Node>>();

function find(map: MapNode, key: string): Node | undefined {
  if (map.map.length <= FEW_KEYS) return map.map.find(([name]) => name === key)?.[1];
  let index = indices.get(map);
  if (!index) indices.set(map, (index = new Map(map.map.map(([name, value]) => [name, value]))));
  return index.get(key);
}

function merge(into: MapNode, update: MapNode, path: string): MapNode {
  const merged = new Map(into.map.map((entry) => [entry[0], entry]));
  for (const entry of update.map) {
    const [key, value, line] = entry;
    const present = merged.get(key);
    if (!present) merged.set(key, entry);
    else if (isMap(present[1]) && isMap(value))
      merged.set(key, [key, merge(present[1], value, `${path}${key}.`), line]);
    else throw new TemplateError(`The variable "${path}${key}" is defined twice`);
  }
  return { map: [...merged.values()] };
}

/** A mapping in a command becomes options: `--lr 0.1 --name 'a b'` (DVC: `to_str(dict)` with default settings). */
function flags(value: Node): string {
  if (!isMap(value)) throw new TemplateError(`Cannot put ${typeName(value)} into text`);
  let result = '';
  for (const [name, option] of flatten(value, '')) {
    if (typeof option === 'boolean') result += option ? `--${name} ` : '';
    else if (typeof option === 'string') result += `--${name} ${quote(option)} `;
    else if (isList(option)) {
      option.forEach((item, index) => {
        if (!isScalar(item)) throw new TemplateError(`Cannot put a nested list into a command ("${name}")`);
        result += `${index === 0 ? `--${name} ` : ''}${typeof item === 'string' ? quote(item) : pythonText(item)} `;
      });
    } else if (isScalar(option)) result += `--${name} ${pythonText(option)} `;
  }
  return result.trimEnd();
}

function pythonText(value: Scalar): string {
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  return isNumberNode(value) ? value.number : scalarText(value);
}

function* flatten(map: MapNode, prefix: string): Generator<readonly [string, Node]> {
  for (const [key, value] of map.map) {
    if (isMap(value)) yield* flatten(value, `${prefix}${key}.`);
    else yield [`${prefix}${key}`, value];
  }
}

/** Python's `shlex.quote`. */
function quote(text: string): string {
  if (text === '') return "''";
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'"'"'`)}'`;
}

function shorten(text: string): string {
  return text.length > 60 ? `${text.slice(0, 59)}…` : text;
}
