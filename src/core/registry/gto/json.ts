import { isoTime } from '../../git/commits.js';
import { shortTag } from './event.js';
import type { GtoEvent, StageEvent } from './event.js';
import { compareSemVer, parseSemVer } from './semver.js';
import type { GtoAssignment, GtoState, GtoVersion } from './state.js';

/** `gto show --json`: one entry an artifact. */
export interface GtoShowEntry {
  readonly version: string | null;
  readonly stage: Readonly<Record<string, string | null>>;
  readonly registered: boolean;
  readonly active: boolean;
}

export interface GtoShowOptions {
  /** The stages of `.gto`, which GTO lists in this order whether used or not; without them, those in use. */
  readonly stages?: readonly string[];
  /** `--deprecated`: list deprecated artifacts too. */
  readonly deprecated?: boolean;
  /** `--vs`: how many holders a stage has; -1 for all, 1 by default. */
  readonly versionsPerStage?: number;
}

/** The JSON of `gto show --json`, for comparison with the real tool. */
export function gtoShow(
  state: GtoState,
  options: GtoShowOptions = {},
): Readonly<Record<string, GtoShowEntry>> {
  const limit = options.versionsPerStage ?? 1;
  const artifacts = [...state.artifacts.values()];
  const stages = options.stages ?? [...new Set(artifacts.flatMap((one) => [...one.stages.keys()]))].sort();
  const shown: Record<string, GtoShowEntry> = {};
  for (const artifact of artifacts) {
    if (!artifact.active && !options.deprecated) continue;
    const held = (stage: string): string | null => {
      const holders = artifact.stages.get(stage) ?? [];
      const some = limit < 0 ? holders : holders.slice(0, limit);
      return some.map((holder) => holder.version.version).join(', ') || null;
    };
    shown[artifact.name] = {
      version: artifact.latest?.version ?? null,
      stage: Object.fromEntries(stages.map((stage) => [stage, held(stage)])),
      registered: true,
      active: artifact.active,
    };
  }
  return shown;
}

const PRIORITY = { deprecation: 2, registration: 3, deregistration: 4, assignment: 5, unassignment: 6 };

/** The JSON of `gto history --json`: newest first. */
export function gtoHistory(state: GtoState): readonly Readonly<Record<string, unknown>>[] {
  const events = [...state.artifacts.values()].flatMap((artifact) => artifact.events);
  return events
    .sort((left, right) => left.seconds - right.seconds || PRIORITY[left.kind] - PRIORITY[right.kind])
    .reverse()
    .map((event) => ({
      timestamp: isoTime(event),
      artifact: event.artifact,
      event: event.kind,
      priority: PRIORITY[event.kind],
      version: 'version' in event ? event.version : null,
      stage: 'stage' in event ? event.stage : null,
      commit: event.commit,
      author: event.author,
      author_email: event.email,
      message: event.message,
      ref: event.tag,
    }));
}

/** The JSON of `gto check-ref TAG --json`; undefined where GTO prints nothing. */
export function gtoCheckRef(state: GtoState, tag: string): Readonly<Record<string, unknown>> | undefined {
  const name = shortTag(tag);
  for (const artifact of state.artifacts.values()) {
    const event = artifact.events.find((one) => one.tag === name);
    if (event) return eventJson(event);
  }
  return undefined;
}

/**
 * The JSON of `gto show NAME --json`, without what GTO takes from commits and not from tags: `enrichments`, the
 * `activated_at` of a commit that is only staged, and the eventless double that it lists for each such stage tag.
 */
export function gtoShowArtifact(state: GtoState, name: string): readonly Readonly<Record<string, unknown>>[] {
  const artifact = state.artifacts.get(name);
  if (!artifact?.active) return [];
  const held = [...artifact.stages.values()].flatMap((holders) => holders.slice(0, 1));
  return highestFirst(artifact.versions.filter((version) => version.active)).map((version) => ({
    ...versionJson(version),
    stages: held
      .filter((holder) => holder.version.version === version.version)
      .flatMap((holder) => {
        const assignment = holder.version.stages.get(holder.assignment.stage);
        return assignment ? [stageJson(holder.version, assignment)] : [];
      }),
  }));
}

/** GTO's order: versions by SemVer, then commits that are only staged by their ids, each the highest first. */
function highestFirst(versions: readonly GtoVersion[]): readonly GtoVersion[] {
  const read = versions.map((version) => ({ version, semver: parseSemVer(version.version) }));
  const numbered = read.flatMap(({ version, semver }) => (semver ? [{ version, semver }] : []));
  const staged = read.filter(({ semver }) => !semver);
  return [
    ...numbered.sort((left, right) => compareSemVer(left.semver, right.semver)).reverse(),
    ...staged
      .sort((left, right) =>
        left.version.version < right.version.version
          ? -1
          : left.version.version > right.version.version
            ? 1
            : 0,
      )
      .reverse(),
  ].map(({ version }) => version);
}

function versionJson(version: GtoVersion): Record<string, unknown> {
  const [first] = version.registrations;
  return {
    artifact: version.authoring.artifact,
    commit_hexsha: version.commit,
    version: version.version,
    registrations: version.registrations.map(fieldsJson),
    deregistrations: version.deregistrations.map(fieldsJson),
    is_active: version.active,
    ...(first ? { activated_at: isoTime(first) } : {}),
    ...authoringJson(version.authoring),
    discovered: version.registrations.length + version.deregistrations.length === 0,
  };
}

function stageJson(
  version: GtoVersion,
  { stage, active, assignments, unassignments }: GtoAssignment,
): unknown {
  const newest: StageEvent | undefined = assignments.at(-1);
  return {
    artifact: version.authoring.artifact,
    commit_hexsha: version.commit,
    version: version.version,
    stage,
    assignments: assignments.map(fullEventJson),
    unassignments: unassignments.map(fullEventJson),
    is_active: active,
    ...(newest ? { activated_at: isoTime(newest), ...authoringJson(newest) } : {}),
  };
}

function authoringJson(event: GtoEvent): Record<string, unknown> {
  return {
    created_at: isoTime(event),
    author: event.author,
    author_email: event.email,
    message: event.message,
    ref: event.tag,
  };
}

function fullEventJson(event: GtoEvent): Record<string, unknown> {
  return { ...fieldsJson(event), event: event.kind };
}

function fieldsJson(event: GtoEvent): Record<string, unknown> {
  const priority = PRIORITY[event.kind];
  const { event: _, ...fields } = eventJson(event);
  return { priority, addition: priority % 2 === 1, ...fields };
}

function eventJson(event: GtoEvent): Record<string, unknown> {
  return {
    artifact: event.artifact,
    created_at: isoTime(event),
    author: event.author,
    author_email: event.email,
    message: event.message,
    commit_hexsha: event.commit,
    tag: event.tag,
    ...('version' in event ? { version: event.version } : {}),
    ...('stage' in event ? { stage: event.stage } : {}),
    event: event.kind,
  };
}
