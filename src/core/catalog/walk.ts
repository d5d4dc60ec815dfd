import type { ObjectFailure, ObjectHandler, ObjectReader, ObjectType } from '../git/objects.js';
import type { ObjectNumber } from './objectIds.js';
import { ObjectIds } from './objectIds.js';
import type { PathPatterns } from './patterns.js';
import { FileKind, TreeNames } from './treeNames.js';

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
const SPACE = 32;
const DIGIT_ZERO = 48;
const DIGIT_TWO = 50;
const DIGIT_FOUR = 52;

/**
 * Walks trees through one object reader, each tree object once, however many branches share it. Which files
 * are kept depends on the patterns alone, so a node is remembered by tree id and pattern state.
 */
export class TreeWalker {
  readonly trees: ObjectIds;
  private readonly names = new TreeNames();
  private readonly nodes: MutableNode[] = [];
  /** By state and number of the tree: the position of its node, plus one. */
  private readonly positions: Int32Array[] = [];
  /** Pattern answers per state: by name id, 0 unknown, 1 no, 2 yes; folder states likewise, shifted by one. */
  private readonly included: Uint8Array[] = [];
  private readonly entered: Int32Array[] = [];

  constructor(
    private readonly patterns: PathPatterns,
    private readonly idBytes: 20 | 32,
    private readonly blobs: ObjectIds,
    /** Called once per node and kept file, so that its blob can be read in the same pass. */
    private readonly onFile: (file: TreeFile, reader: ObjectReader) => void,
  ) {
    this.trees = new ObjectIds(idBytes);
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

  /** Reads `mode SP name NUL id` entries as bytes; makes strings only of what is kept. */
  scan(data: Buffer, from: number, end: number, node: MutableNode, reader: ObjectReader): void {
    const { names, idBytes } = this;
    const { state } = node;
    let files: TreeFile[] | undefined;
    let folderNames: string[] | undefined;
    let folderNodes: TreeNode[] | undefined;
    let unreadable: string[] | undefined;
    let at = from;
    while (at < end) {
      const first = data[at] === DIGIT_ZERO ? at + 1 : at;
      const folder = data[first] === DIGIT_FOUR;
      const link = !folder && data[first + 1] === DIGIT_TWO;
      const plain = folder || link || data[first + 1] === DIGIT_ZERO;
      while (at < end && data[at] !== SPACE) at += 1;
      const nameStart = at + 1;
      at = nameStart;
      let hash = 0;
      for (let byte = data[at]; byte !== undefined && byte !== 0; byte = data[at]) {
        hash = (Math.imul(hash, 31) + byte) | 0;
        at += 1;
      }
      const idStart = at + 1;
      const next = idStart + idBytes;
      if (next > end) {
        node.failed = 'corrupt';
        return;
      }
      if (plain) {
        const name = names.intern(data, nameStart, at, hash);
        if (folder) {
          const inner = this.stateOf(state, name);
          if (inner < 0) node.dvcRoot = true;
          else {
            (folderNames ??= []).push(names.name(name));
            (folderNodes ??= []).push(this.node(this.trees.at(data, idStart), inner, reader));
          }
        } else {
          const kind = this.kindOf(state, name);
          if (kind !== FileKind.other) {
            const file = { name: names.name(name), kind, blob: this.blobs.at(data, idStart), link };
            (files ??= []).push(file);
            if (!names.isText(name)) (unreadable ??= []).push(file.name);
            if (!link) this.onFile(file, reader);
          }
        }
      }
      at = next;
    }
    if (files) node.files = files;
    if (folderNames) node.folderNames = folderNames;
    if (folderNodes) node.folderNodes = folderNodes;
    if (unreadable) node.unreadableNames = unreadable;
  }

  private kindOf(state: number, name: number): FileKind {
    const kind = this.names.kind(name);
    if (kind !== FileKind.other) return kind;
    let answers = this.included[state];
    if (!answers || name >= answers.length) {
      const larger = new Uint8Array(Math.max(1024, (name + 1) * 2));
      if (answers) larger.set(answers);
      this.included[state] = answers = larger;
    }
    let answer = answers[name];
    if (answer === undefined || answer === 0) {
      answer = this.patterns.includes(state, this.names.name(name)) ? 2 : 1;
      answers[name] = answer;
    }
    return answer === 2 ? FileKind.lfs : FileKind.other;
  }

  /** The state inside a folder; -1 for `.dvc`, which holds DVC's own files and no models. */
  private stateOf(state: number, name: number): number {
    let answers = this.entered[state];
    if (!answers || name >= answers.length) {
      const larger = new Int32Array(Math.max(256, (name + 1) * 2));
      if (answers) larger.set(answers);
      this.entered[state] = answers = larger;
    }
    let answer = answers[name];
    if (answer === undefined || answer === 0) {
      const text = this.names.name(name);
      answer = text === '.dvc' ? -1 : this.patterns.enter(state, text) + 1;
      answers[name] = answer;
    }
    return answer === -1 ? -1 : answer - 1;
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
    if (type === 'tree') this.walker.scan(data, start, end, this.node, this.reader);
    else this.node.failed = 'corrupt';
  }
}
