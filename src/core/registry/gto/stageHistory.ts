import type { CommitId } from '../../git/ids.js';
import { ArtifactBuilder } from './artifact.js';
import type { GtoEvent, StageEvent, VersionEvent } from './event.js';
import type { GtoArtifact } from './state.js';

/** A stage that passed from one holder to another. Versions are `v1.2.3`, or commit ids where none is registered. */
export interface StageChange {
  readonly artifact: string;
  readonly stage: string;
  readonly before: string | null;
  readonly after: string | null;
  /** The commit of the holder after, else of the one before. */
  readonly commit: CommitId;
  /** The tag that did it: of the stage itself, or a (de)registration that took a holder away or made one visible. */
  readonly event: StageEvent | VersionEvent;
}

/**
 * Who held each stage when, newest first: what a reader of the tags would have seen at each second in turn. The cost
 * grows with the square of one artifact's events (1,000 take about a second).
 */
export function stageHistory(artifact: GtoArtifact): readonly StageChange[] {
  const events = artifact.events.filter((event) => event.kind !== 'deprecation').sort(byTimeThenRef);
  const staged = new Set(events.flatMap((event) => ('stage' in event ? [event.commit] : [])));
  const changes: StageChange[] = [];
  let held: GtoArtifact['stages'] = new Map();
  for (let end = 0; end < events.length;) {
    const start = end;
    const second = events[start]?.seconds;
    while (events[end]?.seconds === second) end += 1;
    const group = events.slice(start, end);
    if (!group.some((event) => staged.has(event.commit))) continue;
    const now = stagesAfter(artifact.name, events.slice(0, end));
    for (const stage of new Set([...held.keys(), ...now.keys()])) {
      const [before, after] = [held.get(stage)?.[0], now.get(stage)?.[0]];
      if (before?.version.version === after?.version.version) continue;
      const event = causeOf(group, stage, [after?.version.version, before?.version.version]);
      const commit = (after ?? before)?.version.commit;
      if (!event || commit === undefined) continue;
      changes.push({
        artifact: artifact.name,
        stage,
        before: before?.version.version ?? null,
        after: after?.version.version ?? null,
        commit,
        event,
      });
    }
    held = now;
  }
  return changes.reverse();
}

type HoldingEvent = StageEvent | VersionEvent;

function byTimeThenRef(left: HoldingEvent, right: HoldingEvent): number {
  return left.seconds - right.seconds || (left.ref < right.ref ? -1 : left.ref > right.ref ? 1 : 0);
}

/** The holders as these tags alone make them, by the same rules that read all of them. */
function stagesAfter(name: string, events: readonly HoldingEvent[]): GtoArtifact['stages'] {
  const builder = new ArtifactBuilder(name);
  for (const event of events) if (!('stage' in event)) builder.add(event);
  for (const event of events) if ('stage' in event) builder.add(event);
  return builder.stages();
}

/** The event of a second that changed a stage: one of the stage itself before one of the versions concerned. */
function causeOf(
  group: readonly HoldingEvent[],
  stage: string,
  versions: readonly (string | undefined)[],
): HoldingEvent | undefined {
  const concerned = (event: GtoEvent): boolean => 'version' in event && versions.includes(event.version);
  const own = group.filter((event) => 'stage' in event && event.stage === stage);
  return own.findLast(concerned) ?? own.at(-1) ?? group.findLast(concerned) ?? group.at(-1);
}
