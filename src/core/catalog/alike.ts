import type { Digest } from '../digest.js';
import { sameBits } from '../digest.js';
import type { UnboundVersion } from './versions.js';

/** Versions of one artifact with one digest. */
interface Group {
  readonly digest: Digest;
  /** Oldest first. */
  readonly tags: string[];
}

const ALONE: readonly string[] = [];

/**
 * Per GTO version, the tags of the versions of its artifact with its digest, oldest first, its own among them: one list
 * for all of them; empty for one that is alone.
 * @param versions newest first.
 * @param digests at the same positions.
 */
export function findAlike(
  versions: readonly UnboundVersion[],
  digests: readonly (Digest | null)[],
): readonly (readonly string[])[] {
  const byArtifact = new Map<string, Map<string, Group[]>>();
  const groups = new Array<Group | undefined>(versions.length);
  for (let index = versions.length - 1; index >= 0; index -= 1) {
    const version = versions[index];
    const digest = digests[index];
    if (version?.kind !== 'gto' || !digest) continue;
    let byValue = byArtifact.get(version.artifact);
    if (!byValue) byArtifact.set(version.artifact, (byValue = new Map<string, Group[]>()));
    // One value under several algorithms is no more than a handful of groups.
    const known = byValue.get(digest.value);
    let group = known?.find((one) => sameBits(one.digest, digest));
    if (group) group.tags.push(version.tag);
    else {
      group = { digest, tags: [version.tag] };
      if (known) known.push(group);
      else byValue.set(digest.value, [group]);
    }
    groups[index] = group;
  }
  return Array.from(groups, (group) => (group && group.tags.length > 1 ? group.tags : ALONE));
}
