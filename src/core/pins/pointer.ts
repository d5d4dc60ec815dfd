import type { Catalog } from '../catalog/catalog.js';
import { readBlobAt } from '../git/files.js';
import type { CommitId } from '../git/ids.js';
import { parseDvcFile } from '../tracking/dvc/dvcFile.js';
import { applyEdits, wholeEdit } from './diff.js';
import type { Meaning, PinnedModel } from './forms.js';
import { modelAt } from './forms.js';
import { PinError } from './pinError.js';
import type { FilePlan } from './plan.js';
import { decode, readWorkingFile } from './read.js';

/** A file that Git puts back as a commit has it, filters (Git LFS) included. */
export interface Restoration {
  readonly path: string;
  readonly commit: CommitId;
}

/**
 * Plans to bring the pointer that stands beside the code to the pinned version's (design.md: `loads: checkout`).
 * @throws PinError where that would be half a change: a pipeline output, a model that moved, a shared `.dvc` file.
 */
export async function planPointer(
  catalog: Catalog,
  registry: Catalog,
  identity: PinnedModel,
  target: Meaning,
  request: { readonly buffers?: ReadonlyMap<string, string>; readonly signal?: AbortSignal },
): Promise<{ readonly files: readonly FilePlan[]; readonly restore: readonly Restoration[] }> {
  const abortable = request.signal ? { signal: request.signal } : {};
  const { model: wanted, commit } = target;
  const model = identity.name;
  const { head } = catalog;
  if (registry !== catalog) {
    throw new PinError(
      'no-pointer',
      `"${model}" is registered in another repository: it cannot be beside the code here`,
    );
  }
  if (wanted === null || wanted.pointer === null || wanted.path === null) {
    throw new PinError('no-pointer', `"${model}" has no tracked file in ${commit.slice(0, 8)}`);
  }
  const present = head.commit === null ? null : await modelAt(catalog, identity, head.commit, abortable);
  if (present && (present.path !== wanted.path || present.pointer !== wanted.pointer)) {
    throw new PinError(
      'no-pointer',
      `"${model}" is ${String(present.path)} here and was ${wanted.path} in ${commit.slice(0, 8)}: check that commit out, or use "loads: revision"`,
    );
  }
  if (wanted.tracking === 'dvc' && !wanted.pointer.endsWith('.dvc')) {
    throw new PinError(
      'pipeline-output',
      `"${model}" is made by a pipeline, whose lock entry is never edited alone: run "git restore --source=${commit.slice(0, 8)}" on the stage's files and "dvc repro", or use "loads: revision" for this pin`,
    );
  }
  if (wanted.tracking !== 'dvc') return { files: [], restore: [{ path: wanted.path, commit }] };
  const blob = await readBlobAt(catalog.repository, commit, wanted.pointer, abortable);
  const newText = blob === null ? null : decode(blob);
  if (blob === null || newText === null) {
    throw new PinError('no-pointer', `${wanted.pointer} of ${commit.slice(0, 8)} cannot be read`);
  }
  if (parseDvcFile(blob).outs.length > 1) {
    throw new PinError(
      'no-pointer',
      `${wanted.pointer} tracks several files, which would change together: split it, or use "loads: revision"`,
    );
  }
  const buffer = request.buffers?.get(wanted.pointer);
  const found =
    buffer === undefined ? await readWorkingFile(catalog.repository.root, wanted.pointer) : { text: buffer };
  if ('code' in found) throw new PinError('no-pointer', found.message, [], { file: wanted.pointer });
  const edit = wholeEdit(found.text, newText);
  if (!edit) return { files: [], restore: [] };
  const plan = {
    file: wanted.pointer,
    text: found.text,
    edits: [edit],
    newText: applyEdits(found.text, [edit]),
  };
  return { files: [plan], restore: [] };
}
