import type { CommitId, ObjectId } from '../../git/ids.js';
import { isObjectId } from '../../git/ids.js';
import { GitError, runGit } from '../../git/process.js';
import type { Repository } from '../../git/repository.js';
import { writeGit } from '../../git/write.js';
import { toTag } from '../gto/tagName.js';

/** What a remote answered about the tags of one artifact: short name to what the ref holds and peels to. */
export type RemoteTags =
  | { readonly state: 'answered'; readonly tags: ReadonlyMap<string, RemoteTag> }
  | { readonly state: 'no-remote' }
  | { readonly state: 'unreachable'; readonly message: string };

/** One tag of a remote. */
export interface RemoteTag {
  readonly id: ObjectId;
  readonly commit: CommitId;
}

const THIRTY_SECONDS = 30_000;

/** Asks a remote for the tags of an artifact, or (null) for all of them (`ls-remote`); nothing is fetched. */
export async function readRemoteTags(
  repository: Repository,
  remote: string,
  artifact: string | null,
  options: { readonly signal?: AbortSignal } = {},
): Promise<RemoteTags> {
  if (!(await hasRemote(repository, remote, options))) return { state: 'no-remote' };
  const name = artifact === null ? null : toTag(artifact);
  const patterns = name === null ? ['refs/tags/*'] : [`refs/tags/${name}@*`, `refs/tags/${name}#*`];
  try {
    const { stdout } = await writeGit(repository, ['ls-remote', '--tags', '--', remote, ...patterns], {
      timeout: THIRTY_SECONDS,
      ...(options.signal ? { signal: options.signal } : {}),
    });
    return { state: 'answered', tags: parseLsRemote(stdout.toString('utf8')) };
  } catch (error) {
    options.signal?.throwIfAborted();
    if (!(error instanceof GitError)) throw error;
    return { state: 'unreachable', message: error.message };
  }
}

/** Whether the repository knows a remote of that name (or is told an address). */
export async function hasRemote(
  repository: Repository,
  remote: string,
  options: { readonly signal?: AbortSignal } = {},
): Promise<boolean> {
  const { exitCode } = await runGit(repository.git, ['config', '--get', `remote.${remote}.url`], {
    cwd: repository.root,
    accept: [0, 1],
    ...(options.signal ? { signal: options.signal } : {}),
  });
  return exitCode === 0;
}

/** Parses `ls-remote --tags`: an annotated tag is followed by `NAME^{}`, what it peels to. */
export function parseLsRemote(text: string): ReadonlyMap<string, RemoteTag> {
  const tags = new Map<string, RemoteTag>();
  for (const line of text.split('\n')) {
    const found = /^([0-9a-f]+)\trefs\/tags\/(.+?)(\^\{\})?$/.exec(line);
    const [, id = '', name = '', peeled] = found ?? [];
    if (!isObjectId(id)) continue;
    const before = tags.get(name);
    tags.set(name, { id: peeled !== undefined && before ? before.id : id, commit: id as CommitId });
  }
  return tags;
}

/** The tags that a fetch left alone because they are others here: what `git fetch --tags` says of each on stderr. */
export function conflictingTags(stderr: string): readonly string[] {
  return [...stderr.matchAll(/^ ! \[rejected\]\s+(\S+)\s+->.*would clobber existing tag/gm)].flatMap(
    ([, name]) => name ?? [],
  );
}
