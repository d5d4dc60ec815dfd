import type { Diagnostic } from '../diagnostic.js';
import type { Digest } from '../digest.js';
import type { ObjectReader } from '../git/objects.js';
import type { Repository } from '../git/repository.js';
import type { Settings } from '../settings/settings.js';
import { AttributeRules } from './attributes.js';
import { BlobMemo } from './blobs.js';
import type { CatalogRecord, StoredSnapshot } from './catalogCache.js';
import type { Candidate, Candidates } from './candidates.js';
import { Folders } from './folders.js';
import type { ComposedFolder, StoredFolders } from './keptFolders.js';
import { KeptFolders, storeFolders } from './keptFolders.js';
import { IgnoreRules } from './ignores.js';
import type { ObjectNumber } from './objectIds.js';
import { ObjectIds } from './objectIds.js';
import { PathPatterns } from './patterns.js';
import type { Declaration } from './pipelines.js';
import { Pipelines, declarations } from './pipelines.js';
import type { Placed, PlacedFile } from './placed.js';
import { Composer } from './place.js';
import { concatIds, filesOf } from './placed.js';
import { unreadableFile } from './treeProblems.js';
import { collectShards } from './shards.js';
import { Snapshot, takeSnapshot } from './snapshot.js';
import { FileKind } from './treeNames.js';
import type { TreeNode } from './walk.js';
import { TreeWalker } from './walk.js';

/** What Git itself has at a declared path that no pointer tracks. */
interface GitEntry {
  readonly digest: Digest;
  readonly tree: boolean;
  readonly size: number | null;
}

/**
 * Reads root trees into snapshots and remembers everything on the way by object id, for as long as it lives:
 * the next catalog of the same repository reads only what is new.
 */
export class Snapshots {
  private readonly idBytes: 20 | 32;
  /** Paths that `models.names` names. */
  private readonly given: ReadonlySet<string>;
  private memoNow: Memo | undefined;
  private readonly ready = new Map<string, Snapshot>();
  private failed = false;
  /** Folders that earlier catalogs composed, as long as they are of use. */
  private kept: readonly StoredFolders[] = [];
  /** A commit in which something has a say on what stands elsewhere: then kept folders are no help. */
  private drafted = false;
  private loading: Promise<void> = Promise.resolve();

  constructor(
    repository: Repository,
    settings: Settings,
    /** Shared by all who name snapshots together: their numbers must mean the same. */
    private readonly candidates: Candidates,
    /** Which files may be LFS pointers worth reading; by default those that could be models. */
    private readonly patterns = new PathPatterns(settings.models.match),
  ) {
    this.idBytes = repository.objectFormat === 'sha256' ? 32 : 20;
    this.given = new Set(Object.values(settings.models.names));
  }

  private get memo(): Memo {
    this.memoNow ??= createMemo(this.patterns, this.idBytes, this.candidates, this.given, this.kept);
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
    const drafts: Draft[] = [];
    for (const [tree, at] of placed) {
      const snapshot = this.simple(tree, at);
      if (snapshot) this.keep(tree, snapshot);
      else {
        this.drafted = true;
        if (this.kept.length > 0) return false;
        drafts.push(this.draft(tree, at));
      }
    }
    for (const draft of drafts)
      for (const path of draft.unknownPaths) this.requestGitEntry(draft.tree, path, reader);
    await reader.settle();
    for (const draft of drafts) {
      for (const path of draft.unknownPaths) {
        const entry = this.memo.gitEntries.get(`${draft.tree}:${path}`);
        if (entry?.tree) this.memo.folders.request(entry.digest.value, reader);
      }
    }
    await reader.settle();
    for (const draft of drafts) this.keep(draft.tree, this.finish(draft));
    return true;
  }

  private keep(tree: string, snapshot: Snapshot): void {
    this.failed ||= snapshot.diagnostics.some(
      ({ code }) => code === 'object-missing' || code === 'object-corrupt',
    );
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
      for (const at of composer.selfContained(node)) folders.push({ tree: node.id, at });
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
    const { pipelines, attributes } = this.memo;
    const diagnostics = [...placed.diagnostics, ...attributes.check(placed)];
    const outs: Candidate[] = [];
    for (const pipeline of placed.pipelines) {
      const settled = pipelines.settle(pipeline);
      const resolved = settled ?? pipelines.resolve(pipeline, tree);
      if (resolved.diagnostics.length > 0) diagnostics.push(...resolved.diagnostics);
      if (settled) continue; // its outputs are there already
      if (resolved.declarations.length > 0) return undefined;
      for (const file of resolved.files) outs.push(this.candidates.tracked(file, false));
    }
    if (outs.length === 0)
      return takeSnapshot(this.candidates, placed.modelIds, placed.otherIds, diagnostics);
    if (this.candidates.overlap(placed, outs)) return undefined;
    const idsOf = (isModel: boolean): readonly number[] =>
      outs.flatMap((one) => (one.isModel === isModel ? one.id : []));
    return takeSnapshot(
      this.candidates,
      concatIds([placed.modelIds, idsOf(true)]),
      concatIds([placed.otherIds, idsOf(false)]),
      diagnostics,
    );
  }

  private draft(tree: string, placed: Placed): Draft {
    const diagnostics: Diagnostic[] = [...placed.diagnostics, ...this.memo.attributes.check(placed)];
    const ignored = this.memo.ignores.of(placed);
    let files = filesOf(placed);
    const declared: Declaration[] = [];
    if (ignored) files = files.filter(({ file }) => file.tracking === 'lfs' || !ignored(file.pointer));
    for (const pipeline of placed.pipelines) {
      if (ignored?.(pipeline.folder === '' ? 'dvc.yaml' : `${pipeline.folder}/dvc.yaml`)) continue;
      const resolved = this.memo.pipelines.resolve(pipeline, tree);
      if (resolved.files.length > 0) files = [...files, ...resolved.files];
      declared.push(...resolved.declarations);
      diagnostics.push(...resolved.diagnostics);
    }
    if (placed.artifacts !== null) this.addIndex(placed.artifacts, declared, diagnostics);
    const unique = this.withoutDuplicates(files, diagnostics);
    const tracked = new Set(unique.map((file) => file.file.path));
    const wanted = [...declared.filter(({ url }) => !url).map(({ path }) => path), ...this.given];
    return {
      tree,
      files: unique,
      declared,
      diagnostics,
      unknownPaths: [...new Set(wanted)].filter((path) => !tracked.has(path)),
    };
  }

  private addIndex(blob: ObjectNumber, declared: Declaration[], diagnostics: Diagnostic[]): void {
    const parsed = this.memo.blobs.get(FileKind.artifacts, blob);
    if (!parsed.ok) {
      diagnostics.push(unreadableFile('artifacts.yaml', parsed.reason));
      return;
    }
    for (const problem of parsed.value.problems) diagnostics.push({ ...problem, path: 'artifacts.yaml' });
    const index = declarations(parsed.value.artifacts, '', 'artifacts.yaml');
    declared.push(...index.declarations);
    diagnostics.push(...index.diagnostics);
  }

  /** One path has one pointer: a second one is reported and left out. */
  private withoutDuplicates(files: readonly PlacedFile[], diagnostics: Diagnostic[]): readonly PlacedFile[] {
    const seen = new Map<string, PlacedFile>();
    for (const file of files) {
      const first = seen.get(file.file.path);
      if (!first) seen.set(file.file.path, file);
      else {
        diagnostics.push({
          severity: 'error',
          code: 'tracked-twice',
          message: `${file.file.path} is tracked by ${first.file.pointer} and by ${file.file.pointer}; only the first counts.`,
          path: file.file.pointer,
        });
      }
    }
    return seen.size === files.length ? files : [...seen.values()];
  }

  private requestGitEntry(tree: string, path: string, reader: ObjectReader): void {
    const spec = `${tree}:${path}`;
    if (this.memo.gitEntries.has(spec)) return;
    this.memo.gitEntries.set(spec, null);
    reader.info(spec, {
      failed: () => undefined, // nothing of that path in Git: tracking `none`
      info: (type, size, id) => {
        if (type !== 'blob' && type !== 'tree') return;
        this.memo.gitEntries.set(spec, {
          digest: { algorithm: 'git', value: id },
          tree: type === 'tree',
          size: type === 'blob' ? size : null,
        });
      },
    });
  }

  private finish(draft: Draft): Snapshot {
    const { candidates } = this;
    const diagnostics = [...draft.diagnostics];
    const byPath = new Map<string, Declaration[]>();
    for (const declaration of draft.declared) {
      const at = byPath.get(declaration.path);
      if (at) at.push(declaration);
      else byPath.set(declaration.path, [declaration]);
    }
    const gathered = this.gatheredFolders(draft);
    const { files, groups } = collectShards(
      gathered.size === 0
        ? draft.files
        : draft.files.filter(({ file }) => file.tracking !== 'lfs' || !isInside(file.path, gathered)),
    );
    const models: Candidate[] = [];
    const others: Candidate[] = [];
    const add = (candidate: Candidate | null): void => {
      if (candidate) (candidate.isModel ? models : others).push(candidate);
    };
    for (const file of groups.length > 0 ? [...files, ...groups] : files) {
      const declared = byPath.size > 0 ? byPath.get(file.file.path) : undefined;
      if (!declared) add(candidates.tracked(file, this.given.has(file.file.path)));
      else for (const declaration of declared) add(candidates.declared(file.file, declaration));
      if (declared) byPath.delete(file.file.path);
    }
    for (const [path, folder] of gathered) {
      const file = { path, tracking: 'lfs', pointer: path, ...folder } as const;
      const declared = byPath.get(path);
      if (!declared) add(candidates.tracked({ file, declaredType: undefined }, true));
      else for (const declaration of declared) add(candidates.declared(file, declaration));
      byPath.delete(path);
    }
    for (const [path, declared] of byPath) {
      for (const declaration of declared) add(this.untracked(draft, path, declaration));
    }
    for (const declaration of draft.declared) {
      const problem = candidates.nameProblem(declaration);
      if (problem) diagnostics.push(problem);
    }
    const ids = (list: readonly Candidate[]): Uint32Array => Uint32Array.from(list, ({ id }) => id);
    return takeSnapshot(candidates, ids(models), ids(others), diagnostics);
  }

  /** A declaration whose path no pointer names: Git's own file, a path inside a folder output, or nothing. */
  private untracked(draft: Draft, path: string, declaration: Declaration): Candidate | null {
    if (!declaration.url) {
      const outer = draft.files.find(
        ({ file }) => file.tracking === 'dvc' && path.startsWith(`${file.path}/`),
      );
      if (outer) return this.candidates.inside(outer.file, path, declaration);
      const entry = this.memo.gitEntries.get(`${draft.tree}:${path}`);
      if (entry) return this.candidates.git(entry, path, declaration);
    }
    return this.candidates.missing(path, declaration);
  }

  private gatheredFolders(
    draft: Draft,
  ): ReadonlyMap<string, { digest: Digest; size: number | null; files: number }> {
    const found = new Map<string, { digest: Digest; size: number | null; files: number }>();
    for (const path of draft.unknownPaths) {
      const entry = this.memo.gitEntries.get(`${draft.tree}:${path}`);
      const folder = entry?.tree ? this.memo.folders.get(entry.digest.value) : null;
      if (folder) found.set(path, folder);
    }
    return found;
  }
}

/** Everything remembered by object id on the way to a snapshot. */
interface Memo {
  readonly blobs: BlobMemo;
  readonly composer: Composer;
  readonly pipelines: Pipelines;
  readonly folders: Folders;
  readonly ignores: IgnoreRules;
  readonly attributes: AttributeRules;
  readonly walker: TreeWalker;
  readonly roots: Map<string, TreeNode>;
  readonly gitEntries: Map<string, GitEntry | null>;
}

function createMemo(
  patterns: PathPatterns,
  idBytes: 20 | 32,
  candidates: Candidates,
  given: ReadonlySet<string>,
  kept: readonly StoredFolders[],
): Memo {
  const blobs = new BlobMemo(idBytes);
  const trees = new ObjectIds(idBytes);
  let folders: KeptFolders | undefined;
  const walker = new TreeWalker(
    patterns,
    idBytes,
    { trees, blobs: blobs.ids },
    (file, reader) => blobs.requestFile(file, reader),
    (tree, state) => {
      if (kept.length === 0) return undefined;
      folders ??= new KeptFolders(kept, trees, idBytes, patterns);
      return folders.composed(tree, state);
    },
  );
  const pipelines = new Pipelines(blobs, trees);
  return {
    blobs,
    composer: new Composer(blobs, candidates, pipelines, given),
    pipelines,
    folders: new Folders(idBytes),
    ignores: new IgnoreRules(blobs),
    attributes: new AttributeRules(blobs),
    walker,
    roots: new Map(),
    gitEntries: new Map(),
  };
}

type Stored = Pick<CatalogRecord, 'candidates' | 'snapshots' | 'folders'>;

interface Draft {
  readonly tree: string;
  readonly files: readonly PlacedFile[];
  readonly declared: readonly Declaration[];
  readonly diagnostics: readonly Diagnostic[];
  /** Declared or named paths that no pointer tracks. */
  readonly unknownPaths: readonly string[];
}

function isInside(path: string, folders: ReadonlyMap<string, unknown>): boolean {
  for (let slash = path.indexOf('/'); slash >= 0; slash = path.indexOf('/', slash + 1)) {
    if (folders.has(path.slice(0, slash))) return true;
  }
  return false;
}
