import type { GtoState } from '../registry/gto/state.js';
import type { RegisteredModel, Version } from './catalog.js';
import { byNewest, byPrecedence } from './versions.js';

/** What each registered name is now: versions by precedence, stages with their active holders. */
export function listRegistered(gto: GtoState, versions: readonly Version[]): readonly RegisteredModel[] {
  const byArtifact = new Map<string, Version[]>();
  for (const artifact of gto.artifacts.keys()) byArtifact.set(artifact, []);
  for (const version of versions) {
    const list = byArtifact.get(version.artifact);
    if (list) list.push(version);
    else byArtifact.set(version.artifact, [version]);
  }
  return [...byArtifact]
    .sort(([left], [right]) => (left < right ? -1 : 1))
    .map(([name, own]) => {
      const artifact = gto.artifacts.get(name);
      const sorted = [...own].sort((left, right) => byPrecedence(right, left) || byNewest(left, right));
      const stages: Record<string, readonly string[]> = {};
      for (const [stage, holders] of artifact?.stages ?? []) {
        stages[stage] = holders.map((holder) => holder.version.version);
      }
      return {
        name,
        active: artifact?.active ?? true,
        latest: artifact
          ? (artifact.latest?.version ?? null)
          : (sorted.find(({ active }) => active)?.version ?? null),
        versions: sorted,
        stages,
      };
    });
}
