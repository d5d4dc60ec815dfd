import { access } from 'node:fs/promises';
import path from 'node:path';
import { porcelain } from '../git/porcelain.js';
import { runGit } from '../git/process.js';
import type { Repository } from '../git/repository.js';

/** What stands in a working copy beside its commit. */
export interface WorkingCopy {
  /** Tracked files that differ from HEAD, in the index or on disk; null in a bare repository. */
  readonly changed: readonly string[];
  readonly untracked: readonly string[];
  readonly conflicted: readonly string[];
  /** What Git is in the middle of. */
  readonly busy: 'merge' | 'rebase' | 'cherry-pick' | 'revert' | 'bisect' | null;
}

const UNDER_WAY = [
  ['MERGE_HEAD', 'merge'],
  ['rebase-merge', 'rebase'],
  ['rebase-apply', 'rebase'],
  ['CHERRY_PICK_HEAD', 'cherry-pick'],
  ['REVERT_HEAD', 'revert'],
  ['BISECT_LOG', 'bisect'],
] as const;

/** Looks at the working copy (`git status`); an empty one for a bare repository. */
export async function readWorkingCopy(
  repository: Repository,
  options: { readonly signal?: AbortSignal } = {},
): Promise<WorkingCopy> {
  if (repository.bare) return { changed: [], untracked: [], conflicted: [], busy: null };
  const status = await porcelain(repository, options, (git) => git.status());
  let busy: WorkingCopy['busy'] = null;
  for (const [file, what] of UNDER_WAY) {
    if (busy === null && (await exists(path.join(repository.gitDir, file)))) busy = what;
  }
  return {
    changed: status.files.filter(({ index }) => index !== '?').map((file) => file.path),
    untracked: status.not_added,
    conflicted: status.conflicted,
    busy,
  };
}

async function exists(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  );
}

export interface Worktree {
  readonly folder: string;
  /** Short name of the branch there; null when detached or bare. */
  readonly branch: string | null;
  readonly locked: boolean;
}

/** Every working copy of the repository, the main one first. */
export async function readWorktrees(
  repository: Repository,
  options: { readonly signal?: AbortSignal } = {},
): Promise<readonly Worktree[]> {
  // Without -z (Git 2.36): a folder's name with a line end would only be shown wrong.
  const { stdout } = await runGit(repository.git, ['worktree', 'list', '--porcelain'], {
    cwd: repository.root,
    ...options,
  });
  return stdout
    .toString('utf8')
    .split('\n\n')
    .filter((block) => block.startsWith('worktree '))
    .map((block) => ({
      folder: /^worktree (.*)$/m.exec(block)?.[1] ?? '',
      branch: /^branch refs\/heads\/(.*)$/m.exec(block)?.[1] ?? null,
      locked: /^locked/m.test(block),
    }));
}
