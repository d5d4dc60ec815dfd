import picomatch from 'picomatch';
import { branchNameProblem } from '../git/names.js';
import type { BranchConvention, ConventionPart, Settings } from '../settings/settings.js';
import type { Alphabet, Piece } from './grammar.js';
import {
  alphabetOf,
  boundedSource,
  isOptional,
  literalPrefix,
  parsePattern,
  partsOf,
  patternSource,
} from './grammar.js';
import { globSource } from './globs.js';
import type { NameRegex } from './regex.js';
import { compileNameRegex, RegexError } from './regex.js';
import { slug } from './slug.js';

/** A convention ready to judge names: every one of its expressions must match the whole name. */
export interface CompiledConvention {
  readonly convention: BranchConvention;
  /** Null for a free expression. */
  readonly pieces: readonly Piece[] | null;
  /** What every name starts with; empty when the pattern starts with a part. */
  readonly prefix: string;
  readonly alphabet: Alphabet;
  readonly tests: readonly NameRegex[];
}

/** Makes a convention ready. @throws PatternError, RegexError for one that `conventionProblem` would name. */
export function compileConvention(convention: BranchConvention): CompiledConvention {
  const pieces = convention.pattern === undefined ? null : parsePattern(convention.pattern);
  const { minLength = 1, maxLength } = convention;
  const bounded = minLength > 1 || maxLength !== undefined;
  const withLength = bounded && pieces !== null ? smallEnough(boundedSource(pieces, convention)) : undefined;
  const sources: string[] = [];
  if (pieces !== null) sources.push(withLength ?? patternSource(pieces, convention));
  if (convention.regex !== undefined) sources.push(convention.regex);
  if (pieces === null && convention.case === 'lower') sources.push('[^\\p{Lu}\\p{Lt}]*');
  if (pieces === null && convention.allowed !== undefined) sources.push(`(?:[${convention.allowed}]|/)*`);
  if (bounded && withLength === undefined) {
    sources.push(`.{${String(minLength)},${maxLength === undefined ? '' : String(maxLength)}}`);
  }
  return {
    convention,
    pieces,
    prefix: pieces === null ? '' : literalPrefix(pieces),
    alphabet: alphabetOf(convention),
    tests: sources.map((source) => compileNameRegex(source)),
  };
}

/** The expression where RE2 has room for it; the length then stands in an expression of its own. */
function smallEnough(source: string | undefined): string | undefined {
  try {
    return source === undefined ? undefined : compileNameRegex(source).source;
  } catch (error) {
    if (error instanceof RegexError) return undefined;
    throw error;
  }
}

/** Whether a name follows one convention; Git's own rules come on top. */
export function follows(compiled: CompiledConvention, name: string): boolean {
  return compiled.tests.every((test) => test.matches(name));
}

/** The rules of one repository, ready. */
export interface NameRules {
  readonly enforced: boolean;
  readonly conventions: readonly CompiledConvention[];
  /** Protected branches and the default one: no convention applies to them. */
  readonly isExempt: (name: string) => boolean;
}

const ready = new WeakMap<Settings['branches'], NameRules>();

/**
 * The team's rules. `defaultBranch` is the short name of the branch that the catalog takes for the default one;
 * it is exempt, like the protected ones.
 */
export function rulesOf(settings: Settings, defaultBranch?: string): NameRules {
  const { branches } = settings;
  let rules = ready.get(branches);
  if (rules === undefined) {
    const globs = branches.protected.map((glob) => {
      const source = globSource(glob);
      return source === undefined
        ? picomatch(glob, { dot: true })
        : (name: string) => compileNameRegex(source).matches(name);
    });
    rules = {
      enforced: branches.enforced,
      conventions: branches.conventions.map(compileConvention),
      isExempt: (name) => name === branches.default || globs.some((matches) => matches(name)),
    };
    ready.set(branches, rules);
  }
  if (defaultBranch === undefined) return rules;
  const { isExempt } = rules;
  return { ...rules, isExempt: (name) => name === defaultBranch || isExempt(name) };
}

export type PartValues = { readonly [Part in ConventionPart]?: string | undefined };

export type BuiltName =
  | { readonly ok: true; readonly name: string }
  /** `missing`: the part without which there is no name; null when the parts are there and make none. */
  | { readonly ok: false; readonly missing: ConventionPart | null; readonly message: string };

/**
 * Makes a name by a convention: `experiment/{model}_{slug}` of churn and "lower learning rate" is
 * `experiment/churn_lower-learning-rate`. Parts are given as people write them; model, description (`slug`) and
 * user become slugs, a description too long for the convention is shortened. The name follows the convention
 * and Git takes it.
 */
export function buildName(convention: BranchConvention, parts: PartValues): BuiltName {
  const compiled = compileConvention(convention);
  const { pieces, alphabet } = compiled;
  const good = (name: string): boolean => branchNameProblem(name) === undefined && follows(compiled, name);
  const none = (missing: ConventionPart | null, message: string): BuiltName => ({
    ok: false,
    missing,
    message,
  });
  if (pieces === null) return buildFreely(convention, parts, alphabet, good);

  const values = new Map<ConventionPart, string>();
  for (const part of ['model', 'slug', 'user'] as const) {
    // Nobody types more; longer names are cut off by file systems (255 bytes).
    values.set(part, slug(parts[part] ?? '', alphabet, 80));
  }
  for (const part of ['date', 'issue', 'n'] as const)
    values.set(part, (parts[part] ?? '').trim().replace(/^#/, ''));
  const needed = partsOf(pieces).filter(
    ({ part, optional }) => !optional || (convention.required ?? []).includes(part),
  );
  const lost = needed.find(({ part }) => values.get(part) === '');
  if (lost !== undefined) return none(lost.part, missingMessage(lost.part, parts[lost.part]));

  const write = (list: readonly Piece[]): string =>
    list
      .map((piece) => {
        if (piece.kind === 'text') return piece.text;
        if (piece.kind === 'part') return values.get(piece.part) ?? '';
        const whole = partsOf(piece.pieces).every(({ part }) => values.get(part) !== '');
        return whole || !isOptional(piece, convention.required ?? []) ? write(piece.pieces) : '';
      })
      .join('');
  let name = write(pieces);
  for (const part of ['slug', 'model'] as const) {
    const excess = [...name].length - (convention.maxLength ?? Infinity);
    const value = values.get(part) ?? '';
    if (excess <= 0 || value === '') continue;
    values.set(part, slug(value, alphabet, Math.max(1, [...value].length - excess)));
    name = write(pieces);
  }
  if (good(name)) return { ok: true, name };
  return none(
    null,
    `These parts make "${name}", which ${branchNameProblem(name) ?? `does not follow "${convention.name}"`}`,
  );
}

function missingMessage(part: ConventionPart, given: string | undefined): string {
  if (given !== undefined && given.trim() !== '')
    return `Nothing of "${given}" can be written in a branch name: use letters and digits`;
  return `The convention needs {${part}}: ${PART_WORDS[part]}`;
}

/** What each part is, for questions and messages. */
export const PART_WORDS: Readonly<Record<ConventionPart, string>> = {
  model: 'the model it is about',
  slug: 'what it tries, in a few words',
  date: 'a day such as 2025-01-31',
  user: 'who works on it',
  issue: 'the number or key of an issue, such as ABC-123',
  n: 'a number',
};

/** A free expression says nothing about how to make a name: the usual forms are tried. */
function buildFreely(
  convention: BranchConvention,
  parts: PartValues,
  alphabet: Alphabet,
  good: (name: string) => boolean,
): BuiltName {
  const model = slug(parts.model ?? '', alphabet, 80);
  const words = slug(parts.slug ?? '', alphabet, 80);
  const issue = (parts.issue ?? '').trim().replace(/^#/, '');
  const ends = [
    `${model}_${words}`,
    `${model}-${words}`,
    words,
    `${issue}-${words}`,
    `${issue}_${words}`,
    issue,
  ];
  const starts = [`${convention.name}/`, ...literalStarts(convention.regex ?? ''), ''];
  const name = starts.flatMap((start) => ends.map((end) => start + end)).find(good);
  if (name !== undefined) return { ok: true, name };
  return {
    ok: false,
    missing: null,
    message: `No name can be made up for "${convention.name}": it must match ${convention.regex ?? ''}`,
  };
}

/** The texts that an expression such as `^(?:feature|fix)/…` starts with. */
export function literalStarts(source: string): readonly string[] {
  const match = /^\^?(?:\((?:\?:)?([\w|-]+)\)|([\w-]+))\//.exec(source);
  const words = match?.[1] ?? match?.[2];
  return words === undefined ? [] : words.split('|').map((word) => `${word}/`);
}
