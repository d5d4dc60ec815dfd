import type { Diagnostic } from '../diagnostic.js';
import { locate } from '../tracking/dvc/locate.js';
import type { TrackedFile } from '../tracking/trackedFile.js';
import type { BlobFailure, BlobMemo } from './blobs.js';
import type { PlacedFile } from './placed.js';
import { join, placedOut } from './placed.js';
import { isShard } from './shards.js';
import { FileKind } from './treeNames.js';
import { outside, unreadableFile } from './treeProblems.js';
import type { TreeFile } from './walk.js';

interface SaidByPointer {
  readonly files: readonly PlacedFile[];
  readonly diagnostics: readonly Diagnostic[];
  /** It tracks the one file beside it, or itself, and is no shard. */
  readonly plain: boolean;
  /** The path of a file that could be a model and is no LFS pointer. */
  readonly plainFile: string | null;
}

export interface PlacedPointer extends SaidByPointer {
  readonly folder: string;
  readonly name: string;
}

/** The empty blob, in SHA-1 and in SHA-256. */
const EMPTY_BLOBS = new Set([
  'e69de29bb2d1d6434b8b29ae775ad8c2e48c5391',
  '473a0f4c3be8a93681a267e3b1e9a7dcda1185436fe141f7749120a303721813',
]);

const NONE: readonly never[] = [];

/** What pointer files say at the places where they stand. */
export class Pointers {
  /** By number of the blob: the places at which it was met. */
  private readonly met: (PlacedPointer[] | undefined)[] = [];

  constructor(private readonly blobs: BlobMemo) {}

  /** What a pointer file says at its place: the same blob stands there in most commits, and is placed once. */
  at(file: TreeFile, folder: string): PlacedPointer {
    const known = this.met[file.blob];
    if (known) for (const one of known) if (one.name === file.name && one.folder === folder) return one;
    const path = join(folder, file.name);
    const said =
      file.kind === FileKind.dvc ? this.placeDvcFile(file, path, folder) : this.placeLfs(file, path);
    const { files, diagnostics, plain, plainFile } = said;
    const pointer = { folder, name: file.name, files, diagnostics, plain, plainFile };
    // What could not be read now may be there for the next catalog.
    if (said.diagnostics.some(({ code }) => code.startsWith('object-'))) return pointer;
    if (known) known.push(pointer);
    else {
      while (this.met.length < file.blob) this.met.push(undefined); // a list with large gaps would be a slow one
      this.met[file.blob] = [pointer];
    }
    return pointer;
  }

  private placeDvcFile(file: TreeFile, path: string, folder: string): SaidByPointer {
    const parsed = this.blobs.get(FileKind.dvc, file.blob);
    if (!parsed.ok) return unreadable(path, parsed.reason);
    const diagnostics: Diagnostic[] = parsed.value.problems.map((problem) => ({ ...problem, path }));
    const files: PlacedFile[] = [];
    for (const out of parsed.value.outs) {
      if (!out.cached) continue;
      const placed = locate(folder, out.path);
      if ('refused' in placed) diagnostics.push(outside(path, out.path, placed.refused, out.line));
      else files.push(placedOut(out, placed.path, path, out.line));
    }
    const plain = files.length === 0 || (files.length === 1 && `${files[0]?.file.path ?? ''}.dvc` === path);
    return { files, diagnostics, plain, plainFile: null };
  }

  private placeLfs(file: TreeFile, path: string): SaidByPointer {
    const parsed = this.blobs.get(FileKind.lfs, file.blob);
    if (!parsed.ok) return unreadable(path, parsed.reason);
    const pointer = parsed.value;
    if (!pointer) {
      // An empty file stands for itself in Git LFS.
      const plainFile = EMPTY_BLOBS.has(this.blobs.ids.hex(file.blob)) ? null : path;
      return { files: NONE, diagnostics: NONE, plain: true, plainFile };
    }
    const tracked: TrackedFile = {
      path,
      tracking: 'lfs',
      pointer: path,
      digest: { algorithm: 'sha256', value: pointer.oid },
      size: pointer.size,
    };
    const files = [{ file: tracked, declaredType: undefined }];
    return { files, diagnostics: NONE, plain: !isShard(tracked), plainFile: null };
  }
}

function unreadable(path: string, reason: BlobFailure): SaidByPointer {
  return { files: NONE, diagnostics: [unreadableFile(path, reason)], plain: true, plainFile: null };
}
