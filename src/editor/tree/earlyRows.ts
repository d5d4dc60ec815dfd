import type { EarlyBranches, RepositoryEntry } from '../store/repositoryEntry.js';
import type { RowOptions } from './branchRows.js';
import { branchRows, foldRows } from './branchRows.js';
import type { ModelNodes } from './nodes.js';
import { PAGE } from './paging.js';

/**
 * The branches while tags and trees are still being read: in the places, and with the ids, that they keep. Branches
 * that are only at a remote wait until it is known what they change: most of them are folded then.
 */
export function earlyRows(
  entry: RepositoryEntry,
  { list, facts }: EarlyBranches,
  options: RowOptions,
): readonly ModelNodes[] {
  const { shown } = foldRows(branchRows(list, facts, options), () => undefined);
  const { root } = entry.repository;
  return shown
    .filter(({ branch, isDefault, protected: kept }) => branch.remote === null || isDefault || kept)
    .slice(0, PAGE)
    .map((row) => ({
      kind: 'earlyBranch',
      id: [root, 'branch', row.branch.ref].join('\u0000'),
      entry,
      list,
      row,
    }));
}

/** Below a branch that is shown early: that the rest is on its way. */
export function belowEarly(id: string): readonly ModelNodes[] {
  return [{ kind: 'message', id: `${id}\u0000reading`, text: 'readingModels' }];
}
