import { access } from 'node:fs/promises';
import path from 'node:path';
import { GitError } from '../git/process.js';
import { porcelain } from '../git/porcelain.js';
import type { PorcelainOptions } from '../git/porcelain.js';
import type { Repository } from '../git/repository.js';
import { writeGit } from '../git/write.js';
import type { BranchPlan } from './create.js';
import { BranchError } from './errors.js';
import { readWorkingCopy } from './workingCopy.js';

/** What to do with changes in the working copy when going to the new branch; without a choice it stays where it is. */
export type DirtyChoice = 'carry' | 'stash';

export interface ApplyOptions {
  /** Goes to the branch in this working copy. */
  readonly checkout: boolean;
  /** Folder of a linked worktree for it, instead. */
  readonly worktree?: string | undefined;
  readonly push?: boolean | undefined;
  readonly dirty?: DirtyChoice | undefined;
  readonly signal?: AbortSignal;
}

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
 * Why a plan cannot be carried out so; undefined when it can. Every reason is named before anything is written.
 */
export function refusal(plan: BranchPlan, options: ApplyOptions): BranchError | undefined {
  const { verdict, conflict, workingCopy, from } = plan;
  if (!verdict.ok) return new BranchError('name', verdict.rule, suggest(verdict.suggestion));
  if (plan.name.split('/').some((part) => Buffer.byteLength(part) > 250)) {
    return new BranchError('name', 'A part of the name is longer than file systems take (250 bytes).');
  }
  if (conflict !== null) {
    return new BranchError(
      conflict.kind === 'file-folder' ? 'conflict' : 'exists',
      conflict.message,
      suggest(conflict.suggestion),
    );
  }
  if (options.push === true && plan.remote === null) {
    return new BranchError(
      'no-remote',
      'There is no remote to publish to: add one with git remote add, or name it in modelkeep.yaml (remote).',
    );
  }
  if (
    from.commit === null &&
    (!options.checkout || options.worktree !== undefined || options.push === true)
  ) {
    return new BranchError(
      'start',
      'There is no commit yet: make one first, or go to the branch without publishing it.',
    );
  }
  if (!options.checkout || options.worktree !== undefined) return undefined;
  if (workingCopy.busy !== null) {
    return new BranchError(
      'busy',
      `A ${workingCopy.busy} is under way here: finish or abort it first, or use a linked worktree.`,
    );
  }
  if (workingCopy.conflicted.length > 0) {
    return new BranchError(
      'busy',
      `Conflicts are not resolved here (${workingCopy.conflicted[0] ?? ''}): resolve them first.`,
    );
  }
  if (workingCopy.changed.length > 0 && options.dirty === undefined && from.commit !== null) {
    const files =
      workingCopy.changed.length === 1
        ? (workingCopy.changed[0] ?? '')
        : `${String(workingCopy.changed.length)} files`;
    return new BranchError(
      'dirty',
      `The working copy has changes (${files}): carry them along, stash them, or use a linked worktree.`,
    );
  }
  return undefined;
}

function suggest(suggestion: string | undefined): { suggestion?: string } {
  return suggestion === undefined ? {} : { suggestion };
}

/** The Git commands that do the same, argument by argument, for the preview. */
export function equivalentCommands(plan: BranchPlan, options: ApplyOptions): readonly (readonly string[])[] {
  const { name, from, remote } = plan;
  const start =
    from.commit === null
      ? []
      : [['commit', 'current', 'experiment'].includes(from.kind) ? from.commit.slice(0, 12) : from.label];
  const commands: string[][] = [];
  if (options.worktree !== undefined) {
    commands.push(['git', 'worktree', 'add', '--no-track', '-b', name, options.worktree, ...start]);
  } else if (options.checkout) {
    if (options.dirty === 'stash' && plan.workingCopy.changed.length > 0)
      commands.push(['git', 'stash', 'push']);
    commands.push(['git', 'switch', '--no-track', '-c', name, ...start]);
  } else commands.push(['git', 'branch', '--no-track', name, ...start]);
  if (options.push === true && remote !== null)
    commands.push(['git', 'push', '--set-upstream', remote, `refs/heads/${name}:refs/heads/${name}`]);
  return commands;
}

/** A command as a line for a POSIX shell. */
export function shellLine(command: readonly string[]): string {
  return command
    .map((word) => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replace(/'/g, "'\\''")}'`))
    .join(' ');
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

/**
 * Runs what moves a working copy to the branch. A `post-checkout` hook that fails makes Git answer with its exit
 * code although all is done: that is a warning.
 */
async function withHook(
  repository: Repository,
  branch: string,
  folder: string,
  move: () => Promise<unknown>,
): Promise<readonly string[]> {
  try {
    await move();
    return [];
  } catch (error) {
    if (
      error instanceof GitError &&
      (await headOf(repository, folder)) === branch &&
      !/^(?:fatal|error):/m.test(error.stderr)
    ) {
      return [`The post-checkout hook failed: ${error.message}`];
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

/** Puts tracked changes away and returns the stash's commit. */
async function pushStash(repository: Repository, name: string): Promise<string | null> {
  const before = await stashTop(repository);
  try {
    await porcelain(repository, {}, (git) => git.stash(['push', '--message', `before ${name}`]));
  } catch (error) {
    const lock = path.join(repository.gitDir, 'index.lock');
    // Here Git fails without a word.
    if (!(error instanceof GitError) || error.stderr !== '' || !(await isThere(lock))) throw error;
    throw new GitError(
      'locked',
      `Unable to create '${lock}': another Git process is at work here`,
      error.args,
      error.exitCode,
      '',
    );
  }
  const after = await stashTop(repository);
  return after === before ? null : after;
}

async function isThere(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  );
}

async function stashTop(repository: Repository): Promise<string | null> {
  const { stdout } = await writeGit(repository, ['rev-parse', '--verify', '--quiet', 'refs/stash'], {
    accept: [0, 1],
  });
  return stdout.toString('utf8').trim() || null;
}

/** Brings a stash back with its index, and drops it only then; it may no longer be the newest. */
async function popStash(repository: Repository, stash: string): Promise<void> {
  await raw(repository, ['stash', 'apply', '--index', stash], {});
  const { stdout } = await writeGit(repository, ['stash', 'list', '--format=%H %gd']);
  const line = stdout
    .toString('utf8')
    .split('\n')
    .find((one) => one.startsWith(`${stash} `));
  if (line !== undefined)
    await raw(repository, ['stash', 'drop', '--quiet', line.slice(stash.length + 1)], {});
}

/**
 * Takes a branch back that was just made: what was checked out is again, stashed changes return, the branch is
 * gone. Refused once it was pushed, has commits of its own or its worktree has changes.
 */
export async function undoBranch(repository: Repository, made: CreatedBranch): Promise<void> {
  if (made.pushed)
    throw new BranchError(
      'published',
      `${made.branch} is on ${made.remote ?? 'the remote'} already: it is not taken back.`,
    );
  if (made.commit === null) {
    if (made.previous.branch !== null)
      await raw(repository, ['symbolic-ref', 'HEAD', `refs/heads/${made.previous.branch}`], {});
    return;
  }
  const { stdout } = await writeGit(
    repository,
    ['rev-parse', '--verify', '--quiet', `refs/heads/${made.branch}`],
    { accept: [0, 1] },
  );
  if (stdout.toString('utf8').trim() !== made.commit) {
    throw new BranchError('changed', `${made.branch} has moved since: it is not taken back.`);
  }
  if (made.worktree !== null) {
    await raw(repository, ['worktree', 'remove', made.worktree], {}); // refuses where there are changes
  } else if (made.checkedOut && (await headOf(repository, repository.root)) === made.branch) {
    const { branch, commit } = made.previous;
    const back = branch === null ? ['--detach', commit ?? made.commit] : [branch];
    await withHook(repository, branch ?? 'HEAD', repository.root, () =>
      raw(repository, ['switch', '--quiet', ...back], {}),
    );
    if (made.stash !== null) await popStash(repository, made.stash);
  }
  await deleteRef(repository, made.branch, made.commit);
}

/** Deletes a branch only while it points where it is expected to, with its configuration. */
export async function deleteRef(repository: Repository, branch: string, commit: string): Promise<void> {
  await writeGit(repository, ['update-ref', '-d', `refs/heads/${branch}`, commit], {});
  await writeGit(repository, ['config', '--local', '--remove-section', `branch.${branch}`], {
    accept: [0, 1, 128],
  });
}

/** The branch that a working copy is on; null when detached, and when the folder is none. */
export async function headOf(repository: Repository, folder: string): Promise<string | null> {
  try {
    const name = await porcelain(repository, { cwd: folder }, (git) =>
      git.raw(['symbolic-ref', '--quiet', '--short', 'HEAD']),
    );
    return name.trim() === '' ? null : name.trim();
  } catch {
    return null;
  }
}

async function raw(repository: Repository, args: string[], options: PorcelainOptions): Promise<string> {
  const { signal } = options;
  return porcelain(repository, signal ? { signal } : {}, (git) => git.raw(args));
}
