import type { GtoState } from '../registry/gto/state.js';
import type { RegisteredModel, Version } from './catalog.js';
import { byNewest, byPrecedence } from './versions.js';

/** What GTO's tags say of one name beyond its versions. */
export interface ArtifactSummary {
  readonly name: string;
  readonly active: boolean;
  readonly latest: string | null;
  /** Stage to active holders, newest first: versions, or the commit id where none is registered. */
  readonly stages: Readonly<Record<string, readonly string[]>>;
}

/** The names of a GTO state, in its own order. */
export function summarizeArtifacts(gto: GtoState): readonly ArtifactSummary[] {
  return [...gto.artifacts.values()].map(({ name, active, latest, stages }) => ({
    name,
    active,
    latest: latest?.version ?? null,
    stages: Object.fromEntries(
      [...stages].map(([stage, holders]) => [stage, holders.map((holder) => holder.version.version)]),
    ),
  }));
}

/** What each registered name is now: versions by precedence, stages with their active holders. */
export function listRegistered(
  artifacts: readonly ArtifactSummary[],
  versions: readonly Version[],
): readonly RegisteredModel[] {
  const byArtifact = new Map<string, Version[]>(artifacts.map(({ name }) => [name, []]));
  for (const version of versions) {
    const list = byArtifact.get(version.artifact);
    if (list) list.push(version);
    else byArtifact.set(version.artifact, [version]);
  }
  const summaries = new Map(artifacts.map((artifact) => [artifact.name, artifact]));
  return [...byArtifact]
    .sort(([left], [right]) => (left < right ? -1 : 1))
    .map(([name, own]) => {
      const artifact = summaries.get(name);
      const sorted = [...own].sort((left, right) => byPrecedence(right, left) || byNewest(left, right));
      return {
        name,
        active: artifact?.active ?? true,
        latest: artifact ? artifact.latest : (sorted.find(({ active }) => active)?.version ?? null),
        versions: sorted,
        stages: artifact?.stages ?? {},
      };
    });
}
