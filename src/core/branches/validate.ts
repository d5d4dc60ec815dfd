import { branchNameProblem } from '../git/names.js';
import type { Settings } from '../settings/settings.js';
import type { NameRules } from './conventions.js';
import { PART_WORDS, compileConvention, follows, literalStarts, rulesOf } from './conventions.js';
import { nearestConvention } from './nearest.js';
import { repairName } from './repair.js';

export type RuleCode = 'git' | 'prefix' | 'case' | 'characters' | 'length' | 'required' | 'regex' | 'pattern';

export type NameVerdict =
  | {
      readonly ok: true;
      /** The kind it follows; null when it is exempt or nothing is enforced. */
      readonly convention: string | null;
      /** What the convention would have made of it, where the conventions only propose. */
      readonly proposal?: string;
    }
  | {
      readonly ok: false;
      readonly code: RuleCode;
      /** The broken rule, in a sentence. */
      readonly rule: string;
      /** A valid name near to it; absent when one cannot be made without knowing more (an issue's number). */
      readonly suggestion?: string;
    };

export interface NameContext {
  /** Short name of the default branch as the catalog found it: exempt. */
  readonly defaultBranch?: string | undefined;
  /** Model names, to tell the model from the rest of a name when repairing it. */
  readonly models?: readonly string[];
}

/**
 * The one judge of branch names: the input box, `check-branch`, hooks and decorations ask it. Git's own rules hold
 * always; the conventions where the team's settings name them, otherwise they only propose.
 */
export function validateName(settings: Settings, name: string, context: NameContext = {}): NameVerdict {
  const rules = rulesOf(settings, context.defaultBranch);
  const fix = (): { suggestion?: string } => {
    const suggestion = repairName(rules, name, context.models ?? []);
    return suggestion === undefined ? {} : { suggestion };
  };
  const refused = branchNameProblem(name);
  if (refused !== undefined) return { ok: false, code: 'git', rule: `The name ${refused}.`, ...fix() };
  if (rules.isExempt(name)) return { ok: true, convention: null };
  const followed = rules.conventions.find((one) => follows(one, name));
  if (followed !== undefined) return { ok: true, convention: followed.convention.name };
  if (!rules.enforced) {
    const { suggestion } = fix();
    return { ok: true, convention: null, ...(suggestion === undefined ? {} : { proposal: suggestion }) };
  }
  return { ok: false, ...brokenRule(rules, name), ...fix() };
}

/** Which rule a name breaks, judged by the convention that it is nearest to. */
function brokenRule(rules: NameRules, name: string): { code: RuleCode; rule: string } {
  const near = nearestConvention(rules, name);
  if (near === undefined) return { code: 'pattern', rule: 'No convention is set.' };
  const { pieces, prefix, alphabet, convention } = near;
  const kind = `"${convention.name}"`;
  if (pieces !== null && !name.startsWith(prefix)) {
    if (name.toLowerCase().startsWith(prefix.toLowerCase())) {
      return { code: 'case', rule: `The name must start with ${prefix}, written just so.` };
    }
    return { code: 'prefix', rule: prefixRule(rules) };
  }
  const length = [...name].length;
  const { minLength = 1, maxLength = Infinity, regex } = convention;
  if (length > maxLength)
    return {
      code: 'length',
      rule: `The name has ${String(length)} characters; ${kind} allows ${String(maxLength)}.`,
    };
  if (length < minLength)
    return {
      code: 'length',
      rule: `The name has ${String(length)} characters; ${kind} needs ${String(minLength)}.`,
    };
  const rest = [...name.slice(prefix.length)];
  const capitals = rest.filter((char) => /[\p{Lu}\p{Lt}]/u.test(char)).join('');
  if (
    capitals !== '' &&
    (alphabet.lower || convention.case === 'lower') &&
    follows(near, prefix + rest.join('').toLowerCase())
  ) {
    return {
      code: 'case',
      rule: `The name has capital letters (${capitals}); ${kind} is written in small letters.`,
    };
  }
  const literal = pieces?.flatMap((piece) => (piece.kind === 'text' ? [piece.text] : [])).join('') ?? '';
  const strange = rest.find(
    (char) => !alphabet.has(char) && !literal.includes(char) && char !== '/' && !/[A-Za-z0-9]/.test(char),
  );
  if (strange !== undefined && (pieces !== null || convention.allowed !== undefined)) {
    const allowed =
      convention.allowed ?? `${alphabet.lower ? 'small letters' : 'letters'}, digits and - _ . only`;
    return { code: 'characters', rule: `The name has "${strange}"; ${kind} allows ${allowed}.` };
  }
  for (const part of convention.required ?? []) {
    const others = (convention.required ?? []).filter((one) => one !== part);
    if (follows(compileConvention({ ...convention, required: others }), name)) {
      return { code: 'required', rule: `The name lacks {${part}}: ${PART_WORDS[part]}.` };
    }
  }
  if (
    pieces === null ||
    compileConvention({ ...convention, regex: '.*' }).tests.every((test) => test.matches(name))
  ) {
    return { code: 'regex', rule: `The name does not match ${regex ?? ''}, which ${kind} asks for.` };
  }
  return { code: 'pattern', rule: `The name is not of the form ${convention.pattern ?? ''}.` };
}

function prefixRule(rules: NameRules): string {
  const starts = rules.conventions.flatMap((one) =>
    one.pieces === null ? literalStarts(one.convention.regex ?? '') : [one.prefix],
  );
  const known = [...new Set(starts.filter((start) => start !== ''))];
  const last = known.pop();
  if (last === undefined) return 'The name follows no convention.';
  return `The name must start with ${known.length === 0 ? last : `${known.join(', ')} or ${last}`}.`;
}
