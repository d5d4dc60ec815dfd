import type { PathPatterns } from './patterns.js';
import { FileKind, TreeNames } from './treeNames.js';

/** A file of a tree that may say something about models, and where its object id stands in the tree's bytes. */
interface LaidOutFile {
  readonly name: string;
  readonly kind: FileKind;
  readonly link: boolean;
  readonly at: number;
}

/**
 * What the names and modes of a tree object come to, whatever its object ids: equal for most versions of a folder,
 * and for many folders of a repository.
 */
export interface TreeLayout {
  /** The tree it was read from. */
  readonly bytes: Uint8Array;
  /** Where the ids begin. */
  readonly ids: Int32Array;
  readonly files: readonly LaidOutFile[];
  readonly folderNames: readonly string[];
  /** Per folder: where its id stands, and what the patterns have decided inside it. */
  readonly folderIds: readonly number[];
  readonly folderStates: readonly number[];
  /** A DVC repository begins here: the folder has its own `.dvc/`. */
  readonly dvcRoot: boolean;
  /** Names that are no UTF-8: listed as far as they can be read. */
  readonly unreadableNames: readonly string[];
  /** Names that Git makes in no working copy: what stands under them is not looked at. */
  readonly refusedNames: readonly string[];
  /** Nothing in it matters. */
  readonly barren: boolean;
}

const NOTHING: readonly never[] = [];
const SPACE = 32;
const DIGIT_ZERO = 48;
const DIGIT_TWO = 50;
const DIGIT_FOUR = 52;
/** Larger trees are seldom alike, and would be kept. */
const LARGEST_KEPT = 16_384;

/** Reads the layouts of trees, each that was met before with a comparison of bytes. */
export class TreeLayouts {
  private readonly names = new TreeNames();
  /** By state, then by length: the layout that was met last. */
  private readonly last: Map<number, TreeLayout>[] = [];
  /** Pattern answers per state: by name id, 0 unknown, 1 no, 2 yes; folder states likewise, shifted by one. */
  private readonly included: Uint8Array[] = [];
  private readonly entered: Int32Array[] = [];

  constructor(
    private readonly patterns: PathPatterns,
    private readonly idBytes: 20 | 32,
  ) {}

  /**
   * The layout of the tree in these bytes, seen in a state of the patterns; undefined for what is no tree.
   * @param likely the layout that another version of the same folder has.
   */
  of(
    data: Uint8Array,
    from: number,
    end: number,
    state: number,
    likely?: TreeLayout,
  ): TreeLayout | undefined {
    const length = end - from;
    if (likely && likely.bytes.length === length && this.fits(likely, data, from)) return likely;
    const ofState = (this.last[state] ??= new Map<number, TreeLayout>());
    const known = ofState.get(length);
    if (known && known !== likely && this.fits(known, data, from)) return known;
    const read = this.read(data, from, end, state);
    if (read && length <= LARGEST_KEPT) ofState.set(length, read);
    return read;
  }

  private fits({ bytes, ids }: TreeLayout, data: Uint8Array, from: number): boolean {
    const { idBytes } = this;
    let at = 0;
    for (let index = 0; index < ids.length; index += 1) {
      const end = ids[index] ?? 0;
      for (; at < end; at += 1) if (bytes[at] !== data[from + at]) return false;
      at += idBytes;
    }
    return true;
  }

  /** Reads `mode SP name NUL id` entries as bytes; makes strings only of what is kept. */
  private read(data: Uint8Array, from: number, end: number, state: number): TreeLayout | undefined {
    const { names, idBytes } = this;
    const ids: number[] = [];
    const files: LaidOutFile[] = [];
    const folderNames: string[] = [];
    const folderIds: number[] = [];
    const folderStates: number[] = [];
    const unreadableNames: string[] = [];
    const refusedNames: string[] = [];
    let dvcRoot = false;
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
      const idAt = at + 1;
      const next = idAt + idBytes;
      if (next > end) return undefined;
      ids.push(idAt - from);
      if (plain) {
        const name = names.intern(data, nameStart, at, hash);
        if (names.isRefused(name)) refusedNames.push(names.name(name));
        else if (folder) {
          const inner = this.stateOf(state, name);
          if (inner < 0) dvcRoot = true;
          else {
            folderNames.push(names.name(name));
            folderIds.push(idAt - from);
            folderStates.push(inner);
          }
        } else {
          const kind = this.kindOf(state, name);
          if (kind !== FileKind.other) {
            files.push({ name: names.name(name), kind, link, at: idAt - from });
            if (!names.isText(name)) unreadableNames.push(names.name(name));
          }
        }
      }
      at = next;
    }
    return {
      bytes: new Uint8Array(data.subarray(from, end)),
      ids: Int32Array.from(ids),
      files: files.length > 0 ? files : NOTHING,
      folderNames: folderNames.length > 0 ? folderNames : NOTHING,
      folderIds,
      folderStates,
      dvcRoot,
      unreadableNames: unreadableNames.length > 0 ? unreadableNames : NOTHING,
      refusedNames: refusedNames.length > 0 ? refusedNames : NOTHING,
      barren:
        files.length + folderNames.length + unreadableNames.length + refusedNames.length === 0 && !dvcRoot,
    };
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
