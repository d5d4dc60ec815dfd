import type { Diagnostic } from '../diagnostic.js';
import type { BlobMemo } from './blobs.js';
import type { Candidate, Candidates } from './candidates.js';
import type { Placed, PlacedFile, PlacedIds, PlacedPipeline } from './placed.js';
import { NOTHING_PLACED, NO_IDS, concatIds, join } from './placed.js';
import { FileKind } from './treeNames.js';
import { linked, notUtf8, refusedName, tooDeep, unreadableTree } from './treeProblems.js';
import type { ObjectNumber } from './objectIds.js';
import type { Pipelines } from './pipelines.js';
import type { PlacedPointer } from './pointers.js';
import { Pointers } from './pointers.js';
import type { TreeNode } from './walk.js';

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
  private readonly pointers: Pointers;
  /** A folder that was kept composed stands at a path for which it was not: it must be read after all. */
  misplaced = false;

  constructor(
    blobs: BlobMemo,
    private readonly candidates: Candidates,
    private readonly pipelines: Pipelines,
    /** Paths that `models.names` names. */
    private readonly given: ReadonlySet<string>,
  ) {
    this.pointers = new Pointers(blobs);
  }

  /** What stands below a root tree. */
  root(node: TreeNode): Placed {
    return this.place(node, '', 0);
  }

  /**
   * The candidates of all files below a folder, in tree order. Not made before they are asked for: where files have a
   * say on each other, others are made instead.
   */
  ids(placed: Placed): PlacedIds {
    return (placed.madeIds ??= this.makeIds(placed));
  }

  private makeIds({ parts, ownFiles }: Placed): PlacedIds {
    const own = ownFiles.map((file) => this.candidates.tracked(file, this.given.has(file.file.path)));
    const models: ArrayLike<number>[] = [idsOf(own, true)];
    const others: ArrayLike<number>[] = [idsOf(own, false)];
    for (let index = 0; index < parts.length; index += 1) {
      const ids = this.ids(parts[index] ?? EMPTY);
      models.push(ids.models);
      others.push(ids.others);
    }
    return { models: concatIds(models), others: concatIds(others) };
  }

  private place(node: TreeNode, folder: string, depth: number): Placed {
    // Nothing is nothing at every path (`artifacts.yaml` alone speaks at the root only). Else a tree stands at one path
    // almost always: a short list, kept on the node itself.
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
        placed === EMPTY && !node.files.some(({ kind }) => kind === FileKind.artifacts)
          ? NOTHING_AT_ALL
          : ({ folder, placed, next: known } satisfies ComposedAt);
    return placed;
  }

  /**
   * Tells what was composed of a node where it stands for itself: nothing elsewhere is needed to take it over. A folder
   * of which nobody has asked the candidates yet is passed over: what is being kept must not grow meanwhile.
   */
  tellSelfContained(node: TreeNode, tell: (folder: string, ids: PlacedIds) => void): void {
    const first = node.composed as ComposedAt | typeof NOTHING_AT_ALL | undefined;
    if (first === undefined || first === NOTHING_AT_ALL || node.kept) return;
    for (let at: ComposedAt | undefined = first; at; at = at.next) {
      const { folder, placed } = at;
      const ids = placed.madeIds;
      const alone =
        folder !== '' && placed.plain && !placed.plainFiles && placed.artifacts === null && !hasSay(placed);
      if (!ids || !alone) continue;
      if (placed.pipelines.every((one) => this.pipelines.settle(one)?.diagnostics.length === 0))
        tell(folder, ids);
    }
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
      if (!child || child.barren || child.composed === NOTHING_AT_ALL) continue;
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
    if (settled.declarations.length > 0 || outs.some(({ path }) => !path.startsWith(prefix)))
      return { ...placed, plain: false };
    const ids = this.ids(placed);
    if (this.candidates.overlap(ids, outs)) return { ...placed, plain: false };
    const models = concatIds([ids.models, idsOf(outs, true)]);
    return { ...placed, madeIds: { models, others: concatIds([ids.others, idsOf(outs, false)]) } };
  }

  private ownFiles(node: TreeNode, folder: string): Placed {
    if (node.files.length + node.refusedNames.length === 0 && !node.dvcRoot) return EMPTY;
    const own = new OwnFiles();
    for (const file of node.files) {
      if (file.link) {
        if (file.kind !== FileKind.lfs) own.report(linked(join(folder, file.name)));
        continue;
      }
      switch (file.kind) {
        case FileKind.dvc:
        case FileKind.lfs:
          own.add(this.pointers.at(file, folder), file.kind);
          break;
        case FileKind.pipeline:
          own.yaml = file.blob;
          break;
        case FileKind.lock:
          own.lock = file.blob;
          break;
        case FileKind.attributes:
          own.attributes = [{ folder, blob: file.blob }];
          break;
        case FileKind.ignore:
          own.ignores = [{ folder, blob: file.blob }];
          break;
        case FileKind.artifacts:
          if (folder === '') own.artifacts = file.blob;
          break;
        default:
          break;
      }
    }
    for (const name of node.refusedNames) own.report(refusedName(folder, name));
    for (const name of node.unreadableNames) own.report(notUtf8(join(folder, name)));
    return own.placed(node, folder);
  }
}

/** Gathers what one folder itself holds: of thousands, most hold one pointer or a few and nothing else. */
class OwnFiles {
  readonly files: PlacedFile[] = [];
  plainFiles: string[] | undefined;
  diagnostics: Diagnostic[] | undefined;
  ignores: Placed['ignores'] = NONE;
  attributes: Placed['attributes'] = NONE;
  yaml: ObjectNumber | null = null;
  lock: ObjectNumber | null = null;
  artifacts: ObjectNumber | null = null;
  private plain = true;
  private kinds = 0;

  report(diagnostic: Diagnostic): void {
    (this.diagnostics ??= []).push(diagnostic);
  }

  add(pointer: PlacedPointer, kind: FileKind): void {
    for (const file of pointer.files) this.files.push(file);
    for (const diagnostic of pointer.diagnostics) this.report(diagnostic);
    if (pointer.plainFile !== null) (this.plainFiles ??= []).push(pointer.plainFile);
    if (!pointer.plain) this.plain = false;
    if (pointer.files.length > 0) this.kinds |= kind === FileKind.lfs ? 1 : 2;
  }

  placed(node: TreeNode, folder: string): Placed {
    const { files, ignores, attributes, artifacts, yaml, lock } = this;
    const { plainFiles = NONE, diagnostics = NONE } = this;
    const pipelines = yaml === null ? NONE : [{ folder, tree: node.id, yaml, lock }];
    const dvcRoots = node.dvcRoot ? [folder] : NONE;
    const entries =
      files.length +
      ignores.length +
      attributes.length +
      plainFiles.length +
      diagnostics.length +
      pipelines.length +
      dvcRoots.length;
    if (artifacts === null && entries === 0) return EMPTY;
    return {
      parts: NONE,
      ownFiles: files,
      ownPlainFiles: plainFiles,
      plainFiles: plainFiles.length > 0,
      madeIds: files.length === 0 ? NO_IDS : undefined,
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
  const listed: Placed[] = [];
  let plain = true;
  let plainFiles = false;
  let artifacts: Placed['artifacts'] = null;
  for (let index = 0; index < parts.length; index += 1) {
    const part = parts[index] ?? EMPTY;
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
    madeIds: undefined,
    plain,
    pipelines: concat(listed, (part) => part.pipelines),
    ignores: concat(listed, (part) => part.ignores),
    dvcRoots: concat(listed, (part) => part.dvcRoots),
    attributes: concat(listed, (part) => part.attributes),
    diagnostics: concat(listed, (part) => part.diagnostics),
    artifacts,
  };
}

function idsOf(candidates: readonly Candidate[], isModel: boolean): readonly number[] {
  if (candidates.length === 0) return NONE;
  return candidates.filter((one) => one.isModel === isModel).map(({ id }) => id);
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
