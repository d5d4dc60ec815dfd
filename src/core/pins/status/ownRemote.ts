import type { Model } from '../../catalog/catalog.js';
import { readBlobAt } from '../../git/files.js';
import type { CommitId } from '../../git/ids.js';
import type { Repository } from '../../git/repository.js';
import { FactsReader, folderOf } from '../../parameters/reader.js';
import { parseDvcFile } from '../../tracking/dvc/dvcFile.js';
import { locate } from '../../tracking/dvc/locate.js';
import type { RawOut } from '../../tracking/dvc/out.js';

/**
 * The remote that an output names for itself (`remote:` in its `.dvc` file or its stage of `dvc.yaml`), as that commit
 * has it; undefined where it goes to the default one. DVC pushes it to no other.
 */
export async function ownRemote(
  repository: Repository,
  { path, pointer }: Pick<Model, 'path' | 'pointer'>,
  commit: CommitId,
  options: { readonly signal?: AbortSignal },
): Promise<string | undefined> {
  if (path === null || pointer === null) return undefined;
  const folder = folderOf(pointer);
  const outs = pointer.endsWith('.dvc')
    ? await outsOfDvcFile(repository, commit, pointer, options)
    : await outsOfPipeline(repository, commit, folder, options);
  return outs.find((out) => {
    const place = locate(folder, out.path);
    return 'path' in place && (place.path === path || path.startsWith(`${place.path}/`));
  })?.remote;
}

async function outsOfDvcFile(
  repository: Repository,
  commit: CommitId,
  pointer: string,
  options: { readonly signal?: AbortSignal },
): Promise<readonly RawOut[]> {
  const bytes = await readBlobAt(repository, commit, pointer, options);
  return bytes === null ? [] : parseDvcFile(bytes).outs;
}

/** Templates may name the remote too, so that the whole pipeline is resolved. */
async function outsOfPipeline(
  repository: Repository,
  commit: CommitId,
  folder: string,
  { signal }: { readonly signal?: AbortSignal },
): Promise<readonly RawOut[]> {
  const reader = new FactsReader(repository, signal);
  try {
    const { pipelines } = await reader.commit(commit);
    return pipelines.find((pipeline) => pipeline.folder === folder)?.resolved.outs ?? [];
  } finally {
    reader.close();
  }
}
