import type { Diagnostic } from '../diagnostic.js';
import type { CommitObject } from '../git/commits.js';
import { parseCommit } from '../git/commits.js';
import { CommitGraph } from '../git/graph.js';
import type { CommitId, ObjectId } from '../git/ids.js';
import type { ObjectFailure } from '../git/objects.js';
import { ObjectReader } from '../git/objects.js';
import { listRefs, readHead } from '../git/refs.js';
import type { Repository } from '../git/repository.js';
import type { PeeledTag } from '../git/tags.js';
import { peelTag } from '../git/tags.js';
import type { LoadedSettings } from '../settings/load.js';
import { loadSettings } from '../settings/load.js';
import type { Settings } from '../settings/settings.js';
import picomatch from 'picomatch';
import type { Branch } from './catalog.js';
import { RepositoryCatalog } from './repositoryCatalog.js';
import { PathPatterns } from './patterns.js';
import type { RefsView } from './refsView.js';
import { findDefaultBranch, readRemoteNames, unreadableRef, viewRefs } from './refsView.js';
import { Snapshots } from './snapshots.js';
import type { CommitTag } from './versions.js';
import { readRegistry } from './versions.js';

export interface LoadOptions {
  readonly signal?: AbortSignal;
  /** Replaces `modelkeep.yaml`; read from the repository by default. */
  readonly settings?: Settings;
  /** Branches whose trees are read in the same pass; others are read when they are asked for. */
  readonly branches?: (view: RefsView) => readonly Branch[];
}

/** A commit as the catalog keeps it. */
export interface CommitRecord {
  readonly tree: string;
  /** Parsed when somebody asks. */
  readonly raw: Buffer;
}

/**
 * Builds one catalog of a repository after another. Objects never change, so what was read for one catalog
 * serves the next: a refresh costs the refs and what is new.
 */
export class CatalogSource {
  private readonly commits = new Map<CommitId, CommitRecord>();
  private readonly tags = new Map<ObjectId, PeeledTag>();
  private readonly graph = new CommitGraph();
  private snapshots: { readonly key: string; readonly models: Snapshots; readonly tracked: Snapshots } | undefined;

  constructor(readonly repository: Repository) {}

  /**
   * Reads the refs, the tags and the settings, and the trees that versions and the asked-for branches need.
   * @throws GitError when the repository itself cannot be read; the signal's reason when aborted.
   */
  async load(options: LoadOptions = {}): Promise<RepositoryCatalog> {
    const abortable = options.signal ? { signal: options.signal } : {};
    const { repository } = this;
    const reader = this.reader(abortable);
    try {
      const [refs, head, remotes] = await Promise.all([
        listRefs(repository, abortable),
        readHead(repository, abortable),
        readRemoteNames(repository),
      ]);
      const view = viewRefs(refs, head, remotes);
      const loaded = await this.settings(view, reader, options);
      const { settings } = loaded;
      const diagnostics: Diagnostic[] = loaded.diagnostics.map((found) => ({ path: 'modelkeep.yaml', ...found }));
      const tags = await this.readTags(view, settings, reader, diagnostics);
      const wanted = options.branches?.(view) ?? [];
      await this.readCommits([...wanted.flatMap(({ commit }) => commit ?? []), ...tags.map(({ commit }) => commit)], reader);
      const registry = readRegistry(tags, settings.versions.tags, (commit) => this.commit(commit));
      diagnostics.push(...registry.diagnostics);
      const snapshots = this.snapshotsFor(settings);
      const trees = new Set<string>();
      for (const version of registry.versions) this.addTree(version.commit, trees);
      for (const branch of wanted) if (branch.commit) this.addTree(branch.commit, trees);
      await snapshots.models.load(trees, reader);
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
        commits: this,
      });
    } finally {
      reader.close();
    }
  }

  /** A reader of this repository; the caller closes it. */
  reader(options: { readonly signal?: AbortSignal }): ObjectReader {
    return new ObjectReader({ cwd: this.repository.root, git: this.repository.git, ...options });
  }

  /** Reads commits that are not yet known; those that fail are told by `failure`. */
  async readCommits(commits: readonly CommitId[], reader: ObjectReader): Promise<void> {
    for (const id of new Set(commits)) {
      if (this.commits.has(id)) continue;
      reader.contents(id, {
        failed: (reason) => this.failures.set(id, reason),
        object: (type, data) => {
          const raw = Buffer.from(data);
          const tree = type === 'commit' ? parseCommit(raw)?.tree : undefined;
          if (tree === undefined) this.failures.set(id, 'corrupt');
          else {
            this.failures.delete(id);
            this.commits.set(id, { tree, raw });
          }
        },
      });
    }
    await reader.settle();
  }

  private readonly failures = new Map<CommitId, ObjectFailure>();

  /** The tree of a commit that was read. */
  treeOf(commit: CommitId): string | undefined {
    return this.commits.get(commit)?.tree;
  }

  /** Why a commit could not be read. */
  failure(commit: CommitId): ObjectFailure | undefined {
    return this.failures.get(commit);
  }

  /** A commit that was read, parsed. */
  commit(id: CommitId): CommitObject | undefined {
    const record = this.commits.get(id);
    return record && parseCommit(record.raw);
  }

  private addTree(commit: CommitId, trees: Set<string>): void {
    const tree = this.treeOf(commit);
    if (tree !== undefined) trees.add(tree);
  }

  private async settings(view: RefsView, reader: ObjectReader, options: LoadOptions): Promise<LoadedSettings> {
    if (options.settings) return { settings: options.settings, source: { kind: 'none' }, diagnostics: [] };
    const fallback = findDefaultBranch(view, null, 'origin');
    return loadSettings(this.repository, {
      defaultCommit: fallback?.branch.commit ?? null,
      readAt: (commit, path) => readFileAt(reader, commit, path),
      ...(options.signal ? { signal: options.signal } : {}),
    });
  }

  private async readTags(
    view: RefsView,
    settings: Settings,
    reader: ObjectReader,
    diagnostics: Diagnostic[],
  ): Promise<readonly CommitTag[]> {
    const ignored =
      settings.versions.ignore.length === 0 ? (): boolean => false : picomatch([...settings.versions.ignore], { dot: true });
    const wanted = view.tags.filter((tag) => !ignored(tag.name));
    for (const tag of wanted) {
      if (this.tags.has(tag.id)) continue;
      peelTag(reader, tag.id, (peeled) => this.keepTag(tag.id, peeled));
    }
    await reader.settle();
    const found: CommitTag[] = [];
    for (const { name, ref, id } of wanted) {
      const tag = this.tags.get(id);
      if (tag?.kind === 'annotated') found.push({ name, ref, id, commit: tag.commit, header: tag.header });
      if (tag?.kind === 'lightweight') found.push({ name, ref, id, commit: tag.commit, header: null });
      if (tag?.kind === 'failed') {
        diagnostics.push(unreadableRef(ref, tag.reason));
        this.tags.delete(id);
      }
    }
    return found;
  }

  private keepTag(id: ObjectId, peeled: PeeledTag): void {
    this.tags.set(id, peeled.kind === 'lightweight' ? { ...peeled, data: Buffer.alloc(0) } : peeled);
    if (peeled.kind !== 'lightweight') return;
    const tree = parseCommit(peeled.data)?.tree;
    if (tree !== undefined) this.commits.set(peeled.commit, { tree, raw: peeled.data });
  }

  private snapshotsFor(settings: Settings): { readonly models: Snapshots; readonly tracked: Snapshots } {
    const key = JSON.stringify([settings.models.match, settings.models.names]);
    const { snapshots } = this;
    if (snapshots?.key === key && !snapshots.models.incomplete && !snapshots.tracked.incomplete) return snapshots;
    this.snapshots = {
      key,
      models: new Snapshots(this.repository, settings),
      tracked: new Snapshots(this.repository, settings, new PathPatterns(['**'])),
    };
    return this.snapshots;
  }
}

async function readFileAt(reader: ObjectReader, commit: string, path: string): Promise<Buffer | null> {
  let found: Buffer | null = null;
  reader.info(`${commit}:${path}`, {
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
