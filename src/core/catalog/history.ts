import { digestKey } from '../digest.js';
import type { Digest } from '../digest.js';
import type { CommitId } from '../git/ids.js';
import { runGit } from '../git/process.js';
import type { Branch, Catalog, Model } from './catalog.js';

/** A commit in which the bits of a model changed. */
export interface HistoryEntry {
  readonly commit: CommitId;
  /** ISO 8601, the committer's. */
  readonly time: string;
  readonly author: string;
  readonly subject: string;
  /** The model there; null where the commit took it away. */
  readonly model: Model | null;
}

interface Options {
  /** Only what this branch contains; by default every branch and tag. */
  readonly branch?: Branch;
  readonly signal?: AbortSignal;
}

interface LoggedCommit extends Omit<HistoryEntry, 'model'> {
  readonly parents: readonly CommitId[];
}

/** Commits whose trees are read together: enough to keep Git busy, few enough to answer soon. */
const BATCH = 256;

/**
 * Every revision of a tracked file in the history of all branches and tags, newest first: one entry per change of
 * its digest. Git itself finds the commits that touch its pointer files (with commit-graph and changed-path filters
 * where it has them); a file that moved is followed to where it was.
 */
export async function* historyOf(
  catalog: Catalog,
  model: { readonly name: string; readonly path: string | null },
  options: Options = {},
): AsyncGenerator<HistoryEntry> {
  const abortable = options.signal ? { signal: options.signal } : {};
  const seen = new Set<CommitId>();
  let pointers = await pointersOf(catalog, model, abortable);
  const followed = new Set<string>();
  // A second round is needed only where the model came from another path: its entries are all older.
  while (pointers.length > 0) {
    for (const pointer of pointers) followed.add(pointer);
    const commits = await commitsTouching(catalog, pointers, options);
    const origins = new Set<string>();
    for (let start = 0; start < commits.length; start += BATCH) {
      const batch = commits.slice(start, start + BATCH).filter(({ commit }) => !seen.has(commit));
      await catalog.loadCommits(
        batch.flatMap(({ commit, parents }) => [commit, ...parents]),
        abortable,
      );
      for (const logged of batch) {
        seen.add(logged.commit);
        const here = catalog.find(model, logged.commit) ?? null;
        const before = logged.parents.map((parent) => catalog.find(model, parent) ?? null);
        for (const { pointer } of before.filter((one) => one !== null))
          if (pointer !== null) origins.add(pointer);
        if (!changed(here, before)) continue;
        const { commit, time, author, subject } = logged;
        yield { commit, time, author, subject, model: here };
      }
    }
    pointers = [...origins].filter((pointer) => !followed.has(pointer));
  }
}

/** A commit is a revision when its bits are those of none of its parents. */
function changed(here: Model | null, before: readonly (Model | null)[]): boolean {
  if (before.length === 0) return here !== null;
  return before.every((parent) => key(parent) !== key(here));
}

function key(model: Model | null): string {
  if (model === null) return 'absent';
  const digest: Digest | null = model.digest;
  return digest === null ? 'unknown' : digestKey(digest);
}

/** The files that track a model now or at a version; pipelines count with both of their files. */
async function pointersOf(
  catalog: Catalog,
  model: { readonly name: string; readonly path: string | null },
  options: { readonly signal?: AbortSignal },
): Promise<readonly string[]> {
  const commits = [
    ...catalog.branches.flatMap(({ commit }) => commit ?? []),
    ...[...catalog.versions.values()]
      .filter((version) => version.model?.name === model.name)
      .map(({ commit }) => commit),
  ];
  await catalog.loadCommits(commits, options);
  const pointers = new Set<string>();
  for (const commit of commits) {
    const found = catalog.find(model, commit);
    if (found?.pointer == null) continue;
    pointers.add(found.pointer);
    // An output that lies beside code with its lock: the lock decides, whichever of the two exists today.
    if (found.stage !== undefined) pointers.add(found.pointer.replace(/dvc\.(?:yaml|lock)$/, 'dvc.lock'));
  }
  return [...pointers];
}

async function commitsTouching(
  catalog: Catalog,
  paths: readonly string[],
  options: Options,
): Promise<readonly LoggedCommit[]> {
  const { repository } = catalog;
  const from = options.branch
    ? [options.branch.commit ?? '']
    : ['--branches', '--remotes', '--tags', ...headOf(catalog)];
  const { stdout } = await runGit(
    repository.git,
    [
      '--literal-pathspecs',
      'log',
      '-z',
      '--ignore-missing',
      '--full-history',
      // Git's own order may show a parent first where commits share a second.
      '--date-order',
      '--no-show-signature',
      '--format=%H%n%P%n%cI%n%an%n%s',
      ...from.filter((one) => one !== ''),
      '--',
      ...paths,
    ],
    { cwd: repository.root, timeout: 600_000, ...(options.signal ? { signal: options.signal } : {}) },
  );
  return stdout
    .toString('utf8')
    .split('\0')
    .filter((record) => record !== '')
    .map((record) => {
      const [commit = '', parents = '', time = '', author = '', ...subject] = record.split('\n');
      return {
        commit: commit as CommitId,
        parents: parents.split(' ').filter((id) => id !== '') as CommitId[],
        time,
        author,
        subject: subject.join(' ').trim(),
      };
    });
}

function headOf(catalog: Catalog): readonly string[] {
  return catalog.head.commit === null ? [] : [catalog.head.commit];
}
