import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import type { ChildProcessWithoutNullStreams } from 'node:child_process';

export type GitFailure =
  | 'not-found' // no git program
  | 'not-a-repository'
  | 'unsafe-repository' // safe.directory
  | 'unsupported' // the repository needs a newer Git
  | 'locked' // a concurrent git holds a lock
  | 'no-identity'
  | 'rejected' // the remote refused a push
  | 'hook' // a hook refused
  | 'exists'
  | 'not-found-ref'
  | 'network'
  | 'disk' // full or read-only
  | 'timeout'
  | 'killed' // something else ended it
  | 'failed';

/** A Git command that did not succeed. `message` is the tool's own first line; `stderr` is all it said. */
export class GitError extends Error {
  override readonly name = 'GitError';
  constructor(
    readonly reason: GitFailure,
    message: string,
    readonly args: readonly string[],
    readonly exitCode: number | null,
    readonly stderr: string,
  ) {
    super(message);
  }
}

export interface GitEnvironment {
  /** The git program; `git` on PATH by default. */
  readonly program: string;
  /** The whole environment of the processes that are started. */
  readonly env: NodeJS.ProcessEnv;
}

export interface GitRunOptions {
  readonly cwd: string;
  readonly input?: string | Uint8Array;
  readonly signal?: AbortSignal;
  /** Milliseconds; 60,000 by default, 0 for none. */
  readonly timeout?: number;
  /** Told what Git says on its error output (warnings, progress) while it works. */
  readonly onSaid?: (text: string) => void;
  /** Exit codes that are answers rather than failures; `[0]` by default. */
  readonly accept?: readonly number[];
}

export interface GitResult {
  readonly exitCode: number;
  readonly stdout: Buffer;
  readonly stderr: string;
}

/**
 * Configuration that a repository could use to run a program of its choice while it is only being read
 * (fsmonitor, hooks), switched off for every reading command.
 */
const READ_ONLY = ['-c', 'core.fsmonitor=false', '-c', 'core.hooksPath=/dev/null', '--no-optional-locks'];

/** Variables of a surrounding Git (a hook's, say) that would point a command at another repository or index. */
const INHERITED = [
  'GIT_DIR',
  'GIT_WORK_TREE',
  'GIT_INDEX_FILE',
  'GIT_OBJECT_DIRECTORY',
  'GIT_ALTERNATE_OBJECT_DIRECTORIES',
  'GIT_COMMON_DIR',
  'GIT_NAMESPACE',
  'GIT_PREFIX',
  'GIT_EXTERNAL_DIFF',
  'GIT_PAGER',
];

/** The environment in which Git answers in English, never prompts and never fetches a missing object by surprise. */
export function gitEnvironment(env: NodeJS.ProcessEnv = process.env, program = 'git'): GitEnvironment {
  const clean: NodeJS.ProcessEnv = { ...env };
  for (const name of INHERITED) delete clean[name];
  return {
    program,
    env: { ...clean, LC_ALL: 'C', LANGUAGE: 'C', GIT_TERMINAL_PROMPT: '0', GIT_NO_LAZY_FETCH: '1' },
  };
}

/**
 * Starts a reading Git process; the caller owns its streams. Aborting kills it. `git replace` is not followed: an id
 * stands for the same bytes here, in other clones and in what is remembered.
 */
export function spawnGit(
  git: GitEnvironment,
  args: readonly string[],
  options: { readonly cwd: string; readonly signal?: AbortSignal },
): ChildProcessWithoutNullStreams {
  return spawn(git.program, [...READ_ONLY, ...args], {
    cwd: options.cwd,
    env: { ...git.env, GIT_NO_REPLACE_OBJECTS: '1' },
    windowsHide: true,
    stdio: 'pipe',
    ...(options.signal ? { signal: options.signal } : {}),
  });
}

/**
 * Runs a reading Git command to its end and returns its output as bytes.
 * @throws GitError with a typed reason; the signal's own reason when it was aborted.
 */
export async function runGit(
  git: GitEnvironment,
  args: readonly string[],
  options: GitRunOptions,
): Promise<GitResult> {
  options.signal?.throwIfAborted();
  const child = spawnGit(git, args, options);
  const stdout: Buffer[] = [];
  const stderr: Buffer[] = [];
  let timedOut = false;
  const limit = options.timeout ?? 60_000;
  const timer =
    limit > 0
      ? setTimeout(() => {
          timedOut = true;
          child.kill('SIGKILL');
        }, limit)
      : undefined;
  try {
    const [exitCode, endedBy] = await new Promise<[number | null, NodeJS.Signals | null]>(
      (resolve, reject) => {
        child.stdout.on('data', (chunk: Buffer) => stdout.push(chunk));
        child.stderr.on('data', (chunk: Buffer) => {
          stderr.push(chunk);
          options.onSaid?.(chunk.toString('utf8'));
        });
        child.stdin.on('error', () => undefined); // the exit code tells why the process closed its input
        child.on('error', reject);
        child.on('exit', (_code, signal) => {
          // What it started (ssh, say) outlives a Git that was killed, and would hold its output open.
          if (signal !== null) for (const output of [child.stdout, child.stderr]) output.destroy();
        });
        child.on('close', (code, signal) => resolve([code, signal]));
        child.stdin.end(options.input);
      },
    );
    const said = Buffer.concat(stderr).toString('utf8');
    if (timedOut) {
      throw new GitError(
        'timeout',
        `git ${args[0] ?? ''} did not answer within ${limit / 1000} s`,
        args,
        null,
        said,
      );
    }
    if (endedBy !== null) {
      throw new GitError('killed', `Git was ended by ${endedBy} before it was done`, args, null, said);
    }
    if (exitCode === null || !(options.accept ?? [0]).includes(exitCode)) {
      throw gitFailure(args, exitCode, said);
    }
    return { exitCode, stdout: Buffer.concat(stdout), stderr: said };
  } catch (error) {
    options.signal?.throwIfAborted();
    if (isMissingProgram(error)) {
      // Node says the same of a program and of a working folder that is not there.
      if (!existsSync(options.cwd)) {
        throw new GitError('not-a-repository', `There is no folder ${options.cwd}`, args, null, '');
      }
      throw new GitError('not-found', `Git was not found ("${git.program}")`, args, null, '');
    }
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

/** Names the reason of a failed Git command from what it printed (Git answers in English: LC_ALL=C). */
export function gitFailure(args: readonly string[], exitCode: number | null, stderr: string): GitError {
  const lines = stderr.split('\n').filter((line) => line.trim() !== '');
  const fatal = lines.findIndex((line) => /^(?:fatal|error):/.test(line));
  const said = lines[Math.max(0, fatal)] ?? '';
  // What ssh or the server said stands in front of Git's own line, which names no cause.
  const first = /Could not read from remote repository/.test(said) ? (lines[fatal - 1] ?? said) : said;
  const reason = reasonOf(stderr);
  if (reason === 'unsupported') return new GitError(reason, tooOld(said, lines), args, exitCode, stderr);
  const own = first.replace(/^(?:fatal|error): /, '');
  const message =
    hookWords(lines, said) ?? (own === '' ? `git ${args[0] ?? ''} ended with ${String(exitCode)}` : own);
  return new GitError(reason, message, args, exitCode, stderr);
}

/** Git names what it does not know (reftable, an object format) on lines of their own. */
function tooOld(said: string, lines: readonly string[]): string {
  const unknown = lines.filter((line) => line.startsWith('\t')).map((line) => line.trim());
  const names = unknown.map((name) => (name === 'refstorage' ? 'refstorage (reftable)' : name)).join(', ');
  const what = names === '' ? said.replace(/^fatal: /, '') : `it does not know ${names}`;
  return `This repository needs a newer Git than the one that was found: ${what}`;
}

/** Of a hook that refused a change of refs what it said itself: Git's own line names no reason. */
function hookWords(lines: readonly string[], said: string): string | undefined {
  if (!/aborted by hook/.test(said)) return undefined;
  const words = lines.filter((line) => !/^(?:fatal|error|hint|Preparing)\b/.test(line)).join(' ');
  return `the reference-transaction hook refused${words === '' ? '' : `: ${words.slice(0, 500)}`}`;
}

/** What a disk says that is full, read-only or not ours. */
const DISK =
  /No space left on device|Read-only file system|Disk quota exceeded|File too large|Permission denied|Operation not permitted|unable to create directory for|couldn't write '|unable to write|write error/;

/** What Git prints, to what it means; the first that fits. A server's own lines (`remote: `) are not asked. */
const REASONS: readonly (readonly [RegExp, GitFailure])[] = [
  [
    /unknown repository extensions? found|Expected git repo version <=|(?:unknown|invalid) (?:value for 'extensions\.|ref storage format)/,
    'unsupported',
  ],
  [/not a git repository/i, 'not-a-repository'],
  [/dubious ownership/, 'unsafe-repository'],
  [/\[(?:remote )?rejected\]|remote rejected/, 'rejected'],
  // ssh says "Permission denied (publickey)" and Git, whatever ssh said, that it could not read.
  [
    /Could not read from remote|Permission denied \([a-z]|Could not resolve host|unable to access 'https?:|Connection (?:refused|timed out)/,
    'network',
  ],
  [/Please tell me who you are|empty ident name|unable to auto-detect email/, 'no-identity'],
  // Before locks: where nothing can be written, no lock can be made either.
  [DISK, 'disk'],
  [/'[^']*' exists; cannot create/, 'exists'],
  [/Unable to create '.*\.lock'|cannot lock ref|Another git process/, 'locked'],
  [/hook declined|hook failed|hook exited|aborted by hook/, 'hook'],
  [/already exists/, 'exists'],
  [/unknown revision|bad revision|not a valid (?:object name|ref)|Needed a single revision/, 'not-found-ref'],
  [/unable to access/, 'network'],
];

function reasonOf(stderr: string): GitFailure {
  const own = stderr.replace(/^remote: .*$/gm, '');
  return REASONS.find(([pattern]) => pattern.test(own))?.[1] ?? 'failed';
}

function isMissingProgram(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT' && 'syscall' in error;
}
