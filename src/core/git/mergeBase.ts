import type { CommitId } from './ids.js';
import { commitId } from './ids.js';
import { runGit } from './process.js';
import type { Repository } from './repository.js';

/**
 * Where two commits parted; null when they share no history (or a shallow clone does not reach that far, or one of
 * them is not here).
 */
export async function mergeBase(
  repository: Repository,
  left: CommitId,
  right: CommitId,
  options: { readonly signal?: AbortSignal } = {},
): Promise<CommitId | null> {
  const { stdout, exitCode } = await runGit(repository.git, ['merge-base', left, right], {
    cwd: repository.root,
    accept: [0, 1, 128],
    ...options,
  });
  const id = stdout.toString('utf8').trim().split('\n')[0] ?? '';
  return exitCode === 0 && id !== '' ? commitId(id) : null;
}
