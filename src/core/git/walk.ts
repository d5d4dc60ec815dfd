import { append } from '../append.js';
import { isoTime, parseCommit } from './commits.js';
import type { CommitObject } from './commits.js';
import type { CommitId } from './ids.js';
import type { LoggedCommit } from './log.js';
import type { ObjectFailure } from './objects.js';
import { openObjects } from './objects.js';
import type { Repository } from './repository.js';

/** Every commit that could be reached, children before parents, and those that could not be read. */
export interface WalkedHistory {
  readonly commits: readonly LoggedCommit[];
  readonly failed: ReadonlyMap<CommitId, ObjectFailure>;
}

/**
 * Walks history commit by commit, without trees and past whatever is missing or damaged: slower than Git's own walk,
 * which ends there.
 */
export async function walkHistory(
  repository: Repository,
  tips: readonly CommitId[],
  options: { readonly signal?: AbortSignal } = {},
): Promise<WalkedHistory> {
  const found = new Map<CommitId, CommitObject>();
  const failed = new Map<CommitId, ObjectFailure>();
  const asked = new Set<CommitId>();
  const reader = openObjects(repository, options);
  const ask = (id: CommitId): void => {
    if (asked.has(id)) return;
    asked.add(id);
    reader.contents(id, {
      failed: (reason) => failed.set(id, reason),
      object: (type, data) => {
        const commit = type === 'commit' ? parseCommit(data) : undefined;
        if (!commit) failed.set(id, 'corrupt');
        else {
          found.set(id, commit);
          for (const parent of commit.parents) ask(parent);
        }
      },
    });
  };
  try {
    for (const tip of tips) ask(tip);
    await reader.settle();
  } finally {
    reader.close();
  }
  const order = orderOf(found);
  const commits = [...found.keys()].sort((left, right) => (order.get(right) ?? 0) - (order.get(left) ?? 0));
  return { commits: commits.map((id) => logged(id, found.get(id))), failed };
}

/** The time of each commit, moved behind those of its parents where clocks went wrong or a second was shared. */
function orderOf(commits: ReadonlyMap<CommitId, CommitObject>): ReadonlyMap<CommitId, number> {
  const order = new Map<CommitId, number>();
  const stack = [...commits.keys()];
  for (let id = stack.at(-1); id !== undefined; id = stack.at(-1)) {
    const commit = commits.get(id);
    const parents = commit?.parents.filter((parent) => commits.has(parent)) ?? [];
    const waiting = order.has(id) ? [] : parents.filter((parent) => !order.has(parent));
    if (waiting.length > 0) {
      append(stack, waiting);
      continue;
    }
    stack.pop();
    const behind = Math.max(0, ...parents.map((parent) => order.get(parent) ?? 0)) + 1e-6;
    order.set(id, Math.max(commit?.committer?.seconds ?? 0, behind));
  }
  return order;
}

function logged(id: CommitId, commit: CommitObject | undefined): LoggedCommit {
  const by = commit?.committer ?? commit?.author;
  return {
    commit: id,
    parents: commit?.parents ?? [],
    time: by ? isoTime(by) : '',
    author: commit?.author?.name ?? '',
    subject: (commit?.message ?? '').split('\n', 1)[0] ?? '',
  };
}
