import { findDefaultBranch, readRemoteNames, viewRefs } from '../catalog/refsView.js';
import type { Diagnostic } from '../diagnostic.js';
import { listRefs, readHead } from '../git/refs.js';
import type { Repository } from '../git/repository.js';
import { parseTagName } from '../registry/gto/tagName.js';
import { compileTagTemplate } from '../registry/gto/template.js';
import { loadSettings } from '../settings/load.js';
import type { Settings } from '../settings/settings.js';

/** What judging names needs of a repository: its settings and refs, no object of it. */
export interface BranchNames {
  readonly settings: Settings;
  /** Short name; undefined where there is none. */
  readonly defaultBranch: string | undefined;
  /** Short name of the checked-out branch; null when detached. */
  readonly current: string | null;
  /** Local branches that have a commit, by name. */
  readonly local: readonly string[];
  /** The names of models that tags register, to tell the model from the rest of a name. */
  readonly models: readonly string[];
  /** Of the settings. */
  readonly diagnostics: readonly Diagnostic[];
}

/** Reads just that, with one Git process (a second where the settings lie on the default branch): hooks wait for it. */
export async function readBranchNames(
  repository: Repository,
  options: { readonly signal?: AbortSignal } = {},
): Promise<BranchNames> {
  const [refs, head, remotes] = await Promise.all([
    listRefs(repository, options),
    readHead(repository, options),
    readRemoteNames(repository),
  ]);
  const view = viewRefs(refs, head, remotes);
  const fallback = findDefaultBranch(view, null, 'origin');
  const loaded = await loadSettings(repository, {
    defaultCommit: fallback?.branch.commit ?? null,
    ...options,
  });
  const { settings, diagnostics } = loaded;
  const template = settings.versions.tags === 'gto' ? null : compileTagTemplate(settings.versions.tags);
  const models = view.tags.flatMap(
    ({ name }) => parseTagName(name)?.artifact ?? template?.parse(name)?.model ?? [],
  );
  return {
    settings,
    defaultBranch: findDefaultBranch(view, settings.branches.default, settings.remote)?.branch.name,
    current: view.head.branch,
    local: view.branches
      .filter(({ remote, ref }) => remote === null && ref.startsWith('refs/heads/'))
      .map(({ name }) => name),
    models: [...new Set(models)],
    diagnostics: diagnostics.map((found) => ({ path: 'modelkeep.yaml', ...found })),
  };
}
