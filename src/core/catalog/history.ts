import type { Diagnostic } from '../diagnostic.js';
import { digestKey } from '../digest.js';
import type { CommitId } from '../git/ids.js';
import type { Catalog, Model } from './catalog.js';
import type { Identity } from './historyPointers.js';
import { pointersBefore, pointersOf } from './historyPointers.js';
import type { HistoryOptions } from './historyWalk.js';
import { batches, touching } from './historyWalk.js';
import { likelyPointers, unreadableAt } from './unreadable.js';

/** A commit in which the bits of a model changed. */
export interface HistoryEntry {
  readonly commit: CommitId;
  /** ISO 8601, the committer's. */
  readonly time: string;
  readonly author: string;
  readonly subject: string;
  /** The model there; null where the commit took it away, or where `unreadable` says that nobody can tell. */
  readonly model: Model | null;
  /** What of it is missing or damaged in this clone. */
  readonly unreadable?: readonly Diagnostic[];
}

interface Abortable {
  readonly signal?: AbortSignal;
}

/** Names and places in which a model is followed. */
const MOST_TRAILS = 50;

/**
 * Every revision of a tracked file in the history of all branches and tags, newest first: one entry per change of
 * its digest. Git itself finds the commits that touch its pointer files (with commit-graph and changed-path filters
 * where it has them); a file that moved is followed to where it was, under whatever name. Nothing is read before it is
 * asked for, and stopping early ends Git. What is missing or damaged costs its own entry.
 */
export async function* historyOf(
  catalog: Catalog,
  model: Identity,
  options: HistoryOptions = {},
): AsyncGenerator<HistoryEntry> {
  if (catalog.repository.shallow) options.diagnose?.([SHALLOW]);
  const trails: Trail[] = [];
  const begun = new Set<string>();
  const told = new Set<CommitId>();
  const begin = (one: Identity, move: Move | null): void => {
    const key = `${one.name}\0${one.path ?? ''}\0${move?.commit ?? ''}`;
    if (begun.has(key)) return;
    if (begun.size === MOST_TRAILS) options.diagnose?.([CUT]);
    begun.add(key);
    if (begun.size > MOST_TRAILS) return;
    trails.push({ entries: trailOf(catalog, one, move, begin, options), next: undefined, ended: false });
  };
  begin(model, null);
  try {
    for (;;) {
      // Looking ahead in one trail may find the move before which another ends, and add that.
      for (const trail of trails) await lookAhead(trail);
      const newest = trails.reduce((best, trail) => (secondsOf(trail) > secondsOf(best) ? trail : best));
      if (!newest.next) return;
      if (!told.has(newest.next.commit)) yield newest.next;
      told.add(newest.next.commit);
      newest.next = undefined;
    }
  } finally {
    for (const { entries } of trails) await entries.return(undefined);
  }
}

/** What a model was under one name, in one place. */
interface Trail {
  readonly entries: AsyncGenerator<HistoryEntry>;
  next: HistoryEntry | undefined;
  ended: boolean;
}

/** The commit that moved a model, its parents, from which the older trail is read, and what tracked it there. */
interface Move {
  readonly commit: CommitId;
  readonly parents: readonly CommitId[];
  readonly pointers: readonly string[];
}

async function lookAhead(trail: Trail): Promise<void> {
  if (trail.next || trail.ended) return;
  const next = await trail.entries.next();
  if (next.done) trail.ended = true;
  else trail.next = next.value;
}

function secondsOf({ next }: Trail): number {
  return next ? Date.parse(next.time) : -Infinity;
}

/** The entries of a model under one name; `begin` hears what it was before, and where that ended. */
async function* trailOf(
  catalog: Catalog,
  model: Identity,
  move: Move | null,
  begin: (identity: Identity, move: Move) => void,
  options: HistoryOptions,
): AsyncGenerator<HistoryEntry> {
  const abortable = options.signal ? { signal: options.signal } : {};
  const seen = new Set<CommitId>();
  const followed = new Set(move?.pointers ?? (await pointersOf(catalog, model, options)));
  const at = (commit: CommitId): Promise<State> => stateAt(catalog, model, commit, followed, abortable);
  let complete = followed.size === 0;
  // Where the model came from another path, Git is asked anew from there on: what is older may lie between.
  while (!complete) {
    complete = true;
    const visited = touching(catalog, [...followed], move?.parents ?? null, options);
    for await (const batch of batches(visited, seen)) {
      await catalog.loadCommits(
        batch.flatMap(({ commit, parents }) => [commit, ...parents]),
        abortable,
      );
      for (const { parents, touched, ...logged } of batch) {
        seen.add(logged.commit);
        const here = await at(logged.commit);
        const before = [];
        for (const parent of parents) before.push(await at(parent));
        const origin = await movedFrom(catalog, logged.commit, here, parents, before, abortable);
        if (origin) begin(origin, { commit: logged.commit, parents, pointers: pointersBefore(origin) });
        else if (changed(here, before, touched)) yield { ...logged, ...here };
        const origins = before.flatMap((one) => one.model?.pointer ?? []);
        complete = origins.every((pointer) => followed.has(pointer));
        for (const pointer of origins) followed.add(pointer);
        if (!complete) break;
      }
      if (!complete) break;
    }
  }
}

type State = Pick<HistoryEntry, 'model' | 'unreadable'>;

/**
 * The tracked file that some commit of the past had at a path, when none has it today.
 * @returns its last name
 */
export async function pastModel(
  catalog: Catalog,
  path: string,
  options: Abortable = {},
): Promise<Pick<Model, 'name' | 'path'> | undefined> {
  const pointers = likelyPointers(path) ?? new Set();
  for await (const { commit, parents } of touching(catalog, [...pointers], null, options)) {
    await catalog.loadCommits([commit, ...parents], options);
    for (const one of [commit, ...parents]) {
      const found = catalog.find({ name: '', path }, one);
      if (found?.path === path) return { name: found.name, path };
    }
  }
  return undefined;
}

/** A model as its history lists it in a commit: there it may have had another name, or lain elsewhere. */
export async function listedAt(
  catalog: Catalog,
  model: Identity,
  commit: CommitId,
  options: Abortable = {},
): Promise<Model | undefined> {
  for await (const entry of historyOf(catalog, model, options))
    if (entry.commit === commit) return entry.model ?? undefined;
  return undefined;
}

/** What a model that is new in a commit was before: the only one there with its bits that the commit took away. */
async function movedFrom(
  catalog: Catalog,
  commit: CommitId,
  here: State,
  parents: readonly CommitId[],
  before: readonly State[],
  abortable: Abortable,
): Promise<Model | undefined> {
  const digest = here.model?.digest;
  if (!digest || before.some(({ model, unreadable }) => model !== null || unreadable)) return undefined;
  const after = await catalog.modelsAt(commit, abortable);
  const stays = new Set([...after.models, ...after.others].map(({ path }) => path));
  const gone = new Map<string | null, Model>();
  for (const parent of parents) {
    const { models, others } = await catalog.modelsAt(parent, abortable);
    for (const one of [...models, ...others])
      if (one.digest && digestKey(one.digest) === digestKey(digest) && !stays.has(one.path))
        gone.set(one.path, one);
  }
  const [only] = gone.values();
  return gone.size === 1 ? only : undefined;
}

async function stateAt(
  catalog: Catalog,
  model: Identity,
  commit: CommitId,
  pointers: ReadonlySet<string>,
  abortable: Abortable,
): Promise<State> {
  const found = catalog.find(model, commit) ?? null;
  if (found !== null && found.digest !== null) return { model: found };
  const unreadable = await unreadableAt(catalog, commit, pointers, abortable);
  return { model: found, ...(unreadable.length === 0 ? {} : { unreadable }) };
}

/**
 * A commit is a revision when its bits are those of none of its parents. What cannot be read counts as changed where
 * Git says that its pointer did.
 */
function changed(here: State, before: readonly State[], touched: boolean): boolean {
  if (touched && here.unreadable && !here.model?.digest) return true;
  if (before.length === 0) return here.model !== null || here.unreadable !== undefined;
  return before.every((parent) => key(parent) !== key(here));
}

function key({ model, unreadable }: State): string {
  if (model?.digest) return digestKey(model.digest);
  if (unreadable) return 'unreadable';
  return model === null ? 'absent' : 'unknown';
}

const SHALLOW: Diagnostic = {
  severity: 'info',
  code: 'history-incomplete',
  message: 'This clone is shallow: what is older than its edge is not in the history.',
};

const CUT: Diagnostic = {
  severity: 'warning',
  code: 'history-incomplete',
  message: `The model moved more than ${MOST_TRAILS} times: what it was before is not in the history.`,
};
