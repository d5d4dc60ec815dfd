import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { CommitId, ObjectId, RefName } from './ids.js';
import { isObjectId } from './ids.js';
import { runGit } from './process.js';
import type { Repository } from './repository.js';

/** One ref as Git lists it. What kind of object it points at is told by the object itself. */
export interface Ref {
  readonly name: RefName;
  readonly id: ObjectId;
  /** Target of a symbolic ref, else empty. */
  readonly symref: string;
}

/** The refs of a repository. */
export interface Refs {
  readonly refs: readonly Ref[];
  /** Those of which Git can make nothing: empty after a crash, or overwritten. */
  readonly broken: readonly RefName[];
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
 * Lists branches, remote branches, tags and DVC experiments with one process. Object types are not asked for:
 * it would open every object, and one missing object would make Git print nothing at all.
 */
export async function listRefs(
  repository: Pick<Repository, 'root' | 'git'>,
  options: { readonly signal?: AbortSignal } = {},
): Promise<Refs> {
  const { stdout, stderr } = await runGit(
    repository.git,
    ['for-each-ref', '--format=%(objectname) %(symref) %(refname)', ...NAMESPACES],
    { cwd: repository.root, ...options },
  );
  const broken = [...stderr.matchAll(/^warning: ignoring broken ref (\S+)$/gm)];
  return { refs: parseRefs(stdout.toString('utf8')), broken: broken.map(([, name]) => name as RefName) };
}

/** Parses `objectname symref refname` lines (a ref name holds no space, by Git's rules). */
export function parseRefs(text: string): readonly Ref[] {
  const refs: Ref[] = [];
  let start = 0;
  while (start < text.length) {
    let end = text.indexOf('\n', start);
    if (end < 0) end = text.length;
    const first = text.indexOf(' ', start);
    const second = text.indexOf(' ', first + 1);
    const id = text.slice(start, first);
    if (first > 0 && second > 0 && second < end && isObjectId(id)) {
      refs.push({ id, symref: text.slice(first + 1, second), name: text.slice(second + 1, end) as RefName });
    }
    start = end + 1;
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
  const detached = await runGit(repository.git, ['rev-parse', '--verify', '-q', 'HEAD'], {
    ...where,
    accept: [0, 1],
  });
  const commit = detached.stdout.toString('utf8').trim();
  return { ref: null, commit: isObjectId(commit) ? (commit as CommitId) : null };
}
