import { access } from 'node:fs/promises';
import { GitError } from '../git/process.js';
import { porcelain } from '../git/porcelain.js';
import type { PorcelainOptions } from '../git/porcelain.js';
import type { Repository } from '../git/repository.js';
import { writeGit } from '../git/write.js';

/** Puts tracked changes away and returns the stash's commit. */
export async function pushStash(repository: Repository, name: string): Promise<string | null> {
  const before = await stashTop(repository);
  try {
    await porcelain(repository, {}, (git) => git.stash(['push', '--message', `before ${name}`]));
  } catch (error) {
    // Where it cannot write the index Git fails without a word; this asks for the same lock and says why (an older Git
    // does not know it: 129).
    if (error instanceof GitError && error.stderr === '')
      await writeGit(repository, ['update-index', '--force-write-index'], { accept: [0, 129] });
    throw error;
  }
  const after = await stashTop(repository);
  return after === before ? null : after;
}

/** Whether something lies at that path. */
export async function isThere(file: string): Promise<boolean> {
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
export async function popStash(repository: Repository, stash: string): Promise<void> {
  await raw(repository, ['stash', 'apply', '--index', stash], {});
  const { stdout } = await writeGit(repository, ['stash', 'list', '--format=%H %gd']);
  const line = stdout
    .toString('utf8')
    .split('\n')
    .find((one) => one.startsWith(`${stash} `));
  if (line !== undefined)
    await raw(repository, ['stash', 'drop', '--quiet', line.slice(stash.length + 1)], {});
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

/** Runs one command that a person could have typed. */
export async function raw(
  repository: Repository,
  args: string[],
  options: PorcelainOptions,
): Promise<string> {
  const { signal } = options;
  return porcelain(repository, signal ? { signal } : {}, (git) => git.raw(args));
}

/**
 * Runs what moves a working copy to the branch. A `post-checkout` hook that fails makes Git answer with its exit
 * code although all is done: that is a warning.
 */
export async function withHook(
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
