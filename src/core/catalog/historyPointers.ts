import { append } from '../append.js';
import type { Diagnostic } from '../diagnostic.js';
import type { CommitId } from '../git/ids.js';
import type { Catalog, Model } from './catalog.js';
import type { HistoryOptions } from './historyWalk.js';
import { likelyPointers, unreadableAt } from './unreadable.js';

/** Which model it is. */
export type Identity = Pick<Model, 'name' | 'path'>;

interface Abortable {
  readonly signal?: AbortSignal;
}

/** Said of tips that cannot be read. */
const MOST_LOST = 20;

/**
 * The files that track a model at a branch (a detached HEAD is one here), a version or a plain tag; pipelines count with
 * both of their files.
 */
export async function pointersOf(
  catalog: Catalog,
  model: Identity,
  options: HistoryOptions,
): Promise<readonly string[]> {
  const abortable = options.signal ? { signal: options.signal } : {};
  const commits = [
    ...catalog.branches.flatMap(({ commit }) => commit ?? []),
    ...[...catalog.versions.values()]
      .filter((version) => version.model?.name === model.name)
      .map(({ commit }) => commit),
    ...catalog.plainTags.map(({ commit }) => commit),
  ];
  await catalog.loadCommits(commits, abortable);
  const pointers = new Set<string>();
  for (const commit of commits) {
    const found = catalog.find(model, commit);
    if (found) for (const pointer of pointersTo(found)) pointers.add(pointer);
  }
  options.diagnose?.(await lostAt(catalog, model, commits, pointers, abortable));
  return withLikely(pointers, model);
}

/** The files that track a model as it stood in one commit, and may have before. */
export function pointersBefore(model: Model): readonly string[] {
  return withLikely(pointersTo(model), model);
}

/** What most likely tracked it once, beside what does: no parent leads there over a gap. */
function withLikely(pointers: Iterable<string>, { path }: Identity): readonly string[] {
  return [...new Set([...pointers, ...(likelyPointers(path) ?? [])])];
}

/** The files whose changes can change a model: what tracks it, and what makes a model of it. */
function pointersTo({ name, pointer, stage, digest, declared, tracking }: Model): readonly string[] {
  if (pointer === null) return [];
  const files = [pointer];
  // The lock has the digest, but an output that dvc.yaml no longer names is none (DVC).
  if (stage !== undefined)
    for (const half of ['dvc.lock', 'dvc.yaml']) files.push(pointer.replace(/dvc\.(?:yaml|lock)$/, half));
  const gathered = digest?.value.endsWith('.lfsdir') === true;
  // The pointer is the first shard: all of them count, however many there were.
  if (gathered) files.push(pointer.replace(/\d{5}-of-\d{5}/, '\ufffd-of-\ufffd'));
  // Files of Git and gathered folders are models only where they are declared.
  if (declared && (gathered || tracking === 'git')) {
    const folder = name.includes(':') ? `${name.slice(0, name.indexOf(':'))}/` : '';
    files.push(`${folder}dvc.yaml`, 'artifacts.yaml');
  }
  return files;
}

/** Why the model may be where it was not found: what is missing or damaged there. */
async function lostAt(
  catalog: Catalog,
  model: Identity,
  commits: readonly CommitId[],
  pointers: ReadonlySet<string>,
  abortable: Abortable,
): Promise<readonly Diagnostic[]> {
  const lost: Diagnostic[] = [];
  for (const commit of new Set(commits)) {
    if (lost.length >= MOST_LOST) break;
    if (catalog.find(model, commit)) continue;
    append(lost, await unreadableAt(catalog, commit, pointers.size > 0 ? pointers : undefined, abortable));
  }
  return lost.slice(0, MOST_LOST);
}
