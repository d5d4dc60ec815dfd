import type { InfoHandler, ObjectFailure, ObjectHandler, ObjectReader, ObjectType } from '../git/objects.js';
import type { RawArtifact } from '../tracking/dvc/artifactsIndex.js';
import { parseArtifactsIndex } from '../tracking/dvc/artifactsIndex.js';
import type { ParsedDvcFile } from '../tracking/dvc/dvcFile.js';
import { parseDvcFile } from '../tracking/dvc/dvcFile.js';
import type { ParsedLock } from '../tracking/dvc/lock.js';
import { parseLock } from '../tracking/dvc/lock.js';
import { readPlainPointer } from '../tracking/dvc/plainPointer.js';
import type { ParsedPipeline } from '../tracking/dvc/pipeline.js';
import { parsePipeline } from '../tracking/dvc/pipeline.js';
import type { LfsPointer } from '../tracking/lfs/pointer.js';
import { parseLfsPointer } from '../tracking/lfs/pointer.js';
import type { ObjectNumber } from './objectIds.js';
import { ObjectIds } from './objectIds.js';
import type { TreeFile } from './walk.js';
import { FileKind } from './treeNames.js';

/** What a blob says, or why it cannot be known. */
export type Parsed<T> =
  { readonly ok: true; readonly value: T } | { readonly ok: false; readonly reason: BlobFailure };
export type BlobFailure = ObjectFailure | 'too-large';

interface ParsedByKind {
  [FileKind.dvc]: ParsedDvcFile;
  [FileKind.pipeline]: ParsedPipeline;
  [FileKind.lock]: ParsedLock;
  [FileKind.artifacts]: ReturnType<typeof parseArtifactsIndex>;
  [FileKind.ignore]: string;
  [FileKind.attributes]: Uint8Array;
  [FileKind.lfs]: LfsPointer | null;
}
export type ReadKind = keyof ParsedByKind;
export type { RawArtifact };

/** Git LFS: a pointer is under 1024 bytes. */
const LFS_LIMIT = 1024;
const TEXT_LIMIT = 10 * 1024 * 1024;

/** Asked for and not yet answered. */
const PENDING: Parsed<never> = { ok: false, reason: 'missing' };

const PARSERS: { readonly [K in ReadKind]: (data: Buffer) => ParsedByKind[K] } = {
  [FileKind.dvc]: (data) => readPlainPointer(data) ?? parseDvcFile(data),
  [FileKind.pipeline]: parsePipeline,
  [FileKind.lock]: parseLock,
  [FileKind.artifacts]: parseArtifactsIndex,
  [FileKind.ignore]: (data) => data.toString('utf8'),
  [FileKind.attributes]: (data) => Uint8Array.from(data),
  [FileKind.lfs]: parseLfsPointer,
};

/** Every unique blob that matters, read once and parsed once; answers are remembered by blob id. */
export class BlobMemo {
  readonly ids: ObjectIds;
  private readonly answers = new Map<ReadKind, Map<ObjectNumber, Parsed<unknown>>>();

  constructor(idBytes: 20 | 32) {
    this.ids = new ObjectIds(idBytes);
  }

  /**
   * Asks for a blob unless its answer is known or under way. Nothing large is ever kept: of what could be an LFS
   * pointer, and then be of any size, the size is asked first.
   */
  request(kind: ReadKind, blob: ObjectNumber, reader: ObjectReader): void {
    const known = this.of(kind);
    const before = known.get(blob);
    if (before && (before === PENDING || before.ok || before.reason === 'too-large')) return;
    known.set(blob, PENDING);
    const handler = new BlobHandler(known, blob, kind, reader, this.ids.hex(blob));
    if (kind === FileKind.lfs) reader.info(handler.id, handler);
    else reader.contents(handler.id, handler);
  }

  /** Asks for the blob behind a file of a tree. */
  requestFile(file: TreeFile, reader: ObjectReader): void {
    if (file.kind !== FileKind.other) this.request(file.kind, file.blob, reader);
  }

  /** What a blob says; `missing` for one that was never asked for. */
  get<K extends ReadKind>(kind: K, blob: ObjectNumber): Parsed<ParsedByKind[K]> {
    const answer = this.of(kind).get(blob);
    return (answer as Parsed<ParsedByKind[K]> | undefined) ?? { ok: false, reason: 'missing' };
  }

  private of(kind: ReadKind): Map<ObjectNumber, Parsed<unknown>> {
    let answers = this.answers.get(kind);
    if (!answers) this.answers.set(kind, (answers = new Map<ObjectNumber, Parsed<unknown>>()));
    return answers;
  }
}

/** One object for each blob that is asked for. */
class BlobHandler implements InfoHandler, ObjectHandler {
  readonly limit = TEXT_LIMIT;

  constructor(
    private readonly answers: Map<ObjectNumber, Parsed<unknown>>,
    private readonly blob: ObjectNumber,
    private readonly kind: ReadKind,
    private readonly reader: ObjectReader,
    readonly id: string,
  ) {}

  failed(reason: BlobFailure): void {
    this.answers.set(this.blob, { ok: false, reason });
  }

  tooLarge(): void {
    this.failed('too-large');
  }

  info(type: ObjectType, size: number): void {
    if (type !== 'blob') this.failed('missing');
    else if (size >= LFS_LIMIT) this.answers.set(this.blob, { ok: true, value: null });
    else this.reader.contents(this.id, this);
  }

  object(type: ObjectType, data: Buffer): void {
    if (type !== 'blob') this.failed('missing');
    else this.answers.set(this.blob, { ok: true, value: PARSERS[this.kind](data) });
  }
}
