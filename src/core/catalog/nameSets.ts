import type { Settings } from '../settings/settings.js';
import type { Candidate } from './candidates.js';
import type { Model } from './catalog.js';
import { assignNames } from './names.js';
import type { Snapshot } from './snapshot.js';

/** The names of one set of paths: shared by every commit that tracks the same paths. */
export interface NameSet {
  readonly names: readonly string[];
  /** At the same positions. */
  readonly paths: readonly string[];
  /** Indexes into `names`; several where models share a name. */
  readonly byName: ReadonlyMap<string, readonly number[]>;
  /** Indexes by path: a file declared twice is two models. */
  readonly byPath: ReadonlyMap<string, readonly number[]>;
}

/** The models of a snapshot under their names; indexes are those of the name sets. */
export class NamedSnapshot {
  constructor(
    readonly snapshot: Snapshot,
    readonly modelNames: NameSet,
    readonly otherNames: NameSet,
  ) {}

  /** The path of the model at an index of `modelNames`. */
  path(index: number): string {
    return this.modelNames.paths[index] ?? '';
  }

  get count(): number {
    return this.snapshot.modelIds.length;
  }

  /** Whether something of it could not be read: there may be more models than these. */
  get unread(): boolean {
    return this.snapshot.unread;
  }

  /** The model at an index of `modelNames`: one object for equal content and name. */
  model(index: number): Model {
    return this.snapshot.model(index).model(this.modelNames.names[index] ?? '');
  }

  other(index: number): Model {
    return this.snapshot.other(index).model(this.otherNames.names[index] ?? '');
  }

  get models(): readonly Model[] {
    return this.modelNames.names.map((_, index) => this.model(index));
  }

  get others(): readonly Model[] {
    return this.otherNames.names.map((_, index) => this.other(index));
  }
}

/** Names snapshots; equal sets of paths and declarations are named once. */
export class NameSets {
  private readonly given: ReadonlyMap<string, string>;
  private readonly modelSets = new Map<number, NameSet>();
  private readonly otherSets = new Map<string, NameSet>();
  private readonly named = new Map<Snapshot, NamedSnapshot>();

  /** @param bound path to name, from the newest version of each path (empty while versions are being bound). */
  constructor(
    settings: Settings,
    private readonly bound: ReadonlyMap<string, string>,
  ) {
    const given = new Map<string, string>();
    for (const [name, path] of Object.entries(settings.models.names))
      if (!given.has(path)) given.set(path, name);
    this.given = given;
  }

  /** The models of a snapshot, named. */
  name(snapshot: Snapshot): NamedSnapshot {
    let named = this.named.get(snapshot);
    if (!named) {
      const models = this.modelNames(snapshot);
      named = new NamedSnapshot(snapshot, models, this.otherNames(snapshot, models));
      this.named.set(snapshot, named);
    }
    return named;
  }

  private modelNames(snapshot: Snapshot): NameSet {
    let set = this.modelSets.get(snapshot.modelSet);
    if (!set) {
      const models = Array.from(snapshot.modelIds, (_, index) => snapshot.model(index));
      this.modelSets.set(snapshot.modelSet, (set = this.build(models, undefined)));
    }
    return set;
  }

  /** Names of other tracked files give way to those of models. */
  private otherNames(snapshot: Snapshot, models: NameSet): NameSet {
    const key = `${snapshot.modelSet} ${snapshot.otherSet}`;
    let set = this.otherSets.get(key);
    if (!set) {
      const others = Array.from(snapshot.otherIds, (_, index) => snapshot.other(index));
      this.otherSets.set(key, (set = this.build(others, models)));
    }
    return set;
  }

  private build(candidates: readonly Candidate[], beside: NameSet | undefined): NameSet {
    const names = assignNames(candidates, this.given, this.bound, new Set(beside?.names));
    return indexNames(
      names,
      candidates.map(({ path }) => path),
    );
  }
}

/** Makes the indexes of a list of models. */
export function indexNames(names: readonly string[], paths: readonly string[]): NameSet {
  const byName = new Map<string, number[]>();
  const byPath = new Map<string, number[]>();
  names.forEach((name, index) => {
    push(byName, name, index);
    push(byPath, paths[index] ?? '', index);
  });
  return { names, paths, byName, byPath };
}

function push(lists: Map<string, number[]>, key: string, value: number): void {
  const list = lists.get(key);
  if (list) list.push(value);
  else lists.set(key, [value]);
}
