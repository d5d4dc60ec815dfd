import { parentsOfCommit, treeOfCommit } from '../git/commits.js';
import type { CommitId } from '../git/ids.js';
import type { ObjectFailure, ObjectReader } from '../git/objects.js';

/** The trees of commits, each read once; and the parents of those that this process read. */
export class CommitTrees {
  private readonly trees = new Map<CommitId, string>();
  private readonly failures = new Map<CommitId, ObjectFailure>();
  private readonly parentsOf = new Map<CommitId, readonly CommitId[]>();

  /** All that are known, in the order in which they became so. */
  get all(): ReadonlyMap<CommitId, string> {
    return this.trees;
  }

  /** The tree of a commit that was read. */
  get(commit: CommitId): string | undefined {
    return this.trees.get(commit);
  }

  set(commit: CommitId, tree: string): void {
    this.failures.delete(commit);
    this.trees.set(commit, tree);
  }

  /** The parents of a commit; none where the commit has none, or was read by an earlier catalog. */
  parents(commit: CommitId): readonly CommitId[] {
    return this.parentsOf.get(commit) ?? [];
  }

  /** Why a commit could not be read. */
  failure(commit: CommitId): ObjectFailure | undefined {
    return this.failures.get(commit);
  }

  /** Asks for a commit; `told` hears of its tree, at once or when the commit was read. */
  request(id: CommitId, reader: ObjectReader, told?: (tree: string) => void): void {
    const known = this.trees.get(id);
    if (known !== undefined) {
      told?.(known);
      return;
    }
    reader.contents(id, {
      failed: (reason) => this.failures.set(id, reason),
      object: (type, data) => {
        const tree = type === 'commit' ? treeOfCommit(data) : undefined;
        if (tree === undefined) this.failures.set(id, 'corrupt');
        else {
          this.set(id, tree);
          this.parentsOf.set(id, parentsOfCommit(data));
          told?.(tree);
        }
      },
    });
  }

  /** Reads commits whose trees are not yet known; those that fail are told by `failure`. */
  async read(commits: Iterable<CommitId>, reader: ObjectReader): Promise<void> {
    for (const id of new Set(commits)) this.request(id, reader);
    await reader.settle();
  }
}
