import { isUnread } from '../../core/diagnostic.js';
import type { EditorCatalog } from '../store/repositoryEntry.js';

/** Branches that are looked at: those that are shown first. */
const MOST_LOOKED_AT = 100;

/**
 * What could not be read of each branch, by ref: once it is there, the rows below a branch change although it did not
 * move. Empty, at no cost, where nothing is known to be missing.
 */
export async function unreadOf(catalog: EditorCatalog): Promise<ReadonlyMap<string, string>> {
  const unread = new Map<string, string>();
  const lacking = catalog.branches.filter(({ commit }) => commit !== null && catalog.mayLack(commit));
  for (const branch of lacking.slice(0, MOST_LOOKED_AT)) {
    const { diagnostics } = await catalog.modelsOn(branch);
    const lost = diagnostics.filter(isUnread);
    if (lost.length > 0) unread.set(branch.ref, lost.map(({ path }) => path ?? '').join('\n'));
  }
  return unread;
}
