import { append } from '../append.js';
import path from 'node:path';

/** Where a path was written: the repository's root, and the folder inside it from which relative paths start. */
export interface WrittenAt {
  readonly root: string;
  /** Repository path; empty at the root. */
  readonly folder: string;
}

/**
 * The repository paths that somebody can mean by what they wrote, most likely first: from the folder they are in,
 * then from the root, then the file that a pointer (`x.pkl.dvc`, which is what a shell completes) stands for.
 * Paths that lead out of the repository are none of them.
 */
export function meantPaths(text: string, { root, folder }: WrittenAt): readonly string[] {
  // A backslash is a plain character of a name, but also how a path is typed on Windows.
  const spellings = [...new Set([text, text.replaceAll('\\', '/')])];
  const found = spellings.flatMap((spelling) => inside(fromRoot(spelling, root) ?? join(folder, spelling)));
  for (const spelling of spellings) append(found, inside(join('', spelling)));
  // A declared address (`s3://bucket/churn.pkl`) is kept as it is written.
  if (text.includes('://')) found.push(text);
  const tracked = found.flatMap((one) => (one.endsWith('.dvc') ? one.slice(0, -'.dvc'.length) : []));
  return [...new Set([...found, ...tracked])];
}

function fromRoot(text: string, root: string): string | undefined {
  return path.isAbsolute(text) ? path.relative(root, text).replaceAll(path.sep, '/') : undefined;
}

function join(folder: string, text: string): string {
  return path.posix.normalize(folder === '' ? text : `${folder}/${text}`).replace(/\/+$/, '');
}

function inside(found: string): readonly string[] {
  return found === '' || found === '.' || /^(?:\/|\.\.(?:\/|$))/.test(found) ? [] : [found];
}
