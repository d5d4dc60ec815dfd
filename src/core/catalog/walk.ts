import type { ObjectFailure, ObjectHandler, ObjectReader, ObjectType } from '../git/objects.js';
import type { ObjectNumber } from './objectIds.js';
import { ObjectIds } from './objectIds.js';
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
  /** Undefined while it has not been read. */
  readonly failed: ObjectFailure | undefined;
  /** A DVC repository begins here: the folder has its own `.dvc/`. */
  readonly dvcRoot: boolean;
  readonly files: readonly TreeFile[];
  /** Names of folders, and their nodes at the same positions: two lists, since trees have very many entries. */
  readonly folderNames: readonly string[];
  readonly folderNodes: readonly TreeNode[];
  /** Names that are no UTF-8: listed as far as they can be read. */
  readonly unreadableNames: readonly string[];
  /** Room for what is composed from this node (see `Composer`), so that finding it again costs nothing. */
  composed: unknown;
}

interface MutableNode extends TreeNode {
  readonly state: number;
  failed: ObjectFailure | undefined;
  dvcRoot: boolean;
  files: readonly TreeFile[];
  folderNames: readonly string[];
  folderNodes: readonly TreeNode[];
  unreadableNames: readonly string[];
}

const NOTHING: readonly never[] = [];

/**
 * Walks trees through one object reader, each tree object once, however many branches share it. Which files
 * are kept depends on the patterns alone, so a node is remembered by tree id and pattern state.
 */
export class TreeWalker {
  readonly trees: ObjectIds;
  private readonly layouts: TreeLayouts<MutableNode>;
  private readonly nodes: MutableNode[] = [];
  /** By state and number of the tree: the position of its node, plus one. */
  private readonly positions: Int32Array[] = [];

  constructor(
    private readonly patterns: PathPatterns,
    idBytes: 20 | 32,
    private readonly blobs: ObjectIds,
    /** Called once per node and kept file, so that its blob can be read in the same pass. */
    private readonly onFile: (file: TreeFile, reader: ObjectReader) => void,
  ) {
    this.trees = new ObjectIds(idBytes);
    this.layouts = new TreeLayouts(patterns, idBytes);
  }

  /** The node of a root tree; complete once the reader has settled. */
  root(tree: string, reader: ObjectReader): TreeNode {
    return this.node(this.trees.ofHex(tree), this.patterns.root, reader);
  }

  /** How many nodes are remembered. */
  get size(): number {
    return this.nodes.length;
  }

  private node(id: ObjectNumber, state: number, reader: ObjectReader): MutableNode {
    const positions = this.positionsOf(state, id);
    const known = this.nodes[(positions[id] ?? 0) - 1];
    if (known && known.failed === undefined) return known;
    const node: MutableNode = {
      id,
      state,
      failed: undefined,
      dvcRoot: false,
      files: NOTHING,
      folderNames: NOTHING,
      folderNodes: NOTHING,
      unreadableNames: NOTHING,
      composed: undefined,
    };
    positions[id] = this.nodes.push(node);
    reader.contents(this.trees.hex(id), new TreeHandler(this, node, reader));
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
  fill(node: MutableNode, data: Uint8Array, from: number, end: number, reader: ObjectReader): void {
    const layout = this.layouts.of(data, from, end, node.state);
    if (!layout) {
      node.failed = 'corrupt';
      return;
    }
    node.dvcRoot = layout.dvcRoot;
    node.unreadableNames = layout.unreadableNames;
    if (layout.files.length > 0)
      node.files = layout.files.map(({ name, kind, link, at }) => {
        const file = { name, kind, link, blob: this.blobs.at(data, from + at) };
        if (!link) this.onFile(file, reader);
        return file;
      });
    const { folderNames } = layout;
    if (folderNames.length === 0) return;
    const folderNodes = new Array<TreeNode>(folderNames.length);
    for (let index = 0; index < folderNames.length; index += 1)
      folderNodes[index] = this.folder(layout, index, data, from, reader);
    node.folderNames = folderNames;
    node.folderNodes = folderNodes;
  }

  /** The node of a folder in a tree: of the folder there in the tree of that layout before, where it is the same. */
  private folder(
    layout: TreeLayout<MutableNode>,
    index: number,
    data: Uint8Array,
    from: number,
    reader: ObjectReader,
  ): TreeNode {
    const { bytes, folderNodes, folderIds, folderStates } = layout;
    const at = folderIds[index] ?? 0;
    const before = folderNodes[index];
    if (before && before.failed === undefined && this.trees.equal(bytes, at, data, from + at)) return before;
    const found = this.node(this.trees.at(data, from + at), folderStates[index] ?? 0, reader);
    this.trees.copy(data, from + at, bytes, at);
    folderNodes[index] = found;
    return found;
  }
}

/** One object for each tree that is asked for, instead of two functions. */
class TreeHandler implements ObjectHandler {
  constructor(
    private readonly walker: TreeWalker,
    private readonly node: MutableNode,
    private readonly reader: ObjectReader,
  ) {}

  failed(reason: ObjectFailure): void {
    this.node.failed = reason;
  }

  object(type: ObjectType, data: Buffer): void {
    this.bytes(type, data, 0, data.length);
  }

  bytes(type: ObjectType, data: Buffer, start: number, end: number): void {
    if (type === 'tree') this.walker.fill(this.node, data, start, end, this.reader);
    else this.node.failed = 'corrupt';
  }
}
