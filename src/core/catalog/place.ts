import type { Diagnostic } from '../diagnostic.js';
import { locate } from '../tracking/dvc/locate.js';
import type { TrackedFile } from '../tracking/trackedFile.js';
import type { BlobMemo } from './blobs.js';
import type { Candidate, Candidates } from './candidates.js';
import type { Placed, PlacedFile, PlacedPipeline } from './placed.js';
import { NOTHING_PLACED, NO_IDS, concatIds, join, placedOut } from './placed.js';
import { isShard } from './shards.js';
import { FileKind } from './treeNames.js';
import { linked, notUtf8, outside, tooDeep, unreadableFile, unreadableTree } from './treeProblems.js';
import type { ObjectNumber } from './objectIds.js';
import type { Pipelines } from './pipelines.js';
import type { TreeFile, TreeNode } from './walk.js';

/** What was composed of a node at one path, and at others. */
export interface ComposedAt {
  readonly folder: string;
  readonly placed: Placed;
  readonly next: ComposedAt | undefined;
}

/** What is left on the node of a tree below which nothing stands that matters, wherever the tree stands. */
const NOTHING_AT_ALL = 'nothing';

const EMPTY = NOTHING_PLACED;
/** Deeper folders are reported, not entered: Git allows any depth, a stack does not. */
const DEEPEST = 500;

/**
 * Composes what trees hold upwards into what folders hold: a folder that two commits share at the same path is
 * composed once.
 */
export class Composer {
  /** By blob: the places at which it was met. */
  private readonly pointers = new Map<ObjectNumber, PlacedPointer[]>();
  /** A folder that was kept composed stands at a path for which it was not: it must be read after all. */
  misplaced = false;

  constructor(
    private readonly blobs: BlobMemo,
    private readonly candidates: Candidates,
    private readonly pipelines: Pipelines,
    /** Paths that `models.names` names. */
    private readonly given: ReadonlySet<string>,
  ) {}

  /** What stands below a root tree. */
  root(node: TreeNode): Placed {
    return this.place(node, '', 0);
  }

  private place(node: TreeNode, folder: string, depth: number): Placed {
    // Nothing is nothing at every path. Else a tree stands at one path almost always: a short list, kept on the
    // node itself.
    const known = node.composed as ComposedAt | typeof NOTHING_AT_ALL | undefined;
    if (known === NOTHING_AT_ALL) return EMPTY;
    for (let at = known; at; at = at.next) if (at.folder === folder) return at.placed;
    if (node.kept) {
      this.misplaced = true;
      return EMPTY;
    }
    const placed = this.compose(node, folder, depth);
    if (node.failure === undefined)
      node.composed =
        placed === EMPTY ? NOTHING_AT_ALL : ({ folder, placed, next: known } satisfies ComposedAt);
    return placed;
  }

  /** What was composed of a node, where it stands for itself: nothing elsewhere is needed to take it over. */
  selfContained(node: TreeNode): readonly ComposedAt[] {
    const first = node.composed as ComposedAt | typeof NOTHING_AT_ALL | undefined;
    if (first === undefined || first === NOTHING_AT_ALL || node.kept) return NONE;
    const found: ComposedAt[] = [];
    for (let at: ComposedAt | undefined = first; at; at = at.next) {
      const { folder, placed } = at;
      const alone =
        folder !== '' && placed.plain && !placed.plainFiles && placed.artifacts === null && !hasSay(placed);
      if (alone && placed.pipelines.every((one) => this.pipelines.settle(one)?.diagnostics.length === 0))
        found.push(at);
    }
    return found;
  }

  private compose(node: TreeNode, folder: string, depth: number): Placed {
    if (node.failure !== undefined) return { ...EMPTY, diagnostics: [unreadableTree(folder, node.failure)] };
    if (depth > DEEPEST) return { ...EMPTY, diagnostics: [tooDeep(folder, DEEPEST)] };
    const parts: Placed[] = [];
    const own = this.ownFiles(node, folder);
    if (own !== EMPTY) parts.push(own);
    const { folderNodes, folderNames } = node;
    for (let index = 0; index < folderNodes.length; index += 1) {
      const child = folderNodes[index];
      if (!child || child.composed === NOTHING_AT_ALL) continue;
      const inner = this.place(child, join(folder, folderNames[index] ?? ''), depth + 1);
      if (inner !== EMPTY) parts.push(inner);
    }
    const [first = EMPTY] = parts;
    const all = parts.length <= 1 ? first : merge(parts);
    const [pipeline] = own.pipelines;
    return pipeline ? this.withOutputs(all, pipeline) : all;
  }

  /**
   * Adds what a pipeline puts out, where the pipeline alone can tell: without templates, declarations, or outputs
   * that something else tracks too.
   */
  private withOutputs(placed: Placed, pipeline: PlacedPipeline): Placed {
    const settled = this.pipelines.settle(pipeline);
    if (!settled) return placed; // asked again for each commit
    const outs = settled.files.map((file) => this.candidates.tracked(file, this.given.has(file.file.path)));
    const prefix = pipeline.folder === '' ? '' : `${pipeline.folder}/`;
    if (
      settled.declarations.length > 0 ||
      outs.some(({ path }) => !path.startsWith(prefix)) ||
      this.candidates.overlap(placed, outs)
    )
      return { ...placed, plain: false };
    return {
      ...placed,
      modelIds: withIds(placed.modelIds, outs, true),
      otherIds: withIds(placed.otherIds, outs, false),
    };
  }

  private ownFiles(node: TreeNode, folder: string): Placed {
    if (node.files.length === 0 && !node.dvcRoot) return EMPTY;
    const own = new OwnFiles();
    for (const file of node.files) {
      if (file.link) {
        if (file.kind !== FileKind.lfs) own.diagnostics.push(linked(join(folder, file.name)));
        continue;
      }
      switch (file.kind) {
        case FileKind.dvc:
        case FileKind.lfs:
          own.add(this.pointer(file, folder), file.kind);
          break;
        case FileKind.pipeline:
          own.yaml = file.blob;
          break;
        case FileKind.lock:
          own.lock = file.blob;
          break;
        case FileKind.attributes:
          own.attributes.push({ folder, blob: file.blob });
          break;
        case FileKind.ignore:
          own.ignores.push({ folder, blob: file.blob });
          break;
        case FileKind.artifacts:
          if (folder === '') own.artifacts = file.blob;
          break;
        default:
          break;
      }
    }
    for (const name of node.unreadableNames) own.diagnostics.push(notUtf8(join(folder, name)));
    return own.placed(node, folder);
  }

  /** What a pointer file says at its place: the same blob stands there in most commits, and is placed once. */
  private pointer(file: TreeFile, folder: string): PlacedPointer {
    const known = this.pointers.get(file.blob);
    if (known) for (const one of known) if (one.name === file.name && one.folder === folder) return one;
    const path = join(folder, file.name);
    const said =
      file.kind === FileKind.dvc ? this.placeDvcFile(file, path, folder) : this.placeLfs(file, path);
    const candidates = said.files.map((one) => this.candidates.tracked(one, this.given.has(one.file.path)));
    const pointer = { folder, name: file.name, candidates, ...said };
    // What could not be read now may be there for the next catalog.
    if (said.diagnostics.some(({ code }) => code.startsWith('object-'))) return pointer;
    if (known) known.push(pointer);
    else this.pointers.set(file.blob, [pointer]);
    return pointer;
  }

  private placeDvcFile(file: TreeFile, path: string, folder: string): SaidByPointer {
    const parsed = this.blobs.get(FileKind.dvc, file.blob);
    if (!parsed.ok)
      return {
        files: NONE,
        diagnostics: [unreadableFile(path, parsed.reason)],
        plain: true,
        plainFile: null,
      };
    const diagnostics: Diagnostic[] = parsed.value.problems.map((problem) => ({ ...problem, path }));
    const files: PlacedFile[] = [];
    for (const out of parsed.value.outs) {
      if (!out.cached) continue;
      const placed = locate(folder, out.path);
      if ('refused' in placed) diagnostics.push(outside(path, out.path, placed.refused));
      else files.push(placedOut(out, placed.path, path));
    }
    const plain = files.length === 0 || (files.length === 1 && `${files[0]?.file.path ?? ''}.dvc` === path);
    return { files, diagnostics, plain, plainFile: null };
  }

  private placeLfs(file: TreeFile, path: string): SaidByPointer {
    const parsed = this.blobs.get(FileKind.lfs, file.blob);
    if (!parsed.ok)
      return {
        files: NONE,
        diagnostics: [unreadableFile(path, parsed.reason)],
        plain: true,
        plainFile: null,
      };
    const pointer = parsed.value;
    if (!pointer) {
      // An empty file stands for itself in Git LFS.
      const plainFile = EMPTY_BLOBS.has(this.blobs.ids.hex(file.blob)) ? null : path;
      return { files: NONE, diagnostics: NONE, plain: true, plainFile };
    }
    const tracked: TrackedFile = {
      path,
      tracking: 'lfs',
      pointer: path,
      digest: { algorithm: 'sha256', value: pointer.oid },
      size: pointer.size,
    };
    const files = [{ file: tracked, declaredType: undefined }];
    return { files, diagnostics: NONE, plain: !isShard(tracked), plainFile: null };
  }
}

interface SaidByPointer {
  readonly files: readonly PlacedFile[];
  readonly diagnostics: readonly Diagnostic[];
  /** It tracks the one file beside it, or itself, and is no shard. */
  readonly plain: boolean;
  /** The path of a file that could be a model and is no LFS pointer. */
  readonly plainFile: string | null;
}

interface PlacedPointer extends SaidByPointer {
  readonly folder: string;
  readonly name: string;
  readonly candidates: readonly Candidate[];
}

/** The empty blob, in SHA-1 and in SHA-256. */
const EMPTY_BLOBS = new Set([
  'e69de29bb2d1d6434b8b29ae775ad8c2e48c5391',
  '473a0f4c3be8a93681a267e3b1e9a7dcda1185436fe141f7749120a303721813',
]);

/** Gathers what one folder itself holds. */
class OwnFiles {
  readonly files: PlacedFile[] = [];
  readonly plainFiles: string[] = [];
  readonly modelIds: number[] = [];
  readonly otherIds: number[] = [];
  readonly ignores: { folder: string; blob: ObjectNumber }[] = [];
  readonly attributes: { folder: string; blob: ObjectNumber }[] = [];
  readonly diagnostics: Diagnostic[] = [];
  yaml: ObjectNumber | null = null;
  lock: ObjectNumber | null = null;
  artifacts: ObjectNumber | null = null;
  private plain = true;
  private kinds = 0;

  add(pointer: PlacedPointer, kind: FileKind): void {
    for (const file of pointer.files) this.files.push(file);
    for (const { id, isModel } of pointer.candidates) (isModel ? this.modelIds : this.otherIds).push(id);
    for (const diagnostic of pointer.diagnostics) this.diagnostics.push(diagnostic);
    if (pointer.plainFile !== null) this.plainFiles.push(pointer.plainFile);
    if (!pointer.plain) this.plain = false;
    if (pointer.files.length > 0) this.kinds |= kind === FileKind.lfs ? 1 : 2;
  }

  placed(node: TreeNode, folder: string): Placed {
    const { files, plainFiles, modelIds, otherIds, ignores, attributes, artifacts, diagnostics, yaml, lock } =
      this;
    const pipelines = yaml === null ? NONE : [{ folder, tree: node.id, yaml, lock }];
    const dvcRoots = node.dvcRoot ? [folder] : NONE;
    const lists = [files, ignores, attributes, plainFiles, diagnostics, pipelines, dvcRoots];
    if (artifacts === null && lists.every((list) => list.length === 0)) return EMPTY;
    return {
      parts: NONE,
      ownFiles: files,
      ownPlainFiles: plainFiles,
      plainFiles: plainFiles.length > 0,
      modelIds: modelIds.length === 0 ? NO_IDS : Uint32Array.from(modelIds),
      otherIds: otherIds.length === 0 ? NO_IDS : Uint32Array.from(otherIds),
      // Only `x.dvc` beside an LFS file `x` can claim one path twice.
      plain:
        this.plain && (this.kinds < 3 || new Set(files.map(({ file }) => file.path)).size === files.length),
      pipelines,
      ignores,
      dvcRoots,
      attributes,
      artifacts,
      diagnostics,
    };
  }
}

/** Goes through the parts by index: there are tens for each of thousands of commits. */
function merge(parts: readonly Placed[]): Placed {
  const modelIds: Uint32Array[] = [];
  const otherIds: Uint32Array[] = [];
  const listed: Placed[] = [];
  let plain = true;
  let plainFiles = false;
  let artifacts: Placed['artifacts'] = null;
  for (let index = 0; index < parts.length; index += 1) {
    const part = parts[index] ?? EMPTY;
    modelIds.push(part.modelIds);
    otherIds.push(part.otherIds);
    plain &&= part.plain;
    plainFiles ||= part.plainFiles;
    artifacts ??= part.artifacts;
    if (hasLists(part)) listed.push(part);
  }
  return {
    parts,
    ownFiles: NONE,
    ownPlainFiles: NONE,
    plainFiles,
    modelIds: concatIds(modelIds),
    otherIds: concatIds(otherIds),
    plain,
    pipelines: concat(listed, (part) => part.pipelines),
    ignores: concat(listed, (part) => part.ignores),
    dvcRoots: concat(listed, (part) => part.dvcRoots),
    attributes: concat(listed, (part) => part.attributes),
    diagnostics: concat(listed, (part) => part.diagnostics),
    artifacts,
  };
}

function withIds(ids: Uint32Array, outs: readonly Candidate[], isModel: boolean): Uint32Array {
  const own = outs.filter((one) => one.isModel === isModel).map(({ id }) => id);
  return own.length === 0 ? ids : concatIds([ids, own]);
}

const NONE: readonly never[] = [];

function hasLists(part: Placed): boolean {
  return part.pipelines.length > 0 || hasSay(part);
}

/** Whether something in it has a say on what stands elsewhere, or is wrong. */
function hasSay(part: Placed): boolean {
  return (
    part.diagnostics.length > 0 ||
    part.attributes.length > 0 ||
    part.ignores.length > 0 ||
    part.dvcRoots.length > 0
  );
}

/** One that stands alone is shared, not copied. */
function concat<T>(parts: readonly Placed[], listOf: (part: Placed) => readonly T[]): readonly T[] {
  const lists = parts.map(listOf).filter((list) => list.length > 0);
  const [first = NONE] = lists;
  return lists.length <= 1 ? first : lists.flat();
}
