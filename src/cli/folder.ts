import { realpath } from 'node:fs/promises';
import path from 'node:path';
import type { Repository } from '../core/git/repository.js';

/** The first of these folders that lies in the repository, as a repository path; the root where none does. */
export async function folderInside(
  { root }: Pick<Repository, 'root'>,
  folders: readonly string[],
): Promise<string> {
  const top = await real(root);
  for (const folder of folders) {
    const inside = path.relative(top, await real(folder));
    if (inside === '..' || inside.startsWith(`..${path.sep}`) || path.isAbsolute(inside)) continue;
    return inside.split(path.sep).join('/');
  }
  return '';
}

/** Git names the root without links; whoever types may be in it by a link. A folder that is gone stays as it is. */
function real(folder: string): Promise<string> {
  return realpath(folder).catch(() => path.resolve(folder));
}
