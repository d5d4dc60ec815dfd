import type { Settings } from '../settings/settings.js';
import type { Model } from './catalog.js';
import type { NameSet, NamedSnapshot } from './nameSets.js';

/**
 * The model that a registered name means at the version's own commit (design.md: where a version belongs):
 * declared so there, else named so by `models.names`, else the one that derives it; models before other
 * tracked files, and none where several fit.
 * @param named the commit's models, named without regard to other versions.
 */
export function bindArtifact(artifact: string, named: NamedSnapshot, settings: Settings): Model | null {
  for (const group of [named.models, named.others]) {
    const declared = only(group, (model) => model.declared && model.name === artifact);
    if (declared !== undefined) return declared;
  }
  const given = settings.models.names[artifact];
  if (given !== undefined) {
    const model = [...named.models, ...named.others].find((candidate) => candidate.path === given);
    if (model) return model;
  }
  return derived(artifact, named.models, named.modelNames) ?? derived(artifact, named.others, named.otherNames) ?? null;
}

function derived(artifact: string, models: readonly Model[], names: NameSet): Model | undefined {
  const index = names.byName.get(artifact);
  return index === undefined ? undefined : models[index];
}

/** The only model that fits; null for several; undefined for none. */
function only(models: readonly Model[], fits: (model: Model) => boolean): Model | null | undefined {
  let found: Model | undefined;
  for (const model of models) {
    if (!fits(model)) continue;
    if (found) return null;
    found = model;
  }
  return found;
}

/**
 * The model of another commit to which a bound version belongs: the same path and name, else the same path,
 * else the same name; none among several. Answers with an index into the set.
 */
export function belongsTo(bound: { readonly name: string; readonly path: string | null }, names: NameSet): number | undefined {
  const atPath = bound.path === null ? undefined : names.byPath.get(bound.path);
  if (atPath && atPath.length > 0) {
    const same = atPath.find((index) => names.names[index] === bound.name);
    if (same !== undefined) return same;
    return atPath.length === 1 ? atPath[0] : undefined;
  }
  return names.byName.get(bound.name);
}
