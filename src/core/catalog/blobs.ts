import type { ObjectFailure, ObjectReader } from '../git/objects.js';
import type { RawArtifact } from '../tracking/dvc/artifactsIndex.js';
import { parseArtifactsIndex } from '../tracking/dvc/artifactsIndex.js';
import type { ParsedDvcFile } from '../tracking/dvc/dvcFile.js';
import { parseDvcFile } from '../tracking/dvc/dvcFile.js';
import type { ParsedLock } from '../tracking/dvc/lock.js';
import { parseLock } from '../tracking/dvc/lock.js';
import type { ParsedPipeline } from '../tracking/dvc/pipeline.js';
import { parsePipeline } from '../tracking/dvc/pipeline.js';
import type { LfsPointer } from '../tracking/lfs/pointer.js';
import { parseLfsPointer } from '../tracking/lfs/pointer.js';
import type { ObjectKey, TreeFile } from './walk.js';
import { hexOf } from './walk.js';
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

const PARSERS: { readonly [K in ReadKind]: (data: Buffer) => ParsedByKind[K] } = {
  [FileKind.dvc]: parseDvcFile,
  [FileKind.pipeline]: parsePipeline,
  [FileKind.lock]: parseLock,
  [FileKind.artifacts]: parseArtifactsIndex,
  [FileKind.ignore]: (data) => data.toString('utf8'),
  [FileKind.attributes]: (data) => Uint8Array.from(data),
  [FileKind.lfs]: parseLfsPointer,
};

/** Every unique blob that matters, read once and parsed once; answers are remembered by blob id. */
export class BlobMemo {
  private readonly answers = new Map<ReadKind, Map<ObjectKey, Parsed<unknown>>>();

  /** Asks for a blob unless its answer is known; sizes first, so that nothing large is ever read. */
  request(kind: ReadKind, blob: ObjectKey, reader: ObjectReader): void {
    const known = this.of(kind);
    const before = known.get(blob);
    if (before && (before.ok || before.reason === 'too-large')) return;
    const failed = (reason: BlobFailure): void => {
      known.set(blob, { ok: false, reason });
    };
    known.set(blob, { ok: false, reason: 'missing' });
    const limit = kind === FileKind.lfs ? LFS_LIMIT : TEXT_LIMIT;
    const id = hexOf(blob);
    reader.info(id, {
      failed,
      info: (type, size) => {
        if (type !== 'blob') failed('missing');
        else if (kind === FileKind.lfs && size >= limit) known.set(blob, { ok: true, value: null });
        else if (size >= limit) failed('too-large');
        else {
          reader.contents(id, {
            failed,
            object: (_type, data) => {
              known.set(blob, { ok: true, value: PARSERS[kind](data) });
            },
          });
        }
      },
    });
  }

  /** Asks for the blob behind a file of a tree. */
  requestFile(file: TreeFile, reader: ObjectReader): void {
    if (file.kind !== FileKind.other) this.request(file.kind, file.blob, reader);
  }

  /** What a blob says; `missing` for one that was never asked for. */
  get<K extends ReadKind>(kind: K, blob: ObjectKey): Parsed<ParsedByKind[K]> {
    const answer = this.of(kind).get(blob);
    return (answer as Parsed<ParsedByKind[K]> | undefined) ?? { ok: false, reason: 'missing' };
  }

  private of(kind: ReadKind): Map<ObjectKey, Parsed<unknown>> {
    let answers = this.answers.get(kind);
    if (!answers) this.answers.set(kind, (answers = new Map<ObjectKey, Parsed<unknown>>()));
    return answers;
  }
}
