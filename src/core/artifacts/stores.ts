import { readdir, readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import type { Digest } from '../digest.js';
import { runGit } from '../git/process.js';
import type { Repository } from '../git/repository.js';
import { readDvcConfig } from './dvcConfig.js';

/** Where the local copies of a repository's artifacts lie. Absolute folders, the most specific first. */
export interface Stores {
  /** DVC cache roots that serve a tracked path: the nearest folder with a `.dvc/` decides. */
  dvc(repositoryPath: string): Promise<readonly string[]>;
  /** `objects` folders of Git LFS: this repository's, then those beside its alternates. */
  lfs(): Promise<readonly string[]>;
  /** Whether Git may lack objects that its trees name (partial clone). */
  partial(): Promise<boolean>;
}

/** Finds the stores lazily and once; reads configuration files only, and asks Git for `lfs.storage`. */
export function findStores(repository: Repository, signal?: AbortSignal): Stores {
  const byFolder = new Map<string, Promise<readonly string[]>>();
  let lfs: Promise<readonly string[]> | undefined;
  let partial: Promise<boolean> | undefined;
  const cachesOf = (folder: string): Promise<readonly string[]> => {
    let known = byFolder.get(folder);
    if (!known) byFolder.set(folder, (known = dvcCaches(repository, folder, cachesOf)));
    return known;
  };
  return {
    dvc: (repositoryPath) => cachesOf(folderOf(repositoryPath)),
    lfs: () => (lfs ??= lfsStores(repository, signal)),
    partial: () => (partial ??= isPartial(repository)),
  };
}

/** Files in a DVC cache root that could hold a digest, the likelier layout first; none when it is no DVC hash. */
export function dvcCacheFiles(root: string, digest: Digest): readonly string[] {
  if (digest.algorithm !== 'md5' || !/^[0-9a-f]{32}(?:\.dir)?$/.test(digest.value)) return [];
  const split = [digest.value.slice(0, 2), digest.value.slice(2)] as const;
  const current = path.join(root, 'files', 'md5', ...split);
  const older = path.join(root, ...split); // DVC before 3.0, and still for its legacy hashes
  return digest.legacy ? [older, current] : [current, older];
}

/** The file of an LFS store that holds an oid; null when the digest is no oid. */
export function lfsStoreFile(root: string, digest: Digest): string | null {
  if (digest.algorithm !== 'sha256' || !/^[0-9a-f]{64}$/.test(digest.value)) return null;
  return path.join(root, digest.value.slice(0, 2), digest.value.slice(2, 4), digest.value);
}

function folderOf(repositoryPath: string): string {
  const folder = path.posix.dirname(repositoryPath);
  return folder === '.' ? '' : folder;
}

async function dvcCaches(
  repository: Repository,
  folder: string,
  parent: (folder: string) => Promise<readonly string[]>,
): Promise<readonly string[]> {
  const root = path.join(repository.root, ...folder.split('/'));
  const config = path.join(root, '.dvc');
  if (!(await isFolder(config)))
    return folder === '' ? mainWorktreeCache(repository, null) : parent(folderOf(folder));
  const { cacheDir } = await readDvcConfig(config, repository.git.env);
  const caches = [cacheDir ?? path.join(config, 'cache')];
  return folder === '' ? [...caches, ...(await mainWorktreeCache(repository, caches[0] ?? null))] : caches;
}

/** A linked worktree has no `.dvc/cache` of its own; the bytes lie in the main one's. */
async function mainWorktreeCache(repository: Repository, own: string | null): Promise<readonly string[]> {
  if (repository.bare || path.basename(repository.commonDir) !== '.git') return [];
  const main = path.join(path.dirname(repository.commonDir), '.dvc', 'cache');
  return main !== own && (await isFolder(main)) ? [main] : [];
}

async function lfsStores(repository: Repository, signal?: AbortSignal): Promise<readonly string[]> {
  const configured = await runGit(repository.git, ['config', '--path', '--get', 'lfs.storage'], {
    cwd: repository.root,
    accept: [0, 1],
    ...(signal ? { signal } : {}),
  })
    .then((result) => result.stdout.toString('utf8').trim())
    .catch(() => {
      signal?.throwIfAborted();
      return '';
    });
  const own = path.resolve(repository.commonDir, configured === '' ? 'lfs' : configured);
  const stores = [path.join(own, 'objects')];
  for (const objects of await alternatesOf(path.join(repository.commonDir, 'objects'))) {
    stores.push(path.join(path.dirname(objects), 'lfs', 'objects'));
  }
  return stores;
}

/** Object folders named in `info/alternates`, one level, at most 32. */
async function alternatesOf(objects: string): Promise<readonly string[]> {
  const text = await readFile(path.join(objects, 'info', 'alternates'), 'utf8').catch(() => '');
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'))
    .slice(0, 32)
    .map((line) => path.resolve(objects, line));
}

async function isPartial(repository: Repository): Promise<boolean> {
  const packs = await readdir(path.join(repository.commonDir, 'objects', 'pack')).catch(() => []);
  return packs.some((name) => name.endsWith('.promisor'));
}

async function isFolder(absolute: string): Promise<boolean> {
  return stat(absolute).then(
    (found) => found.isDirectory(),
    () => false,
  );
}
