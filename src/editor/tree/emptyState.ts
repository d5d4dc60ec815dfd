import type { Catalog } from '../../core/catalog/catalog.js';

/** Why a repository that was read has no rows; a filter that nothing matches is another reason. */
export type Emptiness = 'noCommits' | 'noModels';

/** Models are read from commits: before the first one, none was looked for, and none can be missing. */
export function emptinessOf(
  catalog: Pick<Catalog, 'branches' | 'versions' | 'plainTags' | 'experiments'>,
): Emptiness {
  const { branches, versions, plainTags, experiments } = catalog;
  const tags = versions.size + plainTags.length + experiments.length;
  // Without any branch HEAD's own ref is broken.
  const unborn = branches.length > 0 && branches.every(({ commit }) => commit === null);
  return tags === 0 && unborn ? 'noCommits' : 'noModels';
}
