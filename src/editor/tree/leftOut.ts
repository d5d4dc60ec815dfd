import type { Lacking } from '../../core/catalog/lacking.js';
import { findLacking, isAskedFor } from '../../core/catalog/lacking.js';
import type { Diagnostic } from '../../core/diagnostic.js';
import { askedOf } from '../../core/catalog/fetchLacking.js';
import type { EditorCatalog } from '../store/repositoryEntry.js';

/** Looking takes two processes, and a catalog never changes. */
const known = new WeakMap<EditorCatalog, Promise<Lacking>>();

function lackingOf(catalog: EditorCatalog): Promise<Lacking> {
  let lacking = known.get(catalog);
  if (!lacking) {
    lacking = findLacking(catalog);
    known.set(catalog, lacking);
    // Whoever asked hears of the failure; who asks again may have more luck.
    lacking.catch(() => known.delete(catalog));
  }
  return lacking;
}

/**
 * Which of the missing files Fetch Missing Objects would leave out, by path. It is only looked for where something is
 * missing that it does not surely fetch.
 */
export async function leftOutOf(
  catalog: EditorCatalog,
  diagnostics: readonly Diagnostic[],
): Promise<ReadonlySet<string>> {
  const doubtful = diagnostics.some(
    ({ code, path }) => code === 'object-missing' && path !== undefined && !isAskedFor(path),
  );
  if (!doubtful) return new Set();
  return new Set((await lackingOf(catalog)).large);
}

/**
 * What Fetch Missing Objects would leave out where that is all that is missing, so that it would do nothing; null where
 * something can be fetched.
 * @param missing what is known to be missing, of some of the branches
 */
export async function onlyLeftOut(
  catalog: EditorCatalog,
  missing: readonly Diagnostic[],
): Promise<readonly string[] | null> {
  if (missing.some(({ path }) => isAskedFor(path ?? null))) return null;
  const lacking = await lackingOf(catalog);
  return askedOf(lacking).length === 0 && lacking.large.length > 0 ? lacking.large : null;
}
