import type { CommitGraph } from '../git/graph.js';
import type { CommitId } from '../git/ids.js';
import { mergeBase } from '../git/mergeBase.js';
import type { Repository } from '../git/repository.js';
import { pairKey } from './changes.js';
import type { CommitTrees } from './commitTrees.js';

interface Known {
  readonly repository: Repository;
  readonly graph: CommitGraph;
  readonly commits: CommitTrees;
  /** By two commits (see `pairKey`): where they parted. */
  readonly mergeBases: Map<string, CommitId | null>;
}

/**
 * Learns where branches parted from the default one, as far as it is not known. What fails here is asked again, and
 * then told, where it is needed.
 * @param gathered resolves when the tips have been read.
 */
export async function learnMergeBases(
  known: Known,
  tips: readonly CommitId[],
  base: CommitId,
  gathered: Promise<void>,
  options: { readonly signal: AbortSignal },
): Promise<void> {
  const { repository, graph, mergeBases } = known;
  const isUnknown = (tip: CommitId): boolean =>
    tip !== base && !graph.has(tip) && !mergeBases.has(pairKey(tip, base));
  let unknown = tips.filter(isUnknown);
  if (unknown.length === 0) return;
  // Where all is new, history is read beside the trees; else a few branches have moved on.
  if (mergeBases.size > 0) {
    const whole = await gathered.then(
      () => true,
      () => false, // the caller hears of it
    );
    if (!whole) return;
    for (const tip of unknown) inherit(known, tip, base);
    unknown = unknown.filter(isUnknown);
  }
  const [tip] = unknown;
  if (tip === undefined) return;
  // For one that moved Git's own answer is nearer than all of history.
  const reading =
    unknown.length === 1
      ? mergeBase(repository, tip, base, options).then((found) => {
          if (found !== null) mergeBases.set(pairKey(tip, base), found);
        })
      : graph.extend(repository, [...tips, base], options);
  await reading.catch(() => undefined);
}

/**
 * A commit with one parent parted from the base where its parent did, unless the parent itself is part of the base:
 * then the commit may be too.
 */
function inherit({ commits, mergeBases }: Known, tip: CommitId, base: CommitId): void {
  const [parent, ...others] = commits.parents(tip);
  if (parent === undefined || others.length > 0) return;
  const found = mergeBases.get(pairKey(parent, base));
  if (found !== undefined && found !== parent) mergeBases.set(pairKey(tip, base), found);
}
