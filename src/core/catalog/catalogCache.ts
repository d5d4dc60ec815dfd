import type { Diagnostic } from '../diagnostic.js';
import type { CommitId } from '../git/ids.js';
import type { StoredCandidate } from './candidates.js';
import type { StoredRegistry } from './registryView.js';

/** What one catalog leaves to the next, all of it about objects that never change. */
export interface CatalogRecord {
  /** What the rest depends on: product, object format, patterns, names. A record with another key is not used. */
  readonly key: string;
  readonly commits: ReadonlyMap<CommitId, string>;
  /** Tag objects as `TagStore` writes them: read only when a tag is new. */
  readonly tags: Buffer;
  /**
   * What the tags meant, for as long as they are the same; null when some could not be read. Left out, with `tags`
   * empty, by a record that only adds to the one before it.
   */
  readonly registry?: StoredRegistry | null;
  readonly candidates: readonly StoredCandidate[];
  readonly snapshots: readonly StoredSnapshot[];
  /** Commit, base commit, best common ancestor (null for none). */
  readonly mergeBases: readonly (readonly [CommitId, CommitId, CommitId | null])[];
  /** Small files of a commit, base64; null where the commit has none. */
  readonly files: readonly (readonly [string, string | null])[];
}

/** A snapshot as numbers; see `Snapshot`. */
export interface StoredSnapshot {
  readonly tree: string;
  readonly modelIds: Uint32Array;
  readonly otherIds: Uint32Array;
  readonly modelSet: number;
  readonly otherSet: number;
  readonly diagnostics: readonly Diagnostic[];
}

type Texts = Omit<CatalogRecord, 'commits' | 'snapshots' | 'tags'> & {
  readonly diagnostics: readonly (readonly Diagnostic[])[];
};

/** Bytes of the six numbers in front: lengths and counts, and one to spare. */
const HEADER = 24;

/** Writes a record: a JSON part with what is text, then ids and numbers as bytes. */
export function encodeRecord(record: CatalogRecord, idBytes: number): readonly Uint8Array[] {
  const diagnostics: (readonly Diagnostic[])[] = [[]];
  const { commits, snapshots, tags, ...rest } = record;
  const fields = snapshots.reduce((sum, one) => sum + 5 + one.modelIds.length + one.otherIds.length, 0);
  const numbers = new Uint32Array(fields);
  const ids = Buffer.allocUnsafe((commits.size * 2 + snapshots.length) * idBytes);
  let at = 0;
  const putId = (hex: string): void => {
    at += ids.write(hex, at, 'hex');
  };
  for (const [commit, tree] of commits) {
    putId(commit);
    putId(tree);
  }
  let field = 0;
  for (const one of snapshots) {
    putId(one.tree);
    const said = one.diagnostics.length === 0 ? 0 : diagnostics.push(one.diagnostics) - 1;
    numbers.set([one.modelSet, one.otherSet, said, one.modelIds.length, one.otherIds.length], field);
    numbers.set(one.modelIds, field + 5);
    numbers.set(one.otherIds, field + 5 + one.modelIds.length);
    field += 5 + one.modelIds.length + one.otherIds.length;
  }
  const texts = Buffer.from(JSON.stringify({ ...rest, diagnostics } satisfies Texts));
  // Numbers come first after the header, so that they lie on a boundary of four bytes.
  const header = Uint32Array.of(texts.length, tags.length, commits.size, snapshots.length, numbers.length, 0);
  return [bytesOf(header), bytesOf(numbers), ids, tags, texts];
}

/**
 * Reads back a record and those that add to it; undefined when the first is not whole. Contents were checked against
 * their checksums before.
 */
export function decodeRecords(contents: readonly Buffer[], idBytes: number): CatalogRecord | undefined {
  const [first, ...additions] = contents.map((content) => decodeRecord(content, idBytes));
  if (!first) return undefined;
  let whole = first;
  for (const addition of additions) {
    if (addition?.key !== first.key) break;
    whole = {
      ...whole,
      commits: new Map([...whole.commits, ...addition.commits]),
      candidates: [...whole.candidates, ...addition.candidates],
      snapshots: [...whole.snapshots, ...addition.snapshots],
      mergeBases: [...whole.mergeBases, ...addition.mergeBases],
      files: [...whole.files, ...addition.files],
    };
  }
  return whole;
}

function decodeRecord(content: Buffer, idBytes: number): CatalogRecord | undefined {
  if (content.length < HEADER) return undefined;
  const header = numbersAt(content, 0, HEADER / 4);
  const [textLength = 0, tagLength = 0, commitCount = 0, snapshotCount = 0, numberCount = 0] = header;
  const idsAt = HEADER + numberCount * 4;
  const tagsAt = idsAt + (commitCount * 2 + snapshotCount) * idBytes;
  const textAt = tagsAt + tagLength;
  if (textAt + textLength !== content.length) return undefined;
  let texts: Texts;
  try {
    texts = JSON.parse(content.toString('utf8', textAt)) as Texts;
  } catch {
    return undefined;
  }
  const numbers = numbersAt(content, HEADER, numberCount);
  const ids = content.toString('hex', idsAt, tagsAt);
  let at = 0;
  const takeId = (): string => {
    at += idBytes * 2;
    return ids.slice(at - idBytes * 2, at);
  };
  const commits = new Map<CommitId, string>();
  for (let index = 0; index < commitCount; index += 1) commits.set(takeId() as CommitId, takeId());
  const snapshots: StoredSnapshot[] = [];
  let field = 0;
  for (let index = 0; index < snapshotCount; index += 1) {
    const [modelSet = 0, otherSet = 0, said = 0, models = 0, others = 0] = numbers.subarray(field, field + 5);
    field += 5;
    const modelIds = numbers.subarray(field, field + models);
    const otherIds = numbers.subarray(field + models, field + models + others);
    field += models + others;
    snapshots.push({
      tree: takeId(),
      modelIds,
      otherIds,
      modelSet,
      otherSet,
      diagnostics: texts.diagnostics[said] ?? [],
    });
  }
  return { ...texts, commits, snapshots, tags: content.subarray(tagsAt, textAt) };
}

function bytesOf(numbers: Uint32Array): Uint8Array {
  return new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength);
}

/** A view where the bytes lie on a boundary of four, else a copy. */
function numbersAt(content: Buffer, offset: number, count: number): Uint32Array {
  const start = content.byteOffset + offset;
  if (start % 4 === 0) return new Uint32Array(content.buffer, start, count);
  return new Uint32Array(Uint8Array.from(content.subarray(offset, offset + count * 4)).buffer);
}
