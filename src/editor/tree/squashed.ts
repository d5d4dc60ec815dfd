import type { Branch, Catalog } from '../../core/catalog/catalog.js';
import { digestKey } from '../../core/digest.js';
import { commitId } from '../../core/git/ids.js';
import { runGit } from '../../core/git/process.js';

/**
 * Whether a branch whose models are those of the default branch changed any since they parted: then the default
 * branch has taken them over, by a merge that Git cannot see (squash, rebase). A branch that changed none is only
 * about something else.
 */
export async function isSquashMerged(catalog: Catalog, branch: Branch): Promise<boolean> {
  const target = catalog.defaultBranch?.branch.commit ?? null;
  if (branch.commit === null || target === null || target === branch.commit) return false;
  const { repository } = catalog;
  const { stdout, exitCode } = await runGit(repository.git, ['merge-base', branch.commit, target], {
    cwd: repository.root,
    accept: [0, 1, 128],
  });
  if (exitCode !== 0) return false;
  const base = commitId(stdout.toString('utf8').trim());
  const [before, now] = await Promise.all([catalog.modelsAt(base), catalog.modelsAt(branch.commit)]);
  return fingerprint(before.models) !== fingerprint(now.models);
}

function fingerprint(models: Awaited<ReturnType<Catalog['modelsAt']>>['models']): string {
  return models
    .map(({ path, digest }) => `${path ?? ''} ${digest ? digestKey(digest) : ''}`)
    .sort()
    .join('\n');
}
