import type { PartValues } from '../../core/branches/conventions.js';
import { buildName, rulesOf } from '../../core/branches/conventions.js';
import type { ExistingBranches } from '../../core/branches/existing.js';
import { conflictMessage, findConflict } from '../../core/branches/existing.js';
import { partsIn } from '../../core/branches/parts.js';
import { validateName } from '../../core/branches/validate.js';
import type { BranchConvention, Settings } from '../../core/settings/settings.js';

/** What a typed text makes: a name, or the rule that stands in the way and a text that keeps it. */
export type NameDraft =
  | { readonly kind: 'name'; readonly name: string; readonly whole: boolean; readonly proposal?: string }
  | { readonly kind: 'problem'; readonly message: string; readonly repaired?: string }
  | { readonly kind: 'empty' };

export interface NameSources {
  readonly settings: Settings;
  readonly convention: BranchConvention;
  readonly model: string | null;
  readonly existing: ExistingBranches;
  readonly remote: string | null;
  readonly defaultBranch?: string | undefined;
  readonly user: string;
  /** For `{date}`. */
  readonly now: Date;
}

/**
 * Judges what somebody types at every key: words become a name by the convention, a text with a slash (or one that
 * already is a whole name) is taken as the name itself.
 */
export function draftName(text: string, sources: NameSources): NameDraft {
  if (text.trim() === '') return { kind: 'empty' };
  return isWholeName(text, sources.settings) ? wholeName(text.trim(), sources) : byConvention(text, sources);
}

/** Words may have a slash ("train/test split"); a name has no space, unless it begins as the team's names do. */
export function isWholeName(text: string, settings: Settings): boolean {
  const name = text.trim();
  if (!name.includes('/')) return false;
  if (!/\s/.test(name)) return true;
  const small = name.toLowerCase();
  return rulesOf(settings).conventions.some(
    ({ prefix }) => prefix !== '' && small.startsWith(prefix.toLowerCase()),
  );
}

function byConvention(text: string, sources: NameSources): NameDraft {
  const { convention } = sources;
  const parts = partsOf(text, sources);
  for (let n = 1; n < 1000; n += 1) {
    const built = buildName(convention, { ...parts, n: String(n) });
    if (!built.ok) return { kind: 'problem', message: `${built.message}.` };
    const conflict = findConflict(built.name, sources.existing, sources.remote);
    if (conflict === undefined) return { kind: 'name', name: built.name, whole: false };
    if (convention.pattern?.includes('{n}') !== true) {
      return { kind: 'problem', message: conflictMessage(built.name, conflict), ...freeText(text, sources) };
    }
  }
  return { kind: 'problem', message: 'Every number is taken.' };
}

function partsOf(text: string, { convention, model, user, now }: NameSources): PartValues {
  return { ...partsIn(text, convention.pattern ?? '', now), model: model ?? undefined, user };
}

function freeText(text: string, sources: NameSources): { readonly repaired?: string } {
  for (let number = 2; number < 100; number += 1) {
    const candidate = `${text.trim()} ${String(number)}`;
    const built = buildName(sources.convention, partsOf(candidate, sources));
    if (built.ok && findConflict(built.name, sources.existing, sources.remote) === undefined)
      return { repaired: candidate };
  }
  return {};
}

function wholeName(name: string, sources: NameSources): NameDraft {
  const { settings, defaultBranch, model, existing, remote } = sources;
  const verdict = validateName(settings, name, { defaultBranch, models: model === null ? [] : [model] });
  if (!verdict.ok) {
    const { rule, suggestion } = verdict;
    return { kind: 'problem', message: rule, ...(suggestion === undefined ? {} : { repaired: suggestion }) };
  }
  const conflict = findConflict(name, existing, remote);
  if (conflict !== undefined) return { kind: 'problem', message: conflictMessage(name, conflict) };
  const { proposal } = verdict;
  return { kind: 'name', name, whole: true, ...(proposal === undefined ? {} : { proposal }) };
}
