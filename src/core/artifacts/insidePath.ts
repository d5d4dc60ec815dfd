import { realpath } from 'node:fs/promises';
import path from 'node:path';

/** A path that settings or a repository named, taken apart without touching the disk. */
export type PlainPath = { readonly path: string } | { readonly refused: string };

/**
 * Normalises a repository path as somebody wrote it (`/` between folders). Refuses absolute paths, drive letters,
 * `..` that leaves the repository, the Git directory, and bytes no file name holds.
 */
export function plainPath(written: string): PlainPath {
  if (written === '') return { refused: 'the path is empty' };
  if (/[\0\r\n]/.test(written)) return { refused: 'the path holds a control character' };
  if (path.posix.isAbsolute(written) || path.win32.isAbsolute(written) || /^[A-Za-z]:/.test(written)) {
    return { refused: `"${written}" is absolute: write it relative to the repository` };
  }
  const normal = path.posix.normalize(written).replace(/\/$/, '');
  if (normal === '.' || normal === '..' || normal.startsWith('../')) {
    return { refused: `"${written}" leaves the repository` };
  }
  if (normal.split('/').some((part) => part.toLowerCase() === '.git')) {
    return { refused: `"${written}" lies in the Git directory` };
  }
  return { path: normal };
}

/**
 * The real place of a repository path on disk, every symbolic link followed; null when it does not exist or lies
 * outside the repository. With `lastLink: 'kept'` the file itself may be a link that leads anywhere (DVC links its
 * outputs to the cache): only its folder must be inside, and the answer names the link.
 */
export async function insidePath(
  root: string,
  repositoryPath: string,
  lastLink: 'followed' | 'kept' = 'followed',
): Promise<string | null> {
  const plain = plainPath(repositoryPath);
  if ('refused' in plain) return null;
  const whole = path.join(root, ...plain.path.split('/'));
  try {
    const top = await realpath(root);
    const real =
      lastLink === 'followed'
        ? await realpath(whole)
        : path.join(await realpath(path.dirname(whole)), path.basename(whole));
    return isInside(top, real) ? real : null;
  } catch {
    return null;
  }
}

/**
 * Where a repository path, perhaps of nothing yet, may be written; null where it would lie outside the repository or
 * in its Git directory, also by a symbolic link among the folders above it.
 */
export async function writablePath(root: string, repositoryPath: string): Promise<string | null> {
  const plain = plainPath(repositoryPath);
  if ('refused' in plain) return null;
  const whole = path.join(root, ...plain.path.split('/'));
  const top = await realpath(root);
  for (let folder = path.dirname(whole); ; folder = path.dirname(folder)) {
    const real = await realpath(folder).catch(() => null);
    if (real === null && folder !== root && folder !== path.dirname(folder)) continue;
    return real !== null && isInside(top, real) ? whole : null;
  }
}

/** Whether an absolute path is a folder or something in it; no links are followed. */
export function isInside(folder: string, candidate: string): boolean {
  const relative = path.relative(folder, candidate);
  return (
    relative === '' ||
    (relative !== '..' && !relative.startsWith(`..${path.sep}`) && !path.isAbsolute(relative))
  );
}
