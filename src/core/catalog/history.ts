import { append } from '../append.js';
import type { Diagnostic } from '../diagnostic.js';
import { digestKey } from '../digest.js';
import type { CommitId } from '../git/ids.js';
import type { LoggedCommit } from '../git/log.js';
import { commitsTouching } from '../git/log.js';
import { GitError } from '../git/process.js';
import { walkHistory } from '../git/walk.js';
import type { Branch, Catalog, Model } from './catalog.js';
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

export interface HistoryOptions {
  /** Only what this branch contains; by default every branch and tag. */
  readonly branch?: Branch;
  readonly signal?: AbortSignal;
  /** Hears why the history may not be whole. */
  readonly diagnose?: (diagnostics: readonly Diagnostic[]) => void;
}

interface Abortable {
  readonly signal?: AbortSignal;
}

/** Commits whose trees are read together: enough to keep Git busy, few enough to answer soon. */
const BATCH = 256;
/** Said of tips that cannot be read. */
const MOST_LOST = 20;
/** Names and places in which a model is followed. */
const MOST_LIVES = 50;
/** The first ones are shown as soon as they are known. */
const FIRST_BATCH = 16;

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
  const lives: Life[] = [];
  const begun = new Set<string>();
  const told = new Set<CommitId>();
  const begin = (one: Identity, from: Beginning | null): void => {
    const key = `${one.name}\0${one.path ?? ''}\0${from?.commit ?? ''}`;
    if (begun.has(key) || begun.size >= MOST_LIVES) return;
    begun.add(key);
    lives.push({ entries: lifeOf(catalog, one, from, begin, options), next: undefined, ended: false });
  };
  begin(model, null);
  try {
    for (;;) {
      // Looking ahead in one life may find where another ended, and add it.
      for (const life of lives) await lookAhead(life);
      const newest = lives.reduce((best, life) => (secondsOf(life) > secondsOf(best) ? life : best));
      if (!newest.next) return;
      if (!told.has(newest.next.commit)) yield newest.next;
      told.add(newest.next.commit);
      newest.next = undefined;
    }
  } finally {
    for (const { entries } of lives) await entries.return(undefined);
  }
}

/** What a model was under one name, in one place. */
interface Life {
  readonly entries: AsyncGenerator<HistoryEntry>;
  next: HistoryEntry | undefined;
  ended: boolean;
}

/** Where a life ended: the commit that moved it, and its parents, from which the life is read. */
interface Beginning {
  readonly commit: CommitId;
  readonly parents: readonly CommitId[];
  readonly pointers: readonly string[];
}

async function lookAhead(life: Life): Promise<void> {
  if (life.next || life.ended) return;
  const next = await life.entries.next();
  if (next.done) life.ended = true;
  else life.next = next.value;
}

function secondsOf({ next }: Life): number {
  return next ? Date.parse(next.time) : -Infinity;
}

/** The entries of a model under one name; `begin` hears what it was before, and where that ended. */
async function* lifeOf(
  catalog: Catalog,
  model: Identity,
  from: Beginning | null,
  begin: (identity: Identity, from: Beginning) => void,
  options: HistoryOptions,
): AsyncGenerator<HistoryEntry> {
  const abortable = options.signal ? { signal: options.signal } : {};
  const seen = new Set<CommitId>();
  const followed = new Set(from ? from.pointers : await pointersOf(catalog, model, options));
  const at = (commit: CommitId): Promise<State> => stateAt(catalog, model, commit, followed, abortable);
  let complete = followed.size === 0;
  // Where the model came from another path, Git is asked anew from there on: what is older may lie between.
  while (!complete) {
    complete = true;
    const visited = touching(catalog, [...followed], from?.parents ?? null, options);
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
        if (origin) begin(origin, { commit: logged.commit, parents, pointers: pointersTo(origin) });
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
type Identity = Pick<Model, 'name' | 'path'>;

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

/** A commit to look at; `touched` where Git says that it changes a pointer. */
interface Visited extends LoggedCommit {
  readonly touched: boolean;
}

async function* batches(
  commits: AsyncIterable<Visited>,
  seen: ReadonlySet<CommitId>,
): AsyncGenerator<readonly Visited[]> {
  let batch: Visited[] = [];
  let size = FIRST_BATCH;
  for await (const commit of commits) {
    if (!seen.has(commit.commit)) batch.push(commit);
    if (batch.length < size) continue;
    yield batch;
    batch = [];
    size = BATCH;
  }
  if (batch.length > 0) yield batch;
}

/** Git ends its walk at the first tree or commit that it cannot read: then every commit is looked at instead. */
async function* touching(
  catalog: Catalog,
  paths: readonly string[],
  below: readonly CommitId[] | null,
  options: HistoryOptions,
): AsyncGenerator<Visited> {
  const { repository } = catalog;
  const abortable = options.signal ? { signal: options.signal } : {};
  const tips = below ?? tipsOf(catalog, options.branch);
  const from = below || options.branch ? tips : 'everything';
  try {
    for await (const commit of commitsTouching(repository, tips, {
      from,
      head: catalog.head.commit,
      paths,
      ...abortable,
    }))
      yield { ...commit, touched: true };
  } catch (error) {
    if (!(error instanceof GitError) || error.reason !== 'failed') throw error;
    const { commits, failed } = await walkHistory(repository, tips, abortable);
    options.diagnose?.([cutShort(error.message), ...[...failed].slice(0, MOST_LOST).map(unreadableCommit)]);
    for (const commit of commits) yield { ...commit, touched: false };
  }
}

/** The files that track a model at a branch, a version or a plain tag; pipelines count with both of their files. */
async function pointersOf(
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
    ...(catalog.head.commit === null ? [] : [catalog.head.commit]),
  ];
  await catalog.loadCommits(commits, abortable);
  const pointers = new Set<string>();
  for (const commit of commits) {
    const found = catalog.find(model, commit);
    if (found) for (const pointer of pointersTo(found)) pointers.add(pointer);
  }
  options.diagnose?.(await lostAt(catalog, model, commits, pointers, abortable));
  // What most likely tracked it before, beside what does today: no parent leads there over a gap.
  return [...new Set([...pointers, ...(likelyPointers(model.path) ?? [])])];
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

function tipsOf(catalog: Catalog, branch: Branch | undefined): readonly CommitId[] {
  if (branch) return branch.commit === null ? [] : [branch.commit];
  const head = catalog.head.commit;
  return [
    ...new Set([
      ...catalog.branches.flatMap(({ commit }) => commit ?? []),
      ...[...catalog.versions.values()].map(({ commit }) => commit),
      ...catalog.plainTags.map(({ commit }) => commit),
      ...(head === null ? [] : [head]),
    ]),
  ];
}

const SHALLOW: Diagnostic = {
  severity: 'info',
  code: 'history-incomplete',
  message: 'This clone is shallow: what is older than its edge is not in the history.',
};

function cutShort(reason: string): Diagnostic {
  return {
    severity: 'warning',
    code: 'history-incomplete',
    message: `Git could not walk the whole history (${reason}): every commit that is here was looked at instead.`,
  };
}

function unreadableCommit([commit, reason]: readonly [CommitId, string]): Diagnostic {
  const isCorrupt = reason === 'corrupt';
  return {
    severity: 'error',
    code: isCorrupt ? 'object-corrupt' : 'object-missing',
    message: `Commit ${commit.slice(0, 8)} ${isCorrupt ? 'is damaged' : 'is not in this clone'}: what is older than it may be missing from the history.`,
    commit,
  };
}
