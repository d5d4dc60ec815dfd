import type { Diagnostic } from '../diagnostic.js';
import type { CommitId } from '../git/ids.js';
import type { Catalog } from './catalog.js';

/**
 * What is missing or damaged at a commit and could hold one of these pointer files: then nobody can tell whether a
 * model is there. Without pointers, everything that is missing or damaged there.
 */
export async function unreadableAt(
  catalog: Catalog,
  commit: CommitId,
  pointers?: ReadonlySet<string>,
  options: { readonly signal?: AbortSignal } = {},
): Promise<readonly Diagnostic[]> {
  await catalog.loadCommits([commit], options);
  if (!catalog.mayLack(commit)) return [];
  const { diagnostics } = await catalog.modelsAt(commit, options);
  const lost = diagnostics.filter(({ code }) => code === 'object-missing' || code === 'object-corrupt');
  if (lost.length === 0 || pointers === undefined) return lost;
  return lost.filter(
    ({ path }) => path === undefined || [...pointers].some((pointer) => holds(path, pointer)),
  );
}

/**
 * Why the digest of a model that stands in a commit is not known: what its pointer, or the other half of its pipeline,
 * lacks or has broken. Empty where nothing was recorded yet.
 */
export async function undigestedBy(
  catalog: Catalog,
  commit: CommitId,
  pointer: string | null,
  options: { readonly signal?: AbortSignal } = {},
): Promise<readonly Diagnostic[]> {
  if (pointer === null) return [];
  const { diagnostics } = await catalog.modelsAt(commit, options);
  return diagnostics.filter(
    ({ severity, path }) => severity === 'error' && path !== undefined && holds(path, pointer),
  );
}

/** Whether a path is that pointer, a folder around it, or the other half of its pipeline. */
function holds(path: string, pointer: string): boolean {
  const half = (file: string): string => file.replace(/(^|\/)dvc\.(?:yaml|lock)$/, '$1dvc.yaml');
  return half(path) === half(pointer) || pointer.startsWith(`${path}/`);
}

/** The files that could track a path, wherever nothing better is known: its own pointer, or the file itself. */
export function likelyPointers(path: string | null): ReadonlySet<string> | undefined {
  return path === null ? undefined : new Set([path, `${path}.dvc`]);
}
