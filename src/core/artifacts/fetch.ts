import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { copyFile, mkdir, mkdtemp, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Model } from '../catalog/catalog.js';
import type { Digest } from '../digest.js';
import { compareDigests, shortDigest } from '../digest.js';
import type { Repository } from '../git/repository.js';
import { writeGit } from '../git/write.js';
import { hashLike } from './hash.js';
import { parseManifest } from './manifest.js';
import type { Stores } from './stores.js';
import { dvcCacheFiles, findStores, lfsStoreFile } from './stores.js';

export type FetchFailure =
  | 'no-digest' // nothing to check the bytes against
  | 'not-cached'
  | 'exists' // something else stands where the bytes should go
  | 'wrong-digest' // what came is not what was asked for
  | 'no-program' // dvc or git-lfs is needed and not installed
  | 'failed';

/** Bytes that did not come. Nothing was put in place. */
export class FetchError extends Error {
  override readonly name = 'FetchError';
  constructor(
    readonly reason: FetchFailure,
    message: string,
  ) {
    super(message);
  }
}

export interface FetchRequest {
  readonly repository: Repository;
  readonly model: Model;
  /** Where the bytes go: an absolute path whose folder exists or can be made. */
  readonly out: string;
  /** The commit to name to `dvc get`; for a remote only. */
  readonly commit?: string;
  /** The default is the cache, then the remote. */
  readonly from?: 'cache' | 'remote';
  /** What stands at `out` may be replaced; otherwise only the same bytes may stand there. */
  readonly replace?: boolean;
  readonly signal?: AbortSignal;
  readonly progress?: (bytes: number) => void;
}

export interface Fetched {
  readonly path: string;
  readonly digest: Digest;
  readonly size: number;
  readonly source: 'cache' | 'remote' | 'there already';
}

/**
 * Brings a model's bytes to a place: copied from the local cache, else fetched by `dvc` or `git-lfs`, beside the place
 * first, and put there by renaming only when their digest is the one asked for.
 * @throws FetchError with the reason; the signal's own reason when aborted.
 */
export async function fetchModel(request: FetchRequest): Promise<Fetched> {
  const { model, out } = request;
  const { digest } = model;
  if (digest === null || (digest.algorithm !== 'md5' && digest.algorithm !== 'sha256')) {
    throw new FetchError(
      'no-digest',
      `"${model.name}" has no digest that its bytes could be checked against`,
    );
  }
  const before = await hashLike(out, digest, abortable(request));
  if (before.kind === 'digest' && compareDigests(before.digest, digest) === 'same') {
    return { path: out, digest, size: before.size, source: 'there already' };
  }
  if (before.kind !== 'absent' && request.replace !== true) {
    throw new FetchError('exists', `${out} holds something else: name another place with --out`);
  }
  const stores = findStores(request.repository, request.signal);
  await mkdir(path.dirname(out), { recursive: true });
  const temporary = await mkdtemp(path.join(path.dirname(out), `.${path.basename(out)}.`));
  const place = path.join(temporary, path.basename(out));
  try {
    const cached = request.from !== 'remote' && (await copyCached(stores, model, digest, place, request));
    if (!cached) {
      if (request.from === 'cache')
        throw new FetchError('not-cached', `${shortDigest(digest)} is not in the cache`);
      await fetchRemote(request, model, digest, place);
    }
    const hashed = await hashLike(place, digest, abortable(request));
    if (hashed.kind !== 'digest' || compareDigests(hashed.digest, digest) !== 'same') {
      const got = hashed.kind === 'digest' ? shortDigest(hashed.digest) : hashed.kind;
      throw new FetchError(
        'wrong-digest',
        `What came is ${got}, not ${shortDigest(digest)}: it was thrown away`,
      );
    }
    await putInPlace(place, out);
    return { path: out, digest, size: hashed.size, source: cached ? 'cache' : 'remote' };
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
}

function abortable(request: FetchRequest): { signal?: AbortSignal; progress?: (bytes: number) => void } {
  return {
    ...(request.signal ? { signal: request.signal } : {}),
    ...(request.progress ? { progress: request.progress } : {}),
  };
}

/** Renames over a file; a folder that may be replaced is moved aside first and comes back if that fails. */
async function putInPlace(place: string, out: string): Promise<void> {
  const found = await stat(out).catch(() => null);
  if (!found?.isDirectory()) return rename(place, out);
  const aside = `${out}.${randomBytes(4).toString('hex')}.old`;
  await rename(out, aside);
  try {
    await rename(place, out);
  } catch (error) {
    await rename(aside, out);
    throw error;
  }
  await rm(aside, { recursive: true, force: true });
}

async function copyCached(
  stores: Stores,
  model: Model,
  digest: Digest,
  place: string,
  request: FetchRequest,
): Promise<boolean> {
  if (model.tracking === 'lfs') {
    const files = (await stores.lfs()).map((root) => lfsStoreFile(root, digest));
    return copyFirst(
      files.filter((file) => file !== null),
      place,
    );
  }
  for (const root of await stores.dvc(model.pointer ?? model.path ?? '')) {
    const files = dvcCacheFiles(root, digest);
    if (!digest.value.endsWith('.dir')) {
      if (await copyFirst(files, place)) return true;
    } else if (await copyFolder(root, files, digest, place, request)) return true;
  }
  return false;
}

async function copyFolder(
  root: string,
  manifests: readonly string[],
  digest: Digest,
  place: string,
  { signal }: FetchRequest,
): Promise<boolean> {
  for (const file of manifests) {
    const bytes = await readFile(file).catch(() => null);
    const entries = bytes === null ? null : parseManifest(bytes);
    if (entries === null) continue;
    await mkdir(place, { recursive: true });
    let complete = true;
    for (const { md5, relpath } of entries) {
      signal?.throwIfAborted();
      const target = path.join(place, ...relpath.split('/'));
      await mkdir(path.dirname(target), { recursive: true });
      const part: Digest = { algorithm: 'md5', value: md5, ...(digest.legacy ? { legacy: true } : {}) };
      complete &&= await copyFirst(dvcCacheFiles(root, part), target);
    }
    if (complete) return true;
    await rm(place, { recursive: true, force: true });
  }
  return false;
}

async function copyFirst(files: readonly string[], place: string): Promise<boolean> {
  for (const file of files) {
    try {
      await copyFile(file, place);
      return true;
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
    }
  }
  return false;
}

/** The tool's own way: Git LFS turns a pointer into bytes, DVC gets a path of a commit. */
async function fetchRemote(
  request: FetchRequest,
  model: Model,
  digest: Digest,
  place: string,
): Promise<void> {
  const { repository, commit } = request;
  if (model.tracking === 'lfs') {
    const pointer = `version https://git-lfs.github.com/spec/v1\noid sha256:${digest.value}\nsize ${model.size ?? 0}\n`;
    const { stdout } = await writeGit(repository, ['lfs', 'smudge', '--', model.path ?? ''], {
      input: pointer,
      ...(request.signal ? { signal: request.signal } : {}),
    }).catch((error: unknown) => {
      request.signal?.throwIfAborted();
      const message = error instanceof Error ? error.message : 'git lfs failed';
      throw new FetchError(/is not a git command/.test(message) ? 'no-program' : 'failed', message);
    });
    return writeFile(place, stdout);
  }
  const revision = commit === undefined ? [] : ['--rev', commit];
  // No `--` before a path in dvc: one that begins like an option is made one that does not.
  const wanted = (model.path ?? '').startsWith('-') ? `./${model.path ?? ''}` : (model.path ?? '');
  await runDvc(repository, ['get', ...revision, '--quiet', '--out', place, '.', wanted], request.signal);
}

function runDvc(
  repository: Repository,
  args: readonly string[],
  signal: AbortSignal | undefined,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn('dvc', args, {
      cwd: repository.root,
      env: { ...repository.git.env, DVC_NO_ANALYTICS: '1' },
      stdio: ['ignore', 'ignore', 'pipe'],
      windowsHide: true,
      ...(signal ? { signal } : {}),
    });
    let said = '';
    child.stderr.on('data', (chunk: Buffer) => (said = (said + chunk.toString('utf8')).slice(-20_000)));
    child.on('error', (error) => {
      if (signal?.aborted) reject(signal.reason instanceof Error ? signal.reason : error);
      else
        reject(
          new FetchError('no-program', 'dvc is not installed here, and only it can fetch from that remote'),
        );
    });
    child.on('close', (code) => {
      if (code === 0) resolve();
      else
        reject(
          new FetchError('failed', /^ERROR: (.*)$/m.exec(said)?.[1] ?? `dvc get ended with ${String(code)}`),
        );
    });
  });
}
