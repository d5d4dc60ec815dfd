import type { Diagnostic } from '../../diagnostic.js';
import type { CommitId } from '../../git/ids.js';
import type { DeprecationEvent, GtoEvent, ReadTag, StageEvent, VersionEvent } from './event.js';
import { compareSemVer, parseSemVer } from './semver.js';
import type { GtoArtifact, GtoAssignment, GtoHolder, GtoVersion } from './state.js';

interface StageRecord {
  readonly assignments: StageEvent[];
  readonly unassignments: StageEvent[];
}

interface VersionRecord {
  readonly version: string;
  readonly commit: CommitId;
  readonly registrations: VersionEvent[];
  readonly deregistrations: VersionEvent[];
  readonly stages: Map<string, StageRecord>;
}

/** Gathers one artifact's tags, pass by pass and oldest first, and says what they come to. */
export class ArtifactBuilder {
  readonly diagnostics: Diagnostic[] = [];
  private readonly deprecations: DeprecationEvent[] = [];
  private readonly records: VersionRecord[] = [];
  /** Records with a (de)registration, by commit: what a stage tag can be bound to. */
  private readonly versionsAt = new Map<CommitId, VersionRecord[]>();

  constructor(private readonly name: string) {}

  add(tag: ReadTag): void {
    switch (tag.said.kind) {
      case 'deprecation':
        this.deprecations.push({ ...tag.base, kind: 'deprecation' });
        return;
      case 'version':
        this.addVersion(tag, tag.said.version, tag.said.active);
        return;
      case 'stage':
        this.addStage(tag, tag.said.stage, tag.said.active);
    }
  }

  private addVersion({ base }: ReadTag, version: string, active: boolean): void {
    const here = this.versionsAt.get(base.commit) ?? [];
    let record = here.find((one) => one.version === version);
    if (!record) {
      record = this.newRecord(version, base.commit);
      this.versionsAt.set(base.commit, [...here, record]);
    }
    if (active) record.registrations.push({ ...base, kind: 'registration', version });
    else record.deregistrations.push({ ...base, kind: 'deregistration', version });
  }

  private addStage({ base }: ReadTag, stage: string, active: boolean): void {
    // GTO makes a new version for every stage tag on a commit without one, so that an unassignment there
    // undoes nothing; it refuses to make such a tag itself.
    const record = this.versionOn(base.commit, base.ref) ?? this.newRecord(base.commit, base.commit);
    let events = record.stages.get(stage);
    if (!events) record.stages.set(stage, (events = { assignments: [], unassignments: [] }));
    const { version } = record;
    if (active) events.assignments.push({ ...base, kind: 'assignment', stage, version });
    else events.unassignments.push({ ...base, kind: 'unassignment', stage, version });
  }

  private newRecord(version: string, commit: CommitId): VersionRecord {
    const record = { version, commit, registrations: [], deregistrations: [], stages: new Map() };
    this.records.push(record);
    return record;
  }

  /** The version that a stage tag on this commit speaks of. Where two are, GTO fails; we take the newest active one. */
  private versionOn(commit: CommitId, tag: string): VersionRecord | undefined {
    const here = this.versionsAt.get(commit) ?? [];
    if (here.length < 2) return here[0];
    const chosen =
      here
        .filter(isActive)
        .sort((left, right) => created(left) - created(right))
        .at(-1) ?? here.at(-1);
    this.diagnostics.push({
      severity: 'warning',
      code: 'gto-two-versions',
      message:
        `${here.map((one) => one.version).join(' and ')} of ${this.name} stand on one commit, and GTO fails on the stage tag ${tag} there: ` +
        `it is read as ${chosen?.version ?? 'none'}. Deregister all but one.`,
      ref: `refs/tags/${tag}`,
      commit,
    });
    return chosen;
  }

  /** Only who holds each stage. */
  stages(): GtoArtifact['stages'] {
    return holders(this.records, this.versions());
  }

  private versions(): ReadonlyMap<VersionRecord, GtoVersion> {
    return new Map(this.records.map((record) => [record, versionOf(record)]));
  }

  build(counter: number): GtoArtifact {
    const versions = this.versions();
    const events = this.events();
    return {
      name: this.name,
      active: events[0]?.kind !== 'deprecation',
      latest: latest([...versions.values()]),
      versions: [...versions.values()],
      stages: holders(this.records, versions),
      events,
      counter,
    };
  }

  /** Newest first. The order at equal times is that of GTO's repeated stable sorts. */
  private events(): readonly GtoEvent[] {
    const all: GtoEvent[] = [...this.deprecations];
    for (const record of this.records) {
      const own: GtoEvent[] = [...record.registrations, ...record.deregistrations];
      for (const { assignments, unassignments } of record.stages.values()) {
        own.push(...newestFirst([...assignments, ...unassignments]));
      }
      all.push(...newestFirst(own));
    }
    return newestFirst(all);
  }
}

function newestFirst<T extends { readonly seconds: number }>(events: readonly T[]): T[] {
  return [...events].sort((left, right) => left.seconds - right.seconds).reverse();
}

function newest(events: readonly { readonly seconds: number }[]): number {
  return events.at(-1)?.seconds ?? -Infinity;
}

/** GTO: the newest event decides; registered and deregistered in one second is deregistered. */
function isActive(record: VersionRecord): boolean {
  if (record.registrations.length + record.deregistrations.length === 0) return true;
  return newest(record.registrations) > newest(record.deregistrations);
}

function isAssigned(events: StageRecord): boolean {
  return newest(events.assignments) > newest(events.unassignments);
}

/** GTO's `created_at`: the newest registration, else the newest event. */
function created(record: VersionRecord): number {
  return authoring(record).seconds;
}

function authoring(record: VersionRecord): GtoEvent {
  const registration = record.registrations.at(-1);
  if (registration) return registration;
  const staged = [...record.stages.values()].flatMap((one) =>
    newestFirst([...one.assignments, ...one.unassignments]),
  );
  const event = newestFirst(staged)[0] ?? record.deregistrations.at(-1);
  if (!event) throw new Error(`a version without any event: ${record.version}`);
  return event;
}

function versionOf(record: VersionRecord): GtoVersion {
  const stages = new Map<string, GtoAssignment>();
  for (const [stage, { assignments, unassignments }] of record.stages) {
    stages.set(stage, {
      stage,
      active: isAssigned({ assignments, unassignments }),
      assignments,
      unassignments,
    });
  }
  return {
    version: record.version,
    commit: record.commit,
    registered: record.registrations.length > 0,
    active: isActive(record),
    authoring: authoring(record),
    registrations: record.registrations,
    deregistrations: record.deregistrations,
    stages,
  };
}

/** The highest by SemVer among the active registered ones; at equal precedence the later tag. */
function latest(versions: readonly GtoVersion[]): GtoVersion | null {
  let best: GtoVersion | null = null;
  for (const version of versions) {
    if (!version.active || !version.registered) continue;
    if (best === null || compareVersions(version.version, best.version) >= 0) best = version;
  }
  return best;
}

function compareVersions(left: string, right: string): number {
  const [one, other] = [parseSemVer(left), parseSemVer(right)];
  return one && other ? compareSemVer(one, other) : 0;
}

/**
 * Who holds each stage, newest assignment first (`gto show --sort timestamp`). Equal times come out as in GTO,
 * which sorts versions newest first, then their assignments oldest first, and reverses the whole.
 */
function holders(
  records: readonly VersionRecord[],
  versions: ReadonlyMap<VersionRecord, GtoVersion>,
): ReadonlyMap<string, readonly GtoHolder[]> {
  const newestVersions = records
    .filter(isActive)
    .map((record) => ({ record, seconds: created(record) }))
    .sort((left, right) => left.seconds - right.seconds)
    .reverse();
  const assigned: (GtoHolder & { readonly seconds: number })[] = [];
  for (const { record } of newestVersions) {
    const version = versions.get(record);
    const own = [...record.stages.values()].flatMap((events) => {
      const assignment = events.assignments.at(-1);
      return version && assignment && isAssigned(events)
        ? [{ version, assignment, seconds: assignment.seconds }]
        : [];
    });
    assigned.push(...own.sort((left, right) => left.seconds - right.seconds));
  }
  const stages = new Map<string, GtoHolder[]>();
  for (const { version, assignment } of newestFirst(assigned)) {
    const held = stages.get(assignment.stage) ?? [];
    stages.set(assignment.stage, held);
    if (!held.some((one) => one.version.version === version.version)) held.push({ version, assignment });
  }
  return stages;
}
