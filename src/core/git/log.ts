import type { CommitId } from './ids.js';
import { localGit } from './localObjects.js';
import type { GitEnvironment } from './process.js';
import { GitError, gitFailure, spawnGit } from './process.js';
import type { Repository } from './repository.js';

/** A commit as a history shows it. */
export interface LoggedCommit {
  readonly commit: CommitId;
  readonly parents: readonly CommitId[];
  /** ISO 8601, the committer's. */
  readonly time: string;
  readonly author: string;
  readonly subject: string;
}

export interface LogOptions {
  /** Where to begin; `everything` is every branch, remote branch and tag, and `head`. */
  readonly from: readonly CommitId[] | 'everything';
  /** The commit that is checked out: no branch may have it. */
  readonly head?: CommitId | null;
  /** Repository paths; U+FFFD in one stands for bytes that are no UTF-8. */
  readonly paths: readonly string[];
  readonly signal?: AbortSignal;
}

/** Milliseconds in which Git has to say something more. */
const PATIENCE = 600_000;

/**
 * The commits that touch some paths, children before parents, as Git finds them (with commit-graph and changed-path
 * filters where it has them). Stopping early ends Git. Nothing is fetched in a partial clone.
 * @throws GitError also where a tree on the way is missing or damaged; what came before stands.
 */
export async function* commitsTouching(
  repository: Repository,
  tips: readonly CommitId[],
  { from, head, paths, signal }: LogOptions,
): AsyncGenerator<LoggedCommit> {
  const git = localGit(repository);
  // A Git directory that only borrows objects has no refs of its own.
  const ids = from !== 'everything' ? from : git !== repository.git ? tips : head ? [head] : [];
  const args = [
    'log',
    '-z',
    '--ignore-missing',
    '--full-history',
    // `log.follow` of whoever runs this would leave the path behind.
    '--no-follow',
    // Git's own order may show a parent first where commits share a second.
    '--date-order',
    '--no-show-signature',
    '--encoding=UTF-8',
    '--format=%H%n%P%n%cI%n%an%n%s',
    ...(from === 'everything' && git === repository.git ? ['--branches', '--remotes', '--tags'] : []),
    '--stdin',
    '--',
    ...paths.map(pathspec),
  ];
  signal?.throwIfAborted();
  let rest = '';
  for await (const text of output(git, args, `${ids.join('\n')}\n`, repository.root, signal)) {
    const records = (rest + text).split('\0');
    rest = records.pop() ?? '';
    for (const record of records) yield parse(record);
  }
  if (rest.trim() !== '') yield parse(rest);
}

/** Taken literally, but for bytes that the path could not keep: those are anything. */
function pathspec(path: string): string {
  if (!path.includes('\ufffd')) return `:(top,literal)${path}`;
  return `:(top,glob)${path.replace(/[\\*?[]/g, '\\$&').replace(/\ufffd+/g, '*')}`;
}

function parse(record: string): LoggedCommit {
  const [commit = '', parents = '', time = '', author = '', ...subject] = record.split('\n');
  return {
    commit: commit as CommitId,
    parents: parents.split(' ').filter((id) => id !== '') as CommitId[],
    time,
    author,
    subject: subject.join(' ').trim(),
  };
}

/** What a Git process prints, piece by piece; it is read no faster than it is used. */
async function* output(
  git: GitEnvironment,
  args: readonly string[],
  input: string,
  cwd: string,
  signal: AbortSignal | undefined,
): AsyncGenerator<string> {
  const child = spawnGit(git, args, { cwd, ...(signal ? { signal } : {}) });
  let said = '';
  let timedOut = false;
  child.stderr.on('data', (chunk: Buffer) => (said = (said + chunk.toString('utf8')).slice(-20_000)));
  child.stdin.on('error', () => undefined); // the exit code tells why the process closed its input
  const ended = new Promise<number | null>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', resolve);
  });
  ended.catch(() => undefined); // awaited below, unless the reader stops first
  const timer = setTimeout(() => {
    timedOut = true;
    child.kill('SIGKILL');
  }, PATIENCE);
  child.stdin.end(input);
  child.stdout.setEncoding('utf8');
  try {
    for await (const text of child.stdout) {
      timer.refresh();
      yield String(text);
    }
    const exitCode = await ended;
    if (timedOut) throw new GitError('timeout', 'git log said nothing for 600 s', args, null, said);
    if (exitCode !== 0) throw gitFailure(args, exitCode, said);
  } catch (error) {
    signal?.throwIfAborted();
    throw error;
  } finally {
    clearTimeout(timer);
    child.kill();
  }
}
