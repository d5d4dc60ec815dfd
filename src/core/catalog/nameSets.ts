import type { Settings } from '../settings/settings.js';
import type { Candidate } from './candidates.js';
import { assignNames } from './names.js';
import type { Model } from './catalog.js';
import type { Snapshot } from './snapshots.js';

/** The names of one set of paths: shared by every commit that tracks the same paths. */
export interface NameSet {
  readonly names: readonly string[];
  /** Index into `names`; undefined for a name that several models have. */
  readonly byName: ReadonlyMap<string, number | undefined>;
  /** Indexes by path: a file declared twice is two models. */
  readonly byPath: ReadonlyMap<string, readonly number[]>;
}

/** The models of a snapshot under their names; indexes are those of the name sets. */
export interface NamedSnapshot {
  readonly models: readonly Model[];
  readonly others: readonly Model[];
  readonly modelNames: NameSet;
  readonly otherNames: NameSet;
}

/** Names snapshots; equal sets of paths and declarations are named once. */
export class NameSets {
  private readonly given: ReadonlyMap<string, string>;
  private readonly sets = new Map<string, NameSet>();
  private readonly named = new Map<Snapshot, NamedSnapshot>();

  /** @param bound path to name, from the newest version of each path (empty while versions are being bound). */
  constructor(
    settings: Settings,
    private readonly bound: ReadonlyMap<string, string>,
  ) {
    const given = new Map<string, string>();
    for (const [name, path] of Object.entries(settings.models.names)) if (!given.has(path)) given.set(path, name);
    this.given = given;
  }

  /** The models of a snapshot, named. */
  name(snapshot: Snapshot): NamedSnapshot {
    const known = this.named.get(snapshot);
    if (known) return known;
    const modelNames = this.set(snapshot.models, undefined);
    const otherNames = this.set(snapshot.others, modelNames);
    const named = {
      models: apply(snapshot.models, modelNames),
      others: apply(snapshot.others, otherNames),
      modelNames,
      otherNames,
    };
    this.named.set(snapshot, named);
    return named;
  }

  private set(candidates: readonly Candidate[], beside: NameSet | undefined): NameSet {
    let key = beside ? `${beside.names.join('\0')}\u0001` : '';
    for (const candidate of candidates) key += `${candidate.nameKey},`;
    let set = this.sets.get(key);
    if (!set) this.sets.set(key, (set = this.build(candidates, beside)));
    return set;
  }

  private build(candidates: readonly Candidate[], beside: NameSet | undefined): NameSet {
    const names = assignNames(candidates, this.given, this.bound, new Set(beside?.names));
    const byName = new Map<string, number | undefined>();
    const byPath = new Map<string, number[]>();
    names.forEach((name, index) => {
      byName.set(name, byName.has(name) ? undefined : index);
      const path = candidates[index]?.path ?? '';
      const at = byPath.get(path);
      if (at) at.push(index);
      else byPath.set(path, [index]);
    });
    return { names, byName, byPath };
  }
}

function apply(candidates: readonly Candidate[], set: NameSet): readonly Model[] {
  return candidates.map((candidate, index) => candidate.model(set.names[index] ?? candidate.path));
}
