import type { ObjectId } from './ids.js';
import { GitError, runGit } from './process.js';
import type { Repository } from './repository.js';

interface Abortable {
  readonly signal?: AbortSignal;
}

export interface FetchObjectsOptions extends Abortable {
  /** Told how much of the answer has arrived: 0 to 100. */
  readonly onProgress?: (percent: number) => void;
}

/** One process asks for many objects; a remote that lacks some refuses all, names one, and is asked again without it. */
const MOST_ABSENT = 100;

/** Without a filter the files of every folder come along, those of any size: Git is ended as soon as it says so. */
const UNFILTERED = 'it sends no folder without its files';

/** The remotes that promise what a partial clone lacks (Git: promisor remotes), in the order of the configuration. */
export async function promisorRemotes(
  repository: Pick<Repository, 'root' | 'git'>,
  options: Abortable = {},
): Promise<readonly string[]> {
  const pattern = String.raw`^(remote\..*\.promisor|extensions\.partialclone)$`;
  const { stdout } = await runGit(repository.git, ['config', '-z', '--get-regexp', pattern], {
    cwd: repository.root,
    accept: [0, 1],
    ...options,
  });
  const names = stdout
    .toString('utf8')
    .split('\0')
    .flatMap((entry) => {
      const [key = '', value = 'true'] = entry.split('\n');
      if (key === 'extensions.partialclone') return value;
      const name = /^remote\.(.*)\.promisor$/.exec(key)?.[1];
      return name !== undefined && /^(?:true|yes|on|1)$/i.test(value) ? name : [];
    });
  return [...new Set(names)];
}

/**
 * The command that fetches objects whose ids stand on its standard input, one a line: what Git itself runs for an
 * object that it lacks, for many at once. An id that is named is sent whatever the filter; of a folder its folders
 * come along, and no file. No ref is written, and no tag, submodule or clean-up comes with it.
 */
export function fetchObjectsCommand(remote: string): readonly string[] {
  return [
    'git',
    '-c',
    'fetch.negotiationAlgorithm=noop',
    'fetch',
    '--no-tags',
    '--no-write-fetch-head',
    '--no-auto-maintenance',
    '--recurse-submodules=no',
    '--filter=blob:none',
    '--stdin',
    '--end-of-options',
    remote,
  ];
}

/**
 * Fetches these objects from a remote with one process, and one more for each that the remote turns out to lack.
 * A process that is ended leaves the objects that were here before, and no half of one.
 * @returns those that the remote does not have
 * @throws GitError where the remote cannot be reached or refuses; the signal's own reason when it was aborted.
 */
export async function fetchObjects(
  repository: Pick<Repository, 'root' | 'git'>,
  remote: string,
  ids: Iterable<ObjectId>,
  options: FetchObjectsOptions = {},
): Promise<readonly ObjectId[]> {
  const open = new Set(ids);
  const absent: ObjectId[] = [];
  while (open.size > 0) {
    const refused = await fetchOnce(repository, remote, [...open], options);
    if (refused === null) return absent;
    absent.push(refused);
    open.delete(refused);
    if (absent.length >= MOST_ABSENT)
      throw refusal(remote, `it lacks ${String(absent.length)} of them and more`, '');
  }
  return absent;
}

/** Null where all of them came; else one that the remote does not have. */
async function fetchOnce(
  repository: Pick<Repository, 'root' | 'git'>,
  remote: string,
  ids: readonly ObjectId[],
  { signal, onProgress }: FetchObjectsOptions,
): Promise<ObjectId | null> {
  const [, ...args] = fetchObjectsCommand(remote);
  const unfiltered = new AbortController();
  const onSaid = (text: string): void => {
    if (/filtering not recognized/.test(text)) unfiltered.abort();
    const percent = [...text.matchAll(/Receiving objects:\s+(\d+)%/g)].at(-1)?.[1];
    if (percent !== undefined) onProgress?.(Number(percent));
  };
  try {
    await runGit(repository.git, [...args.slice(0, 3), '--progress', ...args.slice(3)], {
      cwd: repository.root,
      input: `${ids.join('\n')}\n`,
      timeout: 0,
      onSaid,
      signal: signal ? AbortSignal.any([signal, unfiltered.signal]) : unfiltered.signal,
    });
  } catch (error) {
    signal?.throwIfAborted();
    if (unfiltered.signal.aborted) throw refusal(remote, UNFILTERED, '');
    if (!(error instanceof GitError)) throw error;
    const absent = /not our ref ([0-9a-f]{40,64})/.exec(error.stderr)?.[1];
    const found = ids.find((id) => id === absent);
    if (found !== undefined) return found;
    const said = /.*Server does not allow request for unadvertised object.*/.exec(error.stderr)?.[0];
    if (said !== undefined) throw refusal(remote, said.replace(/^error: /, ''), error.stderr);
    throw error;
  }
  if (unfiltered.signal.aborted) throw refusal(remote, UNFILTERED, '');
  return null;
}

function refusal(remote: string, why: string, stderr: string): GitError {
  const message = `${remote} does not give out single objects (${why}). A clone without a filter has them all`;
  return new GitError('failed', message, ['fetch'], null, stderr);
}
