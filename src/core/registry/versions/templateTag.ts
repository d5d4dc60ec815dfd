import type { TagTemplate } from '../gto/template.js';
import { afterVersion, checkedVersion, highest, nextFree } from './numbers.js';
import type { VersionChoice, WantedVersion } from './planTag.js';
import { checkFree, knownNames } from './registry.js';
import { RegistryError } from './registryError.js';

/** Chooses the number of a version whose tags follow a team's template instead of GTO. */
export function planTemplateTag(wanted: WantedVersion, template: TagTemplate): VersionChoice {
  const { registry, model, commit, version } = wanted;
  const own = (name: string): string | undefined => {
    const read = template.parse(name);
    return read && (read.model === undefined || read.model === model) ? read.version : undefined;
  };
  const { annotated, lightweight } = registry.tags;
  const commits = new Map([
    ...lightweight,
    ...annotated.map((tag) => [tag.ref.slice('refs/tags/'.length), tag.commit] as const),
  ]);
  for (const [name, at] of commits) {
    const there = own(name);
    if (there === undefined || at !== commit) continue;
    throw new RegistryError(
      'already-registered',
      `${model} is already registered at ${commit.slice(0, 10)}, by the tag ${name}.`,
      { version: there },
    );
  }
  const versions = knownNames(registry)
    .map(own)
    .filter((one) => one !== undefined);
  const taken = new Set(versions);
  const previous = highest(versions);
  const chosen =
    version && 'exact' in version
      ? checkedVersion(version.exact)
      : nextFree(afterVersion(previous), version?.bump ?? 'patch', (one) => taken.has(one));
  if (taken.has(chosen)) {
    throw new RegistryError(
      'registered-elsewhere',
      `${chosen} of ${model} is already registered: a version never moves.`,
    );
  }
  const tag = template.format(model, chosen);
  if (own(tag) !== chosen) {
    throw new RegistryError(
      'invalid-name',
      `The tag ${tag} would not be read back as ${chosen} of ${model}: versions.tags ("${template.text}") does not tell them apart.`,
    );
  }
  checkFree(registry, tag);
  return { version: chosen, what: 'register', tag, previous };
}
