import type { Ancestors, CommitGraph } from '../git/graph.js';
import type { CommitId } from '../git/ids.js';
import type { BranchChanges } from './catalog.js';
import type { NamedSnapshot } from './nameSets.js';

/** The key of two commits under which it is kept where they parted. */
export function pairKey(commit: CommitId, base: CommitId): string {
  return `${commit} ${base}`;
}

/**
 * What differs between commits by path: a model added, removed, or with another digest, tracking or name,
 * unless the commit merely lags behind (cli.md: `changed`). Models with equal content are one object.
 */
export class Changes {
  private readonly answers = new Map<string, BranchChanges>();
  private readonly bases = new Map<CommitId, Ancestors>();

  constructor(
    private readonly graph: CommitGraph,
    private readonly mergeBases: Map<string, CommitId | null>,
    private readonly named: (commit: CommitId) => NamedSnapshot | undefined,
    /** Whether history ends somewhere because the clone is shallow. */
    private readonly shallow: boolean,
  ) {}

  /** Whether the two commits list different models at all. */
  differs(commit: CommitId, base: CommitId): boolean {
    const left = this.named(commit);
    const right = this.named(base);
    return (
      left !== undefined && right !== undefined && left !== right && differences(left, right, true).length > 0
    );
  }

  /** Whether the common ancestor is known without reading history. */
  knowsMergeBase(commit: CommitId, base: CommitId): boolean {
    return this.mergeBases.has(pairKey(commit, base));
  }

  /** The best common ancestor; undefined without one. The graph must have been read unless it is known. */
  mergeBase(commit: CommitId, base: CommitId): CommitId | undefined {
    const key = pairKey(commit, base);
    let found = this.mergeBases.get(key);
    if (found === undefined) {
      let ancestors = this.bases.get(base);
      if (!ancestors) this.bases.set(base, (ancestors = this.graph.ancestors(base)));
      found = this.graph.mergeBase(commit, ancestors) ?? null;
      // A commit outside the graph has no answer yet, rather than none.
      if (this.graph.has(commit) && this.graph.has(base)) this.mergeBases.set(key, found);
    }
    return found ?? undefined;
  }

  /** The changes; everything needed must have been read. */
  of(commit: CommitId, base: CommitId): BranchChanges {
    const key = pairKey(commit, base);
    let answer = this.answers.get(key);
    if (!answer) this.answers.set(key, (answer = this.compute(commit, base)));
    return answer;
  }

  private compute(commit: CommitId, base: CommitId): BranchChanges {
    const here = this.named(commit);
    const there = this.named(base);
    if (here && here === there) return NO_CHANGES;
    if (!here || !there) return { ...NO_CHANGES, unsure: 'unread' };
    const unread = here.unread || there.unread ? 'unread' : null;
    const differing = differences(here, there);
    if (differing.length === 0) return { ...NO_CHANGES, unsure: unread };
    const mergeBase = this.mergeBase(commit, base);
    const before = mergeBase === undefined ? undefined : this.named(mergeBase);
    const unparted = mergeBase === undefined && this.shallow ? 'shallow' : null;
    const unreadBefore = mergeBase !== undefined && before?.unread !== false ? 'unread' : null;
    const changed = before ? withoutWhatLags(differing, here, before) : differing;
    const paths = changed.map((difference) =>
      typeof difference === 'string' ? difference : here.path(difference),
    );
    return {
      changed: new Set(paths),
      removed: paths.filter((path) => !here.modelNames.byPath.has(path)).sort(),
      behind: paths.length === 0,
      unsure: unread ?? unparted ?? unreadBefore,
    };
  }
}

export const NO_CHANGES: BranchChanges = { changed: new Set(), removed: [], behind: false, unsure: null };

/** Where two commits list the same paths under the same names, a position in both; else a path. */
type Difference = number | string;

/** What two commits list differently; only the first of it when that is all that is asked. */
function differences(left: NamedSnapshot, right: NamedSnapshot, first = false): readonly Difference[] {
  if (left.modelNames !== right.modelNames) return inOtherSets(left, right);
  return left.snapshot.differing(right.snapshot, first);
}

/** Without what is still as it was at the merge base: there only the other side moved on. */
function withoutWhatLags(
  differing: readonly Difference[],
  here: NamedSnapshot,
  before: NamedSnapshot,
): readonly Difference[] {
  const aligned = here.modelNames === before.modelNames;
  return differing.filter((difference) => {
    if (typeof difference === 'string') return !equalAt(difference, here, before);
    if (aligned) return !here.snapshot.sameModel(difference, before.snapshot, difference);
    return !equalAt(here.path(difference), here, before);
  });
}

function inOtherSets(left: NamedSnapshot, right: NamedSnapshot): readonly string[] {
  const paths: string[] = [];
  for (const path of left.modelNames.byPath.keys()) if (!equalAt(path, left, right)) paths.push(path);
  for (const path of right.modelNames.byPath.keys()) if (!left.modelNames.byPath.has(path)) paths.push(path);
  return paths;
}

function equalAt(path: string, left: NamedSnapshot, right: NamedSnapshot): boolean {
  const a = left.modelNames.byPath.get(path);
  const b = right.modelNames.byPath.get(path);
  if (!a || !b || a.length !== b.length) return a === b;
  return a.every((here, position) => {
    const there = b[position] ?? -1;
    return (
      left.modelNames.names[here] === right.modelNames.names[there] &&
      left.snapshot.sameModel(here, right.snapshot, there)
    );
  });
}
