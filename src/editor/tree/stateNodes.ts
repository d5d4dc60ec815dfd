import { stat } from 'node:fs/promises';
import path from 'node:path';
import type { EditorCatalog } from '../store/repositoryEntry.js';
import type { Where } from './branchChildren.js';
import type { StateNode } from './nodes.js';

/** Branches whose trees are read to know whether a partial clone lacks any: those that are shown first. */
const MOST_READ = 100;

/** What makes the answers of this clone uncertain, with the age of what is known. */
export async function stateNodes({ entry, snapshot }: Where): Promise<readonly StateNode[]> {
  const { catalog } = snapshot;
  const { repository } = entry;
  const states: StateNode['state'][] = [];
  const hasRemote = catalog.branches.some((branch) => branch.remote !== null);
  if (repository.shallow) states.push('shallow');
  else if (hasRemote && catalog.versions.size === 0 && catalog.plainTags.length === 0) states.push('tagless');
  if (entry.partial && (await lacksObjects(catalog))) states.push('partial');
  if (entry.watchFailure !== null) states.push('unwatched');
  if (states.length === 0) return [];
  const fetchedAt = await stat(path.join(repository.commonDir, 'FETCH_HEAD')).then(
    (file) => file.mtimeMs,
    () => null,
  );
  return states.map((state) => ({
    kind: 'state',
    id: `${repository.root}\u0000${state}`,
    entry,
    state,
    fetchedAt,
  }));
}

async function lacksObjects(catalog: EditorCatalog): Promise<boolean> {
  const branches = catalog.branches.slice(0, MOST_READ);
  await catalog.load(branches);
  return branches.some(({ commit }) => commit !== null && catalog.mayLack(commit));
}
