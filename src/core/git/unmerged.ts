import { access } from 'node:fs/promises';
import path from 'node:path';
import { runGit } from './process.js';
import type { Repository } from './repository.js';

/** What Git leaves in its directory while a merge, rebase, cherry-pick or revert waits for somebody. */
const UNDER_WAY = ['MERGE_HEAD', 'rebase-merge', 'rebase-apply', 'CHERRY_PICK_HEAD', 'REVERT_HEAD'];

/**
 * Paths in conflict, as the index has them; no Git is started unless something is under way. The working copy is
 * not looked at, so that no filter runs which the repository could have chosen.
 */
export async function unmergedPaths(
  repository: Repository,
  options: { readonly signal?: AbortSignal } = {},
): Promise<readonly string[]> {
  const found = await Promise.all(
    UNDER_WAY.map((name) =>
      access(path.join(repository.gitDir, name)).then(
        () => true,
        () => false,
      ),
    ),
  );
  if (repository.bare || !found.includes(true)) return [];
  const { stdout } = await runGit(repository.git, ['ls-files', '--unmerged', '-z'], {
    cwd: repository.root,
    ...options,
  });
  const lines = stdout.toString('utf8').split('\0').filter(Boolean);
  return [...new Set(lines.map((line) => line.slice(line.indexOf('\t') + 1)))];
}
