import path from 'node:path';
import { GitError } from '../git/process.js';
import type { Repository } from '../git/repository.js';
import { writeGit } from '../git/write.js';
import type { BranchPlan } from './create.js';
import { BranchError } from './errors.js';
import type { ApplyOptions } from './preview.js';
import { refusal } from './preview.js';
import { deleteRef, headOf, isThere, popStash, pushStash, raw, withHook } from './steps.js';
import { undoBranch } from './undo.js';
import { readWorkingCopy } from './workingCopy.js';

export { equivalentCommands, refusal, shellLine, undoCommands } from './preview.js';
export type { ApplyOptions, DirtyChoice } from './preview.js';
export { undoBranch } from './undo.js';

/** A branch that was made, with what undoing it needs. */
export interface CreatedBranch {
  readonly branch: string;
  /** Null when the repository has no commit yet. */
  readonly commit: string | null;
  readonly checkedOut: boolean;
  readonly worktree: string | null;
  readonly pushed: boolean;
  /** The remote it was pushed to. */
  readonly remote: string | null;
  /** Commit of the stash that holds the changes that were there. */
  readonly stash: string | null;
  readonly previous: BranchPlan['previous'];
  /** Things that went wrong without harm: a hook that failed after the fact. */
  readonly warnings: readonly string[];
}

/**
 * Makes the branch, goes to it or adds its worktree, publishes it: all of that or nothing. When a step fails the
 * earlier ones are taken back and the error names the cause; cancelling does the same between steps.
 * @throws BranchError when it is refused beforehand, GitError (`locked`, `hook`, `rejected`, …) when Git fails.
 */
export async function applyBranch(
  repository: Repository,
  plan: BranchPlan,
  options: ApplyOptions,
): Promise<CreatedBranch> {
  const reason = refusal(plan, options);
  if (reason !== undefined) throw reason;
  if (repository.bare && options.checkout && options.worktree === undefined) {
    throw new BranchError(
      'worktree',
      'A bare repository has no working copy: make a linked worktree, or the branch alone.',
    );
  }
  options.signal?.throwIfAborted();
  const made = await create(repository, plan, options);
  if (options.push !== true || plan.remote === null) return made;
  try {
    options.signal?.throwIfAborted();
    await push(repository, plan.remote, plan.name, options.signal);
  } catch (error) {
    try {
      await undoBranch(repository, made);
    } catch {
      const message = `${error instanceof Error ? error.message : String(error)}; ${plan.name} stays here, unpublished`;
      throw error instanceof GitError ? sayingSo(error, message) : new Error(message, { cause: error });
    }
    throw error;
  }
  return { ...made, pushed: true, remote: plan.remote };
}

function sayingSo({ reason, args, exitCode, stderr }: GitError, message: string): GitError {
  return new GitError(reason, message, args, exitCode, stderr);
}

async function create(
  repository: Repository,
  plan: BranchPlan,
  options: ApplyOptions,
): Promise<CreatedBranch> {
  const { name, previous } = plan;
  const { commit } = plan.from;
  const made: CreatedBranch = {
    branch: name, commit, checkedOut: false, worktree: null, pushed: false, remote: null, stash: null, previous, warnings: [],
  }; // prettier-ignore
  if (options.worktree !== undefined && commit !== null)
    return addWorktree(repository, made, commit, options);
  if (!options.checkout && commit !== null) {
    await raw(repository, ['branch', '--no-track', name, commit], options);
    return made;
  }
  if (commit === null) {
    await raw(repository, ['switch', '--quiet', '-c', name], {});
    return { ...made, checkedOut: true };
  }
  await unchanged(repository, plan);
  const stash =
    options.dirty === 'stash' && plan.workingCopy.changed.length > 0
      ? await pushStash(repository, name)
      : null;
  try {
    // Not cancelled half-way: Git writes files first and the index last.
    const warnings = await withHook(repository, name, repository.root, () =>
      raw(repository, ['switch', '--quiet', '--no-track', '-c', name, commit], {}),
    );
    return { ...made, checkedOut: true, stash, warnings };
  } catch (error) {
    if (
      !(error instanceof GitError && error.reason === 'exists') &&
      (await headOf(repository, repository.root)) !== name
    ) {
      await deleteRef(repository, name, commit).catch(() => undefined); // Git makes it last, and a killed one may not get there
    }
    if (stash !== null) await popStash(repository, stash);
    throw error;
  }
}

async function addWorktree(
  repository: Repository,
  made: CreatedBranch,
  commit: string,
  options: ApplyOptions,
): Promise<CreatedBranch> {
  const folder = path.resolve(repository.root, options.worktree ?? '');
  try {
    const warnings = await withHook(repository, made.branch, folder, () =>
      raw(
        repository,
        ['worktree', 'add', '--quiet', '--no-track', '-b', made.branch, folder, commit],
        options,
      ),
    );
    return { ...made, worktree: folder, warnings };
  } catch (error) {
    // Git takes its folder back when it fails, but keeps the branch; ended by a signal it may keep both.
    const there = await headOf(repository, folder);
    if (there === made.branch)
      await raw(repository, ['worktree', 'remove', '--force', folder], {}).catch(() => undefined);
    await raw(repository, ['worktree', 'prune'], {}).catch(() => undefined);
    if (!(error instanceof GitError && error.reason === 'exists' && there === null)) {
      await deleteRef(repository, made.branch, commit).catch(() => undefined);
    }
    throw error;
  }
}

/** Git's own changes since the plan was made would end on the new branch unseen. */
async function unchanged(repository: Repository, plan: BranchPlan): Promise<void> {
  const [now, head] = await Promise.all([readWorkingCopy(repository), headOf(repository, repository.root)]);
  if (head !== plan.previous.branch)
    throw new BranchError('changed', 'Another branch was checked out meanwhile: look again.');
  const known = new Set(plan.workingCopy.changed);
  if (now.busy !== null || now.changed.some((file) => !known.has(file))) {
    throw new BranchError('changed', 'The working copy was changed meanwhile: look again.');
  }
}

/** Publishes just that branch, without force. */
async function push(
  repository: Repository,
  remote: string,
  name: string,
  signal: AbortSignal | undefined,
): Promise<void> {
  const ref = `refs/heads/${name}`;
  try {
    await raw(
      repository,
      ['push', '--no-follow-tags', '--set-upstream', remote, `${ref}:${ref}`],
      signal ? { signal } : {},
    );
  } catch (error) {
    if (!(error instanceof GitError)) throw error;
    // Git's own first line only says that it failed; the reason stands beside the ref or comes from the server.
    const refused = /! \[[^\]]*\].*\((.*)\)$/m.exec(error.stderr)?.[1];
    const said = [...error.stderr.matchAll(/^remote: *(\S.*)$/gm)].map(([, line]) => line?.trim()).join(' ');
    if (refused === undefined) throw (await hookRefusal(repository, 'pre-push', error)) ?? error;
    throw sayingSo(
      error,
      `${remote} refused ${name}: ${refused}${said === '' ? '' : ` (${said.slice(0, 500)})`}`,
    );
  }
}

/** A hook that refuses before Git has a word to say: what it printed is the reason. */
async function hookRefusal(
  repository: Repository,
  name: string,
  error: GitError,
): Promise<GitError | undefined> {
  if (error.reason !== 'failed') return undefined;
  const { stdout } = await writeGit(repository, ['rev-parse', '--git-path', `hooks/${name}`]);
  const file = path.resolve(repository.root, stdout.toString('utf8').trimEnd());
  if (!(await isThere(file))) return undefined;
  const said = error.stderr
    .split('\n')
    .filter((line) => line.trim() !== '' && !/^(?:error|hint|To)[: ]/.test(line));
  const message = `The ${name} hook refused${said.length === 0 ? '' : `: ${said.join(' ').slice(0, 500)}`}`;
  return new GitError('hook', message, error.args, error.exitCode, error.stderr);
}
