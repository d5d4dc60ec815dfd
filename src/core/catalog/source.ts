import { createHash } from 'node:crypto';
import picomatch from 'picomatch';
import { version as productVersion } from '../../../package.json';
import type { Diagnostic } from '../diagnostic.js';
import { parseCommit, treeOfCommit } from '../git/commits.js';
import { CommitGraph } from '../git/graph.js';
import type { CommitId } from '../git/ids.js';
import { mergeBase } from '../git/mergeBase.js';
import type { ObjectFailure, ObjectReader } from '../git/objects.js';
import { openObjects } from '../git/objects.js';
import type { Ref } from '../git/refs.js';
import { listRefs, readHead } from '../git/refs.js';
import type { Repository } from '../git/repository.js';
import { parseTagName } from '../registry/gto/tagName.js';
import { compileTagTemplate } from '../registry/gto/template.js';
import type { LoadedSettings } from '../settings/load.js';
import { loadSettings } from '../settings/load.js';
import type { Settings } from '../settings/settings.js';
import { cacheFileOf } from './cacheFile.js';
import { Candidates } from './candidates.js';
import type { Branch } from './catalog.js';
import type { CatalogRecord } from './catalogCache.js';
import { pairKey } from './changes.js';
import { PathPatterns } from './patterns.js';
import type { RefsView } from './refsView.js';
import { findDefaultBranch, readRemoteNames, unreadableRef, viewRefs } from './refsView.js';
import type { StoredRegistry } from './registryView.js';
import { RegistryView } from './registryView.js';
import { RepositoryCatalog } from './repositoryCatalog.js';
import type { Snapshot } from './snapshot.js';
import type { Memory } from './savedCatalog.js';
import { SavedCatalog } from './savedCatalog.js';
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
  /** A listing of the refs that was begun while the repository was still being opened. */
  readonly refs?: Promise<readonly Ref[]>;
  /** Branches whose trees are read in the same pass; others are read when they are asked for. */
  readonly branches?: (view: RefsView) => readonly Branch[];
  /** Those branches will be asked for what they change: the history that tells is read at the same time. */
  readonly changes?: boolean;
}

interface Abortable {
  readonly signal?: AbortSignal;
}

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
  private snapshots: KeptSnapshots | undefined;
  private registry: KeptRegistry | undefined;
  private readonly saved: SavedCatalog | undefined;

  constructor(
    readonly repository: Repository,
    options: SourceOptions = {},
  ) {
    const folder = options.cacheFolder ?? null;
    if (folder !== null)
      this.saved = new SavedCatalog(cacheFileOf(folder, repository.commonDir), this.idBytes);
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
        options.refs ?? listRefs(repository, abortable),
        readHead(repository, abortable),
        readRemoteNames(repository),
        this.saved?.take(),
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
      const tips = (options.branches?.(view) ?? []).flatMap(({ commit }) => commit ?? []);
      const tags = taggedRefs(view, settings);
      const key = keyOfTags(tags, settings.versions.tags);
      const kept = this.keptRegistry(key, snapshots.models, settings, record);
      const defaultBranch = findDefaultBranch(view, settings.branches.default, settings.remote);
      const history =
        options.changes === true
          ? this.readHistory(tips, defaultBranch?.branch.commit, abortable)
          : undefined;
      await snapshots.models.gather((request) => {
        for (const commit of tips) this.requestCommit(commit, reader, request);
        if (!kept) this.requestTags(tags, settings, reader, request);
      }, reader);
      const registry = kept ?? (await this.readRegistry(key, tags, settings, snapshots.models, reader));
      diagnostics.push(...registry.diagnostics);
      await history;
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
    const { snapshots } = this;
    if (snapshots && !snapshots.models.incomplete) await this.saved?.save(this.memory(snapshots));
  }

  private memory(snapshots: KeptSnapshots): Memory {
    const kept = this.registry?.snapshots === snapshots.models ? this.registry : undefined;
    return {
      key: this.keyOf(snapshots.key),
      commits: this.trees,
      tags: this.tags,
      registry: kept ? { key: kept.key, store: () => kept.view.store(kept.key) } : null,
      snapshots: snapshots.models,
      mergeBases: this.mergeBases,
      files: this.files,
    };
  }

  /** A reader of this repository; the caller closes it. */
  reader(options: Abortable): ObjectReader {
    return openObjects(this.repository, options);
  }

  /** Reads commits whose trees are not yet known; those that fail are told by `failure`. */
  async readCommits(commits: Iterable<CommitId>, reader: ObjectReader): Promise<void> {
    for (const id of new Set(commits)) this.requestCommit(id, reader);
    await reader.settle();
  }

  /** Asks for a commit; `told` hears of its tree, at once or when the commit was read. */
  private requestCommit(id: CommitId, reader: ObjectReader, told?: (tree: string) => void): void {
    const known = this.trees.get(id);
    if (known !== undefined) {
      told?.(known);
      return;
    }
    reader.contents(id, {
      failed: (reason) => this.failures.set(id, reason),
      object: (type, data) => {
        const tree = type === 'commit' ? treeOfCommit(data) : undefined;
        if (tree === undefined) this.failures.set(id, 'corrupt');
        else {
          this.failures.delete(id);
          this.trees.set(id, tree);
          told?.(tree);
        }
      },
    });
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

  private keyOf(patterns: string): string {
    return JSON.stringify([productVersion, this.repository.objectFormat, patterns]);
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

  /**
   * Reads where branches parted from the default one, as far as it is not known. What fails here is asked again, and
   * then told, where it is needed.
   */
  private async readHistory(
    tips: readonly CommitId[],
    base: CommitId | null | undefined,
    abortable: Abortable,
  ): Promise<void> {
    if (base === null || base === undefined) return;
    const unknown = tips.filter((tip) => tip !== base && !this.mergeBases.has(pairKey(tip, base)));
    const [tip] = unknown;
    if (tip === undefined || this.graph.has(tip)) return;
    // For one that moved Git's own answer is nearer than all of history.
    const reading =
      unknown.length === 1
        ? mergeBase(this.repository, tip, base, abortable).then((found) => {
            if (found !== null) this.mergeBases.set(pairKey(tip, base), found);
          })
        : this.graph.extend(this.repository, [...tips, base], abortable);
    await reading.catch(() => undefined);
  }

  /** What the tags meant for the last catalog (of this process or the cache), while they are the same. */
  private keptRegistry(
    key: string,
    snapshots: Snapshots,
    settings: Settings,
    record: CatalogRecord | undefined,
  ): RegistryView | undefined {
    if (this.registry?.key === key && this.registry.snapshots === snapshots) return this.registry.view;
    const stored = record?.key === this.keyOf(this.snapshots?.key ?? '') ? record.registry : null;
    if (stored?.key !== key) return undefined;
    this.registry = { key, snapshots, view: RegistryView.restore(stored, settings) };
    return this.registry.view;
  }

  /** Asks for the tags and their commits; `request` hears of the trees of those that may be versions. */
  private requestTags(
    tags: RefsView['tags'],
    settings: Settings,
    reader: ObjectReader,
    request: (tree: string) => void,
  ): void {
    const isVersion = versionNames(settings.versions.tags);
    const asked = new Set<CommitId>();
    for (const { name, id } of tags) {
      this.tags.request(id, reader, (tag) => {
        if (tag.kind === 'other') return;
        if (tag.kind === 'lightweight') {
          this.trees.set(tag.commit, tag.tree);
          this.commits.set(tag.commit, tag.told);
        }
        if (!isVersion(name)) this.requestCommit(tag.commit, reader);
        else if (!asked.has(tag.commit)) {
          asked.add(tag.commit);
          this.requestCommit(tag.commit, reader, request);
        }
      });
    }
  }

  /** What the tags mean; they, their commits and the trees of versions have been read. */
  private async readRegistry(
    key: string,
    wanted: RefsView['tags'],
    settings: Settings,
    snapshots: Snapshots,
    reader: ObjectReader,
  ): Promise<RegistryView> {
    const tags: CommitTag[] = [];
    const diagnostics: Diagnostic[] = [];
    for (const { name, ref, id } of wanted) {
      const tag = this.tags.get(id);
      if (tag && tag.kind !== 'other') {
        const header = tag.kind === 'annotated' ? tag.header : null;
        tags.push({ name, ref, id, commit: tag.commit, header });
      }
      const reason = tag ? undefined : this.tags.failure(id);
      if (reason) diagnostics.push(unreadableRef(ref, reason));
    }
    await this.readSpeechless(tags, reader);
    const registered = readTagMeanings(tags, settings.versions.tags, (commit) => this.commits.get(commit));
    const trees = registered.versions.map(({ commit }) => this.trees.get(commit));
    const bound = RegistryView.bind(registered, settings, diagnostics, (commit) => this.snapshotOf(commit));
    const whole = diagnostics.length === 0 && !trees.includes(undefined) && !snapshots.incomplete;
    this.registry = whole ? { key, snapshots, view: bound } : undefined;
    return bound;
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

  private snapshotsFor(settings: Settings, record: CatalogRecord | undefined): KeptSnapshots {
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
    this.saved?.restored(undefined);
    if (record?.key === this.keyOf(key)) {
      for (const [commit, tree] of record.commits) this.trees.set(commit, tree);
      this.tags.restore(record.tags);
      made.models.restore(record);
      for (const [commit, base, found] of record.mergeBases)
        this.mergeBases.set(pairKey(commit, base), found);
      this.saved?.restored({ ...this.memory(made), registry: asKept(record.registry) });
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

/** What the tags meant for the last catalog, and what that leaned on. */
interface KeptRegistry {
  readonly key: string;
  readonly snapshots: Snapshots;
  readonly view: RegistryView;
}

/** The tags that count: all but those that `versions.ignore` names. */
function taggedRefs(view: RefsView, settings: Settings): RefsView['tags'] {
  const patterns = settings.versions.ignore;
  if (patterns.length === 0) return view.tags;
  const ignored = picomatch([...patterns], { dot: true });
  return view.tags.filter((tag) => !ignored(tag.name));
}

/** Tells by its name whether a tag may register a version. */
function versionNames(template: string): (name: string) => boolean {
  const scheme = template === 'gto' ? undefined : compileTagTemplate(template);
  return (name) => parseTagName(name)?.kind === 'version' || scheme?.parse(name) !== undefined;
}

function asKept(stored: StoredRegistry | null | undefined): Memory['registry'] {
  return stored ? { key: stored.key, store: () => stored } : null;
}

/** Stands for a list of tags with their objects. */
function keyOfTags(tags: RefsView['tags'], scheme: string): string {
  const lines = tags.map(({ name, id }) => `${id} ${name}`);
  lines.push(scheme);
  return createHash('sha1').update(lines.join('\n')).digest('hex');
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
