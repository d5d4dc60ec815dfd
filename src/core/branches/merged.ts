import { append } from '../append.js';
import type { CommitId } from '../git/ids.js';
import { localGit, nothingLocal } from '../git/localObjects.js';
import { runGit } from '../git/process.js';
import type { Repository } from '../git/repository.js';
import type { Change } from './forks.js';
import { readChanges, readForks, readMainline } from './forks.js';

/** How the work of a branch came into the default branch. */
export interface Merged {
  /** Tip of the branch that was judged. */
  readonly commit: CommitId;
  /**
   * `contained`: the tip is in its history. `squashed`: one of its commits makes the same changes, or has at once
   * all files as the branch left them (squash and rebase merges).
   */
  readonly how: 'contained' | 'squashed';
  /** The commit that brought the work in; null when contained. */
  readonly by: CommitId | null;
}

interface MergedOptions {
  readonly signal?: AbortSignal;
  /** How far back in the default branch's first-parent history squash merges are looked for; 2,000 commits. */
  readonly depth?: number;
}

interface Placed {
  readonly tip: CommitId;
  readonly start: CommitId;
}

/** Pairs whose patches are compared; the rest stays unmerged, which is the safe side. */
const MOST_PATCHES = 500;

/**
 * Which branches have all their work in `base`, squash and rebase merges included, by tip. A constant number of
 * Git processes (six at most), however many branches. What cannot be shown to be merged is not in the answer.
 */
export async function findMerged(
  repository: Repository,
  base: CommitId,
  tips: readonly CommitId[],
  options: MergedOptions = {},
): Promise<ReadonlyMap<CommitId, Merged>> {
  const abortable = options.signal ? { signal: options.signal } : {};
  const found = new Map<CommitId, Merged>();
  const open: Placed[] = [];
  const forks = await readForks(repository, base, [...new Set(tips)], abortable);
  for (const commit of new Set(tips)) {
    const fork = forks.get(commit);
    if (fork === null) found.set(commit, { commit, how: 'contained', by: null });
    else if (fork?.start) open.push({ tip: commit, start: fork.start });
  }
  if (open.length === 0) return found;
  const mainline = await readMainline(repository, base, options.depth ?? 2000, abortable);
  const position = new Map(mainline.map(({ commit }, index) => [commit, index]));
  const placed = open.filter(({ start }) => position.has(start));
  if (placed.length === 0) return found;
  const first = Math.min(...placed.map(({ start }) => position.get(start) ?? 0)) + 1;
  const later = mainline
    .slice(first)
    .flatMap(({ commit, parent }) => (parent === null ? [] : [{ commit, parent }]));
  const pairs = [...placed.map(({ tip, start }) => ({ commit: tip, parent: start })), ...later];
  const changes = await readChanges(repository, pairs, abortable);

  const candidates: Candidate[] = [];
  for (const fork of placed) {
    const own = changes.get(fork.tip) ?? [];
    if (own.length === 0) continue;
    const after = later.slice((position.get(fork.start) ?? 0) + 1 - first);
    const by = whereFilesMeet(own, after, changes);
    if (by !== undefined) found.set(fork.tip, { commit: fork.tip, how: 'squashed', by });
    else append(candidates, samePaths(fork, own, after, changes));
  }
  const patches = await patchIds(repository, candidates.slice(0, MOST_PATCHES), abortable);
  for (const { fork, by } of candidates) {
    const patch = patches.get(fork.tip);
    if (patch !== undefined && patch === patches.get(by.commit) && !found.has(fork.tip)) {
      found.set(fork.tip, { commit: fork.tip, how: 'squashed', by: by.commit });
    }
  }
  return found;
}

interface Step {
  readonly commit: CommitId;
  readonly parent: CommitId;
}

/** The first commit after the fork at which every file that the branch changed is as the branch left it. */
function whereFilesMeet(
  own: readonly Change[],
  after: readonly Step[],
  changes: ReadonlyMap<CommitId, readonly Change[]>,
): CommitId | undefined {
  const wanted = new Map(own.map(({ path, to }) => [path, to]));
  const met = new Set<string>();
  for (const { commit } of after) {
    for (const { path, to } of changes.get(commit) ?? []) {
      const goal = wanted.get(path);
      if (goal === undefined) continue;
      if (goal === to) met.add(path);
      else met.delete(path);
    }
    if (met.size === wanted.size) return commit;
  }
  return undefined;
}

interface Candidate {
  readonly fork: Placed;
  readonly by: Step;
}

/** Commits that touch the very files that the branch touches: their patches may be equal. */
function samePaths(
  fork: Placed,
  own: readonly Change[],
  after: readonly Step[],
  changes: ReadonlyMap<CommitId, readonly Change[]>,
): readonly Candidate[] {
  const paths = new Set(own.map(({ path }) => path));
  return after.flatMap((by) => {
    const theirs = changes.get(by.commit) ?? [];
    return theirs.length === paths.size && theirs.every(({ path }) => paths.has(path)) ? [{ fork, by }] : [];
  });
}

/** Patch ids (`git patch-id`: the changed lines, wherever they stand) of the candidates, by commit. */
async function patchIds(
  repository: Repository,
  candidates: readonly Candidate[],
  options: { readonly signal?: AbortSignal },
): Promise<ReadonlyMap<string, string>> {
  const ids = new Map<string, string>();
  if (candidates.length === 0) return ids;
  const lines = new Set(
    candidates.flatMap(({ fork, by }) => [`${fork.tip} ${fork.start}\n`, `${by.commit} ${by.parent}\n`]),
  );
  const run = { cwd: repository.root, ...options };
  const args = [
    'diff-tree',
    '--stdin',
    '-r',
    '-p',
    '--no-renames',
    '--no-ext-diff',
    '--no-textconv',
    '--no-color',
  ];
  const diffs = await runGit(localGit(repository), args, { ...run, input: [...lines].join('') }).catch(
    nothingLocal,
  );
  if (diffs === undefined) return ids;
  const answer = await runGit(repository.git, ['patch-id', '--stable'], { ...run, input: diffs.stdout });
  for (const line of answer.stdout.toString('utf8').split('\n')) {
    const [patch, commit] = line.split(' ');
    if (patch !== undefined && commit !== undefined) ids.set(commit, patch);
  }
  return ids;
}
