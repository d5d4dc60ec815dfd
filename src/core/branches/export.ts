import type { Settings } from '../settings/settings.js';
import { rulesOf } from './conventions.js';
import { globSource } from './globs.js';
import { escapeRegex } from './regex.js';
import { LARGEST_FOR_RE2 } from './regexProgram.js';

export interface ExportedPatterns {
  readonly target: 'github' | 'gitlab';
  /** RE2 expressions; a name is accepted when it matches every one. GitLab has room for one. */
  readonly patterns: readonly string[];
  /** Whether they accept exactly what the validator accepts, of the names that Git takes. */
  readonly exact: boolean;
  /** What the server will not check, in sentences. */
  readonly notes: readonly string[];
  /** What the service's API takes: a ruleset for GitHub, push-rule fields for GitLab. */
  readonly document: unknown;
}

/** GitLab's column for `branch_name_regex`. */
const GITLAB_LONGEST = 511;
const MOST_PATTERNS = 16;

/**
 * The conventions as a server can enforce them (formats.md section 8): RE2, no look-around. Git's own rules are
 * left out, a server gets no name that breaks them. Protected branches and the default branch are let through.
 */
export function exportPatterns(
  settings: Settings,
  target: 'github' | 'gitlab',
  options: { readonly defaultBranch?: string | undefined } = {},
): ExportedPatterns {
  const rules = rulesOf(settings, options.defaultBranch);
  const notes: string[] = [];
  const own = [settings.branches.default, options.defaultBranch].filter(
    (name) => name !== null && name !== undefined,
  );
  const exempt = own.map(escapeRegex);
  for (const glob of settings.branches.protected) {
    const source = globSource(glob);
    if (source === undefined)
      notes.push(`The protected pattern "${glob}" has no such form: those branches are not let through.`);
    else exempt.push(source);
  }
  const sources = rules.conventions.map(({ tests }) => tests.map(({ source }) => source));
  const sizes = rules.conventions.map(({ tests }) => Math.max(...tests.map(({ re2Size }) => re2Size)));
  if (sizes.reduce((sum, size) => sum + size, 0) > LARGEST_FOR_RE2)
    notes.push('Together the conventions may be too large for RE2: the server may refuse the expression.');
  let clauses = conjunction(sources);
  if (target === 'gitlab' && clauses.length > 1) {
    notes.push(
      'GitLab takes one expression: length and extra expressions of a convention are left to check-branch.',
    );
    clauses = [sources.map(([first]) => first ?? '.*')];
  } else if (clauses.length > MOST_PATTERNS) {
    notes.push(
      'The conventions differ in too many ways: length and extra expressions are left to check-branch.',
    );
    clauses = [sources.map(([first]) => first ?? '.*')];
  }
  const patterns = clauses.map((clause) => `^(?:${[...new Set([...exempt, ...clause])].join('|')})$`);
  const long = patterns.find((pattern) => pattern.length > GITLAB_LONGEST);
  if (target === 'gitlab' && long !== undefined) {
    notes.push(
      `GitLab takes at most ${String(GITLAB_LONGEST)} characters; this expression has ${String(long.length)}.`,
    );
  }
  return {
    target,
    patterns,
    exact: notes.length === 0,
    notes,
    document: target === 'github' ? ruleset(patterns) : { branch_name_regex: patterns[0] ?? '' },
  };
}

/**
 * A name is good when all expressions of one convention match. RE2 has no "and", a server has no "or" over rules:
 * distributing one over the other (each clause takes one expression of every convention) gives rules that must
 * all hold, and says exactly the same.
 */
function conjunction(conventions: readonly (readonly string[])[]): readonly (readonly string[])[] {
  let clauses: readonly (readonly string[])[] = [[]];
  for (const tests of conventions) {
    if (clauses.length * tests.length > 256) return Array.from({ length: 257 }, () => []);
    clauses = clauses.flatMap((clause) => tests.map((test) => [...clause, test]));
  }
  return clauses;
}

function ruleset(patterns: readonly string[]): unknown {
  return {
    name: 'Branch names',
    target: 'branch',
    enforcement: 'active',
    conditions: { ref_name: { include: ['~ALL'], exclude: [] } },
    rules: patterns.map((pattern) => ({
      type: 'branch_name_pattern',
      parameters: {
        name: 'Follows a convention of modelkeep.yaml',
        negate: false,
        operator: 'regex',
        pattern,
      },
    })),
  };
}
