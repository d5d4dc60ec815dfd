import { LRUCache } from 'lru-cache';
import { findStores } from '../artifacts/stores.js';
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
import type { LfsPointer } from '../tracking/lfs/pointer.js';
import { parseLfsPointer } from '../tracking/lfs/pointer.js';
import type { CurvePlace } from './curveFiles.js';
import { CurveFiles } from './curveFiles.js';
import type { Curve } from './curves.js';
import { TABLES } from './curves.js';
import type { ReadFields } from './document.js';
import { FILE_LIMIT, readFields } from './document.js';
import type { Unread } from './facts.js';
import type { KeptOutput } from './kept.js';
import { KeptFiles } from './kept.js';
import type { LayoutFile } from './layout.js';
import { Layouts, VALUES } from './layout.js';
import type { PlacedStage } from './stages.js';
import { placeStages } from './stages.js';
import { phrase } from '../phrase.js';

/** The pipelines of a commit and the files that may hold parameters and metrics. */
export interface CommitFiles {
  readonly files: readonly LayoutFile[];
  readonly pipelines: readonly { readonly folder: string; readonly resolved: ResolvedPipeline }[];
  readonly stages: readonly PlacedStage[];
}

/** What one file says, by its own path. */
export interface FileFields {
  readonly path: string;
  readonly fields: ReadFields;
}

const MOST_PIPELINES = 500;
/** Files of one folder of metrics. */
const MOST_IN_FOLDER = 100;

/**
 * Reads parameter and metrics files of any number of commits through one Git process; every object is parsed once.
 * Close it when done. One question at a time.
 */
export class FactsReader {
  private readonly objects: ObjectReader;
  private readonly layouts: Layouts;
  /** Every file with values of folders that are named as a whole. */
  private readonly contents: Layouts;
  private readonly curves: CurveFiles;
  private readonly kept: KeptFiles;
  private readonly commits = new LRUCache<string, CommitFiles>({ max: 64 });
  private readonly pipelines = new LRUCache<string, ParsedPipeline>({ max: 1000 });
  private readonly locks = new LRUCache<string, ParsedLock>({ max: 2000 });
  private readonly fields = new LRUCache<string, ReadFields | LfsPointer>({ max: 2000 });

  constructor(repository: Repository, signal?: AbortSignal) {
    this.objects = openObjects(repository, signal ? { signal } : {});
    const idBytes = repository.objectFormat === 'sha256' ? 32 : 20;
    this.layouts = new Layouts(idBytes);
    this.contents = new Layouts(idBytes, VALUES);
    this.kept = new KeptFiles(findStores(repository, signal));
    this.curves = new CurveFiles(this.objects, new Layouts(idBytes, TABLES), this.kept);
  }

  close(): void {
    this.objects.close();
  }

  /** Which pipelines, parameter and metrics files a commit has. */
  async commit(commit: string): Promise<CommitFiles> {
    const known = this.commits.get(commit);
    if (known) return known;
    const files = await this.layouts.filesIn(`${commit}^{tree}`, this.objects);
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

  /**
   * The fields of files as the commit has them: those in Git, else those that DVC keeps (DVC looks in the same order).
   * A folder answers with the files in it. What is nowhere is not in the answer.
   */
  async read(
    commit: string,
    paths: readonly string[],
    outputs: ReadonlyMap<string, KeptOutput>,
  ): Promise<ReadonlyMap<string, readonly FileFields[]>> {
    const found = new Map<string, readonly FileFields[]>();
    const inGit = await this.readGit(commit, paths);
    for (const path of new Set(paths)) {
      const at = inGit.get(path);
      if (at === 'folder') found.set(path, await this.readFolder(commit, path));
      else if (at) found.set(path, [{ path, fields: at }]);
      else {
        const kept = await this.readKept(path, outputs);
        if (kept.length > 0) found.set(path, kept);
      }
    }
    return found;
  }

  /** Paths of the files inside a folder that DVC keeps; undefined where they cannot be told. */
  filesIn(output: KeptOutput): Promise<readonly string[] | undefined> {
    return this.kept.filesIn(output);
  }

  /** The curves at a place, in Git or in what DVC keeps. What cannot be read is added to `unread`. */
  readCurves(
    commit: string,
    place: CurvePlace,
    outputs: ReadonlyMap<string, KeptOutput>,
    unread: Unread[],
  ): Promise<readonly Curve[]> {
    return this.curves.read(commit, place, outputs, unread);
  }

  private async readGit(
    commit: string,
    paths: readonly string[],
  ): Promise<ReadonlyMap<string, ReadFields | 'folder'>> {
    const found = new Map<string, ReadFields | 'folder'>();
    const blobs = new Map<string, string>();
    const known = new Map(this.commits.get(commit)?.files.map(({ path, blob }) => [path, blob]));
    for (const path of new Set(paths)) {
      // By its id where it is known: a blob that is missing in a partial clone is no missing file.
      const blob = known.get(path);
      this.objects.info(blob ?? `${commit}:${path}`, {
        failed: (reason) => {
          if (reason === 'corrupt')
            found.set(path, { ok: false, reason: phrase('The object in Git is corrupt') });
          else if (blob !== undefined) found.set(path, { ok: false, reason: phrase('not local') });
        },
        info: (type, size, id) => {
          if (type === 'tree') found.set(path, 'folder');
          if (type !== 'blob') return;
          blobs.set(path, id);
          this.ask(path, id, size);
        },
      });
    }
    await this.objects.settle();
    for (const [path, id] of blobs) found.set(path, await this.fieldsOf(path, id));
    return found;
  }

  /** Asks for a blob's fields; the same bytes may stand under two names of different formats. */
  private ask(path: string, id: string, size?: number): void {
    const key = fieldsKey(id, path);
    if (size !== undefined && size > FILE_LIMIT) {
      this.fields.set(key, readFields(path, new Uint8Array(FILE_LIMIT + 1)));
      return;
    }
    this.parse(id, this.fields, (data) => parseLfsPointer(data) ?? readFields(path, data), key);
  }

  private async fieldsOf(path: string, id: string): Promise<ReadFields> {
    const read = this.fields.get(fieldsKey(id, path));
    if (read === undefined) return { ok: false, reason: phrase('not local') };
    if ('ok' in read) return read;
    const kept = await this.kept.readLfs(read.oid);
    return kept.ok ? readFields(path, kept.bytes) : kept;
  }

  /** DVC reads every file of a folder of metrics; those that can be none are left out here. */
  private async readFolder(commit: string, folder: string): Promise<readonly FileFields[]> {
    const files = (await this.contents.filesIn(`${commit}:${folder}`, this.objects)).slice(0, MOST_IN_FOLDER);
    for (const { path, blob } of files) this.ask(path, blob);
    await this.objects.settle();
    return Promise.all(
      files.map(async ({ path, blob }) => ({
        path: `${folder}/${path}`,
        fields: await this.fieldsOf(path, blob),
      })),
    );
  }

  private async readKept(
    path: string,
    outputs: ReadonlyMap<string, KeptOutput>,
  ): Promise<readonly FileFields[]> {
    for (let at = path; at !== ''; at = folderOf(at)) {
      const output = outputs.get(at);
      if (output === undefined) continue;
      const inside = at === path ? await this.kept.filesIn(output) : undefined;
      if (inside === undefined) return this.readKeptFile(path, output);
      const files = inside.filter((file) => VALUES.test(file)).slice(0, MOST_IN_FOLDER);
      return (await Promise.all(files.map((file) => this.readKeptFile(file, output)))).flat();
    }
    return [];
  }

  private async readKeptFile(path: string, output: KeptOutput): Promise<readonly FileFields[]> {
    const kept = await this.kept.read(output, path);
    if (kept === undefined) return [];
    return [{ path, fields: kept.ok ? readFields(path, kept.bytes) : kept }];
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
