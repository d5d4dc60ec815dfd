import type { Diagnostic } from '../diagnostic.js';
import type { CommitId } from '../git/ids.js';
import type { StoredCandidates } from './candidateTable.js';
import type { StoredFolders } from './keptFolders.js';
import { bytesOf, numbersIn } from './numbers.js';
import type { StoredRegistry } from './registryView.js';

/** What one catalog leaves to the next, all of it about objects that never change. */
export interface CatalogRecord {
  /** What the rest depends on: product, repository, patterns, names. A record with another key is not used. */
  readonly key: string;
  readonly commits: ReadonlyMap<CommitId, string>;
  /** Tag objects as `TagStore` writes them: read only when a tag is new. */
  readonly tags: Buffer;
  /**
   * What the tags meant, for as long as they are the same; null when some could not be read. Left out, with `tags`
   * empty, by a record that only adds to the one before it.
   */
  readonly registry?: StoredRegistry | null;
  /** Oldest first. */
  readonly candidates: readonly StoredCandidates[];
  readonly snapshots: readonly StoredSnapshot[];
  readonly folders: readonly StoredFolders[];
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

type Texts = Omit<CatalogRecord, 'commits' | 'snapshots' | 'tags' | 'candidates' | 'folders' | 'registry'> & {
  readonly registry?: Omit<StoredRegistry, 'numbers' | 'texts'> | null;
  readonly folders: readonly (Pick<StoredFolders, 'paths'> & {
    readonly trees: number;
    readonly numbers: number;
  })[];
  readonly diagnostics: readonly (readonly Diagnostic[])[];
};

/** The sections of a record. Numbers come first, so that they lie on a boundary of four bytes. */
const SECTIONS = [
  'snapshots',
  'candidates',
  'folders',
  'versions',
  'commitIds',
  'treeIds',
  'folderIds',
  'tags',
  'versionTexts',
  'rows',
  'texts',
] as const;
type Section = (typeof SECTIONS)[number];

/** Bytes of the lengths in front. */
const HEADER = SECTIONS.length * 4;

/** Writes a record: ids and numbers as bytes, of what there are thousands rows of text, and the rest as JSON. */
export function encodeRecord(record: CatalogRecord, idBytes: number): readonly Uint8Array[] {
  const diagnostics: (readonly Diagnostic[])[] = [[]];
  const { commits, snapshots, candidates, folders, tags, registry, ...rest } = record;
  const { numbers: versions = NO_NUMBERS, texts: versionTexts = NO_BYTES } = registry ?? {};
  // Left out of the JSON, with `numbers` and `texts`, where the record only adds.
  const registryText = registry === undefined ? {} : { registry: registry && withoutVersions(registry) };
  const fields = snapshots.reduce((sum, one) => sum + 5 + one.modelIds.length + one.otherIds.length, 0);
  const numbers = new Uint32Array(fields);
  let field = 0;
  for (const { modelIds, otherIds, modelSet, otherSet, diagnostics: own } of snapshots) {
    const said = own.length === 0 ? 0 : diagnostics.push(own) - 1;
    numbers.set([modelSet, otherSet, said, modelIds.length, otherIds.length], field);
    numbers.set(modelIds, field + 5);
    numbers.set(otherIds, field + 5 + modelIds.length);
    field += 5 + modelIds.length + otherIds.length;
  }
  const told = folders.map(({ paths, ids, numbers: { length } }) => ({
    paths,
    trees: ids.length / idBytes,
    numbers: length,
  }));
  const sections: Readonly<Record<Section, Uint8Array>> = {
    snapshots: bytesOf(numbers),
    candidates: Buffer.concat(candidates.map((one) => bytesOf(one.numbers))),
    folders: Buffer.concat(folders.map((one) => bytesOf(one.numbers))),
    versions: bytesOf(versions),
    commitIds: idsOf([...commits].flat(), idBytes),
    treeIds: idsOf(
      snapshots.map(({ tree }) => tree),
      idBytes,
    ),
    folderIds: Buffer.concat(folders.map(({ ids }) => ids)),
    tags,
    versionTexts,
    rows: Buffer.concat(candidates.map(({ rows }) => rows)),
    texts: Buffer.from(
      JSON.stringify({ ...rest, ...registryText, folders: told, diagnostics } satisfies Texts),
    ),
  };
  const lengths = Uint32Array.from(SECTIONS, (name) => sections[name].length);
  return [bytesOf(lengths), ...SECTIONS.map((name) => sections[name])];
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
      folders: [...whole.folders, ...addition.folders],
      mergeBases: [...whole.mergeBases, ...addition.mergeBases],
      files: [...whole.files, ...addition.files],
    };
  }
  return whole;
}

function decodeRecord(content: Buffer, idBytes: number): CatalogRecord | undefined {
  const sections = splitRecord(content);
  if (!sections) return undefined;
  let texts: Texts;
  try {
    texts = JSON.parse(sections.texts.toString('utf8')) as Texts;
  } catch {
    return undefined;
  }
  const commitIds = splitIds(sections.commitIds, idBytes);
  const commits = new Map<CommitId, string>();
  for (let index = 0; index + 1 < commitIds.length; index += 2)
    commits.set(commitIds[index] as CommitId, commitIds[index + 1] ?? '');
  const candidates = [{ numbers: numbersIn(sections.candidates), rows: sections.rows }];
  const { registry, ...rest } = texts;
  const versions = { numbers: numbersIn(sections.versions), texts: sections.versionTexts };
  return {
    ...rest,
    ...(registry === undefined ? {} : { registry: registry && { ...registry, ...versions } }),
    commits,
    candidates,
    snapshots: readSnapshots(sections, texts, idBytes),
    folders: readFolders(sections, texts, idBytes),
    tags: sections.tags,
  };
}

const NO_NUMBERS = new Uint32Array(0);
const NO_BYTES = new Uint8Array(0);

/** What of the registry is JSON. */
function withoutVersions(registry: StoredRegistry): NonNullable<Texts['registry']> {
  const { numbers: _numbers, texts: _texts, ...rest } = registry;
  return rest;
}

function readFolders(
  sections: Readonly<Record<Section, Buffer>>,
  { folders }: Texts,
  idBytes: number,
): readonly StoredFolders[] {
  const all = numbersIn(sections.folders);
  let id = 0;
  let number = 0;
  return folders.map(({ paths, trees, numbers }) => {
    const part = {
      paths,
      ids: sections.folderIds.subarray(id, id + trees * idBytes),
      numbers: all.subarray(number, number + numbers),
    };
    id += trees * idBytes;
    number += numbers;
    return part;
  });
}

function readSnapshots(
  sections: Readonly<Record<Section, Buffer>>,
  { diagnostics }: Texts,
  idBytes: number,
): readonly StoredSnapshot[] {
  const numbers = numbersIn(sections.snapshots);
  let field = 0;
  return splitIds(sections.treeIds, idBytes).map((tree) => {
    const models = field + 5;
    const others = models + (numbers[field + 3] ?? 0);
    const end = others + (numbers[field + 4] ?? 0);
    const snapshot: StoredSnapshot = {
      tree,
      modelIds: numbers.subarray(models, others),
      otherIds: numbers.subarray(others, end),
      modelSet: numbers[field] ?? 0,
      otherSet: numbers[field + 1] ?? 0,
      diagnostics: diagnostics[numbers[field + 2] ?? 0] ?? [],
    };
    field = end;
    return snapshot;
  });
}

function splitRecord(content: Buffer): Record<Section, Buffer> | undefined {
  if (content.length < HEADER) return undefined;
  const lengths = numbersIn(content.subarray(0, HEADER));
  let at = HEADER;
  const entries = SECTIONS.map((name, index): [Section, Buffer] => {
    const start = at;
    at += lengths[index] ?? 0;
    return [name, content.subarray(start, at)];
  });
  return at === content.length ? (Object.fromEntries(entries) as Record<Section, Buffer>) : undefined;
}

function idsOf(hexes: readonly string[], idBytes: number): Buffer {
  const ids = Buffer.allocUnsafe(hexes.length * idBytes);
  hexes.forEach((hex, index) => ids.write(hex, index * idBytes, 'hex'));
  return ids;
}

/** All ids as hex at once, cut into pieces: much faster than one by one. */
function splitIds(ids: Buffer, idBytes: number): readonly string[] {
  const text = ids.toString('hex');
  const digits = idBytes * 2;
  return Array.from({ length: ids.length / idBytes }, (_, index) =>
    text.slice(index * digits, (index + 1) * digits),
  );
}
