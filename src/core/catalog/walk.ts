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
  dvcRoot = false;
  files: readonly TreeFile[] = NOTHING;
  folderNames: readonly string[] = NOTHING;
  folderNodes: readonly TreeNode[] = NOTHING;
  unreadableNames: readonly string[] = NOTHING;
  readonly kept: boolean;

  constructor(
    readonly id: ObjectNumber,
    readonly state: number,
    private walk: Walk | undefined,
    public composed: unknown,
  ) {
    this.kept = composed !== undefined;
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
    this.walk = undefined;
  }

  object(type: ObjectType, data: Buffer): void {
    this.bytes(type, data, 0, data.length);
  }

  bytes(type: ObjectType, data: Buffer, start: number, end: number): void {
    const { walk } = this;
    if (type === 'tree' && walk) walk.walker.fill(this, data, start, end, walk);
    else this.failure = 'corrupt';
    this.walk = undefined;
  }
}

/**
 * Walks trees through one object reader, each tree object once, however many branches share it. Which files
 * are kept depends on the patterns alone, so a node is remembered by tree id and pattern state.
 */
export class TreeWalker {
  readonly trees: ObjectIds;
  private readonly blobs: ObjectIds;
  private readonly layouts: TreeLayouts<WalkedTree>;
  private readonly nodes: WalkedTree[] = [];
  /** By state and number of the tree: the position of its node, plus one. */
  private readonly positions: Int32Array[] = [];

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
    return this.node(this.trees.ofHex(tree), this.patterns.root, { walker: this, reader });
  }

  /** How many nodes are remembered. */
  get size(): number {
    return this.nodes.length;
  }

  /** The remembered nodes from a position on. */
  since(position: number): readonly TreeNode[] {
    return this.nodes.slice(position);
  }

  private node(id: ObjectNumber, state: number, walk: Walk): WalkedTree {
    const positions = this.positionsOf(state, id);
    const known = this.nodes[(positions[id] ?? 0) - 1];
    if (known && known.failure === undefined) return known;
    const kept = this.keptOf(id, state);
    const node = new WalkedTree(id, state, kept === undefined ? walk : undefined, kept);
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

  /** Fills a node from the bytes of its tree, and asks for what stands in it. */
  fill(node: WalkedTree, data: Uint8Array, from: number, end: number, walk: Walk): void {
    const layout = this.layouts.of(data, from, end, node.state);
    if (!layout) {
      node.failure = 'corrupt';
      return;
    }
    node.dvcRoot = layout.dvcRoot;
    node.unreadableNames = layout.unreadableNames;
    if (layout.files.length > 0)
      node.files = layout.files.map(({ name, kind, link, at }) => {
        const file = { name, kind, link, blob: this.blobs.at(data, from + at) };
        if (!link) this.onFile(file, walk.reader);
        return file;
      });
    const { folderNames } = layout;
    if (folderNames.length === 0) return;
    const folderNodes = new Array<TreeNode>(folderNames.length);
    for (let index = 0; index < folderNames.length; index += 1)
      folderNodes[index] = this.folder(layout, index, data, from, walk);
    node.folderNames = folderNames;
    node.folderNodes = folderNodes;
  }

  /** The node of a folder in a tree: of the folder there in the tree of that layout before, where it is the same. */
  private folder(
    layout: TreeLayout<WalkedTree>,
    index: number,
    data: Uint8Array,
    from: number,
    walk: Walk,
  ): TreeNode {
    const { bytes, folderNodes, folderIds, folderStates } = layout;
    const at = folderIds[index] ?? 0;
    const before = folderNodes[index];
    if (before && before.failure === undefined && this.trees.equal(bytes, at, data, from + at)) return before;
    const found = this.node(this.trees.at(data, from + at), folderStates[index] ?? 0, walk);
    this.trees.copy(data, from + at, bytes, at);
    folderNodes[index] = found;
    return found;
  }
}
