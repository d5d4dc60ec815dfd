import { append } from '../append.js';
import { ignoresCase } from '../git/ignoreCase.js';
import type { ObjectReader } from '../git/objects.js';
import type { Repository } from '../git/repository.js';
import type { Settings } from '../settings/settings.js';
import type { CatalogRecord, StoredSnapshot } from './catalogCache.js';
import type { Candidate, Candidates } from './candidates.js';
import type { ComposedFolder, StoredFolders } from './keptFolders.js';
import { storeFolders } from './keptFolders.js';
import { PathPatterns } from './patterns.js';
import type { Placed } from './placed.js';
import { concatIds } from './placed.js';
import { Snapshot, takeSnapshot } from './snapshot.js';
import type { TreeMemo } from './treeMemo.js';
import { createTreeMemo } from './treeMemo.js';

/**
 * Reads root trees into snapshots and remembers everything on the way by object id, for as long as it lives:
 * the next catalog of the same repository reads only what is new.
 */
export class Snapshots {
  private readonly idBytes: 20 | 32;
  /** Paths that `models.names` names. */
  private readonly given: ReadonlySet<string>;
  private memoNow: TreeMemo | undefined;
  private readonly ready = new Map<string, Snapshot>();
  private failed = false;
  /** Folders that earlier catalogs composed, as long as they are of use. */
  private kept: readonly StoredFolders[] = [];
  /** Whether in some commit something has a say on what stands elsewhere: then kept folders are no help. */
  private drafted = false;
  private loading: Promise<void> = Promise.resolve();

  constructor(
    private readonly repository: Repository,
    settings: Settings,
    /** Shared by all who name snapshots together: their numbers must mean the same. */
    private readonly candidates: Candidates,
    /** Which files may be LFS pointers worth reading; by default those that could be models. */
    private readonly patterns = new PathPatterns(settings.models.match),
  ) {
    this.idBytes = repository.objectFormat === 'sha256' ? 32 : 20;
    this.given = new Set(Object.values(settings.models.names));
  }

  private get memo(): TreeMemo {
    this.memoNow ??= createTreeMemo(
      this.patterns,
      this.idBytes,
      this.candidates,
      this.given,
      this.kept,
      ignoresCase(this.repository),
    );
    return this.memoNow;
  }

  private forget(): void {
    this.memoNow = undefined;
  }

  /**
   * Reads what is not yet known of these root trees.
   * @param reader shared with the caller, who closes it.
   */
  async load(trees: Iterable<string>, reader: ObjectReader): Promise<void> {
    await this.gather((request) => {
      for (const tree of trees) request(tree);
    }, reader);
  }

  /**
   * Reads the root trees that `ask` names, at once or while the reader answers what else it was asked: so Git always
   * has something to do.
   */
  async gather(ask: (request: (tree: string) => void) => void, reader: ObjectReader): Promise<void> {
    // One load at a time: the next one may lean on what this one is still reading.
    const before = this.loading;
    const mine = before.catch(() => undefined).then(() => this.read(ask, reader));
    this.loading = mine;
    await mine;
  }

  private async read(ask: (request: (tree: string) => void) => void, reader: ObjectReader): Promise<void> {
    const fresh = new Set<string>();
    try {
      ask((tree) => {
        if (this.ready.has(tree) || fresh.has(tree)) return;
        fresh.add(tree);
        this.walk(tree, reader);
      });
      await reader.settle();
      if (fresh.size === 0 || (await this.readFresh([...fresh], reader))) return;
      // Kept folders are in the way: everything is read.
      this.kept = [];
      this.forget();
      for (const tree of fresh) this.walk(tree, reader);
      await reader.settle();
      await this.readFresh([...fresh], reader);
    } catch (error) {
      // Cut off half-way: nodes without their content must not be taken for empty ones.
      this.failed = true;
      this.forget();
      throw error;
    }
  }

  private walk(tree: string, reader: ObjectReader): void {
    this.memo.roots.set(tree, this.memo.walker.root(tree, reader));
  }

  /** Makes snapshots of trees that were walked; false where kept folders leave open what stands in them. */
  private async readFresh(fresh: readonly string[], reader: ObjectReader): Promise<boolean> {
    const placed = new Map(fresh.map((tree) => [tree, this.placedAt(tree)]));
    if (this.memo.composer.misplaced) return false;
    for (const [tree, at] of placed)
      for (const pipeline of at.pipelines) this.memo.pipelines.request(pipeline, tree, reader);
    await reader.settle();
    const drafts = new Map<string, Placed>();
    for (const [tree, at] of placed) {
      const snapshot = this.simple(tree, at);
      if (snapshot) this.keep(tree, snapshot);
      else {
        this.drafted = true;
        if (this.kept.length > 0) return false;
        drafts.set(tree, at);
      }
    }
    for (const [tree, snapshot] of await this.memo.drafts.settle(drafts, reader)) this.keep(tree, snapshot);
    return true;
  }

  private keep(tree: string, snapshot: Snapshot): void {
    this.failed ||= snapshot.unread;
    this.ready.set(tree, snapshot);
  }

  /** Whether `load` has read this tree. */
  has(tree: string): boolean {
    return this.ready.has(tree);
  }

  /** How many trees are known: grows when something new was read. */
  get size(): number {
    return this.ready.size;
  }

  /** Takes over what an earlier catalog left; only before anything was loaded. */
  restore(record: Pick<CatalogRecord, 'candidates' | 'snapshots' | 'folders'>): void {
    const sets = new Map<number, Uint32Array>();
    for (const { tree, modelIds, otherIds, modelSet, otherSet, diagnostics } of record.snapshots) {
      sets.set(modelSet, modelIds);
      sets.set(otherSet, otherIds);
      this.ready.set(
        tree,
        new Snapshot(modelIds, otherIds, modelSet, otherSet, diagnostics, this.candidates),
      );
    }
    this.candidates.restore(record.candidates, sets);
    this.kept = record.folders;
    this.forget();
  }

  /** What the next catalog can use: everything, or only the given trees. */
  store(trees?: ReadonlySet<string>): Stored {
    const ready = [...this.ready].filter(([tree]) => trees?.has(tree) ?? true);
    return this.stored(ready, { candidates: 0, folders: 0 }, trees ? [] : this.kept);
  }

  /** What was read since there were so many trees, candidates and walked folders. */
  storeSince(since: { snapshots: number; candidates: number; folders: number }): Stored {
    return this.stored([...this.ready].slice(since.snapshots), since, []);
  }

  /** How many candidates there are, other files and those of other snapshots among them. */
  get candidateCount(): number {
    return this.candidates.count;
  }

  /** How many folders have been walked. */
  get folderCount(): number {
    return this.memoNow?.walker.size ?? 0;
  }

  private stored(
    ready: readonly (readonly [string, Snapshot])[],
    from: { candidates: number; folders: number },
    kept: readonly StoredFolders[],
  ): Stored {
    const snapshots = ready.map(([tree, snapshot]): StoredSnapshot => {
      const { modelIds, otherIds, modelSet, otherSet, diagnostics } = snapshot;
      return { tree, modelIds, otherIds, modelSet, otherSet, diagnostics };
    });
    return {
      candidates: [this.candidates.store(from.candidates)],
      snapshots,
      folders: this.drafted ? [] : [...kept, this.storeFolders(from.folders)],
    };
  }

  private storeFolders(from: number): StoredFolders {
    const { walker, composer } = this.memo;
    const folders: ComposedFolder[] = [];
    for (const node of walker.since(from))
      composer.tellSelfContained(node, (folder, ids) => folders.push({ tree: node.id, folder, ids }));
    return storeFolders(folders, walker.trees);
  }

  /** Something could not be read: what is remembered must not outlive this catalog. */
  get incomplete(): boolean {
    return this.failed;
  }

  /** The snapshot of a tree that `load` has read. */
  get(tree: string): Snapshot {
    const snapshot = this.ready.get(tree);
    if (!snapshot) throw new Error(`tree ${tree} has not been loaded`);
    return snapshot;
  }

  private placedAt(tree: string): Placed {
    const node = this.memo.roots.get(tree);
    if (!node) throw new Error(`tree ${tree} has not been walked`);
    return this.memo.composer.root(node);
  }

  /**
   * The snapshot of a commit in which every file is what its own pointer says: most commits of most repositories.
   * Undefined where something else has a say: declarations, names, `.dvcignore`, shards, one path tracked twice.
   */
  private simple(tree: string, placed: Placed): Snapshot | undefined {
    if (!placed.plain || placed.artifacts !== null || this.given.size > 0 || this.memo.ignores.of(placed))
      return undefined;
    const { pipelines, attributes, ignores } = this.memo;
    const diagnostics = [...placed.diagnostics, ...attributes.check(placed), ...ignores.problems(placed)];
    const outs: Candidate[] = [];
    for (const pipeline of placed.pipelines) {
      const settled = pipelines.settle(pipeline);
      const resolved = settled ?? pipelines.resolve(pipeline, tree);
      if (resolved.diagnostics.length > 0) append(diagnostics, resolved.diagnostics);
      if (settled) continue; // its outputs are there already
      if (resolved.declarations.length > 0) return undefined;
      for (const file of resolved.files) outs.push(this.candidates.tracked(file, false));
    }
    const { models, others } = this.memo.composer.ids(placed);
    if (outs.length === 0) return takeSnapshot(this.candidates, models, others, diagnostics);
    if (this.candidates.overlap({ models, others }, outs)) return undefined;
    const idsOf = (isModel: boolean): readonly number[] =>
      outs.flatMap((one) => (one.isModel === isModel ? one.id : []));
    return takeSnapshot(
      this.candidates,
      concatIds([models, idsOf(true)]),
      concatIds([others, idsOf(false)]),
      diagnostics,
    );
  }
}

type Stored = Pick<CatalogRecord, 'candidates' | 'snapshots' | 'folders'>;
