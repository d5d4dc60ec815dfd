import type { CommitId } from './ids.js';
import { commitId } from './ids.js';
import { GitError, runGit } from './process.js';
import type { Repository } from './repository.js';

/**
 * What Git takes a revision for: `git rev-parse --verify REV^{commit}`.
 * @throws GitError `not-found-ref` when it names no commit here.
 */
export async function resolveCommit(
  repository: Repository,
  rev: string,
  options: { readonly signal?: AbortSignal } = {},
): Promise<CommitId> {
  const args = ['rev-parse', '--verify', '--quiet', '--end-of-options', `${rev}^{commit}`];
  const cut = repository.shallow ? ' (this clone is shallow: what is older is not here)' : '';
  const unknown = new GitError('not-found-ref', `"${rev}" names no commit here${cut}`, args, 1, '');
  if (rev === '' || /[\0\n]/.test(rev)) throw unknown;
  const result = await runGit(repository.git, args, {
    cwd: repository.root,
    accept: [0, 1, 128],
    ...options,
  });
  // Git before 2.30 echoes --end-of-options: the id is the last line.
  const id = result.stdout.toString('utf8').trim().split('\n').at(-1) ?? '';
  if (result.exitCode !== 0 || id === '') throw unknown;
  return commitId(id);
}
