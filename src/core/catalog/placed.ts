import type { Diagnostic } from '../diagnostic.js';
import type { ParsedDvcFile } from '../tracking/dvc/dvcFile.js';
import type { TrackedFile } from '../tracking/trackedFile.js';
import type { ObjectNumber } from './objectIds.js';

/** A tracked file as its own pointer file tells it, before other files of the commit have their say. */
export interface PlacedFile {
  readonly file: TrackedFile;
  /** `type: model` or another type written in the pointer file itself. */
  readonly declaredType: string | undefined;
  /** 1-based line of its entry in the pointer file; a Git LFS pointer is one as a whole. */
  readonly line?: number;
}

/** A `dvc.yaml` with the lock beside it; resolved per commit, since templates may read other files. */
export interface PlacedPipeline {
  readonly folder: string;
  /** Tree of the folder: files named relative to it are read through it. */
  readonly tree: ObjectNumber;
  readonly yaml: ObjectNumber;
  readonly lock: ObjectNumber | null;
}

/** Candidate ids of all files below a folder, as long as nothing else in the commit declares or hides them. */
export interface PlacedIds {
  readonly models: Uint32Array;
  readonly others: Uint32Array;
}

/** Everything that stands below one folder of a commit. Shared by all commits that have the same folder there. */
export interface Placed {
  /** What was put together, in tree order; empty for a folder that has only files of its own. */
  readonly parts: readonly Placed[];
  /** The folder's own pointers; `filesOf` gives all. */
  readonly ownFiles: readonly PlacedFile[];
  /** Files of the folder that the patterns take for models and that are no LFS pointers. */
  readonly ownPlainFiles: readonly string[];
  /** Whether there are such files here or below. */
  readonly plainFiles: boolean;
  /** Made by `Composer.ids` when it is first asked, and written by nobody else. */
  madeIds: PlacedIds | undefined;
  /**
   * Every file lies beside its pointer or is an output of a pipeline that says all by itself, none twice, no
   * shards: nothing elsewhere changes what they are.
   */
  readonly plain: boolean;
  readonly pipelines: readonly PlacedPipeline[];
  /** `.dvcignore` files: folder and blob. */
  readonly ignores: readonly { readonly folder: string; readonly blob: ObjectNumber }[];
  /** Folders with a `.dvc/` of their own. */
  readonly dvcRoots: readonly string[];
  /** `.gitattributes` files: folder and blob. */
  readonly attributes: readonly { readonly folder: string; readonly blob: ObjectNumber }[];
  /** Blob of the root's `artifacts.yaml`. */
  readonly artifacts: ObjectNumber | null;
  readonly diagnostics: readonly Diagnostic[];
}

/** All pointers below a folder, in tree order. */
export function filesOf(placed: Placed): readonly PlacedFile[] {
  const all: PlacedFile[] = [];
  const visit = (part: Placed): void => {
    for (const file of part.ownFiles) all.push(file);
    for (const inner of part.parts) visit(inner);
  };
  visit(placed);
  return all;
}

const NO_NUMBERS = new Uint32Array(0);

export const NO_IDS: PlacedIds = { models: NO_NUMBERS, others: NO_NUMBERS };

/** What stands below a folder in which nothing says anything of models. */
export const NOTHING_PLACED: Placed = {
  parts: [],
  ownFiles: [],
  ownPlainFiles: [],
  plainFiles: false,
  madeIds: NO_IDS,
  plain: true,
  pipelines: [],
  ignores: [],
  dvcRoots: [],
  attributes: [],
  artifacts: null,
  diagnostics: [],
};

/** One list of ids after the other; one that stands alone is shared, not copied. */
export function concatIds(lists: readonly ArrayLike<number>[]): Uint32Array {
  let length = 0;
  let alone: ArrayLike<number> = NO_NUMBERS;
  for (let index = 0; index < lists.length; index += 1) {
    const list = lists[index] ?? NO_NUMBERS;
    if (list.length > 0) alone = list;
    length += list.length;
  }
  if (alone instanceof Uint32Array && alone.length === length) return alone;
  const all = new Uint32Array(length);
  let at = 0;
  for (let index = 0; index < lists.length; index += 1) {
    const list = lists[index] ?? NO_NUMBERS;
    for (let item = 0; item < list.length; item += 1) all[at++] = list[item] ?? 0;
  }
  return all;
}

/** One output of a pointer file, as a tracked file of the commit. */
export function placedOut(
  out: ParsedDvcFile['outs'][number] & { readonly stage?: string },
  path: string,
  pointer: string,
  line: number | undefined,
): PlacedFile {
  return {
    file: {
      path,
      tracking: 'dvc',
      pointer,
      ...(out.stage === undefined ? {} : { stage: out.stage }),
      digest: out.digest,
      size: out.size,
      ...(out.files === undefined ? {} : { files: out.files }),
      ...(out.type === undefined ? {} : { type: out.type }),
      ...(out.description === undefined ? {} : { description: out.description }),
      ...(out.labels === undefined ? {} : { labels: out.labels }),
    },
    declaredType: out.type,
    ...(line === undefined ? {} : { line }),
  };
}

/** `folder/name`, without a slash at the root. */
export function join(folder: string, name: string): string {
  return folder === '' ? name : `${folder}/${name}`;
}
