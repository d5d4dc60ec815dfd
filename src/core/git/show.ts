import type { CommitId } from './ids.js';
import { runGit } from './process.js';
import type { Repository } from './repository.js';

export interface CommitSummary {
  readonly author: string;
  /** ISO 8601 of the author. */
  readonly time: string;
  readonly subject: string;
}

/** Author, time and first line of one commit. */
export async function commitSummary(
  repository: Repository,
  commit: CommitId,
  options: { readonly signal?: AbortSignal } = {},
): Promise<CommitSummary> {
  const { stdout } = await runGit(
    repository.git,
    ['log', '-1', '--no-show-signature', '--format=%an%x00%aI%x00%s', '--end-of-options', commit],
    { cwd: repository.root, ...options },
  );
  const [author = '', time = '', subject = ''] = stdout.toString('utf8').trimEnd().split('\0');
  return { author, time, subject };
}

/** A commit as `git show --stat -p` prints it; no program that the repository names is run for it. */
export async function showCommit(
  repository: Repository,
  commit: CommitId,
  options: { readonly signal?: AbortSignal } = {},
): Promise<string> {
  const { stdout } = await runGit(
    repository.git,
    [
      'show',
      '--stat',
      '--patch',
      '--no-ext-diff',
      '--no-textconv',
      '--no-color',
      '--no-show-signature',
      '--end-of-options',
      commit,
    ],
    { cwd: repository.root, ...options },
  );
  return stdout.toString('utf8');
}
