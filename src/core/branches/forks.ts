import { append } from '../append.js';
import type { CommitId } from '../git/ids.js';
import { commitId } from '../git/ids.js';
import { localGit, nothingLocal } from '../git/localObjects.js';
import { runGit } from '../git/process.js';
import type { Repository } from '../git/repository.js';

interface Abortable {
  readonly signal?: AbortSignal;
}

/** A branch that has commits of its own, and where it left the base. */
export interface Fork {
  readonly tip: CommitId;
  /** Null without a common history, as far as this clone knows. */
  readonly start: CommitId | null;
}

/**
 * Where branches left the base, by tip; tips that the base contains have none (null), those that are
 * not in this clone are not in the answer. A branch that took the
 * base in later counts from there: of several points the newest of the base.
 */
export async function readForks(
  repository: Repository,
  base: CommitId,
  tips: readonly CommitId[],
  options: Abortable,
): Promise<ReadonlyMap<CommitId, Fork | null>> {
  const input = `${tips.join('\n')}\n^${base}\n`;
  const args = ['rev-list', '--topo-order', '--parents', '--boundary', '--ignore-missing', '--stdin'];
  const { stdout } = await runGit(repository.git, args, { cwd: repository.root, input, ...options });
  const parents = new Map<string, readonly string[]>();
  const boundary = new Map<string, number>();
  for (const line of stdout.toString('latin1').split('\n')) {
    const [commit = '', ...others] = line.replace(/^-/, '').split(' ');
    if (line.startsWith('-')) boundary.set(commit, boundary.size);
    else if (commit !== '') parents.set(commit, others);
  }
  const forks = new Map<CommitId, Fork | null>();
  for (const tip of tips) {
    if (!parents.has(tip)) continue;
    let start: string | undefined;
    const seen = new Set<string>();
    const pending: string[] = [tip];
    for (let commit = pending.pop(); commit !== undefined; commit = pending.pop()) {
      if (seen.has(commit)) continue;
      seen.add(commit);
      const own = parents.get(commit);
      if (own !== undefined) append(pending, own);
      // In topological order the newest boundary comes first.
      else if (
        boundary.has(commit) &&
        (boundary.get(commit) ?? 0) < (start === undefined ? Infinity : (boundary.get(start) ?? 0))
      )
        start = commit;
    }
    forks.set(tip, { tip, start: start === undefined ? null : commitId(start) });
  }
  const rest = tips.filter((tip) => !parents.has(tip));
  if (rest.length === 0) return forks;
  const present = await runGit(repository.git, ['cat-file', '--batch-check=%(objectname)'], {
    cwd: repository.root,
    input: `${rest.join('\n')}\n`,
    ...options,
  });
  const there = new Set(present.stdout.toString('latin1').split('\n'));
  for (const tip of rest) if (there.has(tip)) forks.set(tip, null);
  return forks;
}

/** The first-parent history of a commit, oldest first. */
export async function readMainline(
  repository: Repository,
  base: CommitId,
  depth: number,
  options: Abortable,
): Promise<readonly { readonly commit: CommitId; readonly parent: CommitId | null }[]> {
  const args = ['rev-list', '--first-parent', '--parents', `--max-count=${String(depth)}`, base];
  const { stdout } = await runGit(repository.git, args, { cwd: repository.root, ...options });
  const lines = stdout
    .toString('latin1')
    .split('\n')
    .filter((line) => line !== '');
  return lines.reverse().map((line) => {
    const [commit = '', parent] = line.split(' ');
    return { commit: commitId(commit), parent: parent === undefined ? null : commitId(parent) };
  });
}

/** One file that differs between two commits. */
export interface Change {
  readonly path: string;
  /** Mode and blob on the newer side; zeros where the file is gone. */
  readonly to: string;
}

/**
 * What each commit changes against the given one, all by one process. Paths are latin1: bytes to compare, not to show.
 * Nothing where a tree is not here: none is fetched for it.
 */
export async function readChanges(
  repository: Repository,
  pairs: readonly { readonly commit: CommitId; readonly parent: CommitId }[],
  options: Abortable,
): Promise<ReadonlyMap<CommitId, readonly Change[]>> {
  const input = pairs.map(({ commit, parent }) => `${commit} ${parent}\n`).join('');
  const args = ['diff-tree', '--stdin', '-r', '-z', '--raw', '--no-renames', '--no-abbrev'];
  const changes = new Map<CommitId, Change[]>();
  const answer = await runGit(localGit(repository), args, { cwd: repository.root, input, ...options }).catch(
    nothingLocal,
  );
  if (answer === undefined) return changes;
  const { stdout } = answer;
  let current: Change[] = [];
  const fields = stdout.toString('latin1').split('\0');
  for (let index = 0; index < fields.length - 1; index += 1) {
    const field = fields[index] ?? '';
    if (field.startsWith(':')) {
      const [, mode = '', , blob = ''] = field.split(' ');
      index += 1;
      current.push({ path: fields[index] ?? '', to: `${mode} ${blob}` });
    } else {
      current = [];
      changes.set(commitId(field.trim()), current);
    }
  }
  return changes;
}
