import type { Catalog } from '../catalog/catalog.js';
import { porcelain } from '../git/porcelain.js';
import { GitError, runGit } from '../git/process.js';
import type { Repository } from '../git/repository.js';
import { writeGit } from '../git/write.js';
import { deleteRef } from './steps.js';
import { rulesOf } from './conventions.js';
import { BranchError } from './errors.js';
import { conflictMessage, findConflict, publishingRemote, readExisting } from './existing.js';
import { validateName } from './validate.js';
import { readWorktrees } from './workingCopy.js';

interface Abortable {
  readonly signal?: AbortSignal;
}

/** Where a branch is published: its upstream, or a branch of its name on the remote; null when nowhere. */
export async function publishedAs(
  repository: Repository,
  name: string,
  options: Abortable = {},
): Promise<string | null> {
  const ref = `refs/heads/${name}`;
  const { stdout } = await runGit(repository.git, ['for-each-ref', '--format=%(upstream:short)', ref], {
    cwd: repository.root,
    ...options,
  });
  const upstream = stdout.toString('utf8').trim();
  if (upstream !== '') return upstream;
  const { remotes } = await readExisting(repository, options);
  for (const [remote, names] of remotes) if (names.includes(name)) return `${remote}/${name}`;
  return null;
}

/**
 * Renames a branch that is published nowhere; what is checked out stays so. Undo it by renaming back.
 * @throws BranchError `published`, `protected`, `name`, `exists` or `conflict`; GitError when Git refuses.
 */
export async function renameBranch(
  catalog: Catalog,
  from: string,
  to: string,
  options: Abortable = {},
): Promise<void> {
  const { repository, settings } = catalog;
  const defaultBranch = catalog.defaultBranch?.branch.name;
  if (rulesOf(settings, defaultBranch).isExempt(from))
    throw new BranchError('protected', `${from} is protected: it keeps its name.`);
  const verdict = validateName(settings, to, { defaultBranch });
  if (!verdict.ok) {
    throw new BranchError(
      'name',
      verdict.rule,
      verdict.suggestion === undefined ? {} : { suggestion: verdict.suggestion },
    );
  }
  const published = await publishedAs(repository, from, options);
  if (published !== null)
    throw new BranchError(
      'published',
      `${from} is published as ${published}: others may have it under that name.`,
    );
  const existing = await readExisting(repository, options);
  const others = { ...existing, local: existing.local.filter((name) => name !== from) };
  const conflict = findConflict(to, others, publishingRemote(existing, settings.remote));
  if (conflict !== undefined) {
    throw new BranchError(
      conflict.kind === 'file-folder' ? 'conflict' : 'exists',
      conflictMessage(to, conflict),
    );
  }
  await moveRef(repository, from, to, options);
}

/**
 * Git deletes the old name before it writes the new one, and where the disk is full then has neither (Git 2.39): until
 * the move is done another ref holds the commit.
 */
async function moveRef(repository: Repository, from: string, to: string, options: Abortable): Promise<void> {
  const held = `refs/modelkeep/renaming/${from}`;
  const ref = `refs/heads/${from}`;
  await writeGit(repository, ['update-ref', held, ref], options);
  try {
    await porcelain(repository, options, (git) => git.raw(['branch', '--move', from, to]));
  } catch (error) {
    await bringBack(repository, ref, held);
    throw error;
  }
  await writeGit(repository, ['update-ref', '-d', held]);
}

/** Gives a branch that Git lost its name again; where even that fails, the commit keeps its other ref, and we say so. */
async function bringBack(repository: Repository, ref: string, held: string): Promise<void> {
  const { stdout } = await runGit(repository.git, ['for-each-ref', '--format=%(refname)', ref], {
    cwd: repository.root,
  });
  try {
    if (stdout.length === 0) await writeGit(repository, ['update-ref', ref, held]);
    await writeGit(repository, ['update-ref', '-d', held]);
  } catch (error) {
    if (!(error instanceof GitError)) throw error;
    const message = `${error.message}; the work of ${ref} is kept as ${held}: git update-ref ${ref} ${held}`;
    throw new GitError(error.reason, message, error.args, error.exitCode, error.stderr);
  }
}

/**
 * Whether nothing was committed on a branch since it was made here: contained in the default branch it may be new
 * rather than merged. False where Git keeps no reflog that could tell.
 */
export async function isUntouched(
  repository: Repository,
  name: string,
  options: Abortable = {},
): Promise<boolean> {
  const { stdout } = await runGit(
    repository.git,
    ['reflog', 'show', '--max-count=2', '--format=%gs', `refs/heads/${name}`, '--'],
    { cwd: repository.root, accept: [0, 128], ...options },
  );
  return /^branch: Created from [^\n]*\n?$/.test(stdout.toString('utf8'));
}

/** A branch that was deleted, with what bringing it back needs. */
export interface DeletedBranch {
  readonly name: string;
  readonly commit: string;
}

/**
 * Deletes a local branch whose work is in the default branch; `merged` is what `findMerged` said of it. The
 * remote's branch stays. The commit is returned, so that `restoreBranch` can bring it back.
 * @throws BranchError `not-merged`, `protected`, `checked-out` or `changed`.
 */
export async function deleteMerged(
  catalog: Catalog,
  name: string,
  merged: { readonly commit: string } | undefined,
  options: Abortable = {},
): Promise<DeletedBranch> {
  const { repository, settings } = catalog;
  if (rulesOf(settings, catalog.defaultBranch?.branch.name).isExempt(name)) {
    throw new BranchError('protected', `${name} is protected: it is not deleted.`);
  }
  if (merged === undefined)
    throw new BranchError('not-merged', `${name} has work that is nowhere else: it is not deleted.`);
  const holder = (await readWorktrees(repository, options)).find(({ branch }) => branch === name);
  if (holder !== undefined)
    throw new BranchError(
      'checked-out',
      `${name} is checked out in ${holder.folder}: go to another branch there first.`,
    );
  const { stdout } = await runGit(
    repository.git,
    ['rev-parse', '--verify', '--quiet', `refs/heads/${name}`],
    {
      cwd: repository.root,
      accept: [0, 1],
      ...options,
    },
  );
  if (stdout.toString('utf8').trim() !== merged.commit)
    throw new BranchError('changed', `${name} has moved since: look again.`);
  await deleteRef(repository, name, merged.commit);
  return { name, commit: merged.commit };
}

/** Brings a deleted branch back, if its name is still free. */
export async function restoreBranch(repository: Repository, { name, commit }: DeletedBranch): Promise<void> {
  const none = '0'.repeat(commit.length);
  await writeGit(repository, [
    'update-ref',
    '--create-reflog',
    '-m',
    'branch: restored',
    `refs/heads/${name}`,
    commit,
    none,
  ]);
}
