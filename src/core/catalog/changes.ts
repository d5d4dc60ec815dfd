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
  private readonly mergeBases = new Map<string, CommitId | undefined>();
  private readonly indexed = new Map<NamedSnapshot, ReadonlyMap<string, Model | readonly Model[]>>();

  constructor(
    private readonly graph: CommitGraph,
    private readonly named: (commit: CommitId) => NamedSnapshot | undefined,
  ) {}

  /** Whether the two commits list different models at all. */
  differs(commit: CommitId, base: CommitId): boolean {
    const left = this.named(commit);
    const right = this.named(base);
    if (!left || !right || left === right) return false;
    return this.differences(left, right).length > 0;
  }

  /** The best common ancestor; the graph must have been read. */
  mergeBase(commit: CommitId, base: CommitId): CommitId | undefined {
    const key = `${commit} ${base}`;
    if (!this.mergeBases.has(key)) {
      let ancestors = this.bases.get(base);
      if (!ancestors) this.bases.set(base, (ancestors = this.graph.ancestors(base)));
      this.mergeBases.set(key, this.graph.mergeBase(commit, ancestors));
    }
    return this.mergeBases.get(key);
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
    const changed = paths.filter((path) => !before || !same(this.at(here, path), this.at(before, path)));
    return {
      changed: new Set(changed),
      removed: changed.filter((path) => this.at(here, path) === undefined).sort(),
    };
  }

  private differences(left: NamedSnapshot, right: NamedSnapshot): readonly string[] {
    const there = this.index(right);
    const paths: string[] = [];
    for (const [path, model] of this.index(left)) if (!same(model, there.get(path))) paths.push(path);
    const here = this.index(left);
    for (const path of there.keys()) if (!here.has(path)) paths.push(path);
    return paths;
  }

  private at(named: NamedSnapshot, path: string): Model | readonly Model[] | undefined {
    return this.index(named).get(path);
  }

  private index(named: NamedSnapshot): ReadonlyMap<string, Model | readonly Model[]> {
    let index = this.indexed.get(named);
    if (!index) {
      const made = new Map<string, Model | readonly Model[]>();
      for (const model of named.models) {
        const path = model.path ?? '';
        const before = made.get(path);
        made.set(path, before === undefined ? model : [...[before].flat(), model]);
      }
      this.indexed.set(named, (index = made));
    }
    return index;
  }
}

type AtPath = Model | readonly Model[] | undefined;

function same(left: AtPath, right: AtPath): boolean {
  if (left === right) return true;
  const a = [left ?? []].flat();
  const b = [right ?? []].flat();
  return a.length === b.length && a.every((model, index) => equal(model, b[index]));
}

function equal(left: Model, right: Model | undefined): boolean {
  if (right === undefined) return false;
  return (
    left.name === right.name &&
    left.tracking === right.tracking &&
    left.digest?.algorithm === right.digest?.algorithm &&
    left.digest?.value === right.digest?.value &&
    left.digest?.legacy === right.digest?.legacy
  );
}
