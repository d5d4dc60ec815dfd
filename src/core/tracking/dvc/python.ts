import { isNumberNode, isScalar, scalarText } from './node.js';
import type { MapNode, Node } from './node.js';
import { PythonError, logicalLines } from './pythonTokens.js';
import type { LogicalLine, Token } from './pythonTokens.js';
import { plainScalar } from './scalars.js';

/** Parameter files are small; a module of a megabyte is none. */
const MOST_CHARACTERS = 1_000_000;

/** Words that begin a statement and could be taken for a name with an annotation: `else: a = 1`. */
const KEYWORDS = new Set(['else', 'try', 'finally', 'lambda']);

/** What a Python file assigns, read and never run. */
export interface PythonParameters {
  /** Undefined where the file is no Python as far as it was read. */
  readonly root: MapNode | undefined;
  readonly problem?: string;
  /** 1-based line of the problem. */
  readonly line?: number;
  /** Dotted names that are assigned something computed: only running the file would tell their values. */
  readonly computed: readonly string[];
}

/**
 * Reads the parameters of a Python file as DVC 3.64 does (`parse_py`): literals that a module, its classes and their
 * `__init__` (as `self.name`) assign to one name each. Everything else is passed over, as there. Never throws.
 */
export function pythonNode(text: string): PythonParameters {
  if (text.length > MOST_CHARACTERS)
    return { root: undefined, problem: 'The file is larger than 1 MB', computed: [] };
  try {
    const module = new Block(logicalLines(text));
    const values: Assigned = new Map();
    module.read(0, { values, prefix: '', onlySelf: false });
    return { root: freeze(values), computed: [...module.computed] };
  } catch (error) {
    if (!(error instanceof PythonError)) throw error;
    const { message, line } = error;
    return { root: undefined, problem: `The Python is broken: ${message}`, line, computed: [] };
  }
}

type Assigned = Map<string, Node | Assigned>;

/** Where assignments go. */
interface Scope {
  readonly values: Assigned;
  /** Dotted, with a point at its end. */
  readonly prefix: string;
  /** Inside `__init__` only `self.name` counts. */
  readonly onlySelf: boolean;
}

/** Reads logical lines block by block; deeper lines that no statement asks for are passed over. */
class Block {
  readonly computed = new Set<string>();
  private at = 0;

  constructor(private readonly lines: readonly LogicalLine[]) {}

  /** The lines that are indented at least so far. */
  read(least: number, scope: Scope): void {
    const indent = this.lines[this.at]?.indent ?? -1;
    if (indent < least) return;
    for (let line = this.lines[this.at]; line && line.indent >= indent; line = this.lines[this.at]) {
      this.at += 1;
      if (line.indent === indent) this.statement(line, scope);
    }
  }

  private statement({ tokens, indent }: LogicalLine, scope: Scope): void {
    const [first, second] = tokens;
    if (first?.kind === 'name' && second?.kind === 'name') {
      if (first.value === 'class') {
        const values: Assigned = new Map();
        this.body(tokens, indent, { values, prefix: `${scope.prefix}${second.value}.`, onlySelf: false });
        scope.values.set(second.value, values);
      } else if (first.value === 'def' && second.value === '__init__') {
        this.body(tokens, indent, { ...scope, onlySelf: true });
      }
      return;
    }
    this.simple(tokens, scope);
  }

  /** What stands behind the colon of a `class` or `def`, on its line or indented below it. */
  private body(tokens: readonly Token[], indent: number, scope: Scope): void {
    const colon = indexAtTop(tokens, ':');
    if (colon < 0) return;
    if (colon + 1 < tokens.length) this.simple(tokens.slice(colon + 1), scope);
    else this.read(indent + 1, scope);
  }

  private simple(tokens: readonly Token[], scope: Scope): void {
    let rest = tokens;
    while (rest.length > 0) {
      const end = indexAtTop(rest, ';');
      this.assignment(end < 0 ? rest : rest.slice(0, end), scope);
      rest = end < 0 ? [] : rest.slice(end + 1);
    }
  }

  private assignment(tokens: readonly Token[], scope: Scope): void {
    const target = targetOf(tokens, scope.onlySelf);
    if (target === undefined) return;
    const equals = indexAtTop(tokens, '=');
    const isAnnotated = isOperator(tokens[target.length], ':');
    if (equals < 0 || (equals !== target.length && !isAnnotated)) return;
    const value = tokens.slice(equals + 1);
    // DVC passes over `a = b = 1`.
    if (indexAtTop(value, '=') >= 0) return;
    const literal = new Literal(value).whole();
    if (literal === undefined) this.computed.add(`${scope.prefix}${target.name}`);
    else {
      this.computed.delete(`${scope.prefix}${target.name}`);
      scope.values.set(target.name, literal);
    }
  }
}

/** `name`, or `self.name`, with the number of its tokens. */
function targetOf(
  tokens: readonly Token[],
  onlySelf: boolean,
): { readonly name: string; readonly length: number } | undefined {
  const [first, dot, attribute] = tokens;
  if (first?.kind !== 'name' || KEYWORDS.has(first.value)) return undefined;
  if (isOperator(dot, '.'))
    return first.value === 'self' && attribute?.kind === 'name'
      ? { name: attribute.value, length: 3 }
      : undefined;
  return onlySelf ? undefined : { name: first.value, length: 1 };
}

function isOperator(token: Token | undefined, value: string): boolean {
  return token?.kind === 'operator' && token.value === value;
}

/** The first such operator outside brackets; -1 where there is none. */
function indexAtTop(tokens: readonly Token[], operator: string): number {
  let depth = 0;
  return tokens.findIndex((token) => {
    if (token.kind !== 'operator') return false;
    if (depth === 0 && token.value === operator) return true;
    if ('([{'.includes(token.value)) depth += 1;
    else if (')]}'.includes(token.value)) depth -= 1;
    return false;
  });
}

/** Reads what Python's `ast.literal_eval` takes; undefined is no literal, None is null. */
class Literal {
  private at = 0;

  constructor(private readonly tokens: readonly Token[]) {}

  /** The whole right-hand side, where commas make a tuple. */
  whole(): Node | undefined {
    const value = this.list(undefined);
    return this.at === this.tokens.length ? value : undefined;
  }

  /** One value, or several with commas between them; with `close` up to that bracket. */
  private list(close: ')' | undefined): Node | undefined {
    const items: Node[] = [];
    let commas = 0;
    while (this.at < this.tokens.length && !(close && this.is(close))) {
      const item = this.item();
      if (item === undefined) return undefined;
      items.push(item);
      if (!this.take(',')) break;
      commas += 1;
    }
    if (close && !this.take(close)) return undefined;
    const [only] = items;
    if (commas > 0) return items;
    return items.length === 0 ? (close ? [] : undefined) : only;
  }

  private item(): Node | undefined {
    const token = this.tokens[this.at];
    if (token === undefined) return undefined;
    this.at += 1;
    if (token.kind === 'number') return plainScalar(token.value.toLowerCase());
    if (token.kind === 'text') return this.text(token.value);
    if (token.kind === 'name') return this.named(token.value);
    if (token.kind === 'other') return undefined;
    switch (token.value) {
      case '-':
      case '+':
        return this.signed(token.value);
      case '(':
        return this.list(')');
      case '[':
        return this.items(']');
      case '{':
        return this.braces();
      default:
        return undefined;
    }
  }

  /** A number behind its sign; Python takes no two signs for a literal. */
  private signed(sign: string): Node | undefined {
    if (this.is('-') || this.is('+')) return undefined;
    const value = this.item();
    const isNegative = sign === '-';
    if (typeof value === 'number') return isNegative ? 0 - value : value;
    if (!isNumberNode(value)) return undefined;
    return isNegative ? { number: negated(value.number), source: negated(value.source) } : value;
  }

  /** Texts side by side are one. */
  private text(first: string): string | undefined {
    let text = first;
    for (
      let next = this.tokens[this.at];
      next?.kind === 'text' || next?.kind === 'other';
      next = this.tokens[this.at]
    ) {
      if (next.kind === 'other') return undefined;
      text += next.value;
      this.at += 1;
    }
    return text;
  }

  private named(name: string): Node | undefined {
    if (name === 'True') return true;
    if (name === 'False') return false;
    if (name === 'None') return null;
    // `set()`, the only way to write an empty one
    return name === 'set' && this.take('(') && this.take(')') ? [] : undefined;
  }

  /** The items up to the bracket, one comma after each but perhaps the last. */
  private items(close: ']' | '}', first: readonly Node[] = []): Node[] | undefined {
    const items = [...first];
    if (first.length > 0 && !this.take(',') && !this.is(close)) return undefined;
    while (!this.take(close)) {
      const item = this.item();
      if (item === undefined || !(this.take(',') || this.is(close))) return undefined;
      items.push(item);
    }
    return items;
  }

  /** A mapping, or a set (a list, since JSON has no sets). */
  private braces(): Node | undefined {
    if (this.take('}')) return { map: [] };
    const first = this.item();
    if (first === undefined) return undefined;
    return this.is(':') ? this.mapping(first) : this.items('}', [first]);
  }

  private mapping(first: Node): Node | undefined {
    const entries = new Map<string, Node>();
    for (let key: Node | undefined = first; ; key = this.item()) {
      if (key === undefined || !isScalar(key) || !this.take(':')) return undefined;
      const value = this.item();
      if (value === undefined || !(this.take(',') || this.is('}'))) return undefined;
      entries.set(scalarText(key), value);
      if (this.take('}')) break;
    }
    return { map: [...entries].map(([key, value]) => [key, value, 0]) };
  }

  private is(operator: string): boolean {
    return isOperator(this.tokens[this.at], operator);
  }

  private take(operator: string): boolean {
    if (!this.is(operator)) return false;
    this.at += 1;
    return true;
  }
}

function negated(number: string): string {
  return number.startsWith('-') ? number.slice(1) : `-${number}`;
}

function freeze(values: Assigned): MapNode {
  return {
    map: [...values].map(([key, value]) => [key, value instanceof Map ? freeze(value) : value, 0]),
  };
}
