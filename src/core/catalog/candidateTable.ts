import type { Digest } from '../digest.js';
import { readRow, writeRow } from './candidateRows.js';
import type { Model } from './catalog.js';

/** A model without its name: what its pointer and its declaration tell. */
export type Unnamed = Omit<Model, 'name'>;

/**
 * A tracked file (or a declaration) of one or more commits that waits for its name. The same pointer at the
 * same path is one candidate in every commit, so that models can be compared by identity.
 */
export class Candidate {
  /** Under the one name that most candidates have, and under others. */
  private first: Model | undefined;
  private others: Map<string, Model> | undefined;

  constructor(
    /** Grows by one with each candidate; equal ids mean equal content. */
    readonly id: number,
    readonly declared: string | null,
    readonly isModel: boolean,
    /** Numbers (path, declared name): what a name can depend on. */
    readonly nameKey: number,
    readonly content: Unnamed,
  ) {}

  get path(): string {
    return this.content.path ?? '';
  }

  get digest(): Digest | null {
    return this.content.digest;
  }

  /** The model under a name: the same object for the same name. */
  model(name: string): Model {
    if (this.first?.name === name) return this.first;
    if (!this.first) return (this.first = { name, ...this.content });
    this.others ??= new Map();
    let model = this.others.get(name);
    if (!model) this.others.set(name, (model = { name, ...this.content }));
    return model;
  }
}

/** Candidates as they are kept on disk, in the order of ids: numbers for all of them, text for who is looked at. */
export interface StoredCandidates {
  /** `COLUMNS` numbers for each. */
  readonly numbers: Uint32Array;
  /** One row after the other. */
  readonly rows: Uint8Array;
}

/** Name key, key of the bits, hash of the name, hash of the digest, and where the row ends (in characters). */
const COLUMNS = 5;

/** Every different candidate once, by number. What an earlier catalog left is read when it is asked for. */
export class CandidateTable {
  private readonly all: (Candidate | undefined)[] = [];
  private readonly nameKeys: number[] = [];
  private readonly bitsKeys: number[] = [];
  private readonly nameHashes: number[] = [];
  private readonly digestHashes: number[] = [];
  /** How many are in the chains: restored ones are put there when the first new one is made. */
  private chained = 0;
  private readonly byContent = new Chains();
  private readonly byName = new Chains();
  private readonly byBits = new Chains();
  /** By name key and by key of the bits: the first candidate that has it. */
  private readonly named: number[] = [];
  private readonly withBits: number[] = [];
  private stored: readonly StoredCandidates[] = [];
  /** The rows of what is stored as one text, once one of them was asked for. */
  private rows: string | undefined;
  private readonly rowEnds: number[] = [];

  get count(): number {
    return this.all.length;
  }

  get(id: number): Candidate {
    const candidate = this.all[id] ?? this.read(id);
    if (!candidate) throw new RangeError(`there is no candidate ${id}`);
    return candidate;
  }

  nameKey(id: number): number {
    return this.nameKeys[id] ?? -1;
  }

  /** Whether two candidates have the same digest and tracking. */
  sameBits(left: number, right: number): boolean {
    return left === right || this.bitsKeys[left] === this.bitsKeys[right];
  }

  /** The positions at which two lists of candidates differ in their bits; the first one only, if that is enough. */
  differing(left: Uint32Array, right: Uint32Array, first: boolean): readonly number[] {
    const { bitsKeys } = this;
    const found: number[] = [];
    for (let index = 0; index < left.length; index += 1) {
      const here = left[index] ?? 0;
      const there = right[index] ?? 0;
      if (here === there || bitsKeys[here] === bitsKeys[there]) continue;
      found.push(index);
      if (first) break;
    }
    return found;
  }

  /** The candidate of that content, which is made if there is none. */
  intern(declared: string | null, isModel: boolean, content: Unnamed): Candidate {
    this.chain();
    const nameHash = hashOfName(declared, content.path ?? '');
    const digestHash = hashOfDigest(content.digest);
    const known = this.byContent.find(nameHash ^ digestHash, (id) => {
      if (this.nameHashes[id] !== nameHash || this.digestHashes[id] !== digestHash) return false;
      const other = this.get(id);
      return other.declared === declared && other.isModel === isModel && sameContent(other.content, content);
    });
    if (known !== undefined) return this.get(known);
    const id = this.all.length;
    const nameKey = this.nameKeyOf(id, nameHash, declared, content.path);
    const bitsKey = this.bitsKeyOf(id, digestHash, content);
    const candidate = new Candidate(id, declared, isModel, nameKey, content);
    this.all.push(candidate);
    this.push(nameKey, bitsKey, nameHash, digestHash);
    return candidate;
  }

  /** Those from an id on, to be kept. */
  store(from = 0): StoredCandidates {
    const count = this.all.length - from;
    const numbers = new Uint32Array(count * COLUMNS);
    const texts: string[] = [];
    let end = 0;
    for (let index = 0; index < count; index += 1) {
      const id = from + index;
      const row = writeRow(this.get(id));
      texts.push(row);
      end += row.length;
      const at = index * COLUMNS;
      numbers[at] = this.nameKeys[id] ?? 0;
      numbers[at + 1] = this.bitsKeys[id] ?? 0;
      numbers[at + 2] = this.nameHashes[id] ?? 0;
      numbers[at + 3] = this.digestHashes[id] ?? 0;
      numbers[at + 4] = end;
    }
    return { numbers, rows: Buffer.from(texts.join('')) };
  }

  /** Takes over what was kept, part by part. Only before anything else was made here. */
  restore(stored: readonly StoredCandidates[]): void {
    this.stored = stored;
    let start = 0;
    for (const { numbers } of stored) {
      for (let at = 0; at < numbers.length; at += COLUMNS) {
        this.all.push(undefined);
        this.rowEnds.push(start + (numbers[at + 4] ?? 0));
        this.push(numbers[at] ?? 0, numbers[at + 1] ?? 0, numbers[at + 2] ?? 0, numbers[at + 3] ?? 0);
      }
      start += numbers.at(-1) ?? 0;
    }
  }

  private push(nameKey: number, bitsKey: number, nameHash: number, digestHash: number): void {
    this.nameKeys.push(nameKey);
    this.bitsKeys.push(bitsKey);
    this.nameHashes.push(nameHash);
    this.digestHashes.push(digestHash);
  }

  private chain(): void {
    for (; this.chained < this.nameKeys.length; this.chained += 1) {
      const id = this.chained;
      const nameHash = this.nameHashes[id] ?? 0;
      const digestHash = this.digestHashes[id] ?? 0;
      this.byContent.add(nameHash ^ digestHash, id);
      const nameKey = this.nameKeys[id] ?? 0;
      if (this.named[nameKey] === undefined) {
        this.named[nameKey] = id;
        this.byName.add(nameHash, nameKey);
      }
      const bitsKey = this.bitsKeys[id] ?? 0;
      if (this.withBits[bitsKey] === undefined) {
        this.withBits[bitsKey] = id;
        this.byBits.add(digestHash, bitsKey);
      }
    }
  }

  private read(id: number): Candidate | undefined {
    const end = this.rowEnds[id];
    if (end === undefined) return undefined;
    this.rows ??= this.stored.map(({ rows }) => new TextDecoder().decode(rows)).join('');
    const text = this.rows.slice(this.rowEnds[id - 1] ?? 0, end);
    const { declared, isModel, content } = readRow(text);
    return (this.all[id] = new Candidate(id, declared, isModel, this.nameKeys[id] ?? 0, content));
  }

  private nameKeyOf(id: number, hash: number, declared: string | null, path: string | null): number {
    const known = this.byName.find(hash, (key) => {
      const example = this.get(this.named[key] ?? id);
      return example.declared === declared && example.content.path === path;
    });
    return known ?? this.named.length;
  }

  private bitsKeyOf(id: number, hash: number, { tracking, digest }: Unnamed): number {
    const known = this.byBits.find(hash, (key) => {
      const example = this.get(this.withBits[key] ?? id).content;
      return example.tracking === tracking && equalDigests(example.digest, digest);
    });
    return known ?? this.withBits.length;
  }
}

/** Numbers by hash, several under one; the newest is found first. */
class Chains {
  private readonly heads = new Map<number, number>();
  private readonly next: number[] = [];

  add(hash: number, number: number): void {
    this.next[number] = this.heads.get(hash) ?? -1;
    this.heads.set(hash, number);
  }

  find(hash: number, fits: (number: number) => boolean): number | undefined {
    for (let number = this.heads.get(hash) ?? -1; number >= 0; number = this.next[number] ?? -1)
      if (fits(number)) return number;
    return undefined;
  }
}

function hashOfName(declared: string | null, path: string): number {
  let hash = declared === null ? 0 : hashText(declared, 1);
  hash = hashText(path, hash);
  return hash >>> 0;
}

function hashText(text: string, start: number): number {
  let hash = start;
  for (let index = 0; index < text.length; index += 1)
    hash = (Math.imul(hash, 31) + text.charCodeAt(index)) | 0;
  return hash;
}

/** Digests are as good as random from their first characters on. */
function hashOfDigest(digest: Digest | null): number {
  return digest === null ? 0 : hashText(digest.value.slice(0, 12), 7) >>> 0;
}

function equalDigests(left: Digest | null, right: Digest | null): boolean {
  if (left === null || right === null) return left === right;
  return left.value === right.value && left.algorithm === right.algorithm && left.legacy === right.legacy;
}

function sameContent(left: Unnamed, right: Unnamed): boolean {
  return (
    left.path === right.path &&
    left.pointer === right.pointer &&
    left.tracking === right.tracking &&
    left.stage === right.stage &&
    left.declared === right.declared &&
    left.type === right.type &&
    left.description === right.description &&
    left.size === right.size &&
    left.files === right.files &&
    equalDigests(left.digest, right.digest) &&
    sameLabels(left.labels, right.labels)
  );
}

function sameLabels(left: readonly string[] | undefined, right: readonly string[] | undefined): boolean {
  if (left === undefined || right === undefined) return left === right;
  return left.length === right.length && left.every((label, index) => label === right[index]);
}
