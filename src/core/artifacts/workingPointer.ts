import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import type { Model } from '../catalog/catalog.js';
import type { Digest } from '../digest.js';
import type { Repository } from '../git/repository.js';
import { parseDvcFile } from '../tracking/dvc/dvcFile.js';
import { locate } from '../tracking/dvc/locate.js';
import { parseLock } from '../tracking/dvc/lock.js';
import { parseLfsPointer, POINTER_LIMIT } from '../tracking/lfs/pointer.js';
import { insidePath } from './insidePath.js';

const LIMIT = 10 * 1024 * 1024;

/**
 * The digest that the pointer in the working copy has for a model, not yet committed changes included. Null when it
 * has none, cannot be read, or (LFS) the file is the bytes themselves.
 */
export async function workingPointer(
  repository: Repository,
  model: Pick<Model, 'path' | 'pointer' | 'tracking' | 'stage'>,
): Promise<{ readonly digest: Digest; readonly size: number | null } | null> {
  if (repository.bare || model.pointer === null || model.path === null) return null;
  const place = await insidePath(repository.root, model.pointer);
  if (place === null) return null;
  const found = await stat(place).catch(() => null);
  const limit = model.tracking === 'lfs' ? POINTER_LIMIT : LIMIT;
  if (!found?.isFile() || found.size > limit) return null;
  const bytes = await readFile(place).catch(() => null);
  if (bytes === null) return null;
  if (model.tracking === 'lfs') {
    const pointer = parseLfsPointer(bytes);
    return pointer && { digest: { algorithm: 'sha256', value: pointer.oid }, size: pointer.size };
  }
  const folder = path.posix.dirname(model.pointer);
  const outs = model.pointer.endsWith('.dvc')
    ? parseDvcFile(bytes).outs
    : parseLock(bytes)
        .stages.filter(({ name }) => model.stage === undefined || name === model.stage)
        .flatMap((stage) => stage.outs);
  // A stage's `wdir` is not in the lock: its only output of that name is the one, wherever it runs.
  const located = outs.filter((out) => {
    const at = locate(folder === '.' ? '' : folder, out.path);
    return 'path' in at && at.path === model.path;
  });
  const named = outs.filter((out) => path.posix.basename(out.path) === path.posix.basename(model.path ?? ''));
  const [out] = located.length > 0 ? located : named.length === 1 ? named : [];
  return out?.digest ? { digest: out.digest, size: out.size } : null;
}
