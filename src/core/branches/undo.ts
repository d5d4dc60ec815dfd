import type { Repository } from '../git/repository.js';
import { writeGit } from '../git/write.js';
import type { CreatedBranch } from './apply.js';
import { BranchError } from './errors.js';
import { publishedAs } from './maintain.js';
import { deleteRef, headOf, popStash, raw, withHook } from './steps.js';

/**
 * Takes a branch back that was just made: what was checked out is again, stashed changes return, the branch is
 * gone. Refused once it was pushed, has commits of its own or its worktree has changes.
 */
export async function undoBranch(repository: Repository, made: CreatedBranch): Promise<void> {
  // By us, or since then by hand.
  const there = made.pushed ? (made.remote ?? 'the remote') : await publishedAs(repository, made.branch);
  if (there !== null) {
    throw new BranchError('published', `${made.branch} is published (${there}): it is not taken back.`);
  }
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
