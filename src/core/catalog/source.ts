import { createHash } from 'node:crypto';
import picomatch from 'picomatch';
import { version as productVersion } from '../../../package.json';
import type { Diagnostic } from '../diagnostic.js';
import { parseCommit } from '../git/commits.js';
import { CommitGraph } from '../git/graph.js';
import type { CommitId } from '../git/ids.js';
import type { ObjectFailure, ObjectReader } from '../git/objects.js';
import { openObjects } from '../git/objects.js';
import { listRefs, readHead } from '../git/refs.js';
import type { Repository } from '../git/repository.js';
import type { LoadedSettings } from '../settings/load.js';
import { loadSettings } from '../settings/load.js';
import type { Settings } from '../settings/settings.js';
import { cacheFileOf, readCacheFile, sweepCache, writeCacheFile } from './cacheFile.js';
import { Candidates } from './candidates.js';
import type { Branch } from './catalog.js';
import type { CatalogRecord } from './catalogCache.js';
import { decodeRecord, encodeRecord } from './catalogCache.js';
import { PathPatterns } from './patterns.js';
import type { RefsView } from './refsView.js';
import { findDefaultBranch, readRemoteNames, unreadableRef, viewRefs } from './refsView.js';
import { RegistryView } from './registryView.js';
import { RepositoryCatalog } from './repositoryCatalog.js';
import type { Snapshot } from './snapshot.js';
import { Snapshots } from './snapshots.js';
import type { CommitSays } from './tagStore.js';
import { TagStore } from './tagStore.js';
import type { CommitTag } from './versions.js';
import { readTagMeanings } from './versions.js';

export interface SourceOptions {
  /** Where catalogs leave what the next ones can use; null for nowhere. */
  readonly cacheFolder?: string | null;
}

export interface LoadOptions {
  readonly signal?: AbortSignal;
  /** Replaces `modelkeep.yaml`; read from the repository by default. */
  readonly settings?: Settings;
  /** Branches whose trees are read in the same pass; others are read when they are asked for. */
  readonly branches?: (view: RefsView) => readonly Branch[];
}

interface Abortable {
  readonly signal?: AbortSignal;
}

/** Beyond this many kept trees, those that no ref names any more are left out. */
const SPARE_TREES = 4_096;

/**
 * Builds one catalog of a repository after another. Objects never change, so what was read for one catalog
 * serves the next, in this process and through the cache in others: a refresh costs the refs and what is new.
 */
export class CatalogSource {
  private readonly trees = new Map<CommitId, string>();
  /** What commits say of themselves, for tags that say nothing. */
  private readonly commits = new Map<CommitId, CommitSays>();
  private readonly failures = new Map<CommitId, ObjectFailure>();
  private readonly tags = new TagStore();
  private readonly files = new Map<string, string | null>();
  private readonly mergeBases = new Map<string, CommitId | null>();
  private graph = new CommitGraph();
  private snapshots:
    { readonly key: string; readonly models: Snapshots; readonly tracked: Snapshots } | undefined;
  private registry: KeptRegistry | undefined;
  private readonly cacheFile: string | undefined;
  /** The record of the cache, until the settings tell whether it fits. */
  private record: Promise<Buffer | undefined> | undefined;
  private saved = -1;

  constructor(
    readonly repository: Repository,
    private readonly options: SourceOptions = {},
  ) {
    const folder = options.cacheFolder ?? null;
    if (folder === null) return;
    this.cacheFile = cacheFileOf(folder, repository.commonDir);
    this.record = readCacheFile(this.cacheFile);
  }

  /**
   * Reads the refs, the tags and the settings, and the trees that versions and the asked-for branches need.
   * @throws GitError when the repository itself cannot be read; the signal's reason when aborted.
   */
  async load(options: LoadOptions = {}): Promise<RepositoryCatalog> {
    const abortable = options.signal ? { signal: options.signal } : {};
    const { repository } = this;
    const reader = this.reader(abortable);
    try {
      const [refs, head, remotes, record] = await Promise.all([
        listRefs(repository, abortable),
        readHead(repository, abortable),
        readRemoteNames(repository),
        this.takeRecord(),
      ]);
      const view = viewRefs(refs, head, remotes);
      for (const [key, content] of record?.files ?? []) this.files.set(key, content);
      const loaded = await this.settings(view, reader, options);
      const { settings } = loaded;
      const snapshots = this.snapshotsFor(settings, record);
      const diagnostics: Diagnostic[] = loaded.diagnostics.map((found) => ({
        path: 'modelkeep.yaml',
        ...found,
      }));
      const wanted = options.branches?.(view) ?? [];
      const registry = await this.readRegistry(view, settings, snapshots.models, record, reader);
      diagnostics.push(...registry.diagnostics);
      const tips = wanted.flatMap(({ commit }) => commit ?? []);
      await this.readCommits(tips, reader);
      await snapshots.models.load(
        tips.flatMap((commit) => this.trees.get(commit) ?? []),
        reader,
      );
      return new RepositoryCatalog({
        repository,
        settings,
        view,
        defaultBranch: findDefaultBranch(view, settings.branches.default, settings.remote),
        registry,
        diagnostics,
        snapshots: snapshots.models,
        tracked: snapshots.tracked,
        graph: this.graph,
        mergeBases: this.mergeBases,
        commits: this,
      });
    } finally {
      reader.close();
    }
  }

  /**
   * Leaves in the cache what was read since it was last written. Never fails: a cache that cannot be written only
   * costs time.
   */
  async save(): Promise<void> {
    const { cacheFile, snapshots } = this;
    if (cacheFile === undefined || !snapshots || snapshots.models.incomplete) return;
    const size = this.size(snapshots.models);
    if (size === this.saved) return;
    this.saved = size;
    const many = snapshots.models.size > SPARE_TREES + 2 * this.trees.size;
    const record: CatalogRecord = {
      key: this.keyOf(snapshots.key),
      commits: this.trees,
      tags: this.tags.store(),
      registry:
        this.registry?.snapshots === snapshots.models ? this.registry.view.store(this.registry.key) : null,
      ...snapshots.models.store(many ? new Set(this.trees.values()) : undefined),
      mergeBases: [...this.mergeBases].map(([pair, base]) => {
        const [commit = '', other = ''] = pair.split(' ');
        return [commit as CommitId, other as CommitId, base];
      }),
      files: [...this.files],
    };
    const written = await writeCacheFile(cacheFile, encodeRecord(record, this.idBytes));
    const folder = this.options.cacheFolder;
    if (written && typeof folder === 'string') await sweepCache(folder);
  }

  /** A reader of this repository; the caller closes it. */
  reader(options: Abortable): ObjectReader {
    return openObjects(this.repository, options);
  }

  /** Reads commits whose trees are not yet known; those that fail are told by `failure`. */
  async readCommits(commits: Iterable<CommitId>, reader: ObjectReader): Promise<void> {
    for (const id of new Set(commits)) {
      if (this.trees.has(id)) continue;
      reader.contents(id, {
        failed: (reason) => this.failures.set(id, reason),
        object: (type, data) => {
          const commit = type === 'commit' ? parseCommit(data) : undefined;
          if (!commit) this.failures.set(id, 'corrupt');
          else {
            this.failures.delete(id);
            this.trees.set(id, commit.tree);
          }
        },
      });
    }
    await reader.settle();
  }

  /** The tree of a commit that was read. */
  treeOf(commit: CommitId): string | undefined {
    return this.trees.get(commit);
  }

  /** Why a commit could not be read. */
  failure(commit: CommitId): ObjectFailure | undefined {
    return this.failures.get(commit);
  }

  private snapshotOf(commit: CommitId): Snapshot | undefined {
    const tree = this.trees.get(commit);
    const models = this.snapshots?.models;
    return tree === undefined || models?.has(tree) !== true ? undefined : models.get(tree);
  }

  private get idBytes(): 20 | 32 {
    return this.repository.objectFormat === 'sha256' ? 32 : 20;
  }

  private size(snapshots: Snapshots): number {
    return this.trees.size + this.tags.changes + snapshots.size + this.files.size + this.mergeBases.size;
  }

  private keyOf(patterns: string): string {
    return JSON.stringify([productVersion, this.repository.objectFormat, patterns]);
  }

  private async takeRecord(): Promise<CatalogRecord | undefined> {
    const { record } = this;
    if (!record) return undefined;
    this.record = undefined;
    const content = await record;
    return content && decodeRecord(content, this.idBytes);
  }

  private async settings(
    view: RefsView,
    reader: ObjectReader,
    options: LoadOptions,
  ): Promise<LoadedSettings> {
    if (options.settings) return { settings: options.settings, source: { kind: 'none' }, diagnostics: [] };
    const fallback = findDefaultBranch(view, null, 'origin');
    return loadSettings(this.repository, {
      defaultCommit: fallback?.branch.commit ?? null,
      readAt: (commit, path) => this.readFileAt(reader, commit, path),
      ...(options.signal ? { signal: options.signal } : {}),
    });
  }

  private async readFileAt(reader: ObjectReader, commit: string, path: string): Promise<Buffer | null> {
    const spec = `${commit}:${path}`;
    const known = this.files.get(spec);
    if (known !== undefined) return known === null ? null : Buffer.from(known, 'base64');
    const found = await readSmallFile(reader, spec);
    this.files.set(spec, found === null ? null : found.toString('base64'));
    return found;
  }

  /** What the tags mean: as for the last catalog (of this process or the cache) while they are the same. */
  private async readRegistry(
    view: RefsView,
    settings: Settings,
    snapshots: Snapshots,
    record: CatalogRecord | undefined,
    reader: ObjectReader,
  ): Promise<RegistryView> {
    const patterns = settings.versions.ignore;
    const ignored = patterns.length === 0 ? (): boolean => false : picomatch([...patterns], { dot: true });
    const wanted = view.tags.filter((tag) => !ignored(tag.name));
    const key = keyOfTags(wanted, settings.versions.tags);
    if (this.registry?.key === key && this.registry.snapshots === snapshots) return this.registry.view;
    const stored = record?.key === this.keyOf(this.snapshots?.key ?? '') ? record.registry : null;
    if (stored?.key === key) {
      this.registry = { key, snapshots, view: new RegistryView(stored, settings) };
      return this.registry.view;
    }
    const { tags, diagnostics } = await this.readTags(wanted, reader);
    const registered = readTagMeanings(tags, settings.versions.tags, (commit) => this.commits.get(commit));
    const trees = registered.versions.map(({ commit }) => this.trees.get(commit));
    await snapshots.load(
      trees.flatMap((tree) => tree ?? []),
      reader,
    );
    const bound = RegistryView.bind(registered, settings, diagnostics, (commit) => this.snapshotOf(commit));
    const whole = diagnostics.length === 0 && !trees.includes(undefined) && !snapshots.incomplete;
    this.registry = whole ? { key, snapshots, view: bound } : undefined;
    return bound;
  }

  private async readTags(
    wanted: RefsView['tags'],
    reader: ObjectReader,
  ): Promise<{ readonly tags: readonly CommitTag[]; readonly diagnostics: readonly Diagnostic[] }> {
    await this.tags.read(
      wanted.map(({ id }) => id),
      reader,
    );
    const tags: CommitTag[] = [];
    const diagnostics: Diagnostic[] = [];
    for (const { name, ref, id } of wanted) {
      const tag = this.tags.get(id);
      if (tag?.kind === 'annotated') tags.push({ name, ref, id, commit: tag.commit, header: tag.header });
      if (tag?.kind === 'lightweight') {
        tags.push({ name, ref, id, commit: tag.commit, header: null });
        this.trees.set(tag.commit, tag.tree);
        this.commits.set(tag.commit, tag.told);
      }
      const reason = tag ? undefined : this.tags.failure(id);
      if (reason) diagnostics.push(unreadableRef(ref, reason));
    }
    await this.readCommits(
      tags.map(({ commit }) => commit),
      reader,
    );
    await this.readSpeechless(tags, reader);
    return { tags, diagnostics };
  }

  /** Tags without a tagger take time and author from their commit. */
  private async readSpeechless(tags: readonly CommitTag[], reader: ObjectReader): Promise<void> {
    for (const { header, commit } of tags) {
      if (header === null || header.tagger !== null || this.commits.has(commit)) continue;
      reader.contents(commit, {
        failed: () => undefined, // reported with its tag
        object: (type, data) => {
          const parsed = type === 'commit' ? parseCommit(data) : undefined;
          if (parsed) this.commits.set(commit, parsed);
        },
      });
    }
    await reader.settle();
  }

  private snapshotsFor(
    settings: Settings,
    record: CatalogRecord | undefined,
  ): { readonly key: string; readonly models: Snapshots; readonly tracked: Snapshots } {
    const key = JSON.stringify([settings.models.match, settings.models.names]);
    const { snapshots } = this;
    if (snapshots?.key === key && !snapshots.models.incomplete && !snapshots.tracked.incomplete)
      return snapshots;
    // What could not be read may be there now: nothing that leans on it is kept.
    if (snapshots?.models.incomplete === true) this.graph = new CommitGraph();
    const candidates = new Candidates(new PathPatterns(settings.models.match));
    const made = {
      key,
      models: new Snapshots(this.repository, settings, candidates),
      tracked: new Snapshots(this.repository, settings, candidates, new PathPatterns(['**'])),
    };
    this.snapshots = made;
    if (record?.key === this.keyOf(key)) {
      for (const [commit, tree] of record.commits) this.trees.set(commit, tree);
      this.tags.restore(record.tags);
      made.models.restore(record);
      for (const [commit, base, found] of record.mergeBases) this.mergeBases.set(`${commit} ${base}`, found);
      this.saved = this.size(made.models);
    }
    return made;
  }
}

/** What the tags meant for the last catalog, and what that leaned on. */
interface KeptRegistry {
  readonly key: string;
  readonly snapshots: Snapshots;
  readonly view: RegistryView;
}

/** Stands for a list of tags with their objects. */
function keyOfTags(tags: RefsView['tags'], scheme: string): string {
  const hash = createHash('sha1').update(`${scheme}\n`);
  for (const { name, id } of tags) hash.update(`${id} ${name}\n`);
  return hash.digest('hex');
}

async function readSmallFile(reader: ObjectReader, spec: string): Promise<Buffer | null> {
  let found: Buffer | null = null;
  reader.info(spec, {
    failed: () => undefined, // no such file
    info: (type, size, id) => {
      if (type !== 'blob' || size > 1024 * 1024) return;
      reader.contents(id, {
        failed: () => undefined,
        object: (_type, data) => {
          found = Buffer.from(data);
        },
      });
    },
  });
  await reader.settle();
  return found;
}
