import type { Diagnostic } from '../../diagnostic.js';
import type { CommitId } from '../../git/ids.js';
import type { GtoEvent, StageEvent, VersionEvent } from './event.js';

/** What GTO's tags say about every artifact. Immutable; a pure function of the tags. */
export interface GtoState {
  /** By name, in the order in which GTO meets them. */
  readonly artifacts: ReadonlyMap<string, GtoArtifact>;
  readonly diagnostics: readonly Diagnostic[];
}

export interface GtoArtifact {
  readonly name: string;
  /** False when its newest event is a deprecation (GTO: a tie leaves it active, any later event revives it). */
  readonly active: boolean;
  /** The highest active registered version, `v1.2.3`. */
  readonly latest: GtoVersion | null;
  /**
   * In the order of their first events; also deregistered ones. Each stage tag on a commit without any version
   * makes an entry of its own (GTO).
   */
  readonly versions: readonly GtoVersion[];
  /** Stage to what holds it, newest assignment first; stages that nothing holds are left out. */
  readonly stages: ReadonlyMap<string, readonly GtoHolder[]>;
  /** Newest first; at equal times as `gto history` lists them. */
  readonly events: readonly GtoEvent[];
  /** The highest counter over all its tags, lightweight ones too; 0 when none carries one. */
  readonly counter: number;
}

/** One version at one commit: a version registered on two commits is two of these (GTO). */
export interface GtoVersion {
  /** `v1.2.3`; the commit id where a stage stands on a commit without any version. */
  readonly version: string;
  readonly commit: CommitId;
  /** False for a commit that is only staged, and for a deregistration of what was never registered there. */
  readonly registered: boolean;
  /** Whether its newest event is a registration; a tie means deregistered (GTO). Staged commits are active. */
  readonly active: boolean;
  /** The event that speaks for it: the newest registration, else its newest event. */
  readonly authoring: GtoEvent;
  /** Oldest first. */
  readonly registrations: readonly VersionEvent[];
  readonly deregistrations: readonly VersionEvent[];
  /** Every stage it was ever given, assigned or not. */
  readonly stages: ReadonlyMap<string, GtoAssignment>;
}

/** What became of one stage of one version. */
export interface GtoAssignment {
  readonly stage: string;
  /** Whether the newest event is an assignment; a tie means unassigned (GTO). */
  readonly active: boolean;
  /** Oldest first. */
  readonly assignments: readonly StageEvent[];
  readonly unassignments: readonly StageEvent[];
}

/** A version that is in a stage, by its newest assignment. */
export interface GtoHolder {
  readonly version: GtoVersion;
  readonly assignment: StageEvent;
}
