import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';

/** One file of a folder: its path with `/` from there, its absolute place, its size in bytes. */
export interface FolderFile {
  readonly relative: string;
  readonly absolute: string;
  readonly size: number;
}

/** More files or deeper folders than these are not walked. */
const FILES = 200_000;
const DEPTH = 64;

/**
 * Lists the files of a folder in no particular order; linked folders are not entered (DVC's own walk does not).
 * Undefined when there are more than 200,000 files or 64 levels, or a folder cannot be read.
 */
export async function filesOf(
  folder: string,
  keep: (relative: string, isDirectory: boolean) => boolean = () => true,
  signal?: AbortSignal,
): Promise<readonly FolderFile[] | undefined> {
  const files: FolderFile[] = [];
  const waiting: { absolute: string; relative: string; depth: number }[] = [
    { absolute: folder, relative: '', depth: 0 },
  ];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    signal?.throwIfAborted();
    if (next.depth > DEPTH) return undefined;
    const entries = await readdir(next.absolute, { withFileTypes: true }).catch(() => null);
    if (entries === null) return undefined;
    for (const entry of entries) {
      const relative = next.relative === '' ? entry.name : `${next.relative}/${entry.name}`;
      const absolute = path.join(next.absolute, entry.name);
      if (entry.isDirectory()) {
        if (keep(relative, true)) waiting.push({ absolute, relative, depth: next.depth + 1 });
        continue;
      }
      const found = await stat(absolute).catch(() => null);
      if (found?.isFile() && keep(relative, false)) files.push({ relative, absolute, size: found.size });
      if (files.length > FILES) return undefined;
    }
  }
  return files;
}

/** Bytes of all files of a folder; undefined when it could not be walked. */
export async function folderSize(folder: string): Promise<number | undefined> {
  const files = await filesOf(folder);
  return files?.reduce((sum, file) => sum + file.size, 0);
}
