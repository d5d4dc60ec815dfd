import path from 'node:path';
import type { CommitId } from '../git/ids.js';
import type { CacheFile, CacheState } from './cacheFile.js';
import { appendCacheFile, readCacheFile, sweepCache, writeCacheFile } from './cacheFile.js';
import type { CatalogRecord } from './catalogCache.js';
import { decodeRecords, encodeRecord } from './catalogCache.js';
import type { StoredRegistry } from './registryView.js';
import type { Snapshots } from './snapshots.js';
import type { TagStore } from './tagStore.js';

/** What a catalog source remembers, all of it about objects that never change; every part only grows. */
export interface Memory {
  /** What the rest depends on. */
  readonly key: string;
  readonly commits: ReadonlyMap<CommitId, string>;
  /** The commits that refs and tags name now. */
  named(): ReadonlySet<CommitId>;
  readonly tags: TagStore;
  /** What the tags mean, put together only where it is written. */
  readonly registry: { readonly key: string; store(): StoredRegistry } | null;
  readonly snapshots: Snapshots;
  /** By two commits and a space between them. */
  readonly mergeBases: ReadonlyMap<string, CommitId | null>;
  readonly files: ReadonlyMap<string, string | null>;
}

/** How much of each part there was. */
interface Counts {
  readonly commits: number;
  readonly tags: number;
  readonly registry: string | null;
  readonly snapshots: number;
  readonly candidates: number;
  readonly folders: number;
  readonly mergeBases: number;
  readonly files: number;
}

/** Beyond this many kept commits, those that no ref names any more are left out. */
const SPARE_COMMITS = 4_096;
/** What is new is added to the file as long as it is fewer trees than this, or a small part of those in it. */
const FEW_TREES = 64;
const SMALL_PART = 1 / 8;

/** The catalog's cache file: what it holds, as far as this process read or wrote it, and what is new since. */
export class SavedCatalog {
  private reading: Promise<CacheFile | undefined> | undefined;
  private state: CacheState | undefined;
  private saved: { readonly key: string; readonly counts: Counts } | undefined;

  constructor(
    private readonly file: string,
    private readonly idBytes: 20 | 32,
  ) {
    this.reading = readCacheFile(file);
  }

  /** What the file holds, until it was taken over: a load that is cancelled before leaves it to the next. */
  async read(): Promise<CatalogRecord | undefined> {
    const cached = await this.reading;
    if (!this.reading) return undefined;
    this.state = cached?.state;
    return cached && decodeRecords(cached.parts, this.idBytes);
  }

  /** From now on memory holds more than the file. */
  takenOver(): void {
    this.reading = undefined;
  }

  /** Notes that memory holds what the file does, or (undefined) that the file is of no use. */
  restored(memory: Memory | undefined): void {
    this.saved = memory && { key: memory.key, counts: count(memory) };
  }

  /**
   * Leaves in the file what is new: little is added to it, much replaces it. `current` is what there is to keep at the
   * moment, if anything: a load may go on meanwhile. Never fails: a cache that cannot be written only costs time.
   */
  async save(current: () => Memory | undefined): Promise<void> {
    const memory = current();
    if (memory === undefined) return;
    const counts = count(memory);
    const { saved, state } = this;
    if (saved?.key === memory.key && equal(saved.counts, counts)) return;
    if (saved && state && saved.key === memory.key && addsLittle(saved.counts, counts, state)) {
      const added = encodeRecord(additions(memory, saved.counts), this.idBytes);
      this.state = await appendCacheFile(this.file, state, added);
      if (this.state) this.saved = { key: memory.key, counts };
      // Another process has written the file: what it holds is replaced by what there is by now.
      else await this.replace(current());
    } else await this.replace(memory);
  }

  /** What is counted is what is written: both at once, before anything can be added to it. */
  private async replace(memory: Memory | undefined): Promise<void> {
    if (memory === undefined) return;
    const counts = count(memory);
    const whole = encodeRecord(everything(memory), this.idBytes);
    this.state = await writeCacheFile(this.file, whole);
    this.saved = { key: memory.key, counts };
    if (this.state) await sweepCache(path.dirname(this.file));
  }
}

function count({ commits, tags, registry, snapshots, mergeBases, files }: Memory): Counts {
  return {
    commits: commits.size,
    tags: tags.changes,
    registry: registry?.key ?? null,
    snapshots: snapshots.size,
    candidates: snapshots.candidateCount,
    folders: snapshots.folderCount,
    mergeBases: mergeBases.size,
    files: files.size,
  };
}

function equal(left: Counts, right: Counts): boolean {
  return (Object.keys(left) as (keyof Counts)[]).every((name) => left[name] === right[name]);
}

function addsLittle(before: Counts, now: Counts, file: CacheState): boolean {
  const trees = now.snapshots - before.snapshots;
  return (
    before.tags === now.tags &&
    before.registry === now.registry &&
    trees <= Math.max(FEW_TREES, before.snapshots * SMALL_PART) &&
    file.size <= 2 * file.first
  );
}

/** What memory holds beyond some counts: what was put in later stands later in every part. */
function additions(memory: Memory, since: Counts): CatalogRecord {
  return {
    key: memory.key,
    commits: new Map([...memory.commits].slice(since.commits)),
    tags: Buffer.alloc(0),
    ...memory.snapshots.storeSince(since),
    mergeBases: mergeBasesOf(memory).slice(since.mergeBases),
    files: [...memory.files].slice(since.files),
  };
}

function everything(memory: Memory): CatalogRecord {
  const { key, tags, registry, snapshots, files } = memory;
  const named = memory.commits.size > SPARE_COMMITS ? memory.named() : undefined;
  const kept = named && memory.commits.size > SPARE_COMMITS + 2 * named.size ? named : undefined;
  const commits = kept ? new Map([...memory.commits].filter(([id]) => kept.has(id))) : memory.commits;
  return {
    key,
    commits,
    tags: tags.store(),
    registry: registry?.store() ?? null,
    ...snapshots.store(kept && new Set(commits.values())),
    mergeBases: mergeBasesOf(memory).filter(([commit]) => kept?.has(commit) ?? true),
    files: [...files],
  };
}

function mergeBasesOf({ mergeBases }: Memory): CatalogRecord['mergeBases'] {
  return [...mergeBases].map(([pair, base]) => {
    const [commit = '', other = ''] = pair.split(' ');
    return [commit as CommitId, other as CommitId, base];
  });
}
