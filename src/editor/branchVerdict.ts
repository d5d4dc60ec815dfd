import { validateName } from '../core/branches/validate.js';
import type { BranchList } from '../core/catalog/catalog.js';
import type { Settings } from '../core/settings/settings.js';
import type { BranchRow } from './tree/branchRows.js';

/** A name that breaks a rule of the team's, and the one that it could have. */
export interface Misnamed {
  readonly rule: string;
  readonly suggestion: string | undefined;
}

const known = new WeakMap<Settings, Map<string, Misnamed | null>>();

/**
 * What is wrong with the name of somebody's own branch; null where nothing is, where the branch is on a remote, and
 * where no conventions are set: the built-in ones only propose.
 */
export function misnamed({ settings, defaultBranch }: BranchList, row: BranchRow): Misnamed | null {
  const { name, remote, commit } = row.branch;
  if (!settings.branches.enforced || remote !== null || commit === null || name === 'HEAD') return null;
  const names = known.get(settings) ?? new Map<string, Misnamed | null>();
  known.set(settings, names);
  const before = names.get(name);
  if (before !== undefined) return before;
  const verdict = validateName(settings, name, { defaultBranch: defaultBranch?.branch.name });
  const found = verdict.ok ? null : { rule: verdict.rule, suggestion: verdict.suggestion };
  names.set(name, found);
  return found;
}
