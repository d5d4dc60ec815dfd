import type { Ancestors, CommitGraph } from '../git/graph.js';
import type { CommitId } from '../git/ids.js';
import type { BranchChanges, Model } from './catalog.js';
import type { NamedSnapshot } from './nameSets.js';

/**
 * What differs between commits by path: a model added, removed, or with another digest, tracking or name,
 * unless the commit merely lags behind (cli.md: `changed`). Models with equal content are one object.
 */
export class Changes {
  private readonly answers = new Map<string, BranchChanges>();
  private readonly bases = new Map<CommitId, Ancestors>();
  private readonly pairs = new Map<NamedSnapshot, Map<NamedSnapshot, readonly string[]>>();

  constructor(
    private readonly graph: CommitGraph,
    private readonly mergeBases: Map<string, CommitId | null>,
    private readonly named: (commit: CommitId) => NamedSnapshot | undefined,
  ) {}

  /** Whether the two commits list different models at all. */
  differs(commit: CommitId, base: CommitId): boolean {
    const left = this.named(commit);
    const right = this.named(base);
    if (!left || !right || left === right) return false;
    return this.differences(left, right).length > 0;
  }

  /** Whether the common ancestor is known without reading history. */
  knowsMergeBase(commit: CommitId, base: CommitId): boolean {
    return this.mergeBases.has(`${commit} ${base}`);
  }

  /** The best common ancestor; undefined without one. The graph must have been read unless it is known. */
  mergeBase(commit: CommitId, base: CommitId): CommitId | undefined {
    const key = `${commit} ${base}`;
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
    const key = `${commit} ${base}`;
    let answer = this.answers.get(key);
    if (!answer) this.answers.set(key, (answer = this.compute(commit, base)));
    return answer;
  }

  private compute(commit: CommitId, base: CommitId): BranchChanges {
    const here = this.named(commit);
    const there = this.named(base);
    if (!here || !there) return { changed: new Set(), removed: [] };
    const paths = here === there ? [] : this.differences(here, there);
    if (paths.length === 0) return { changed: new Set(), removed: [] };
    const mergeBase = this.mergeBase(commit, base);
    const before = mergeBase === undefined ? undefined : this.named(mergeBase);
    const changed = paths.filter((path) => !before || !this.equalAt(path, here, before));
    return {
      changed: new Set(changed),
      removed: changed.filter((path) => !here.modelNames.byPath.has(path)).sort(),
    };
  }

  /** The paths at which two commits list something else. */
  private differences(left: NamedSnapshot, right: NamedSnapshot): readonly string[] {
    const known = this.pairs.get(left)?.get(right);
    if (known) return known;
    const paths = left.modelNames === right.modelNames ? sameSet(left, right) : this.otherSets(left, right);
    const ofLeft = this.pairs.get(left) ?? new Map<NamedSnapshot, readonly string[]>();
    ofLeft.set(right, paths);
    this.pairs.set(left, ofLeft);
    return paths;
  }

  private otherSets(left: NamedSnapshot, right: NamedSnapshot): readonly string[] {
    const paths: string[] = [];
    for (const path of left.modelNames.byPath.keys()) if (!this.equalAt(path, left, right)) paths.push(path);
    for (const path of right.modelNames.byPath.keys())
      if (!left.modelNames.byPath.has(path)) paths.push(path);
    return paths;
  }

  private equalAt(path: string, left: NamedSnapshot, right: NamedSnapshot): boolean {
    const a = left.modelNames.byPath.get(path);
    const b = right.modelNames.byPath.get(path);
    if (!a || !b || a.length !== b.length) return a === b;
    for (let index = 0; index < a.length; index += 1) {
      if (!equal(left.model(a[index] ?? 0), right.model(b[index] ?? 0))) return false;
    }
    return true;
  }
}

/** Two commits with the same paths and names: number by number, most of them equal. */
function sameSet(left: NamedSnapshot, right: NamedSnapshot): readonly string[] {
  const paths = new Set<string>();
  const here = left.snapshot.modelIds;
  const there = right.snapshot.modelIds;
  for (let index = 0; index < here.length; index += 1) {
    if (here[index] === there[index]) continue;
    const model = left.snapshot.model(index);
    const other = right.snapshot.model(index);
    if (!sameContent(model.content, other.content)) paths.add(model.path);
  }
  return [...paths];
}

function equal(left: Model, right: Model): boolean {
  return left === right || (left.name === right.name && sameContent(left, right));
}

function sameContent(left: Omit<Model, 'name'>, right: Omit<Model, 'name'>): boolean {
  return (
    left.tracking === right.tracking &&
    left.digest?.value === right.digest?.value &&
    left.digest?.algorithm === right.digest?.algorithm &&
    left.digest?.legacy === right.digest?.legacy
  );
}
