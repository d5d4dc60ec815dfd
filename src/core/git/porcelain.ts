import { simpleGit } from 'simple-git';
import type { SimpleGit } from 'simple-git';
import type { GitError } from './process.js';
import { gitFailure } from './process.js';
import type { Repository } from './repository.js';

/**
 * The user's own environment decides how Git asks for passwords, signs and connects; nothing in it comes from a
 * repository. Arguments are checked where they are made.
 */
const TRUSTED = {
  allowUnsafeAskPass: true,
  allowUnsafeCommandBinaries: true,
  allowUnsafeConfigEnvCount: true,
  allowUnsafeConfigPaths: true,
  allowUnsafeCredentialHelper: true,
  allowUnsafeCustomBinary: true,
  allowUnsafeDiffExternal: true,
  allowUnsafeEditor: true,
  allowUnsafeExec: true,
  allowUnsafeGitProxy: true,
  allowUnsafeGpgProgram: true,
  allowUnsafeMergeDriver: true,
  allowUnsafePager: true,
  allowUnsafeProtocolOverride: true,
  allowUnsafeSshCommand: true,
  allowUnsafeTemplateDir: true,
  allowUnsafeUrlRewrite: true,
} as const;

export interface PorcelainOptions {
  readonly signal?: AbortSignal;
  /** Another working copy of the same repository; the repository's root by default. */
  readonly cwd?: string;
}

/**
 * Runs commands that people type themselves (switch, stash, worktree, push, status) through simple-git, with the
 * hooks, identity and signing of the user: `porcelain(repository, {}, (git) => git.raw('switch', name))`. One
 * instance per operation: aborting ends all that it runs, and waits for it to be gone with its lock files.
 * @throws GitError with a typed reason; the signal's own reason when it was aborted.
 */
export async function porcelain<T>(
  repository: Repository,
  options: PorcelainOptions,
  work: (git: SimpleGit) => Promise<T>,
): Promise<T> {
  const { signal } = options;
  signal?.throwIfAborted();
  let failure: GitError | undefined;
  // Writing may fetch what a partial clone lacks.
  const { GIT_NO_LAZY_FETCH: _, ...env } = repository.git.env;
  const git = simpleGit({
    baseDir: options.cwd ?? repository.root,
    binary: [repository.git.program],
    ...(signal ? { abort: signal } : {}),
    allowEnvironment: Object.keys(env),
    unsafe: TRUSTED,
    // Commands that print nothing would otherwise wait 50 ms for output.
    completion: { onClose: true, onExit: false },
    errors: (error, { exitCode, stdErr }) => {
      if (exitCode === 0) return undefined;
      const said = Buffer.concat(stdErr).toString('utf8');
      failure = gitFailure([], exitCode, said === '' && error instanceof Error ? error.message : said);
      return failure;
    },
  }).env(env);
  try {
    return await work(git);
  } catch (error) {
    signal?.throwIfAborted();
    throw failure ?? error; // simple-git wraps what it is given and keeps the text alone
  }
}
