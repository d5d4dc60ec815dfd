import type { PlacedFile } from './placed.js';
import type { TrackedFile } from '../tracking/trackedFile.js';
import { gather } from './folders.js';

const SHARD = /^(.*?)[-_.]?(\d{5})-of-(\d{5})(\.[^/]*)?$/;

/** Whether a tracked file is one of the numbered parts of a larger one. */
export function isShard(file: TrackedFile): boolean {
  if (file.tracking !== 'lfs' || !file.path.includes('-of-')) return false;
  return SHARD.test(file.path.slice(file.path.lastIndexOf('/') + 1));
}

/**
 * Gathers LFS shards (`model-00001-of-00003.safetensors`) of one folder into one file each: its path is that
 * of the shards without their numbers, its pointer the first shard. Other files pass through.
 */
export function collectShards(files: readonly PlacedFile[]): {
  readonly files: readonly PlacedFile[];
  readonly groups: readonly PlacedFile[];
} {
  const sets = new Map<string, PlacedFile[]>();
  for (const placed of files) {
    if (!isShard(placed.file)) continue;
    const { path } = placed.file;
    const found = SHARD.exec(path.slice(path.lastIndexOf('/') + 1));
    if (!found) continue;
    const [, base = '', , count = '', extension = ''] = found;
    const folder = path.slice(0, path.lastIndexOf('/') + 1);
    const key = [folder, base || 'model', extension, count].join('\0');
    const set = sets.get(key);
    if (set) set.push(placed);
    else sets.set(key, [placed]);
  }
  if (sets.size === 0) return { files, groups: [] };
  const shards = new Set([...sets.values()].flat());
  const groups = [...sets].map(([key, set]): PlacedFile => {
    const [folder = '', base = '', extension = ''] = key.split('\0');
    const sorted = [...set].sort((left, right) => (left.file.path < right.file.path ? -1 : 1));
    const gathered = gather(
      sorted.map(({ file }) => ({
        path: file.path.slice(folder.length),
        id: file.digest?.value ?? '',
        size: file.size,
      })),
    );
    return {
      file: {
        path: `${folder}${base}${extension}`,
        tracking: 'lfs',
        pointer: sorted[0]?.file.path ?? folder,
        ...gathered,
      },
      declaredType: undefined,
    };
  });
  return { files: files.filter((file) => !shards.has(file)), groups };
}
