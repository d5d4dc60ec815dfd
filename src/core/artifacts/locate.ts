import { open, readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { LRUCache } from 'lru-cache';
import type { Locality, Model } from '../catalog/catalog.js';
import type { Digest } from '../digest.js';
import { digestKey } from '../digest.js';
import type { Repository } from '../git/repository.js';
import { folderSize } from './folders.js';
import { insidePath } from './insidePath.js';
import { parseManifest } from './manifest.js';
import type { Stores } from './stores.js';
import { dvcCacheFiles, findStores, lfsStoreFile } from './stores.js';

/** Says where a model's bytes are, by existence and size, never by hashing. */
export interface Locator {
  /**
   * `atCheckout`: the model stands on the checked-out branch, so the working copy may hold it.
   * A folder counts as cached only when its manifest and every file of it are.
   */
  locate(model: Model, atCheckout: boolean): Promise<Locality>;
  readonly stores: Stores;
}

/** What is located at once; each costs a few `stat` calls. */
const MANIFEST_LIMIT = 32 * 1024 * 1024;
const MANIFEST_FILES = 20_000;

/**
 * A locator for one picture of a repository. Answers about digests are remembered for its life (at most 50,000),
 * answers about the working copy are not. At most one Git process (`lfs.storage`), and only for LFS models.
 */
export function createLocator(
  repository: Repository,
  options: { readonly signal?: AbortSignal } = {},
): Locator {
  const stores = findStores(repository, options.signal);
  const known = new LRUCache<string, Promise<boolean>>({ max: 50_000 });

  const cached = (model: Model, digest: Digest): Promise<boolean> => {
    const folder = model.tracking === 'dvc' ? path.posix.dirname(model.pointer ?? model.path ?? '.') : '';
    const key = `${digestKey(digest)} ${digest.legacy ? 'legacy' : ''} ${String(model.size)} ${folder}`;
    let answer = known.get(key);
    if (!answer) {
      answer =
        model.tracking === 'lfs' ? inLfsStore(stores, digest, model.size) : inDvcCache(stores, model, digest);
      known.set(key, answer);
    }
    return answer;
  };

  return {
    stores,
    async locate(model, atCheckout) {
      options.signal?.throwIfAborted();
      if (model.digest === null || model.path === null || model.tracking === 'none') return 'unknown';
      if (atCheckout && !repository.bare && (await inWorkspace(repository, model, model.path)))
        return 'workspace';
      if (model.tracking === 'git') return (await stores.partial()) ? 'unknown' : 'cache';
      // A folder gathered from many LFS files, or a cloud's own version: one digest names no one file here.
      if (model.digest.value.endsWith('.lfsdir')) return 'unknown';
      if (model.digest.algorithm === 'etag' || model.digest.algorithm === 'checksum') return 'unknown';
      return (await cached(model, model.digest)) ? 'cache' : 'absent';
    },
  };
}

/** Whether the working copy has something of the model's kind and size at its path. */
async function inWorkspace(repository: Repository, model: Model, modelPath: string): Promise<boolean> {
  const place = await insidePath(repository.root, modelPath, 'kept');
  if (place === null) return false;
  const found = await stat(place).catch(() => null);
  if (found === null) return false;
  if (found.isDirectory()) {
    if (model.size === null) return true;
    return (await folderSize(place)) === model.size;
  }
  if (!found.isFile() || (model.size !== null && found.size !== model.size)) return false;
  return model.tracking !== 'lfs' || found.size >= 1024 || !(await isPointer(place));
}

/** An LFS file that was never smudged is its pointer, not the model (git-lfs: pointers are under 1024 bytes). */
async function isPointer(place: string): Promise<boolean> {
  const file = await open(place, 'r').catch(() => null);
  if (file === null) return false;
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(64), 0, 64, 0);
    return /^\s*version (?:https?:\/\/(?:git-lfs\.github|hawser\.github|git-media)\.)/.test(
      buffer.toString('latin1', 0, bytesRead),
    );
  } finally {
    await file.close();
  }
}

async function inLfsStore(stores: Stores, digest: Digest, size: number | null): Promise<boolean> {
  for (const root of await stores.lfs()) {
    const file = lfsStoreFile(root, digest);
    // git-lfs: an object counts as present only when its size matches.
    if (file !== null && (await hasFile(file, size))) return true;
  }
  return false;
}

async function inDvcCache(stores: Stores, model: Model, digest: Digest): Promise<boolean> {
  for (const root of await stores.dvc(model.pointer ?? model.path ?? '')) {
    for (const file of dvcCacheFiles(root, digest)) {
      if (!digest.value.endsWith('.dir')) {
        if (await hasFile(file, model.size)) return true;
      } else if (await hasFolder(root, file, digest)) return true;
    }
  }
  return false;
}

async function hasFolder(root: string, manifestFile: string, digest: Digest): Promise<boolean> {
  const found = await stat(manifestFile).catch(() => null);
  if (!found?.isFile() || found.size > MANIFEST_LIMIT) return false;
  const entries = parseManifest(await readFile(manifestFile));
  if (entries === null || entries.length > MANIFEST_FILES) return false;
  for (let start = 0; start < entries.length; start += 32) {
    const present = await Promise.all(
      entries.slice(start, start + 32).map(async (entry) => {
        const part: Digest = {
          algorithm: 'md5',
          value: entry.md5,
          ...(digest.legacy ? { legacy: true } : {}),
        };
        for (const file of dvcCacheFiles(root, part)) if (await hasFile(file, null)) return true;
        return false;
      }),
    );
    if (present.includes(false)) return false;
  }
  return true;
}

async function hasFile(absolute: string, size: number | null): Promise<boolean> {
  const found = await stat(absolute).catch(() => null);
  return found !== null && found.isFile() && (size === null || found.size === size);
}
