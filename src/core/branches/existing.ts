import { runGit } from '../git/process.js';
import type { Repository } from '../git/repository.js';

/** The branches there are now: short names here, and per remote as last fetched. */
export interface ExistingBranches {
  readonly local: readonly string[];
  readonly remotes: ReadonlyMap<string, readonly string[]>;
}

/** Reads branch names as they stand (one for-each-ref, one config): a catalog may be a moment old. */
export async function readExisting(
  repository: Repository,
  options: { readonly signal?: AbortSignal } = {},
): Promise<ExistingBranches> {
  const run = { cwd: repository.root, ...options };
  const [refs, names] = await Promise.all([
    runGit(repository.git, ['for-each-ref', '--format=%(refname)', 'refs/heads', 'refs/remotes'], run),
    runGit(repository.git, ['config', '--null', '--name-only', '--get-regexp', '^remote\\..*\\.url$'], {
      ...run,
      accept: [0, 1],
    }),
  ]);
  const remotes = new Map<string, string[]>();
  for (const key of names.stdout.toString('utf8').split('\0')) {
    const name = /^remote\.(.*)\.url$/s.exec(key)?.[1];
    if (name !== undefined) remotes.set(name, []);
  }
  const local: string[] = [];
  // A remote's name may have slashes: the longest that fits.
  const known = [...remotes.keys()].sort((a, b) => b.length - a.length);
  for (const ref of refs.stdout.toString('utf8').split('\n')) {
    if (ref.startsWith('refs/heads/')) local.push(ref.slice('refs/heads/'.length));
    else {
      const short = ref.slice('refs/remotes/'.length);
      const remote = known.find((name) => short.startsWith(`${name}/`));
      if (remote !== undefined) remotes.get(remote)?.push(short.slice(remote.length + 1));
    }
  }
  return { local, remotes };
}

/** The remote that branches are published to: the one of the settings, else the only one; null when there is none. */
export function publishingRemote(existing: ExistingBranches, wanted: string): string | null {
  if (existing.remotes.has(wanted)) return wanted;
  const [only, ...others] = existing.remotes.keys();
  return only !== undefined && others.length === 0 ? only : null;
}

export interface NameConflict {
  readonly kind: 'same' | 'case' | 'file-folder';
  readonly other: string;
  /** Null: here. */
  readonly remote: string | null;
}

/**
 * What keeps a name from being used: the same name, the same but for case (one file on macOS and Windows), or a
 * branch that is a folder of it or the other way round (`a` and `a/b`). Looked for here first, then on a remote.
 */
export function findConflict(
  name: string,
  existing: ExistingBranches,
  remote: string | null,
): NameConflict | undefined {
  const lists: readonly (readonly [string | null, readonly string[]])[] = [
    [null, existing.local],
    ...(remote === null ? [] : [[remote, existing.remotes.get(remote) ?? []] as const]),
  ];
  const lower = name.toLowerCase();
  for (const [where, names] of lists) {
    let found: NameConflict | undefined;
    for (const other of names) {
      if (other === name) return { kind: 'same', other, remote: where };
      const small = other.toLowerCase();
      if (small === lower) found = { kind: 'case', other, remote: where };
      else if (small.startsWith(`${lower}/`) || lower.startsWith(`${small}/`)) {
        found ??= { kind: 'file-folder', other, remote: where };
      }
    }
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Says what is in the way, in a sentence. */
export function conflictMessage(name: string, { kind, other, remote }: NameConflict): string {
  const where = remote === null ? 'here' : `on ${remote}`;
  if (kind === 'same') return `The branch ${name} exists ${where}.`;
  if (kind === 'case')
    return `The branch ${other} exists ${where} and differs only in case: on macOS and Windows they are one.`;
  return `The branch ${other} exists ${where}: Git keeps branches like files, so ${name} cannot stand beside it.`;
}
