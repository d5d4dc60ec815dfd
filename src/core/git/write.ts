import { spawn } from 'node:child_process';
import type { GitResult } from './process.js';
import { GitError, gitFailure } from './process.js';
import type { Repository } from './repository.js';

export interface WriteOptions {
  readonly signal?: AbortSignal;
  readonly input?: string | Uint8Array;
  /** Added to the environment. */
  readonly env?: NodeJS.ProcessEnv;
  /** Milliseconds; ten minutes by default: a push may be slow, and a signing program may ask its user. */
  readonly timeout?: number;
  /** Exit codes that are answers rather than failures; `[0]` by default. */
  readonly accept?: readonly number[];
}

const TEN_MINUTES = 600_000;

/**
 * Runs a Git command that changes something, with the hooks, the identity and the signing of the user.
 * Cancelling or timing out ends Git by SIGTERM, on which it removes its own lock files, and waits for it to be
 * gone: what follows finds the repository at rest.
 * @throws GitError with a typed reason; the signal's own reason when it was aborted.
 */
export async function writeGit(
  repository: Repository,
  args: readonly string[],
  options: WriteOptions = {},
): Promise<GitResult> {
  options.signal?.throwIfAborted();
  const { GIT_NO_LAZY_FETCH: _, ...env } = repository.git.env;
  const child = spawn(repository.git.program, args, {
    cwd: repository.root,
    env: { ...env, ...options.env },
    windowsHide: true,
    stdio: 'pipe',
  });
  const stdout: Buffer[] = [];
  const stderr: Buffer[] = [];
  let timedOut = false;
  const limit = options.timeout ?? TEN_MINUTES;
  const timer = setTimeout(() => {
    timedOut = true;
    child.kill();
  }, limit);
  const stop = (): void => void child.kill();
  options.signal?.addEventListener('abort', stop, { once: true });
  let exitCode: number | null;
  try {
    exitCode = await new Promise<number | null>((resolve, reject) => {
      child.stdout.on('data', (chunk: Buffer) => stdout.push(chunk));
      child.stderr.on('data', (chunk: Buffer) => stderr.push(chunk));
      child.stdin.on('error', () => undefined); // the exit code tells why the process closed its input
      child.on('error', reject);
      child.on('exit', () => {
        // A hook or a signing program that outlives a stopped Git still holds its output: it is not waited for.
        if (!timedOut && options.signal?.aborted !== true) return;
        child.stdout.destroy();
        child.stderr.destroy();
      });
      child.on('close', resolve);
      child.stdin.end(options.input);
    });
  } catch {
    throw new GitError('not-found', `Git was not found ("${repository.git.program}")`, args, null, '');
  } finally {
    clearTimeout(timer);
    options.signal?.removeEventListener('abort', stop);
  }
  const said = Buffer.concat(stderr).toString('utf8');
  if (exitCode !== null && (options.accept ?? [0]).includes(exitCode)) {
    return { exitCode, stdout: Buffer.concat(stdout), stderr: said };
  }
  options.signal?.throwIfAborted();
  if (timedOut) {
    throw new GitError(
      'timeout',
      `git ${args[0] ?? ''} did not answer within ${limit / 1000} s`,
      args,
      null,
      said,
    );
  }
  throw gitFailure(args, exitCode, said);
}
