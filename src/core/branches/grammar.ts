import { branchNameProblem } from '../git/names.js';
import { nearest } from '../settings/suggest.js';
import type { BranchConvention, ConventionPart } from '../settings/settings.js';
import { CONVENTION_PARTS } from '../settings/settings.js';
import { RegexError, compileClass, compileNameRegex, escapeRegex } from './regex.js';

/** One piece of a pattern such as `feature/[{issue}-]{slug}`. */
export type Piece =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'part'; readonly part: ConventionPart }
  | { readonly kind: 'optional'; readonly pieces: readonly Piece[] };

/** Why a pattern is not one; its message has no subject ("does not know {modle}"). */
export class PatternError extends Error {
  override readonly name = 'PatternError';
}

/** Reads a pattern over `{model} {slug} {date} {user} {issue} {n}` with optional groups. @throws PatternError */
export function parsePattern(pattern: string): readonly Piece[] {
  const top: Piece[] = [];
  let group: Piece[] | undefined;
  for (const [token] of pattern.matchAll(/\{[^{}]*\}?|[[\]}]|[^{}[\]]+/g)) {
    const into = group ?? top;
    if (token === '[') {
      if (group !== undefined) throw new PatternError('has a group inside a group');
      group = [];
    } else if (token === ']') {
      if (group === undefined) throw new PatternError('has a ] without its [');
      if (group.length === 0) throw new PatternError('has an empty []');
      top.push({ kind: 'optional', pieces: group });
      group = undefined;
    } else if (token.startsWith('{') && token.endsWith('}')) {
      into.push({ kind: 'part', part: partNamed(token.slice(1, -1)) });
    } else if (token.startsWith('{') || token === '}') {
      throw new PatternError(`has a ${token.charAt(0)} on its own`);
    } else {
      into.push({ kind: 'text', text: token });
    }
  }
  if (group !== undefined) throw new PatternError('has a [ without its ]');
  return top;
}

function partNamed(name: string): ConventionPart {
  const part = CONVENTION_PARTS.find((known) => known === name);
  if (part !== undefined) return part;
  const guess = nearest(name, CONVENTION_PARTS);
  const known = CONVENTION_PARTS.map((one) => `{${one}}`).join(' ');
  throw new PatternError(
    `does not know {${name}}: ${guess === undefined ? `it may use ${known}` : `did you mean {${guess}}?`}`,
  );
}

/** The parts that a pattern names, with those of optional groups marked. */
export function partsOf(
  pieces: readonly Piece[],
  optional = false,
): readonly { part: ConventionPart; optional: boolean }[] {
  return pieces.flatMap((piece) => {
    if (piece.kind === 'part') return [{ part: piece.part, optional }];
    return piece.kind === 'optional' ? partsOf(piece.pieces, true) : [];
  });
}

/** Whether a group may be left out: not when it holds a part that the convention requires. */
export function isOptional(
  group: { readonly pieces: readonly Piece[] },
  required: readonly ConventionPart[],
): boolean {
  return !partsOf(group.pieces).some(({ part }) => required.includes(part));
}

/** What the parts that people write consist of. */
export interface Alphabet {
  /** Expression of one such part. */
  readonly source: string;
  readonly has: (char: string) => boolean;
  /** Whether they must start and end in a letter or a digit. */
  readonly trimmed: boolean;
  readonly lower: boolean;
}

type Letters = Pick<BranchConvention, 'case' | 'allowed'>;

/** What a part starts and ends in (undefined: anything of it), and what stands between, as class members. */
function lettersOf(convention: Letters): { readonly edge?: string; readonly middle: string } {
  if (convention.allowed !== undefined) return { middle: convention.allowed };
  const edge = convention.case === 'any' ? 'A-Za-z0-9' : 'a-z0-9';
  return { edge, middle: `${edge}._-` };
}

/** The characters of `{model}`, `{slug}` and `{user}`: of a slug, unless the convention says which. */
export function alphabetOf(convention: Letters): Alphabet {
  const { edge, middle } = lettersOf(convention);
  const has = compileClass(middle);
  if (edge === undefined)
    return { source: `[${middle}]+`, has, trimmed: false, lower: convention.case === 'lower' };
  return {
    source: `[${edge}](?:[${middle}]*[${edge}])?`,
    has,
    trimmed: true,
    lower: convention.case !== 'any',
  };
}

const DATE = '[0-9]{4}-?(?:0[1-9]|1[0-2])-?(?:0[1-9]|[12][0-9]|3[01])';
/** A number, or a key such as ABC-123. */
const ISSUE = '(?:[A-Za-z][A-Za-z0-9]*-)?[0-9]+';
const NUMBER = '[0-9]+';

/** The expression of the names that a pattern makes. */
export function patternSource(
  pieces: readonly Piece[],
  convention: Letters & Pick<BranchConvention, 'required'>,
): string {
  const { source } = alphabetOf(convention);
  const one = (piece: Piece): string => {
    if (piece.kind === 'text') return escapeRegex(piece.text);
    if (piece.kind === 'optional') {
      const inside = piece.pieces.map(one).join('');
      return isOptional(piece, convention.required ?? []) ? `(?:${inside})?` : inside;
    }
    if (piece.part === 'date') return DATE;
    if (piece.part === 'issue') return ISSUE;
    return piece.part === 'n' ? NUMBER : source;
  };
  return pieces.map(one).join('');
}

/**
 * The same with the length in it, for a pattern whose only variable part is one that people write; undefined for
 * others, whose length only a second expression can hold. GitLab has room for one.
 */
export function boundedSource(pieces: readonly Piece[], convention: BranchConvention): string | undefined {
  const parts = partsOf(pieces);
  const [only] = parts;
  if (only === undefined || parts.length > 1 || only.optional || ['date', 'issue', 'n'].includes(only.part))
    return undefined;
  const fixed = pieces.reduce((sum, piece) => sum + (piece.kind === 'text' ? [...piece.text].length : 0), 0);
  const least = Math.max(1, (convention.minLength ?? 1) - fixed);
  const most = (convention.maxLength ?? Infinity) - fixed;
  if (most < least) return undefined;
  const times = (less: number): string =>
    `{${String(Math.max(0, least - less))},${most === Infinity ? '' : String(most - less)}}`;
  const { edge, middle } = lettersOf(convention);
  let word = `[${middle}]${times(0)}`;
  if (edge !== undefined) {
    const longer = `[${middle}]${times(2)}[${edge}]`;
    word = most < 2 ? `[${edge}]` : least > 1 ? `[${edge}]${longer}` : `[${edge}](?:${longer})?`;
  }
  return pieces.map((piece) => (piece.kind === 'text' ? escapeRegex(piece.text) : word)).join('');
}

/** The text that every name of a pattern starts with: `experiment/`. */
export function literalPrefix(pieces: readonly Piece[]): string {
  const [first] = pieces;
  return first?.kind === 'text' ? first.text : '';
}

type Written<T> = { readonly [K in keyof T]?: T[K] | undefined };

export interface ConventionProblem {
  /** The key whose value is at fault; none for the convention as a whole. */
  readonly key?: 'pattern' | 'regex' | 'required' | 'maxLength' | 'allowed';
  readonly message: string;
}

/** What is wrong with a convention as it is written; undefined when names can be judged by it. */
export function conventionProblem(convention: Written<BranchConvention>): ConventionProblem | undefined {
  const { pattern, regex, required = [], allowed, minLength = 1, maxLength } = convention;
  if (pattern === undefined && regex === undefined)
    return { message: 'This convention needs a pattern or a regex' };
  const letters: Letters = {
    ...(allowed === undefined ? {} : { allowed }),
    ...(convention.case === undefined ? {} : { case: convention.case }),
  };
  if (allowed !== undefined) {
    const message = attempt(() => compileClass(allowed));
    if (message !== undefined) return { key: 'allowed', message: `"${allowed}" ${message}` };
    if (!/[A-Za-z0-9\\]/.test(allowed))
      return { key: 'allowed', message: `"${allowed}" allows no letters and no digits` };
    if (convention.case === 'lower' && alphabetOf({ allowed }).has('A')) {
      return { key: 'allowed', message: `"${allowed}" allows capital letters while case says lower` };
    }
  }
  if (regex !== undefined) {
    const message = attempt(() => compileNameRegex(regex));
    if (message !== undefined) return { key: 'regex', message: `"${regex}" ${message}` };
  }
  if (maxLength !== undefined && maxLength < minLength) {
    return {
      key: 'maxLength',
      message: `No name is at most ${String(maxLength)} and at least ${String(minLength)} characters long`,
    };
  }
  if (pattern === undefined) {
    return required.length > 0
      ? { key: 'required', message: 'Required parts need a pattern that names them' }
      : undefined;
  }
  let pieces: readonly Piece[] = [];
  const message =
    attempt(() => (pieces = parsePattern(pattern))) ??
    attempt(() => compileNameRegex(patternSource(pieces, letters)));
  if (message !== undefined) return { key: 'pattern', message: `"${pattern}" ${message}` };
  const parts = partsOf(pieces).map(({ part }) => part);
  const lost = required.find((part) => !parts.includes(part));
  if (lost !== undefined) return { key: 'required', message: `The pattern has no {${lost}}` };
  const refused = branchNameProblem(sample(pieces));
  return refused === undefined
    ? undefined
    : { key: 'pattern', message: `"${pattern}" ${refused}: Git takes no such names` };
}

/** The shortest name of its kind, to show whether the literal text of a pattern is fit for a name at all. */
function sample(pieces: readonly Piece[]): string {
  return pieces
    .map((piece) => (piece.kind === 'text' ? piece.text : piece.kind === 'part' ? '1' : sample(piece.pieces)))
    .join('');
}

function attempt(compile: () => unknown): string | undefined {
  try {
    compile();
    return undefined;
  } catch (error) {
    if (error instanceof RegexError || error instanceof PatternError) return error.message;
    throw error;
  }
}
