import type { Diagnostic } from '../diagnostic.js';
import type { ParsedDvcFile } from '../tracking/dvc/dvcFile.js';
import type { TrackedFile } from '../tracking/trackedFile.js';
import type { ObjectKey } from './walk.js';

/** A tracked file as its own pointer file tells it, before other files of the commit have their say. */
export interface PlacedFile {
  readonly file: TrackedFile;
  /** `type: model` or another type written in the pointer file itself. */
  readonly declaredType: string | undefined;
}

/** A `dvc.yaml` with the lock beside it; resolved per commit, since templates may read other files. */
export interface PlacedPipeline {
  readonly folder: string;
  /** Tree id of the folder: files named relative to it are read through it. */
  readonly tree: string;
  readonly yaml: ObjectKey;
  readonly lock: ObjectKey | null;
}

/** Everything that stands below one folder of a commit. Shared by all commits that have the same folder there. */
export interface Placed {
  /** What was put together, in tree order; empty for a folder that has only files of its own. */
  readonly parts: readonly Placed[];
  /** The folder's own pointers; `filesOf` gives all. */
  readonly ownFiles: readonly PlacedFile[];
  /** Files of the folder that the patterns take for models and that are no LFS pointers. */
  readonly ownPlainFiles: readonly string[];
  /** Candidate ids of all files below, as long as nothing else in the commit declares or hides them. */
  readonly modelIds: readonly number[];
  readonly otherIds: readonly number[];
  /** Every file lies beside its pointer, none twice, no shards: nothing elsewhere changes what they are. */
  readonly plain: boolean;
  readonly pipelines: readonly PlacedPipeline[];
  /** `.dvcignore` files: folder and blob. */
  readonly ignores: readonly { readonly folder: string; readonly blob: ObjectKey }[];
  /** Folders with a `.dvc/` of their own. */
  readonly dvcRoots: readonly string[];
  /** `.gitattributes` files: folder and blob. */
  readonly attributes: readonly { readonly folder: string; readonly blob: ObjectKey }[];
  /** Blob of the root's `artifacts.yaml`. */
  readonly artifacts: ObjectKey | null;
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

/** One output of a pointer file, as a tracked file of the commit. */
export function placedOut(
  out: ParsedDvcFile['outs'][number] & { readonly stage?: string },
  path: string,
  pointer: string,
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
  };
}

/** `folder/name`, without a slash at the root. */
export function join(folder: string, name: string): string {
  return folder === '' ? name : `${folder}/${name}`;
}
