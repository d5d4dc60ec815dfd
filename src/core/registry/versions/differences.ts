import type { Catalog } from '../../catalog/catalog.js';
import { compareRevisions } from '../../compare/compare.js';
import type { Comparison } from '../../compare/comparison.js';
import { GitError } from '../../git/process.js';
import type { StagePlan } from './plan.js';

/** What those who load the holder of a stage would get instead, the present holder as the baseline. */
export type Differences =
  | { readonly kind: 'compared'; readonly comparison: Comparison }
  /** Nothing holds the stage now. */
  | { readonly kind: 'nothing-before' }
  /** Nothing would hold it. */
  | { readonly kind: 'nothing-after' }
  /** It stays with who holds it. */
  | { readonly kind: 'unmoved' }
  | { readonly kind: 'unknown'; readonly because: string };

/** Reads what differs between who holds the stage of a plan now and who would. */
export async function stageDifferences(
  catalog: Catalog,
  model: { readonly name: string; readonly path: string | null },
  plan: StagePlan,
  options: { readonly signal?: AbortSignal } = {},
): Promise<Differences> {
  const effect = plan.effects.find(({ stage }) => stage === plan.stage);
  if (effect === undefined) return { kind: 'unmoved' };
  const { before, after } = effect;
  if (before === null) return { kind: 'nothing-before' };
  if (after === null) return { kind: 'nothing-after' };
  // A version that is registered by the same plan has no tag yet; its commit is the same.
  const made = plan.tags.find(({ what }) => what === 'register' || what === 'restore');
  try {
    const { diagnostics: _, ...comparison } = await compareRevisions(
      catalog,
      model,
      [before, made?.commit ?? after],
      options,
    );
    return { kind: 'compared', comparison };
  } catch (error) {
    options.signal?.throwIfAborted();
    if (!(error instanceof GitError)) throw error;
    return { kind: 'unknown', because: error.message };
  }
}
