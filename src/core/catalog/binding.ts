import type { Model } from './catalog.js';
import type { NameSet, NamedSnapshot } from './nameSets.js';

/**
 * The model that a registered name means at the version's own commit (design.md: where a version belongs):
 * declared so there, else named so by `models.names`, else the one that derives it; models before other
 * tracked files, and none where several fit.
 * @param named the commit's models, named without regard to other versions.
 */
export function bindArtifact(artifact: string, named: NamedSnapshot): Model | null {
  const models = among(named.modelNames.byName.get(artifact), (index) => named.model(index));
  if (models !== undefined) return models;
  return among(named.otherNames.byName.get(artifact), (index) => named.other(index)) ?? null;
}

/** The only one, or the only declared one among several; null for several; undefined for none. */
function among(
  indexes: readonly number[] | undefined,
  at: (index: number) => Model,
): Model | null | undefined {
  if (!indexes || indexes.length === 0) return undefined;
  const models = indexes.map(at);
  const [only, ...more] = models;
  if (more.length === 0) return only;
  const declared = models.filter((model) => model.declared);
  return declared.length === 1 ? declared[0] : null;
}

/**
 * The model of another commit to which a bound version belongs: the same path and name, else the same path,
 * else the same name; none among several. Answers with an index into the set.
 */
export function belongsTo(
  bound: { readonly name: string; readonly path: string | null },
  names: NameSet,
): number | undefined {
  const atPath = bound.path === null ? undefined : names.byPath.get(bound.path);
  if (atPath && atPath.length > 0) {
    const same = atPath.find((index) => names.names[index] === bound.name);
    if (same !== undefined) return same;
    return atPath.length === 1 ? atPath[0] : undefined;
  }
  const named = names.byName.get(bound.name);
  return named?.length === 1 ? named[0] : undefined;
}
