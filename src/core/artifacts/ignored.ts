import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { compileDvcIgnore } from '../tracking/dvc/dvcIgnore.js';
import { insidePath } from './insidePath.js';

/** DVC's own, whatever `.dvcignore` says. */
const ALWAYS = new Set(['.git', '.hg', '.dvc']);

/**
 * What DVC leaves out of a folder output: the rules of every `.dvcignore` from the root of the repository down to the
 * folder's parent, the nearest deciding. Paths asked about are relative to the folder.
 */
export async function dvcIgnored(
  root: string,
  folder: string,
): Promise<(relative: string, isDirectory: boolean) => boolean> {
  const above = folder.split('/').slice(0, -1);
  const rules: { readonly from: string; readonly decide: ReturnType<typeof compileDvcIgnore>['decide'] }[] =
    [];
  for (let depth = above.length; depth >= 0; depth -= 1) {
    const from = above.slice(0, depth).join('/');
    const place = await insidePath(root, path.posix.join(from, '.dvcignore'));
    const text = place === null ? '' : await readFile(place, 'utf8').catch(() => '');
    if (text !== '') rules.push({ from, decide: compileDvcIgnore(text).decide });
  }
  return (relative, isDirectory) => {
    if (isDirectory && ALWAYS.has(path.posix.basename(relative))) return true;
    const whole = `${folder}/${relative}`;
    for (const { from, decide } of rules) {
      const answer = decide(from === '' ? whole : whole.slice(from.length + 1), isDirectory);
      if (answer !== undefined) return answer;
    }
    return false;
  };
}
