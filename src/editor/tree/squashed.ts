import type { Branch, Catalog } from '../../core/catalog/catalog.js';
import { digestKey } from '../../core/digest.js';
import { mergeBase } from '../../core/git/mergeBase.js';

/**
 * Whether a branch whose models are those of the default branch changed any since they parted: then the default
 * branch has taken them over, by a merge that Git cannot see (squash, rebase). A branch that changed none is only
 * about something else.
 */
export async function isSquashMerged(catalog: Catalog, branch: Branch): Promise<boolean> {
  const target = catalog.defaultBranch?.branch.commit ?? null;
  if (branch.commit === null || target === null || target === branch.commit) return false;
  const base = await mergeBase(catalog.repository, branch.commit, target);
  if (base === null) return false;
  const [before, now] = await Promise.all([catalog.modelsAt(base), catalog.modelsAt(branch.commit)]);
  return fingerprint(before.models) !== fingerprint(now.models);
}

function fingerprint(models: Awaited<ReturnType<Catalog['modelsAt']>>['models']): string {
  return models
    .map(({ path, digest }) => `${path ?? ''} ${digest ? digestKey(digest) : ''}`)
    .sort()
    .join('\n');
}
