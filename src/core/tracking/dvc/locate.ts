/** Why a path that a repository names is neither read nor written (design.md: paths that leave the repository). */
export type Refusal = 'empty' | 'absolute' | 'url' | 'outside' | 'git' | 'nul';

/**
 * Places a path written in one of DVC's files: joins it to the folder of that file and normalises it.
 * @param folder repository path of the file's folder, `''` at the root
 * @param written the path with `wdir` in front; `\` is an ordinary character, as on Linux
 * @returns a repository path with `/`, or why it is refused: empty (also the repository's root itself), absolute
 *   (also `C:/…`), a URL, outside the repository, inside `.git`, or with a NUL in it
 */
export function locate(
  folder: string,
  written: string,
): { readonly path: string } | { readonly refused: Refusal } {
  if (written === '') return { refused: 'empty' };
  if (written.includes('\0')) return { refused: 'nul' };
  if (/^[a-zA-Z][a-zA-Z0-9+.-]*:\/\//.test(written)) return { refused: 'url' };
  if (written.startsWith('/') || /^(?:\\|[a-zA-Z]:[\\/])/.test(written)) return { refused: 'absolute' };
  const parts: string[] = folder === '' ? [] : folder.split('/');
  for (const part of written.split('/')) {
    if (part === '' || part === '.') continue;
    if (part === '..') {
      if (parts.pop() === undefined) return { refused: 'outside' };
    } else if (part.includes('\\') && part.split('\\').includes('..')) {
      return { refused: 'outside' }; // one strange name on Linux, a way out on Windows
    } else {
      parts.push(part);
    }
  }
  if (parts.length === 0) return { refused: 'empty' };
  if (parts.some((part) => part.toLowerCase() === '.git')) return { refused: 'git' };
  return { path: parts.join('/') };
}

/** Normalises a relative path without a floor: `../a/./b` stays above; `''` is the folder itself. */
export function normalise(path: string): string {
  const parts: string[] = [];
  for (const part of path.split('/')) {
    if (part === '' || part === '.') continue;
    if (part === '..' && parts.length > 0 && parts.at(-1) !== '..') parts.pop();
    else parts.push(part);
  }
  return (path.startsWith('/') ? '/' : '') + parts.join('/');
}
