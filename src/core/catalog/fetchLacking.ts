import type { ObjectId } from '../git/ids.js';
import { fetchObjects } from '../git/promisedObjects.js';
import type { Repository } from '../git/repository.js';
import type { Catalog } from './catalog.js';
import type { Lacking } from './lacking.js';
import { findLacking } from './lacking.js';

export interface FetchedLacking {
  readonly fetched: number;
  /** Objects that the remote does not have. */
  readonly absent: number;
  readonly large: readonly string[];
}

export interface FetchLackingOptions {
  readonly signal?: AbortSignal;
  /** Told before each round how many objects it asks for, and while it runs how much of the answer has arrived. */
  readonly onProgress?: (objects: number, percent: number) => void;
}

/** What is asked for next. */
export function askedOf({ trees, files }: Lacking): readonly ObjectId[] {
  return [...trees, ...files];
}

/**
 * Fetches what the catalog lacks, one process a round: folders name further folders and files, so it is looked again
 * until nothing new is missing. Whenever it ends early, what has arrived stays, and the next call asks for the rest.
 * @param load reads the catalog again
 * @throws as `fetchObjects`
 */
export async function fetchLacking(
  repository: Pick<Repository, 'root' | 'git'>,
  remote: string,
  first: Lacking,
  load: () => Promise<Catalog>,
  { signal, onProgress }: FetchLackingOptions = {},
): Promise<FetchedLacking> {
  const asked = new Set<ObjectId>();
  let absent = 0;
  let lacking = first;
  for (;;) {
    const ids = askedOf(lacking).filter((id) => !asked.has(id));
    if (ids.length === 0) return { fetched: asked.size - absent, absent, large: lacking.large };
    for (const id of ids) asked.add(id);
    onProgress?.(ids.length, 0);
    const refused = await fetchObjects(repository, remote, ids, {
      ...(signal ? { signal } : {}),
      onProgress: (percent) => onProgress?.(ids.length, percent),
    });
    absent += refused.length;
    lacking = await findLacking(await load(), signal ? { signal } : {});
  }
}
