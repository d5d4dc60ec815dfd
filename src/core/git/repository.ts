import { realpath } from 'node:fs/promises';
import path from 'node:path';
import type { GitEnvironment } from './process.js';
import { gitEnvironment, runGit } from './process.js';

/** One Git repository as opened from some folder; everything else in core takes one. */
export interface Repository {
  /** Absolute path of the top of the working copy; of the Git directory when bare. */
  readonly root: string;
  readonly gitDir: string;
  /** Shared by linked worktrees: refs, objects, packed-refs. Equal to `gitDir` in a plain clone. */
  readonly commonDir: string;
  readonly bare: boolean;
  readonly objectFormat: 'sha1' | 'sha256';
  readonly shallow: boolean;
  readonly git: GitEnvironment;
}

export interface OpenOptions {
  readonly git?: GitEnvironment;
  readonly signal?: AbortSignal;
}

/**
 * Finds the repository around a folder with one Git process.
 * @throws GitError `not-a-repository`, `unsafe-repository` or `not-found`.
 */
export async function openRepository(folder: string, options: OpenOptions = {}): Promise<Repository> {
  const git = options.git ?? gitEnvironment();
  const signal = options.signal ? { signal: options.signal } : {};
  const { stdout } = await runGit(
    git,
    [
      'rev-parse',
      '--is-bare-repository',
      '--is-shallow-repository',
      '--show-object-format',
      '--absolute-git-dir',
      '--git-common-dir',
      '--is-inside-work-tree',
      '--show-cdup',
    ],
    { cwd: folder, ...signal },
  );
  const [bareText, shallow, objectFormat, gitDir, commonDir, inside, up] = stdout
    .toString('utf8')
    .split('\n');
  if (gitDir === undefined || commonDir === undefined) throw new Error('git rev-parse answered too little');
  const bare = bareText === 'true' || inside !== 'true';
  const root = bare ? gitDir : await realpath(path.resolve(folder, up ?? ''));
  return {
    root,
    gitDir,
    commonDir: path.resolve(folder, commonDir),
    bare,
    objectFormat: objectFormat === 'sha256' ? 'sha256' : 'sha1',
    shallow: shallow === 'true',
    git,
  };
}
