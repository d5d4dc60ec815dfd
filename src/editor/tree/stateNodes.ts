import { stat } from 'node:fs/promises';
import path from 'node:path';
import { append } from '../../core/append.js';
import type { Diagnostic } from '../../core/diagnostic.js';
import type { EditorCatalog } from '../store/repositoryEntry.js';
import type { Where } from './branchChildren.js';
import { onlyLeftOut } from './leftOut.js';
import type { CloneState, StateNode } from './nodes.js';

/** Branches whose trees are read to know whether a partial clone lacks any: those that are shown first. */
const MOST_READ = 100;

/** What makes the answers of this clone uncertain, with the age of what is known. */
export async function stateNodes({ entry, snapshot }: Where): Promise<readonly StateNode[]> {
  const { catalog } = snapshot;
  const { repository } = entry;
  const states: CloneState[] = [];
  const hasRemote = catalog.branches.some((branch) => branch.remote !== null);
  if (repository.shallow) states.push({ state: 'shallow' });
  else if (hasRemote && catalog.versions.size === 0 && catalog.plainTags.length === 0)
    states.push({ state: 'tagless' });
  if (entry.partial) append(states, await lackingStates(catalog));
  if (entry.watchFailure !== null) states.push({ state: 'unwatched' });
  if (states.length === 0) return [];
  const fetchedAt = await stat(path.join(repository.commonDir, 'FETCH_HEAD')).then(
    (file) => file.mtimeMs,
    () => null,
  );
  return states.map((reason) => ({
    kind: 'state',
    id: `${repository.root}\u0000${reason.state}`,
    entry,
    fetchedAt,
    ...reason,
  }));
}

/** What of a partial clone is missing: something that can be fetched, or only what a fetch leaves out. */
async function lackingStates(catalog: EditorCatalog): Promise<readonly CloneState[]> {
  const branches = catalog.branches.slice(0, MOST_READ);
  await catalog.load(branches);
  const lacking = branches.filter(({ commit }) => commit !== null && catalog.mayLack(commit));
  if (lacking.length === 0) return [];
  const missing: Diagnostic[] = [];
  for (const branch of lacking) {
    const { diagnostics } = await catalog.modelsOn(branch);
    append(
      missing,
      diagnostics.filter(({ code }) => code === 'object-missing'),
    );
  }
  const paths = await onlyLeftOut(catalog, missing);
  return [paths === null ? { state: 'partial' } : { state: 'leftOut', paths }];
}
