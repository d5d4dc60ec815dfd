import type { Model } from '../../catalog/catalog.js';
import { sameBits } from '../../digest.js';
import type { CommitId } from '../../git/ids.js';
import { resolveCommit } from '../../git/revisions.js';
import { listed } from '../../listed.js';
import type { Bump } from '../gto/semver.js';
import type { GtoVersion } from '../gto/state.js';
import { parseTagName } from '../gto/tagName.js';
import { compileTagTemplate } from '../gto/template.js';
import { commitWarnings } from './commitWarnings.js';
import { gtoMessage } from './messages.js';
import { afterVersion, checkedVersion, nextFree, takenVersions } from './numbers.js';
import type { PlannedTag, PlanWarning, RegistryCatalog, TagPlan } from './plan.js';
import type { AskRemote, Registry } from './registry.js';
import {
  asking,
  basisOf,
  checkArtifactName,
  checkEffective,
  effectsOf,
  freeTagName,
  notBefore,
  readRegistry,
  simulate,
  tagOf,
  versionAt,
  versionsNamed,
} from './registry.js';
import { RegistryError } from './registryError.js';
import { remoteWarnings } from './remoteWarnings.js';
import { planTemplateTag } from './templateTag.js';

export interface TagRequest {
  readonly catalog: RegistryCatalog;
  /** The model's registered name and its path, as the catalog has them. */
  readonly model: { readonly name: string; readonly path: string | null };
  /** What Git takes for a commit; HEAD by default. */
  readonly rev?: string;
  /** A part to count up (patch by default), or a version: `v1.2.3`. */
  readonly version?: { readonly bump: Bump } | { readonly exact: string };
  /** The tag's message; GTO's own by default. */
  readonly message?: string;
  /** Ask the remote for its tags, so that the number is free there too. */
  readonly askRemote?: AskRemote;
  readonly signal?: AbortSignal;
}

/**
 * Checks a registration and says exactly what would be written; nothing is written.
 * @throws RegistryError for everything that GTO refuses, and GitError `not-found-ref` for an unknown revision.
 */
export async function planTag(request: TagRequest): Promise<TagPlan> {
  const { catalog, model } = request;
  const { repository, settings } = catalog;
  const options = request.signal ? { signal: request.signal } : {};
  checkArtifactName(model.name);
  const commit = await resolveCommit(repository, request.rev ?? 'HEAD', options);
  const there = await modelAt(catalog, model, commit, options);
  const template = settings.versions.tags === 'gto' ? null : compileTagTemplate(settings.versions.tags);
  const ask = { remote: settings.remote, artifact: model.name, all: template !== null };
  const registry = await readRegistry(repository, { ...options, ...asking(request.askRemote, ask) });
  const wanted = { registry, model: model.name, commit, version: request.version };
  const choice = template ? planTemplateTag(wanted, template) : planGtoTag(wanted);
  const { version, what, tag, previous } = choice;
  const planned: PlannedTag = {
    what,
    tag,
    ref: `refs/tags/${tag}`,
    commit,
    message: request.message ?? gtoMessage.register(model.name, version),
  };
  const before = registry.state.artifacts.get(model.name);
  const after = template ? undefined : simulate(registry, model.name, [planned]);
  if (after)
    checkEffective(
      registry,
      model.name,
      versionsNamed(after, version).some((one) => one.active && one.commit === commit),
    );
  const sameAs = [...catalog.versions.values()].filter(
    (one) => one.artifact === model.name && one.commit !== commit && sameBits(one.digest, there.digest),
  );
  sameAs.sort((left, right) => (left.time < right.time ? -1 : left.time > right.time ? 1 : 0));
  const warnings: PlanWarning[] = [
    ...remoteWarnings(registry, settings.remote),
    ...sameBitsWarning(
      model.name,
      sameAs.map((one) => one.tag),
    ),
    ...(await commitWarnings(catalog, there, commit, options)),
  ];
  return {
    artifact: model.name,
    version,
    tag,
    commit,
    digest: there.digest,
    sameAs: sameAs.map((one) => one.tag),
    previous,
    tags: [planned],
    effects: after ? effectsOf(before, after) : [],
    warnings,
    basis: basisOf(registry, template ? () => true : tagOf(model.name)),
    notBefore: template ? registry.now : notBefore(registry, model.name),
    remote: settings.remote,
  };
}

export interface VersionChoice {
  readonly version: string;
  readonly what: 'register' | 'restore';
  readonly tag: string;
  readonly previous: string | null;
}

export interface WantedVersion {
  readonly registry: Registry;
  readonly model: string;
  readonly commit: CommitId;
  readonly version: TagRequest['version'];
}

function planGtoTag({ registry, model, commit, version }: WantedVersion): VersionChoice {
  const artifact = registry.state.artifacts.get(model);
  const here = versionAt(artifact, commit);
  const exact = version && 'exact' in version ? checkedVersion(version.exact) : undefined;
  const previous = artifact?.latest?.version ?? null;
  if (here) return { ...restoration(registry, model, here, exact, commit), previous };
  checkRemoteCommit(registry, model, commit);
  if (exact !== undefined) {
    const [elsewhere] = versionsNamed(artifact, exact);
    if (elsewhere) {
      throw new RegistryError(
        'registered-elsewhere',
        `${exact} of ${model} is ${elsewhere.active ? 'registered' : 'a deregistered version'} at ${elsewhere.commit.slice(0, 10)}: a version never moves. Choose another number.`,
        { commit: elsewhere.commit },
      );
    }
  }
  const taken = takenVersions(registry, model);
  if (exact !== undefined && onlyAtRemote(registry, model, exact)) {
    throw new RegistryError(
      'registered-on-remote',
      `${exact} of ${model} is already at the remote and not fetched here: run git fetch, or take the next number.`,
      { version: nextFree(afterVersion(previous), 'patch', taken) },
    );
  }
  const chosen =
    exact ?? nextFree(afterVersion(previous), version && 'bump' in version ? version.bump : 'patch', taken);
  const tag = freeTagName(
    registry,
    { kind: 'version', artifact: model, version: chosen, active: true },
    'plain',
  );
  return { version: chosen, what: 'register', tag, previous };
}

/** A commit with a version: it can only get that very version back, once it was deregistered (GTO). */
function restoration(
  registry: Registry,
  model: string,
  here: GtoVersion,
  exact: string | undefined,
  commit: CommitId,
): Pick<VersionChoice, 'version' | 'what' | 'tag'> {
  const at = commit.slice(0, 10);
  if (here.active) {
    throw new RegistryError(
      'already-registered',
      `${model} is already registered at ${at}, as ${here.version}: GTO allows one version a commit.`,
      { version: here.version },
    );
  }
  if (exact !== undefined && exact !== here.version) {
    throw new RegistryError(
      'only-restore',
      `${here.version} of ${model} was deregistered at ${at}: only that version can be registered there again.`,
      { version: here.version },
    );
  }
  const tag = { kind: 'version', artifact: model, version: here.version, active: true } as const;
  return { version: here.version, what: 'restore', tag: freeTagName(registry, tag, 'plain-else-counted') };
}

/** Whether some tag of this version is at the remote and not here. */
function onlyAtRemote({ remote, tags }: Registry, model: string, version: string): boolean {
  if (remote?.state !== 'answered') return false;
  return [...remote.tags.keys()].some((name) => !tags.refs.has(name) && isVersionTag(name, model, version));
}

function isVersionTag(name: string, model: string, version: string): boolean {
  const tag = parseTagName(name);
  return tag?.kind === 'version' && tag.artifact === model && tag.version === version;
}

/** @throws RegistryError when the remote has a version on this commit that was not fetched. */
function checkRemoteCommit({ remote, tags }: Registry, model: string, commit: CommitId): void {
  if (remote?.state !== 'answered') return;
  for (const [name, tag] of remote.tags) {
    const said = parseTagName(name);
    if (said?.kind !== 'version' || said.artifact !== model || tag.commit !== commit || tags.refs.has(name))
      continue;
    throw new RegistryError(
      'registered-on-remote',
      `The remote has ${name} on this commit and it was not fetched here: run git fetch first.`,
      { version: said.version },
    );
  }
}

async function modelAt(
  catalog: RegistryCatalog,
  model: TagRequest['model'],
  commit: CommitId,
  options: { readonly signal?: AbortSignal },
): Promise<Model> {
  const { models, others } = await catalog.modelsAt(commit, options);
  const all = [...models, ...others];
  const named =
    all.find((one) => one.name === model.name && one.path === model.path) ??
    all.find((one) => one.name === model.name);
  if (named) return named;
  const samePath = model.path === null ? undefined : all.find((one) => one.path === model.path);
  const at = commit.slice(0, 10);
  throw new RegistryError(
    'not-at-commit',
    samePath
      ? `At ${at} the model ${model.path ?? ''} is called ${samePath.name}, not ${model.name}: a version registered there would belong to no model.`
      : `There is no model ${model.name} at ${at}: a version registered there would belong to no model.`,
    { commit },
  );
}

function sameBitsWarning(model: string, tags: readonly string[]): PlanWarning[] {
  if (tags.length === 0) return [];
  return [
    {
      severity: 'warning',
      code: 'same-bits',
      message: `${model} has the same bits here as in ${listed(tags)}.`,
    },
  ];
}
