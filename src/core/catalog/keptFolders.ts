import type { ObjectIds, ObjectNumber } from './objectIds.js';
import type { PathPatterns } from './patterns.js';
import type { ComposedAt } from './place.js';
import type { Placed, PlacedIds } from './placed.js';
import { NOTHING_PLACED } from './placed.js';

/** Folders that say all by themselves, as they are kept on disk. */
export interface StoredFolders {
  /** Tree ids, one after the other. */
  readonly ids: Uint8Array;
  /** For each: which path, how many models and other files, and their candidate ids. */
  readonly numbers: Uint32Array;
  readonly paths: readonly string[];
}

/** A folder as it was composed at a path. */
export interface ComposedFolder {
  readonly tree: ObjectNumber;
  readonly folder: string;
  readonly ids: PlacedIds;
}

/** Writes folders down. */
export function storeFolders(folders: readonly ComposedFolder[], trees: ObjectIds): StoredFolders {
  const paths = new Map<string, number>();
  const length = folders.reduce((sum, { ids }) => sum + 3 + ids.models.length + ids.others.length, 0);
  const numbers = new Uint32Array(length);
  let end = 0;
  for (const { folder, ids } of folders) {
    const { models, others } = ids;
    let path = paths.get(folder);
    if (path === undefined) paths.set(folder, (path = paths.size));
    numbers[end] = path;
    numbers[end + 1] = models.length;
    numbers[end + 2] = others.length;
    numbers.set(models, end + 3);
    numbers.set(others, end + 3 + models.length);
    end += 3 + models.length + others.length;
  }
  return { ids: trees.bytes(folders.map(({ tree }) => tree)), numbers, paths: [...paths.keys()] };
}

/**
 * What earlier catalogs composed of folders, so that a new commit costs the folders in which it differs. Made into
 * objects only where a tree of theirs is met.
 */
export class KeptFolders {
  /** By number of the tree: the last of its folders, plus one; and from each to the one before. */
  private readonly last: number[] = [];
  private readonly before: number[] = [];
  private readonly starts: number[] = [];
  private readonly parts: StoredFolders[] = [];
  private readonly partOf: number[] = [];

  constructor(
    stored: readonly StoredFolders[],
    trees: ObjectIds,
    idBytes: number,
    private readonly patterns: PathPatterns,
  ) {
    for (const part of stored) {
      const index = this.parts.push(part) - 1;
      let start = 0;
      for (let id = 0; id + idBytes <= part.ids.length; id += idBytes) {
        const tree = trees.at(part.ids, id);
        const folder = this.starts.push(start);
        this.partOf.push(index);
        this.before.push(this.last[tree] ?? 0);
        this.last[tree] = folder;
        start += 3 + (part.numbers[start + 1] ?? 0) + (part.numbers[start + 2] ?? 0);
      }
    }
  }

  /** What was composed of a tree where the patterns had decided so much; undefined for a tree that must be read. */
  composed(tree: ObjectNumber, state: number): ComposedAt | undefined {
    let found: ComposedAt | undefined;
    for (let folder = this.last[tree] ?? 0; folder > 0; folder = this.before[folder - 1] ?? 0) {
      const part = this.parts[this.partOf[folder - 1] ?? 0];
      const start = this.starts[folder - 1] ?? 0;
      const path = part?.paths[part.numbers[start] ?? 0];
      if (part && path !== undefined && this.patterns.stateIn(path) === state)
        found = { folder: path, placed: placedAt(part.numbers, start), next: found };
    }
    return found;
  }
}

function placedAt(numbers: Uint32Array, start: number): Placed {
  const models = start + 3;
  const others = models + (numbers[start + 1] ?? 0);
  return {
    ...NOTHING_PLACED,
    madeIds: {
      models: numbers.subarray(models, others),
      others: numbers.subarray(others, others + (numbers[start + 2] ?? 0)),
    },
  };
}
