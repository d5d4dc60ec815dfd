import { lstat, readFile } from 'node:fs/promises';
import { LRUCache } from 'lru-cache';
import type { ManifestEntry } from '../artifacts/manifest.js';
import { parseManifest } from '../artifacts/manifest.js';
import type { Stores } from '../artifacts/stores.js';
import { dvcCacheFiles, lfsStoreFile } from '../artifacts/stores.js';
import type { Digest } from '../digest.js';
import { beginHash } from '../hashing.js';
import { FILE_LIMIT } from './document.js';
import { phrase } from '../phrase.js';

/** An output that DVC keeps outside Git, as one commit's pointers name it. */
export interface KeptOutput {
  /** Repository path with `/`. */
  readonly path: string;
  readonly pointer: string;
  readonly digest: Digest | null;
}

/** The bytes of a file that is kept outside Git, or why they cannot be had here. */
export type KeptBytes =
  { readonly ok: true; readonly bytes: Uint8Array } | { readonly ok: false; readonly reason: string };

/** Files that a folder lists, by their path in it; a text says why they cannot be told. */
type Listed = ReadonlyMap<string, ManifestEntry> | string;

/** Manifests above this many bytes (some 300,000 files) are not read. */
const MANIFEST_LIMIT = 32 * 1024 * 1024;
/** To look for metrics that nobody declared, only in folders of up to some 10,000 files. */
const SEARCHED_MANIFEST = 1024 * 1024;

/** Reads files that DVC and Git LFS keep outside Git: from the local stores, checked against their digest. */
export class KeptFiles {
  private readonly searched = new LRUCache<string, Promise<Listed>>({ max: 200 });
  /** Whatever their size: few are held at a time. */
  private readonly whole = new LRUCache<string, Promise<Listed>>({ max: 2 });

  constructor(private readonly stores: Stores) {}

  /** A file at or inside an output; undefined where the folder has no such file. */
  async read(output: KeptOutput, path: string): Promise<KeptBytes | undefined> {
    const { digest } = output;
    if (digest === null) return { ok: false, reason: phrase('not in the lock') };
    if (digest.algorithm !== 'md5') return { ok: false, reason: phrase('not local') };
    if (!digest.value.endsWith('.dir')) {
      return path === output.path ? this.bytesOf(output, digest, FILE_LIMIT) : undefined;
    }
    const listed = await this.list(output, digest, MANIFEST_LIMIT);
    if (typeof listed === 'string') return { ok: false, reason: listed };
    if (path === output.path) return { ok: false, reason: phrase('The folder has too many files') };
    const entry = listed.get(path.slice(output.path.length + 1));
    if (entry === undefined) return undefined;
    return this.bytesOf(output, partOf(digest, entry), FILE_LIMIT);
  }

  /** Repository paths of the files in a folder; undefined for a file, and where they cannot be told or are too many. */
  async filesIn(output: KeptOutput): Promise<readonly string[] | undefined> {
    const { digest } = output;
    if (digest?.algorithm !== 'md5' || !digest.value.endsWith('.dir')) return undefined;
    const listed = await this.list(output, digest, SEARCHED_MANIFEST);
    return typeof listed === 'string'
      ? undefined
      : [...listed.keys()].map((inner) => `${output.path}/${inner}`);
  }

  /** A file that Git LFS keeps. */
  async readLfs(oid: string): Promise<KeptBytes> {
    const digest: Digest = { algorithm: 'sha256', value: oid };
    for (const root of await this.stores.lfs()) {
      const file = lfsStoreFile(root, digest);
      const found = file === null ? undefined : await readBounded(file, FILE_LIMIT);
      if (found === undefined) continue;
      return found.ok && sum('sha256', found.bytes) !== oid
        ? { ok: false, reason: phrase('corrupt in the Git LFS store') }
        : found;
    }
    return { ok: false, reason: phrase('not local') };
  }

  private list(output: KeptOutput, digest: Digest, limit: number): Promise<Listed> {
    const memo = limit === MANIFEST_LIMIT ? this.whole : this.searched;
    const key = `${digest.value} ${digest.legacy === true ? 'legacy' : ''}`;
    let listed = memo.get(key);
    if (!listed) memo.set(key, (listed = this.readList(output, digest, limit)));
    return listed;
  }

  private async readList(output: KeptOutput, digest: Digest, limit: number): Promise<Listed> {
    const found = await this.bytesOf(output, digest, limit);
    if (!found.ok) return found.reason;
    const entries = parseManifest(found.bytes);
    if (entries === null) return phrase('corrupt in the DVC cache');
    return new Map(entries.map((entry) => [entry.relpath, entry]));
  }

  private async bytesOf(output: KeptOutput, digest: Digest, limit: number): Promise<KeptBytes> {
    for (const root of await this.stores.dvc(output.pointer)) {
      for (const file of dvcCacheFiles(root, digest)) {
        const found = await readBounded(file, limit);
        if (found === undefined) continue;
        // A legacy hash is of normalised line ends, so only a new one is checked here.
        const right =
          !found.ok ||
          digest.legacy === true ||
          sum('md5', found.bytes) === digest.value.replace(/\.dir$/, '');
        return right ? found : { ok: false, reason: phrase('corrupt in the DVC cache') };
      }
    }
    return { ok: false, reason: phrase('not local') };
  }
}

function partOf(folder: Digest, { md5 }: ManifestEntry): Digest {
  return { algorithm: 'md5', value: md5, ...(folder.legacy ? { legacy: true } : {}) };
}

function sum(algorithm: 'md5' | 'sha256', bytes: Uint8Array): string {
  return beginHash(algorithm).update(bytes).digest('hex');
}

/** Undefined where there is no such file, or it cannot be read. */
async function readBounded(file: string, limit: number): Promise<KeptBytes | undefined> {
  const found = await lstat(file).catch(() => null);
  if (!found?.isFile()) return undefined;
  if (found.size > limit) return { ok: false, reason: `larger than ${limit / 1024 / 1024} MB` };
  const bytes = await readFile(file).catch(() => null);
  return bytes === null ? undefined : { ok: true, bytes };
}
