import type { Diagnostic } from '../diagnostic.js';
import type { CommitId } from '../git/ids.js';
import type { LoggedCommit } from '../git/log.js';
import { commitsTouching } from '../git/log.js';
import { GitError } from '../git/process.js';
import { walkHistory } from '../git/walk.js';
import type { Branch, Catalog } from './catalog.js';

export interface HistoryOptions {
  /** Only what this branch contains; by default every branch and tag. */
  readonly branch?: Branch;
  readonly signal?: AbortSignal;
  /** Hears why the history may not be whole. */
  readonly diagnose?: (diagnostics: readonly Diagnostic[]) => void;
}

/** Commits whose trees are read together: enough to keep Git busy, few enough to answer soon. */
const BATCH = 256;
/** The first ones are shown as soon as they are known. */
const FIRST_BATCH = 16;
/** Said of commits that cannot be read. */
const MOST_LOST = 20;

/** A commit to look at; `touched` where Git says that it changes a pointer. */
export interface Visited extends LoggedCommit {
  readonly touched: boolean;
}

/** Commits in groups, without those that were seen. */
export async function* batches(
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

/**
 * The commits that change one of some files. Git ends its walk at the first tree or commit that it cannot read: then
 * every commit is looked at instead.
 * @param below only what these contain; null for every branch and tag, or the branch of the options
 */
export async function* touching(
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
