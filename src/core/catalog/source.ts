import { append } from '../append.js';
import { version as productVersion } from '../../../package.json';
import type { Diagnostic } from '../diagnostic.js';
import { CommitGraph } from '../git/graph.js';
import type { CommitId } from '../git/ids.js';
import type { ObjectReader } from '../git/objects.js';
import { openObjects } from '../git/objects.js';
import type { Refs } from '../git/refs.js';
import { listRefs, readHead } from '../git/refs.js';
import type { Repository } from '../git/repository.js';
import { shallowEdge } from '../git/shallow.js';
import type { LoadedSettings } from '../settings/load.js';
import type { Settings } from '../settings/settings.js';
import { cacheFileOf } from './cacheFile.js';
import { Candidates } from './candidates.js';
import type { Branch, BranchList } from './catalog.js';
import type { CatalogRecord } from './catalogCache.js';
import { pairKey } from './changes.js';
import { CommitTrees } from './commitTrees.js';
import { learnMergeBases } from './mergeBases.js';
import { PathPatterns } from './patterns.js';
import type { RefsView } from './refsView.js';
import { brokenRef, findDefaultBranch, readRemoteNames, viewRefs } from './refsView.js';
import type { RegistryView, StoredRegistry } from './registryView.js';
import { RepositoryCatalog } from './repositoryCatalog.js';
import type { Memory } from './savedCatalog.js';
import { SavedCatalog } from './savedCatalog.js';
import { SettingsReader } from './settingsReader.js';
import { Snapshots } from './snapshots.js';
import { TagRegistry, wantedTags } from './tagRegistry.js';

export interface SourceOptions {
  /** Where catalogs leave what the next ones can use; null for nowhere. */
  readonly cacheFolder?: string | null;
}

export interface LoadOptions {
  readonly signal?: AbortSignal;
  /** Replaces `modelkeep.yaml`; read from the repository by default. */
  readonly settings?: Settings;
  /** A listing of the refs that was begun while the repository was still being opened. */
  readonly refs?: Promise<Refs>;
  /** Branches whose trees are read in the same pass; others are read when they are asked for. */
  readonly branches?: (view: RefsView) => readonly Branch[];
  /** Those branches will be asked for what they change: the history that tells is read at the same time. */
  readonly changes?: boolean;
  /** Called as soon as the refs and the settings are read, before tags and trees. */
  readonly onBranches?: (list: BranchList) => void;
  /** Called where there is no cache: the repository will be read whole. */
  readonly onUncached?: () => void;
}

interface Abortable {
  readonly signal?: AbortSignal;
}

/**
 * Builds one catalog of a repository after another. Objects never change, so what was read for one catalog
 * serves the next, in this process and through the cache in others: a refresh costs the refs and what is new.
 */
export class CatalogSource {
  private readonly commits = new CommitTrees();
  private readonly registry = new TagRegistry(this.commits);
  private readonly settings: SettingsReader;
  private mergeBases = new Map<string, CommitId | null>();
  private graph = new CommitGraph();
  /** The commits at which a shallow clone ends, as Git writes them down; empty for a whole clone. */
  private edge = '';
  private snapshots: KeptSnapshots | undefined;
  /** The commits that the refs and tags of the last catalog name. */
  private named = (): ReadonlySet<CommitId> => new Set();
  private saved: { readonly file: string; readonly catalog: SavedCatalog } | undefined;

  constructor(
    readonly repository: Repository,
    private readonly options: SourceOptions = {},
  ) {
    this.settings = new SettingsReader(repository);
  }

  /**
   * Reads the refs, the tags and the settings, and the trees that versions and the asked-for branches need.
   * @throws GitError when the repository itself cannot be read; the signal's reason when aborted.
   */
  async load(options: LoadOptions = {}): Promise<RepositoryCatalog> {
    const abortable = options.signal ? { signal: options.signal } : {};
    const { repository } = this;
    const reader = this.reader(abortable);
    const here = this.settings.here(options.settings);
    const ended = new AbortController();
    const historySignal = options.signal ? AbortSignal.any([options.signal, ended.signal]) : ended.signal;
    try {
      const [refs, head, remotes, record] = await Promise.all([
        options.refs ?? listRefs(repository, abortable),
        readHead(repository, abortable),
        readRemoteNames(repository),
        here.then((loaded) => this.restored(loaded, reader, options)),
        this.followEdge(),
      ]);
      const view = viewRefs(refs, head, remotes);
      this.settings.restore(record?.files ?? []);
      const standard = findDefaultBranch(view, null, 'origin')?.branch.commit ?? null;
      const loaded = await this.settings.load(await here, standard, reader, abortable);
      const { settings } = loaded;
      const defaultBranch = findDefaultBranch(view, settings.branches.default, settings.remote);
      options.onBranches?.({ settings, head: view.head, defaultBranch, branches: view.branches });
      const snapshots = this.snapshotsFor(settings, record);
      this.saved?.catalog.takenOver();
      const diagnostics: Diagnostic[] = loaded.diagnostics.map((found) => ({
        path: 'modelkeep.yaml',
        ...found,
      }));
      const tips = [...new Set((options.branches?.(view) ?? []).flatMap(({ commit }) => commit ?? []))];
      const tags = wantedTags(view, settings);
      const stored = record?.key === this.keyOf(snapshots.key) ? record.registry : null;
      const known = this.registry.known(tags.key, snapshots.models, settings, stored);
      const gathered = snapshots.models.gather((request) => {
        for (const commit of tips) this.commits.request(commit, reader, request);
        if (!known) this.registry.request(tags, settings, reader, request);
      }, reader);
      const base = options.changes === true ? defaultBranch?.branch.commit : null;
      const history = base && learnMergeBases(this.history, tips, base, gathered, { signal: historySignal });
      await gathered;
      const registry = known ?? (await this.registry.read(tags, settings, snapshots.models, reader));
      append(diagnostics, view.broken.map(brokenRef));
      append(diagnostics, registry.diagnostics);
      this.named = () => namedCommits(view, registry);
      await history;
      options.signal?.throwIfAborted();
      return new RepositoryCatalog({
        repository,
        settings,
        view,
        defaultBranch,
        registry,
        diagnostics,
        snapshots: snapshots.models,
        tracked: snapshots.tracked,
        graph: this.graph,
        shallow: this.edge !== '',
        mergeBases: this.mergeBases,
        commits: this.commits,
        reader: (abort) => this.reader(abort),
      });
    } finally {
      ended.abort();
      this.registry.endReading();
      reader.close();
    }
  }

  /**
   * Leaves in the cache what was read since it was last written. Never fails: a cache that cannot be written only
   * costs time.
   */
  async save(): Promise<void> {
    const catalog = this.saved?.catalog;
    await catalog?.save(() => {
      const { snapshots, saved } = this;
      const isWhole = snapshots && !snapshots.models.incomplete && saved?.catalog === catalog;
      return isWhole ? this.memory(snapshots) : undefined;
    });
  }

  /**
   * What the cache holds for the settings that are here. Where it holds nothing, objects will be read: Git starts
   * while the refs are listed.
   */
  private async restored(
    here: LoadedSettings | null,
    reader: ObjectReader,
    { onUncached }: LoadOptions,
  ): Promise<CatalogRecord | undefined> {
    const folder = this.options.cacheFolder ?? null;
    if (folder !== null) {
      const key = here ? this.settings.keyOf(here.settings) : '';
      const file = cacheFileOf(folder, this.repository.commonDir, key);
      if (this.saved?.file !== file) this.saved = { file, catalog: new SavedCatalog(file, this.idBytes) };
    }
    const found = await this.saved?.catalog.read();
    const record = found?.key.startsWith(this.owner) === true ? found : undefined;
    if (!record && !this.snapshots) {
      onUncached?.();
      reader.start();
    }
    return record;
  }

  /** History that ended at an edge which has moved since says nothing of what there is now (`git fetch --unshallow`). */
  private async followEdge(): Promise<void> {
    const edge = await shallowEdge(this.repository);
    if (edge === this.edge) return;
    this.edge = edge;
    this.graph = new CommitGraph();
    this.mergeBases = new Map();
    this.registry.forget();
  }

  private memory(snapshots: KeptSnapshots): Memory {
    return {
      key: this.keyOf(snapshots.key),
      commits: this.commits.all,
      named: this.named,
      tags: this.registry.store,
      registry: this.registry.memory(snapshots.models),
      snapshots: snapshots.models,
      // Where branches parted depends on where a shallow clone ends: alone among what is kept, it can change.
      mergeBases: this.edge === '' ? this.mergeBases : new Map(),
      files: this.settings.files,
    };
  }

  private get history(): Parameters<typeof learnMergeBases>[0] {
    const { repository, graph, commits, mergeBases } = this;
    return { repository, graph, commits, mergeBases };
  }

  /** A reader of this repository; the caller closes it. */
  reader(options: Abortable): ObjectReader {
    return openObjects(this.repository, options);
  }

  private get idBytes(): 20 | 32 {
    return this.repository.objectFormat === 'sha256' ? 32 : 20;
  }

  /** Begins the key of everything that this version of the product keeps of this repository. */
  private get owner(): string {
    return JSON.stringify([productVersion, this.repository.objectFormat, this.repository.commonDir]);
  }

  private keyOf(patterns: string): string {
    return `${this.owner}${patterns}`;
  }

  private snapshotsFor(settings: Settings, record: CatalogRecord | undefined): KeptSnapshots {
    const key = this.settings.keyOf(settings);
    const { snapshots, saved } = this;
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
    saved?.catalog.restored(undefined);
    if (record?.key === this.keyOf(key)) {
      for (const [commit, tree] of record.commits) this.commits.set(commit, tree);
      this.registry.store.restore(record.tags);
      made.models.restore(record);
      for (const [commit, base, found] of record.mergeBases)
        this.mergeBases.set(pairKey(commit, base), found);
      // Not with the files that were read since: those are new to the cache. With other settings before, more is new.
      const files = new Map(record.files);
      if (!snapshots)
        saved?.catalog.restored({ ...this.memory(made), registry: asKept(record.registry), files });
    }
    return made;
  }
}

/** The snapshots of one set of patterns and names: of what could be models, and of every tracked file. */
interface KeptSnapshots {
  readonly key: string;
  readonly models: Snapshots;
  readonly tracked: Snapshots;
}

function namedCommits(view: RefsView, registry: RegistryView): ReadonlySet<CommitId> {
  const commits = [...view.branches, ...view.experiments, ...registry.ordered, ...registry.plainTags];
  return new Set(commits.flatMap(({ commit }) => commit ?? []));
}

function asKept(stored: StoredRegistry | null | undefined): Memory['registry'] {
  return stored ? { key: stored.key, store: () => stored } : null;
}
