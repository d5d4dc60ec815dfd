import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { CommitId, ObjectId, RefName } from './ids.js';
import { isObjectId } from './ids.js';
import type { ObjectType } from './objects.js';
import { runGit } from './process.js';
import type { Repository } from './repository.js';

/** One ref as Git lists it. `type` is the type of the object it points at, not of what that peels to. */
export interface Ref {
  readonly name: RefName;
  readonly id: ObjectId;
  readonly type: ObjectType | '';
  /** Target of a symbolic ref, else empty. */
  readonly symref: string;
}

/** What HEAD is: a branch (perhaps unborn) or, detached, a commit. */
export interface HeadRef {
  /** `refs/heads/main`; null when detached. */
  readonly ref: RefName | null;
  /** The commit when detached. */
  readonly commit: CommitId | null;
}

const NAMESPACES = ['refs/heads', 'refs/remotes', 'refs/tags', 'refs/exps'];

/**
 * Lists branches, remote branches, tags and DVC experiments with one process. A ref whose object is missing
 * is listed with the type `''`.
 */
export async function listRefs(
  repository: Repository,
  options: { readonly signal?: AbortSignal } = {},
): Promise<readonly Ref[]> {
  const { stdout } = await runGit(
    repository.git,
    ['for-each-ref', '--format=%(objectname) %(objecttype) %(symref) %(refname)', ...NAMESPACES],
    { cwd: repository.root, ...options },
  ).catch(async (error: unknown) => {
    options.signal?.throwIfAborted();
    // One missing object makes Git print nothing with %(objecttype) in some versions: ask again without it.
    return runGit(
      repository.git,
      ['for-each-ref', '--format=%(objectname)  %(symref) %(refname)', ...NAMESPACES],
      { cwd: repository.root, ...options },
    ).catch(() => {
      throw error;
    });
  });
  return parseRefs(stdout.toString('utf8'));
}

/** Parses `objectname objecttype symref refname` lines (a ref name holds no space, by Git's rules). */
export function parseRefs(text: string): readonly Ref[] {
  const refs: Ref[] = [];
  let start = 0;
  while (start < text.length) {
    let end = text.indexOf('\n', start);
    if (end < 0) end = text.length;
    const line = text.slice(start, end);
    start = end + 1;
    const first = line.indexOf(' ');
    const second = line.indexOf(' ', first + 1);
    const third = line.indexOf(' ', second + 1);
    const id = line.slice(0, first);
    if (third < 0 || !isObjectId(id)) continue;
    refs.push({
      name: line.slice(third + 1) as RefName,
      id,
      type: line.slice(first + 1, second) as ObjectType | '',
      symref: line.slice(second + 1, third),
    });
  }
  return refs;
}

/** Reads HEAD from its file; asks Git only where the ref store keeps it elsewhere (reftable). */
export async function readHead(
  repository: Repository,
  options: { readonly signal?: AbortSignal } = {},
): Promise<HeadRef> {
  const text = await readFile(path.join(repository.gitDir, 'HEAD'), 'utf8').catch(() => '');
  const symbolic = /^ref: (\S+)/.exec(text)?.[1];
  if (symbolic !== undefined && symbolic !== 'refs/heads/.invalid') {
    return { ref: symbolic as RefName, commit: null };
  }
  const id = text.trim();
  if (isObjectId(id)) return { ref: null, commit: id as CommitId };
  const where = { cwd: repository.root, ...options };
  const named = await runGit(repository.git, ['symbolic-ref', '-q', 'HEAD'], { ...where, accept: [0, 1] });
  const ref = named.stdout.toString('utf8').trim();
  if (ref !== '') return { ref: ref as RefName, commit: null };
  const detached = await runGit(repository.git, ['rev-parse', '--verify', '-q', 'HEAD'], { ...where, accept: [0, 1] });
  const commit = detached.stdout.toString('utf8').trim();
  return { ref: null, commit: isObjectId(commit) ? (commit as CommitId) : null };
}
