import type { Node } from './regexProgram.js';
import { RegexError, assemble, run } from './regexProgram.js';

export { RegexError } from './regexProgram.js';

/**
 * The part of RE2's dialect that branch conventions may use, matched in time linear in the name. A settings file
 * is hostile input: JavaScript's own engine can be kept busy for years by `(a+)+$`, and it knows look-around and
 * back-references, which GitHub and GitLab (RE2) refuse. What parses here means the same there.
 */
export interface NameRegex {
  /** The expression as RE2 takes it, without anchors. */
  readonly source: string;
  /** What RE2 needs for it, at most, in instructions. */
  readonly re2Size: number;
  /** Whether the whole text matches. */
  matches(text: string): boolean;
}

/** RE2's own limit of one repetition, and of one inside another multiplied. */
const MOST_REPEATS = 1000;
const MANY_REPEATS = `repeats more than ${String(MOST_REPEATS)} times`;
const LONGEST_SOURCE = 2000;

const compiled = new Map<string, NameRegex>();

/** Compiles an expression. @throws RegexError with the reason in words. */
export function compileNameRegex(source: string): NameRegex {
  const known = compiled.get(source);
  if (known !== undefined) return known;
  if (source.length > LONGEST_SOURCE)
    throw new RegexError(`is longer than ${String(LONGEST_SOURCE)} characters`);
  const { instructions, re2Size } = assemble(new Parser(source).parse());
  const regex: NameRegex = {
    source: source.replace(/\(\?</g, '(?P<'),
    re2Size,
    matches: (text) => run(instructions, text),
  };
  if (compiled.size > 100) compiled.clear();
  compiled.set(source, regex);
  return regex;
}

/** Compiles what stands between the brackets of a class: `a-z0-9_-`. @throws RegexError */
export function compileClass(members: string): (char: string) => boolean {
  const node = new Parser(`[${members}]`).parse();
  const only = node.kind === 'sequence' && node.items.length === 1 ? node.items[0] : node;
  if (only?.kind !== 'set' || members.startsWith('^'))
    throw new RegexError('is not a list of characters such as a-z0-9-');
  return only.has;
}

/** A text as an expression that matches just it. */
export function escapeRegex(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
}

class Parser {
  private readonly chars: readonly string[];
  private at = 0;
  private depth = 0;

  constructor(source: string) {
    this.chars = [...source];
  }

  parse(): Node {
    const node = this.choice();
    if (this.at < this.chars.length) throw new RegexError('has a ) without its (');
    return node;
  }

  private peek(): string | undefined {
    return this.chars[this.at];
  }

  private takes(text: string): boolean {
    if (this.chars.slice(this.at, this.at + text.length).join('') !== text) return false;
    this.at += text.length;
    return true;
  }

  private choice(): Node {
    if ((this.depth += 1) > 100) throw new RegexError('is nested too deeply');
    const items = [this.sequence()];
    while (this.takes('|')) items.push(this.sequence());
    this.depth -= 1;
    return items.length === 1 && items[0] !== undefined ? items[0] : { kind: 'choice', items };
  }

  private sequence(): Node {
    const items: Node[] = [];
    for (let next = this.peek(); next !== undefined && next !== '|' && next !== ')'; next = this.peek()) {
      items.push(this.repeated(this.atom()));
    }
    return { kind: 'sequence', items };
  }

  private repeated(item: Node): Node {
    const bounds = this.bounds();
    if (bounds === undefined) return item;
    this.takes('?'); // lazy: which match is found does not matter here
    if (this.bounds() !== undefined) throw new RegexError('repeats a repetition');
    if (item.kind === 'start' || item.kind === 'end') throw new RegexError('repeats ^ or $');
    const repeat: Node = { kind: 'repeat', item, ...bounds };
    if (repeats(repeat) > MOST_REPEATS) throw new RegexError(MANY_REPEATS);
    return repeat;
  }

  private bounds(): { min: number; max: number } | undefined {
    if (this.takes('*')) return { min: 0, max: Infinity };
    if (this.takes('+')) return { min: 1, max: Infinity };
    if (this.takes('?')) return { min: 0, max: 1 };
    if (this.peek() !== '{') return undefined;
    const match = /^\{(\d{1,4})(,(\d{0,4}))?\}/.exec(this.chars.slice(this.at, this.at + 12).join(''));
    if (match === null) throw new RegexError('has a { that is no repetition: write \\{');
    this.at += match[0].length;
    const min = Number(match[1]);
    const max = match[2] === undefined ? min : match[3] === '' ? Infinity : Number(match[3]);
    if (min > MOST_REPEATS || (max !== Infinity && max > MOST_REPEATS)) {
      throw new RegexError(MANY_REPEATS);
    }
    if (max < min) throw new RegexError(`has its repetition the wrong way round: ${match[0]}`);
    return { min, max };
  }

  private atom(): Node {
    const char = this.chars[this.at];
    this.at += 1;
    if (char === '(') return this.group();
    if (char === '[') return this.set();
    if (char === '.') return setOf((one) => one !== '\n');
    if (char === '^') return { kind: 'start' };
    if (char === '$') return { kind: 'end' };
    if (char === '\\') return this.escape();
    if (char === '*' || char === '+' || char === '?')
      throw new RegexError(`has a ${char} with nothing to repeat`);
    if (char === '{') throw new RegexError('has a { that repeats nothing: write \\{');
    return setOf((one) => one === char);
  }

  private group(): Node {
    if (this.takes('?')) {
      if (this.takes('=') || this.takes('!') || this.takes('<=') || this.takes('<!')) {
        throw new RegexError('has a look-around, which RE2 does not know');
      }
      if (this.takes('P<') || this.takes('<')) {
        const end = this.chars.indexOf('>', this.at);
        const name = end < 0 ? '' : this.chars.slice(this.at, end).join('');
        if (!/^[A-Za-z_]\w*$/.test(name)) throw new RegexError('has a group without a proper name');
        this.at = end + 1;
      } else if (!this.takes(':')) {
        throw new RegexError('has a group with flags: write both cases out');
      }
    }
    const inside = this.choice();
    if (!this.takes(')')) throw new RegexError('has a ( without its )');
    return inside;
  }

  /** After a backslash: the characters that it stands for. */
  private escape(): CharacterSet {
    const char = this.chars[this.at];
    this.at += 1;
    if (char === undefined) throw new RegexError('ends in a backslash');
    if (char === 'p' || char === 'P') return this.category(char === 'P');
    const shorthand = SHORTHANDS[char];
    if (shorthand !== undefined) return setOf((one) => shorthand.test(one));
    if (/[0-9]/.test(char)) throw new RegexError('has a back-reference, which RE2 does not know');
    if (/[A-Za-z]/.test(char))
      throw new RegexError(`uses \\${char}, which means different things in different dialects`);
    if (!/[!-/:-@[-`{-~]/.test(char))
      throw new RegexError(`escapes ${JSON.stringify(char)}, which needs none`);
    return setOf((one) => one === char);
  }

  private category(negated: boolean): CharacterSet {
    const match = /^\{(L[ultmo]?|M[nce]?|N[dlo]?|P[cdseifo]?|S[mcko]?|Z[slp]?)\}/.exec(
      this.chars.slice(this.at, this.at + 4).join(''),
    );
    if (match === null)
      throw new RegexError('names an unknown category: use \\p{L}, \\p{Lu}, \\p{Ll} or \\p{N}');
    this.at += match[0].length;
    const regex = new RegExp(`\\p${match[0]}`, 'u');
    return setOf((one) => regex.test(one) !== negated, 1);
  }

  private set(): CharacterSet {
    const negated = this.takes('^');
    const tests: ((char: string) => boolean)[] = [];
    let categories = 0;
    for (;;) {
      if (this.takes(']')) break;
      if (this.takes('[:')) throw new RegexError('has a named class: write a-z');
      const from = this.member();
      if (typeof from === 'object') {
        tests.push(from.has);
        categories += from.categories;
        continue;
      }
      if (this.peek() !== '-' || this.chars[this.at + 1] === ']') {
        tests.push((one) => one === from);
        continue;
      }
      this.at += 1;
      const to = this.member();
      if (typeof to === 'object' || codePoint(to) < codePoint(from))
        throw new RegexError(`has a range that starts at ${from} and goes nowhere`);
      tests.push((one) => codePoint(one) >= codePoint(from) && codePoint(one) <= codePoint(to));
    }
    if (tests.length === 0) throw new RegexError('has an empty []');
    return setOf((one) => tests.some((test) => test(one)) !== negated, categories);
  }

  private member(): string | CharacterSet {
    const char = this.chars[this.at];
    if (char === undefined) throw new RegexError('has a [ without its ]');
    if (char !== '\\') {
      this.at += 1;
      return char;
    }
    this.at += 1;
    const escaped = this.peek();
    const set = this.escape();
    return escaped !== undefined && /[^A-Za-z]/.test(escaped) ? escaped : set;
  }
}

type CharacterSet = Extract<Node, { kind: 'set' }>;

/** @param categories how many of Unicode's categories it is made of: RE2 writes each out */
function setOf(has: (char: string) => boolean, categories = 0): CharacterSet {
  return { kind: 'set', has, categories };
}

/** How often the innermost part is repeated, as RE2 counts: `{2,}` is two, `*` and `+` are none. */
function repeats(node: Node): number {
  if (node.kind === 'sequence' || node.kind === 'choice') return Math.max(1, ...node.items.map(repeats));
  if (node.kind !== 'repeat') return 1;
  const times = node.max === Infinity ? node.min : node.max;
  return Math.max(1, times) * repeats(node.item);
}

/** RE2 counts only ASCII as digits, words and spaces. */
const SHORTHANDS: Readonly<Record<string, RegExp>> = {
  d: /[0-9]/,
  D: /[^0-9]/u,
  w: /[0-9A-Za-z_]/,
  W: /[^0-9A-Za-z_]/u,
  s: /[\t\n\f\r ]/,
  S: /[^\t\n\f\r ]/u,
};

function codePoint(char: string): number {
  return char.codePointAt(0) ?? 0;
}
