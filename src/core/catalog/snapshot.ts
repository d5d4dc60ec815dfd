import type { Diagnostic } from '../diagnostic.js';
import { isUnread } from '../diagnostic.js';
import type { Candidate, Candidates } from './candidates.js';

/**
 * The tracked files of one root tree, before names: shared by every commit with that tree. Held as numbers,
 * since a repository has thousands of trees with hundreds of files each, most of them alike.
 */
export class Snapshot {
  constructor(
    /** Candidate ids of models and of other tracked files, each in tree order. */
    readonly modelIds: Uint32Array,
    readonly otherIds: Uint32Array,
    /** Equal for snapshots whose models (others) have the same paths and declared names: what names depend on. */
    readonly modelSet: number,
    readonly otherSet: number,
    readonly diagnostics: readonly Diagnostic[],
    private readonly candidates: Candidates,
  ) {}

  /** Whether something in it could not be read: there may be more than it holds. */
  get unread(): boolean {
    return this.diagnostics.some(isUnread);
  }

  /** Whether the model at an index has the same digest and tracking as one of another snapshot. */
  sameModel(index: number, other: Snapshot, there: number): boolean {
    return this.candidates.sameBits(this.modelIds[index] ?? -1, other.modelIds[there] ?? -2);
  }

  /** The indexes at which its models differ from those of a snapshot with the same paths and names. */
  differing(other: Snapshot, first: boolean): readonly number[] {
    return this.candidates.differing(this.modelIds, other.modelIds, first);
  }

  model(index: number): Candidate {
    return this.candidates.get(this.modelIds[index] ?? -1);
  }

  other(index: number): Candidate {
    return this.candidates.get(this.otherIds[index] ?? -1);
  }
}

/** Makes a snapshot of candidate ids. */
export function takeSnapshot(
  candidates: Candidates,
  modelIds: Uint32Array,
  otherIds: Uint32Array,
  diagnostics: readonly Diagnostic[],
): Snapshot {
  const sets = [candidates.pathSet(modelIds), candidates.pathSet(otherIds)] as const;
  return new Snapshot(modelIds, otherIds, ...sets, diagnostics, candidates);
}
