import type { Catalog } from '../catalog/catalog.js';
import { resolveRevision } from '../catalog/select.js';
import type { CommitId } from '../git/ids.js';
import { commitId, isObjectId } from '../git/ids.js';
import { GitError, runGit } from '../git/process.js';
import { resolveCommit } from '../git/revisions.js';
import { BranchError } from './errors.js';

/** Where a branch starts. */
export interface BranchStart {
  readonly kind:
    'current' | 'default' | 'version' | 'stage' | 'tag' | 'branch' | 'experiment' | 'commit' | 'unborn';
  /** As people call it: `main`, `churn@v1.2.0`, a short commit id. */
  readonly label: string;
  /** Null only when there is no commit yet. */
  readonly commit: CommitId | null;
}

export interface StartModel {
  readonly name: string;
  readonly path: string | null;
}

/**
 * Finds where to start from: nothing for what is checked out, `default` for the catalog's default branch as
 * `{default: true}`, else a version of the model, a `#stage`, a branch, a tag, a DVC experiment or a commit.
 * @throws BranchError `start` when it is none of these.
 */
export async function resolveStart(
  catalog: Catalog,
  model: StartModel | null,
  from: string | { readonly default: true } | undefined,
  options: { readonly signal?: AbortSignal } = {},
): Promise<BranchStart> {
  const { repository } = catalog;
  if (from === undefined) {
    const commit = await resolveCommit(repository, 'HEAD', options).catch(absent);
    if (commit !== undefined)
      return { kind: 'current', label: catalog.head.branch ?? commit.slice(0, 8), commit };
    return { kind: 'unborn', label: catalog.head.branch ?? 'HEAD', commit: null };
  }
  if (typeof from !== 'string') {
    const branch = catalog.defaultBranch?.branch;
    if (branch === undefined || branch.commit === null)
      throw new BranchError('start', 'There is no default branch to start from.');
    const label = branch.remote === null ? branch.name : `${branch.remote}/${branch.name}`;
    return { kind: 'default', label, commit: branch.commit };
  }
  const found = await resolveRevision(catalog, model ?? { name: '', path: null }, from, options).catch(
    absent,
  );
  if (found === undefined) return experiment(catalog, from, options);
  if (found.version !== undefined) {
    return {
      kind: from.startsWith('#') ? 'stage' : 'version',
      label: found.version.tag,
      commit: found.commit,
    };
  }
  const branch = catalog.branches.find(
    (one) => from === (one.remote === null ? one.name : `${one.remote}/${one.name}`),
  );
  if (branch !== undefined) return { kind: 'branch', label: from, commit: found.commit };
  const tag = catalog.versions.has(from) || catalog.plainTags.some(({ name }) => name === from);
  return tag
    ? { kind: 'tag', label: from, commit: found.commit }
    : { kind: 'commit', label: isObjectId(from) ? from.slice(0, 8) : from, commit: found.commit };
}

/** DVC keeps experiments under `refs/exps/aa/bbbb…/NAME`; a name that two baselines have is no answer. */
async function experiment(
  catalog: Catalog,
  name: string,
  options: { readonly signal?: AbortSignal },
): Promise<BranchStart> {
  const { repository } = catalog;
  const { stdout } = await runGit(
    repository.git,
    ['for-each-ref', '--format=%(objectname) %(objecttype) %(refname)', 'refs/exps'],
    {
      cwd: repository.root,
      ...options,
    },
  );
  const lines = stdout
    .toString('utf8')
    .split('\n')
    .map((line) => line.split(' '));
  const own = lines.filter(
    ([, type, ref]) => type === 'commit' && ref?.split('/').slice(4).join('/') === name,
  );
  const [first, ...others] = own;
  if (first?.[0] !== undefined && others.length === 0)
    return { kind: 'experiment', label: name, commit: commitId(first[0]) };
  if (others.length > 0) {
    throw new BranchError('start', `Several experiments are called "${name}": name one by its commit.`, {
      candidates: own.map(([id, , ref]) => `${id ?? ''} ${ref ?? ''}`),
    });
  }
  throw new BranchError('start', `"${name}" names no version, branch, tag, experiment or commit here.`);
}

function absent(error: unknown): undefined {
  if (error instanceof GitError && error.reason === 'not-found-ref') return undefined;
  throw error;
}
