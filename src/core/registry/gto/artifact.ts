import { append } from '../../append.js';
import type { Diagnostic } from '../../diagnostic.js';
import type { CommitId } from '../../git/ids.js';
import type { DeprecationEvent, GtoEvent, ReadTag, StageEvent, StageTag, VersionEvent } from './event.js';
import { compareSemVer, parseSemVer } from './semver.js';
import type { GtoArtifact, GtoAssignment, GtoHolder, GtoVersion } from './state.js';

interface StageRecord {
  readonly assignments: StageEvent[];
  readonly unassignments: StageEvent[];
}

/** There is one for each of thousands of versions, most of which were never undone and never given a stage. */
interface VersionRecord {
  readonly version: string;
  readonly commit: CommitId;
  readonly registrations: VersionEvent[];
  deregistrations: readonly VersionEvent[];
  stages: Map<string, StageRecord> | undefined;
}

const NONE: readonly never[] = [];
const NO_STAGES: ReadonlyMap<string, never> = new Map<string, never>();

/** Gathers one artifact's tags, pass by pass and oldest first, and says what they come to. */
export class ArtifactBuilder {
  readonly diagnostics: Diagnostic[] = [];
  private readonly deprecations: DeprecationEvent[] = [];
  private readonly records: VersionRecord[] = [];
  /** Records with a (de)registration, by commit: what a stage tag can be bound to. */
  private readonly versionsAt = new Map<CommitId, VersionRecord[]>();

  constructor(private readonly name: string) {}

  add(tag: ReadTag): void {
    if (tag.kind === 'deprecation') this.deprecations.push(tag);
    else if ('stage' in tag) this.addStage(tag);
    else this.addVersion(tag);
  }

  private addVersion(event: VersionEvent): void {
    const { version, commit } = event;
    const here = this.versionsAt.get(commit);
    let record = here?.find((one) => one.version === version);
    if (!record) {
      record = this.newRecord(version, commit);
      if (here) here.push(record);
      else this.versionsAt.set(commit, [record]);
    }
    if (event.kind === 'registration') record.registrations.push(event);
    else record.deregistrations = [...record.deregistrations, event];
  }

  private addStage(tag: StageTag): void {
    const { stage, commit } = tag;
    // GTO makes a new version for every stage tag on a commit without one, so that an unassignment there
    // undoes nothing; it refuses to make such a tag itself.
    const record = this.versionOn(commit, tag.ref) ?? this.newRecord(commit, commit);
    record.stages ??= new Map();
    let events = record.stages.get(stage);
    if (!events) record.stages.set(stage, (events = { assignments: [], unassignments: [] }));
    const event = { ...tag, version: record.version };
    (event.kind === 'assignment' ? events.assignments : events.unassignments).push(event);
  }

  private newRecord(version: string, commit: CommitId): VersionRecord {
    const record: VersionRecord = {
      version,
      commit,
      registrations: [],
      deregistrations: NONE,
      stages: undefined,
    };
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
        `${namesOf(here)} of ${this.name} stand on one commit, and GTO fails on the stage tag ${tag} there: ` +
        `it is read as ${chosen?.version ?? 'none'}. Without that tag GTO reads the repository again.`,
      ref: `refs/tags/${tag}`,
      commit,
    });
    return chosen;
  }

  /** Only who holds each stage. */
  stages(): GtoArtifact['stages'] {
    return holders(this.records, this.records.map(versionOf));
  }

  build(counter: number): GtoArtifact {
    const { name, records, deprecations } = this;
    const versions = records.map(versionOf);
    const newestOther = records.reduce((seconds, record) => Math.max(seconds, newestOf(record)), -Infinity);
    const listEvents = (): readonly GtoEvent[] => this.events();
    let events: readonly GtoEvent[] | undefined;
    return {
      name,
      active: newest(deprecations) <= newestOther,
      latest: latest(versions),
      versions,
      stages: holders(records, versions),
      get events() {
        return (events ??= listEvents());
      },
      counter,
    };
  }

  /** Newest first. The order at equal times is that of GTO's repeated stable sorts. */
  private events(): readonly GtoEvent[] {
    const all: GtoEvent[] = [...this.deprecations];
    for (const record of this.records) {
      const own: GtoEvent[] = [...record.registrations, ...record.deregistrations];
      for (const { assignments, unassignments } of record.stages?.values() ?? NONE) {
        append(own, newestFirst([...assignments, ...unassignments]));
      }
      append(all, newestFirst(own));
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

function newestOf({ registrations, deregistrations, stages }: VersionRecord): number {
  let seconds = Math.max(newest(registrations), newest(deregistrations));
  for (const { assignments, unassignments } of stages?.values() ?? NONE)
    seconds = Math.max(seconds, newest(assignments), newest(unassignments));
  return seconds;
}

/** GTO: the newest event decides; registered and deregistered in one second is deregistered. */
function isActive(record: VersionRecord): boolean {
  if (record.registrations.length + record.deregistrations.length === 0) return true;
  return newest(record.registrations) > newest(record.deregistrations);
}

function isAssigned(events: StageRecord): boolean {
  return newest(events.assignments) > newest(events.unassignments);
}

/** At most so many versions are named in one message: there may be thousands on a commit, and a message for each. */
const NAMED = 3;

function namesOf(records: readonly VersionRecord[]): string {
  const named = records.slice(0, NAMED).map(({ version }) => version);
  const rest = records.length - named.length;
  return [...named, ...(rest > 0 ? [`${rest} more`] : [])].join(' and ');
}

/** GTO's `created_at`: the newest registration, else the newest event. */
function created(record: VersionRecord): number {
  return authoring(record).seconds;
}

function authoring(record: VersionRecord): GtoEvent {
  const registration = record.registrations.at(-1);
  if (registration) return registration;
  const staged = [...(record.stages?.values() ?? NONE)].flatMap((one) =>
    newestFirst([...one.assignments, ...one.unassignments]),
  );
  const event = newestFirst(staged)[0] ?? record.deregistrations.at(-1);
  if (!event) throw new Error(`a version without any event: ${record.version}`);
  return event;
}

function versionOf(record: VersionRecord): GtoVersion {
  const { version, commit, registrations, deregistrations } = record;
  return {
    version,
    commit,
    registered: registrations.length > 0,
    active: isActive(record),
    authoring: authoring(record),
    registrations,
    deregistrations,
    stages: record.stages ? new Map([...record.stages].map(assignmentOf)) : NO_STAGES,
  };
}

function assignmentOf([stage, events]: readonly [string, StageRecord]): [string, GtoAssignment] {
  return [stage, { stage, active: isAssigned(events), ...events }];
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
  versions: readonly GtoVersion[],
): ReadonlyMap<string, readonly GtoHolder[]> {
  const staged: { readonly stages: Iterable<StageRecord>; version: GtoVersion; seconds: number }[] = [];
  for (const [index, version] of versions.entries()) {
    const stages = records[index]?.stages?.values();
    if (stages && version.active) staged.push({ stages, version, seconds: version.authoring.seconds });
  }
  const assigned: (GtoHolder & { readonly seconds: number })[] = [];
  for (const { stages, version } of newestFirst(staged)) {
    const own = [...stages].flatMap((events) => {
      const assignment = events.assignments.at(-1);
      return assignment && isAssigned(events) ? [{ version, assignment, seconds: assignment.seconds }] : [];
    });
    append(
      assigned,
      own.sort((left, right) => left.seconds - right.seconds),
    );
  }
  const stages = new Map<string, GtoHolder[]>();
  for (const { version, assignment } of newestFirst(assigned)) {
    const held = stages.get(assignment.stage) ?? [];
    stages.set(assignment.stage, held);
    if (!held.some((one) => one.version.version === version.version)) held.push({ version, assignment });
  }
  return stages;
}
