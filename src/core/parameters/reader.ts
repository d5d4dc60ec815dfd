import { createHash } from 'node:crypto';
import { lstat, readFile } from 'node:fs/promises';
import { LRUCache } from 'lru-cache';
import type { Stores } from '../artifacts/stores.js';
import { dvcCacheFiles, findStores } from '../artifacts/stores.js';
import type { ObjectReader } from '../git/objects.js';
import { openObjects } from '../git/objects.js';
import type { Repository } from '../git/repository.js';
import { locate } from '../tracking/dvc/locate.js';
import type { ParsedLock } from '../tracking/dvc/lock.js';
import { parseLock } from '../tracking/dvc/lock.js';
import type { ParsedPipeline } from '../tracking/dvc/pipeline.js';
import { parsePipeline } from '../tracking/dvc/pipeline.js';
import type { ResolvedPipeline } from '../tracking/dvc/resolve.js';
import { resolvePipeline } from '../tracking/dvc/resolve.js';
import type { ReadFields } from './document.js';
import { FILE_LIMIT, readFields } from './document.js';
import type { LayoutFile } from './layout.js';
import { Layouts } from './layout.js';
import type { MetricsFile, PlacedStage } from './stages.js';
import { placeStages } from './stages.js';

/** The pipelines of a commit and the files that may hold parameters and metrics. */
export interface CommitFiles {
  readonly files: readonly LayoutFile[];
  readonly pipelines: readonly { readonly folder: string; readonly resolved: ResolvedPipeline }[];
  readonly stages: readonly PlacedStage[];
}

const MOST_PIPELINES = 500;

/**
 * Reads parameter and metrics files of any number of commits through one Git process; every object is parsed once.
 * Close it when done. One question at a time.
 */
export class FactsReader {
  private readonly objects: ObjectReader;
  private readonly layouts: Layouts;
  private readonly stores: Stores;
  private readonly commits = new LRUCache<string, CommitFiles>({ max: 64 });
  private readonly pipelines = new LRUCache<string, ParsedPipeline>({ max: 1000 });
  private readonly locks = new LRUCache<string, ParsedLock>({ max: 2000 });
  private readonly fields = new LRUCache<string, ReadFields>({ max: 2000 });

  constructor(repository: Repository, signal?: AbortSignal) {
    this.objects = openObjects(repository, signal ? { signal } : {});
    this.layouts = new Layouts(repository.objectFormat === 'sha256' ? 32 : 20);
    this.stores = findStores(repository, signal);
  }

  close(): void {
    this.objects.close();
  }

  /** Which pipelines, parameter and metrics files a commit has. */
  async commit(commit: string): Promise<CommitFiles> {
    const known = this.commits.get(commit);
    if (known) return known;
    const files = await this.layouts.filesAt(commit, this.objects);
    const yamls = files.filter((file) => baseOf(file.path) === 'dvc.yaml').slice(0, MOST_PIPELINES);
    const locks = new Map(
      files.filter((file) => baseOf(file.path) === 'dvc.lock').map((file) => [folderOf(file.path), file]),
    );
    for (const yaml of yamls) {
      this.parse(yaml.blob, this.pipelines, parsePipeline);
      const lock = locks.get(folderOf(yaml.path));
      if (lock) this.parse(lock.blob, this.locks, parseLock);
    }
    await this.objects.settle();
    const pipelines: { folder: string; resolved: ResolvedPipeline }[] = [];
    for (const yaml of yamls) {
      const pipeline = this.pipelines.get(yaml.blob);
      if (!pipeline) continue;
      const folder = folderOf(yaml.path);
      const vars = await this.variables(commit, folder, pipeline);
      const lock = this.locks.get(locks.get(folder)?.blob ?? '') ?? null;
      pipelines.push({ folder, resolved: resolvePipeline({ pipeline, lock, vars }) });
    }
    const stages = pipelines.flatMap(({ folder, resolved }) => placeStages(folder, resolved));
    const found = { files, pipelines, stages };
    this.commits.set(commit, found);
    return found;
  }

  /** The fields of files as the commit has them; undefined where it has no such file. */
  async read(commit: string, paths: readonly string[]): Promise<ReadonlyMap<string, ReadFields>> {
    const found = new Map<string, ReadFields>();
    const blobs = new Map<string, string>();
    for (const path of new Set(paths)) {
      this.objects.info(`${commit}:${path}`, {
        failed: (reason) => {
          if (reason === 'corrupt') found.set(path, { ok: false, reason: 'The object in Git is corrupt' });
        },
        info: (type, size, id) => {
          if (type !== 'blob') return;
          blobs.set(path, id);
          // The same bytes may stand under two names of different formats.
          if (size > FILE_LIMIT)
            this.fields.set(fieldsKey(id, path), readFields(path, new Uint8Array(FILE_LIMIT + 1)));
          else if (!this.fields.has(fieldsKey(id, path))) {
            this.parse(id, this.fields, (data) => readFields(path, data), fieldsKey(id, path));
          }
        },
      });
    }
    await this.objects.settle();
    for (const [path, id] of blobs) {
      found.set(path, this.fields.get(fieldsKey(id, path)) ?? { ok: false, reason: 'not local' });
    }
    return found;
  }

  /** The fields of a metrics file that DVC keeps: from the local cache, when it is there with the right bytes. */
  async readCached(file: MetricsFile): Promise<ReadFields> {
    const { digest } = file;
    if (digest === null) return { ok: false, reason: 'not in the lock' };
    for (const root of await this.stores.dvc(file.path)) {
      for (const candidate of dvcCacheFiles(root, digest)) {
        const found = await lstat(candidate).catch(() => null);
        if (!found?.isFile()) continue;
        if (found.size > FILE_LIMIT) return { ok: false, reason: 'The file is larger than 10 MB' };
        const bytes = await readFile(candidate).catch(() => null);
        if (bytes === null) continue;
        // A legacy hash is of normalised line ends, so only a new one is checked here.
        const right =
          digest.legacy === true || createHash('md5').update(bytes).digest('hex') === digest.value;
        if (!right) return { ok: false, reason: 'corrupt in the DVC cache' };
        return readFields(file.path, bytes);
      }
    }
    return { ok: false, reason: 'not local' };
  }

  private parse<Parsed extends object>(
    blob: string,
    memo: LRUCache<string, Parsed>,
    parse: (bytes: Uint8Array) => Parsed,
    key = blob,
  ): void {
    if (memo.has(key)) return;
    this.objects.info(blob, {
      failed: () => undefined,
      info: (type, size) => {
        if (type !== 'blob' || size > FILE_LIMIT) return;
        this.objects.contents(blob, {
          failed: () => undefined,
          object: (_type, data) => memo.set(key, parse(Uint8Array.from(data))),
        });
      },
    });
  }

  private async variables(
    commit: string,
    folder: string,
    pipeline: ParsedPipeline,
  ): Promise<ReadonlyMap<string, Uint8Array>> {
    const vars = new Map<string, Uint8Array>();
    for (const name of pipeline.varsFiles) {
      const place = locate(folder, name);
      if (!('path' in place)) continue;
      this.objects.info(`${commit}:${place.path}`, {
        failed: () => undefined,
        info: (type, size, id) => {
          if (type !== 'blob' || size > 1024 * 1024) return;
          this.objects.contents(id, {
            failed: () => undefined,
            object: (_type, data) => vars.set(name, Uint8Array.from(data)),
          });
        },
      });
    }
    await this.objects.settle();
    return vars;
  }
}

function fieldsKey(blob: string, path: string): string {
  return `${blob} ${/\.[^./]+$/.exec(path)?.[0] ?? ''}`;
}

export function folderOf(path: string): string {
  const slash = path.lastIndexOf('/');
  return slash < 0 ? '' : path.slice(0, slash);
}

export function baseOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}
