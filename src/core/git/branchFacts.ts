import type { CommitId, RefName } from './ids.js';
import { runGit } from './process.js';
import type { Repository } from './repository.js';

/** What Git knows of a branch beside its commit. */
export interface BranchFacts {
  /** Committer's time of the tip, seconds since 1970; null where the object is missing. */
  readonly time: number | null;
  readonly upstream: RefName | null;
  /** The upstream is configured and no longer there. */
  readonly gone: boolean;
  readonly ahead: number;
  readonly behind: number;
}

export interface AllBranchFacts {
  readonly byRef: ReadonlyMap<string, BranchFacts>;
  /** Branches whose commit the default branch contains. */
  readonly merged: ReadonlySet<string>;
}

const FORMAT = ['%(refname)', '%(committerdate:unix)', '%(upstream)', '%(upstream:track,nobracket)'].join(
  '%00',
);

/**
 * Age, upstream and what is merged, of every local and remote branch, with two Git processes however many there
 * are. Git answers nothing at all where one object is missing (for-each-ref): then the facts are empty, and
 * whoever shows them must treat them as unknown.
 */
export async function readBranchFacts(
  repository: Repository,
  defaultCommit: CommitId | null,
  options: { readonly signal?: AbortSignal } = {},
): Promise<AllBranchFacts> {
  const list = async (args: readonly string[]): Promise<readonly string[]> => {
    const where = ['refs/heads', 'refs/remotes'];
    const { stdout } = await runGit(repository.git, ['for-each-ref', ...args, ...where], {
      cwd: repository.root,
      accept: [0, 128],
      ...options,
    });
    return stdout.toString('utf8').split('\n').filter(Boolean);
  };
  const [facts, merged] = await Promise.all([
    list([`--format=${FORMAT}`]),
    defaultCommit === null ? [] : list([`--merged=${defaultCommit}`, '--format=%(refname)']),
  ]);
  return { byRef: new Map(facts.map(parseFacts)), merged: new Set(merged) };
}

/** One line of `for-each-ref`: ref, time, upstream and `ahead 2, behind 1` or `gone`, parted by NUL. */
export function parseFacts(line: string): readonly [string, BranchFacts] {
  const [ref = '', time = '', upstream = '', track = ''] = line.split('\0');
  return [
    ref,
    {
      time: /^\d+$/.test(time) ? Number(time) : null,
      upstream: upstream === '' ? null : (upstream as RefName),
      gone: track === 'gone',
      ahead: Number(/ahead (\d+)/.exec(track)?.[1] ?? 0),
      behind: Number(/behind (\d+)/.exec(track)?.[1] ?? 0),
    },
  ];
}
