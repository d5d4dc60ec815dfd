/** What a file's name alone says about it. */
export const FileKind = {
  other: 0,
  dvc: 1,
  pipeline: 2,
  lock: 3,
  artifacts: 4,
  attributes: 5,
  ignore: 6,
  /** Only by content a Git LFS pointer; a candidate where the patterns include it. */
  lfs: 7,
} as const;
export type FileKind = (typeof FileKind)[keyof typeof FileKind];

const KINDS: Readonly<Record<string, FileKind>> = {
  'dvc.yaml': FileKind.pipeline,
  'dvc.lock': FileKind.lock,
  'artifacts.yaml': FileKind.artifacts,
  '.gitattributes': FileKind.attributes,
  '.dvcignore': FileKind.ignore,
};

/** Names that Git makes in no working copy, since they lead out of it or into `.git` (Git: `verify_path`). */
const REFUSED = /^\.{0,2}$|^(?:\.git|git~1)[. ]*$|\//i;

/**
 * Numbers the entry names of tree objects without making a string for each of the (hundreds of thousands of)
 * entries: names are met as bytes, and only a new one is decoded.
 */
export class TreeNames {
  private table = new Int32Array(1 << 15).fill(-1);
  private readonly hashes: number[] = [];
  private pool = Buffer.alloc(1 << 18);
  private poolEnd = 0;
  private readonly starts: number[] = [];
  private readonly names: string[] = [];
  private readonly kinds: FileKind[] = [];
  private readonly exact: boolean[] = [];
  private readonly refused: boolean[] = [];

  /** The number of a name, given its bytes and their hash (see `TreeLayouts`). */
  intern(data: Uint8Array, start: number, end: number, hash: number): number {
    const mask = this.table.length - 1;
    let slot = hash & mask;
    for (;;) {
      const id = this.table[slot] ?? -1;
      if (id < 0) return this.add(data, start, end, hash, slot);
      if (this.hashes[id] === hash && this.equals(id, data, start, end)) return id;
      slot = (slot + 1) & mask;
    }
  }

  name(id: number): string {
    return this.names[id] ?? '';
  }

  kind(id: number): FileKind {
    return this.kinds[id] ?? FileKind.other;
  }

  /** False when the bytes are no UTF-8, so that the name as text stands for other bytes too. */
  isText(id: number): boolean {
    return this.exact[id] ?? false;
  }

  /** True when nothing of that name may be read or written: a hostile tree can hold it, a working copy never. */
  isRefused(id: number): boolean {
    return this.refused[id] ?? false;
  }

  private equals(id: number, data: Uint8Array, start: number, end: number): boolean {
    const at = this.starts[id] ?? 0;
    const stop = this.starts[id + 1] ?? this.poolEnd;
    if (stop - at !== end - start) return false;
    const { pool } = this;
    for (let index = 0; index < end - start; index += 1) {
      if (pool[at + index] !== data[start + index]) return false;
    }
    return true;
  }

  private add(data: Uint8Array, start: number, end: number, hash: number, slot: number): number {
    const length = end - start;
    if (this.poolEnd + length > this.pool.length) {
      const larger = Buffer.alloc((this.pool.length + length) * 2);
      this.pool.copy(larger, 0, 0, this.poolEnd);
      this.pool = larger;
    }
    const bytes = Buffer.from(data.buffer, data.byteOffset + start, length);
    this.pool.set(bytes, this.poolEnd);
    const id = this.names.length;
    this.starts.push(this.poolEnd);
    this.poolEnd += length;
    const name = bytes.toString('utf8');
    this.names.push(name);
    this.exact.push(!name.includes('\uFFFD') || Buffer.from(name).equals(bytes));
    this.refused.push(REFUSED.test(name));
    this.kinds.push(
      KINDS[name] ?? (name.endsWith('.dvc') && name !== '.dvc' ? FileKind.dvc : FileKind.other),
    );
    this.hashes.push(hash);
    this.table[slot] = id;
    if (this.names.length * 2 > this.table.length) this.grow();
    return id;
  }

  private grow(): void {
    const table = new Int32Array(this.table.length * 2).fill(-1);
    const mask = table.length - 1;
    this.hashes.forEach((hash, id) => {
      let slot = hash & mask;
      while ((table[slot] ?? -1) >= 0) slot = (slot + 1) & mask;
      table[slot] = id;
    });
    this.table = table;
  }
}
