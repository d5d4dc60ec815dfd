import type {
  ContentsRequest,
  ObjectFailure,
  ObjectHandler,
  ObjectReader,
  ObjectType,
} from '../git/objects.js';
import type { ObjectIds, ObjectNumber } from './objectIds.js';
import type { PathPatterns } from './patterns.js';
import type { TreeLayout } from './treeLayout.js';
import { TreeLayouts } from './treeLayout.js';
import type { FileKind } from './treeNames.js';

/** A file in a tree that may say something about models. */
export interface TreeFile {
  readonly name: string;
  readonly kind: FileKind;
  readonly blob: ObjectNumber;
  readonly link: boolean;
}

/**
 * What one tree object holds, seen from what its path has already decided. Shared by every branch and every
 * folder in which the same tree stands.
 */
export interface TreeNode {
  readonly id: ObjectNumber;
  /** Why it could not be read. */
  readonly failure: ObjectFailure | undefined;
  /** A DVC repository begins here: the folder has its own `.dvc/`. */
  readonly dvcRoot: boolean;
  readonly files: readonly TreeFile[];
  /** Names of folders, and their nodes at the same positions: two lists, since trees have very many entries. */
  readonly folderNames: readonly string[];
  readonly folderNodes: readonly TreeNode[];
  /** Names that are no UTF-8: listed as far as they can be read. */
  readonly unreadableNames: readonly string[];
  /** Names that Git makes in no working copy: what stands under them is not looked at. */
  readonly refusedNames: readonly string[];
  /** It was read, and nothing in it matters: no folders, no files, no names to tell of. */
  readonly barren: boolean;
  /** It was not read: an earlier catalog composed it, and that is all that is known. */
  readonly kept: boolean;
  /** Room for what is composed from this node (see `Composer`), so that finding it again costs nothing. */
  composed: unknown;
}

const NOTHING: readonly never[] = [];

/** Where a node gets its content from, until it has it. */
interface Walk {
  readonly walker: TreeWalker;
  readonly reader: ObjectReader;
}

/** A node that asks for its own tree: trees are most of what is read, and one object for each is enough. */
class WalkedTree implements TreeNode, ObjectHandler, ContentsRequest {
  failure: ObjectFailure | undefined;
  layout: TreeLayout | undefined;
  files: readonly TreeFile[] = NOTHING;
  folderNodes: readonly WalkedTree[] = NOTHING;
  readonly kept: boolean;

  constructor(
    readonly id: ObjectNumber,
    readonly state: number,
    private walk: Walk | undefined,
    public composed: unknown,
    /** What stood at the place where this node was met first, in the version of the folder above met before. */
    private like: WalkedTree | undefined,
  ) {
    this.kept = composed !== undefined;
  }

  get barren(): boolean {
    return this.layout?.barren ?? false;
  }

  get dvcRoot(): boolean {
    return this.layout?.dvcRoot ?? false;
  }

  get folderNames(): readonly string[] {
    return this.layout?.folderNames ?? NOTHING;
  }

  get unreadableNames(): readonly string[] {
    return this.layout?.unreadableNames ?? NOTHING;
  }

  get refusedNames(): readonly string[] {
    return this.layout?.refusedNames ?? NOTHING;
  }

  get kind(): 'contents' {
    return 'contents';
  }

  get spec(): string {
    return this.walk?.walker.trees.hex(this.id) ?? '';
  }

  get handler(): ObjectHandler {
    return this;
  }

  failed(reason: ObjectFailure): void {
    this.failure = reason;
    this.done();
  }

  object(type: ObjectType, data: Buffer): void {
    this.bytes(type, data, 0, data.length);
  }

  bytes(type: ObjectType, data: Buffer, start: number, end: number): void {
    const { walk } = this;
    if (type === 'tree' && walk) walk.walker.fill(this, this.like, data, start, end, walk);
    else this.failure = 'corrupt';
    this.done();
  }

  private done(): void {
    this.walk = undefined;
    this.like = undefined;
  }
}

/**
 * Walks trees through one object reader, each tree object once, however many branches share it. Which files
 * are kept depends on the patterns alone, so a node is remembered by tree id and pattern state.
 */
export class TreeWalker {
  readonly trees: ObjectIds;
  private readonly blobs: ObjectIds;
  private readonly layouts: TreeLayouts;
  private readonly nodes: WalkedTree[] = [];
  /** By state and number of the tree: the position of its node, plus one. */
  private readonly positions: Int32Array[] = [];
  private lastRoot: WalkedTree | undefined;

  constructor(
    private readonly patterns: PathPatterns,
    idBytes: 20 | 32,
    ids: { readonly trees: ObjectIds; readonly blobs: ObjectIds },
    /** Called once per node and kept file, so that its blob can be read in the same pass. */
    private readonly onFile: (file: TreeFile, reader: ObjectReader) => void,
    /** What earlier catalogs left of a tree. */
    private readonly keptOf: (tree: ObjectNumber, state: number) => unknown = () => undefined,
  ) {
    this.trees = ids.trees;
    this.blobs = ids.blobs;
    this.layouts = new TreeLayouts(patterns, idBytes);
  }

  /** The node of a root tree; complete once the reader has settled. */
  root(tree: string, reader: ObjectReader): TreeNode {
    const walk = { walker: this, reader };
    this.lastRoot = this.node(this.trees.ofHex(tree), this.patterns.root, walk, this.lastRoot);
    return this.lastRoot;
  }

  /** How many nodes are remembered. */
  get size(): number {
    return this.nodes.length;
  }

  /** The remembered nodes from a position on. */
  since(position: number): readonly TreeNode[] {
    return this.nodes.slice(position);
  }

  private node(id: ObjectNumber, state: number, walk: Walk, like: WalkedTree | undefined): WalkedTree {
    const positions = this.positionsOf(state, id);
    const known = this.nodes[(positions[id] ?? 0) - 1];
    if (known && known.failure === undefined) return known;
    const kept = this.keptOf(id, state);
    const node =
      kept === undefined
        ? new WalkedTree(id, state, walk, undefined, like)
        : new WalkedTree(id, state, undefined, kept, undefined);
    positions[id] = this.nodes.push(node);
    if (kept === undefined) walk.reader.ask(node);
    return node;
  }

  private positionsOf(state: number, id: ObjectNumber): Int32Array {
    const known = this.positions[state];
    if (known && id < known.length) return known;
    const larger = new Int32Array(Math.max(1024, (id + 1) * 2));
    if (known) larger.set(known);
    this.positions[state] = larger;
    return larger;
  }

  /**
   * Fills a node from the bytes of its tree, and asks for what stands in it.
   * @param like what is likely much the same: another version of the folder.
   */
  fill(
    node: WalkedTree,
    like: WalkedTree | undefined,
    data: Uint8Array,
    from: number,
    end: number,
    walk: Walk,
  ): void {
    const layout = this.layouts.of(data, from, end, node.state, like?.layout);
    if (!layout) {
      node.failure = 'corrupt';
      return;
    }
    node.layout = layout;
    if (layout.files.length > 0)
      node.files = layout.files.map(({ name, kind, link, at }) => {
        const file = { name, kind, link, blob: this.blobs.at(data, from + at) };
        if (!link) this.onFile(file, walk.reader);
        return file;
      });
    const { folderNames, folderIds, folderStates } = layout;
    if (folderNames.length === 0) return;
    const before = like ? foldersLike(like, layout) : NOTHING;
    const folderNodes = new Array<WalkedTree>(folderNames.length);
    for (let index = 0; index < folderNodes.length; index += 1) {
      const at = from + (folderIds[index] ?? 0);
      const there = before[index];
      folderNodes[index] =
        there && there.failure === undefined && this.trees.is(there.id, data, at)
          ? there
          : this.node(this.trees.at(data, at), folderStates[index] ?? 0, walk, there);
    }
    node.folderNodes = folderNodes;
  }
}

/** How far ahead the same name is looked for in a list that has others between. */
const AHEAD = 16;

/** The nodes of a folder's version, by the positions that their names have in the layout of another. */
function foldersLike(
  { layout, folderNames, folderNodes }: WalkedTree,
  other: TreeLayout,
): readonly (WalkedTree | undefined)[] {
  if (layout === other) return folderNodes;
  const names = other.folderNames;
  const found = new Array<WalkedTree | undefined>(names.length);
  let at = 0;
  for (let index = 0; index < names.length; index += 1) {
    const name = names[index];
    const last = Math.min(at + AHEAD, folderNames.length);
    for (let ahead = at; ahead < last; ahead += 1) {
      if (folderNames[ahead] !== name) continue;
      found[index] = folderNodes[ahead];
      at = ahead + 1;
      break;
    }
  }
  return found;
}
