import type { CommitId } from '../../git/ids.js';
import { resolveCommit } from '../../git/revisions.js';
import type { GtoArtifact, GtoVersion } from '../gto/state.js';
import { isPlainName } from '../gto/tagName.js';
import type { Approval } from './messages.js';
import { gtoMessage, withTrailers } from './messages.js';
import type { PlannedTag, PlanWarning, RegistryCatalog, StagePlan } from './plan.js';
import { planTag } from './planTag.js';
import type { AskRemote, Registry } from './registry.js';
import {
  asking,
  basisOf,
  checkArtifactName,
  checkEffective,
  effectsOf,
  freeTagName,
  holderOf,
  notBefore,
  readRegistry,
  simulate,
  tagOf,
  versionAt,
  versionsNamed,
} from './registry.js';
import { RegistryError } from './registryError.js';
import { remoteWarnings } from './remoteWarnings.js';

export interface StageRequest extends Approval {
  readonly catalog: RegistryCatalog;
  readonly model: { readonly name: string; readonly path: string | null };
  readonly stage: string;
  /** The version that is meant: the latest by default; when removing, the one that holds the stage. */
  readonly version?: string;
  /** A commit instead of a version; assigning there registers the next version first when it has none. */
  readonly rev?: string;
  readonly remove?: boolean;
  /** The tag's message; GTO's own by default. Trailers are added to it. */
  readonly message?: string;
  /** Ask the remote for its tags, so that number and counter are free there too. */
  readonly askRemote?: AskRemote;
  readonly signal?: AbortSignal;
}

/**
 * Checks the assignment or removal of a stage and says exactly what would be written; nothing is written.
 * Moving a stage is assigning it: the newest assignment holds it, and removing that one brings the one before back.
 * @throws RegistryError for everything that GTO refuses.
 */
export async function planStage(request: StageRequest): Promise<StagePlan> {
  const { catalog, model, stage } = request;
  const options = request.signal ? { signal: request.signal } : {};
  checkArtifactName(model.name);
  if (catalog.settings.versions.tags !== 'gto') {
    throw new RegistryError(
      'stages-need-gto',
      `Stages are kept in GTO's tags, and versions.tags in modelkeep.yaml is "${catalog.settings.versions.tags}".`,
    );
  }
  const ask = { remote: catalog.settings.remote, artifact: model.name };
  const registry = await readRegistry(catalog.repository, {
    ...options,
    ...asking(request.askRemote, ask),
  });
  checkStage(registry, stage);
  const artifact = registry.state.artifacts.get(model.name);
  const target = request.remove
    ? await removed(request, registry, artifact)
    : await assigned(request, registry, artifact);
  const tags = [...target.before, stageTag(request, registry, target)];
  const after = simulate(registry, model.name, tags);
  const holds = holderOf(after, stage) === target.version;
  const inStage = after.stages.get(stage)?.some((one) => one.version.version === target.version) ?? false;
  checkEffective(registry, model.name, request.remove ? !inStage : holds);
  return {
    artifact: model.name,
    version: target.version,
    stage,
    tags,
    effects: effectsOf(artifact, after),
    warnings: target.before.length > 0 ? target.warnings : remoteWarnings(registry, catalog.settings.remote),
    basis: basisOf(registry, tagOf(model.name)),
    notBefore: notBefore(registry, model.name),
    remote: catalog.settings.remote,
  };
}

/** The stages one may choose from, in their order: those of `.gto`, else those in use anywhere. */
export function knownStages(registry: Registry): readonly string[] {
  if (registry.config.stages) return registry.config.stages;
  return [...new Set([...registry.state.artifacts.values()].flatMap((one) => [...one.stages.keys()]))].sort();
}

function checkStage(registry: Registry, stage: string): void {
  if (!isPlainName(stage)) {
    throw new RegistryError(
      'invalid-stage',
      `"${stage}" is no stage: letters, digits, "-", "_" and "/", beginning and ending with a letter or digit.`,
    );
  }
  const { stages } = registry.config;
  if (stages && !stages.includes(stage)) {
    const allowed = stages.length > 0 ? `allows ${stages.join(', ')}` : 'allows none';
    throw new RegistryError('stage-not-allowed', `The stage "${stage}" is not allowed: .gto ${allowed}.`);
  }
}

interface Target {
  readonly version: string;
  readonly commit: CommitId;
  /** Registrations that have to be made first. */
  readonly before: readonly PlannedTag[];
  readonly warnings: readonly PlanWarning[];
}

async function assigned(
  request: StageRequest,
  registry: Registry,
  artifact: GtoArtifact | undefined,
): Promise<Target> {
  const { model, stage } = request;
  if (request.rev !== undefined) {
    const options = request.signal ? { signal: request.signal } : {};
    const commit = await resolveCommit(registry.repository, request.rev, options);
    const here = versionAt(artifact, commit);
    if (here) return checkedTarget(here, artifact, model.name, stage);
    const { catalog, askRemote } = request;
    const plan = await planTag({
      catalog,
      model,
      rev: commit,
      ...(askRemote === undefined ? {} : { askRemote }),
      ...options,
    });
    return { version: plan.version, commit, before: plan.tags, warnings: plan.warnings };
  }
  if (request.version !== undefined)
    return checkedTarget(theVersion(artifact, model.name, request.version), artifact, model.name, stage);
  if (!artifact?.latest) {
    throw new RegistryError(
      'not-registered',
      `No version of ${model.name} is registered: register one first, or name a commit.`,
    );
  }
  return checkedTarget(artifact.latest, artifact, model.name, stage);
}

function checkedTarget(
  version: GtoVersion,
  artifact: GtoArtifact | undefined,
  model: string,
  stage: string,
): Target {
  if (!version.active) {
    throw new RegistryError(
      'already-deregistered',
      `${version.version} of ${model} was deregistered and can hold no stage: restore it first.`,
      { commit: version.commit },
    );
  }
  if (version.stages.get(stage)?.active) {
    const holder = holderOf(artifact, stage);
    const later =
      holder === null || holder === version.version
        ? ''
        : `, where ${holder} was put later: take the stage from ${holder}, and ${version.version} holds it again`;
    throw new RegistryError(
      'already-in-stage',
      `${version.version} of ${model} is already in ${stage}${later}.`,
    );
  }
  versionAt(artifact, version.commit);
  return { version: version.version, commit: version.commit, before: [], warnings: [] };
}

/** @throws RegistryError when the version is unknown, or registered on two commits (GTO then fails by version). */
export function theVersion(artifact: GtoArtifact | undefined, model: string, version: string): GtoVersion {
  const found = versionsNamed(artifact, version);
  const [only] = found;
  if (!only) throw new RegistryError('not-registered', `${version} of ${model} is not registered.`);
  if (found.length > 1) {
    throw new RegistryError(
      'two-versions',
      `${version} of ${model} stands on two commits (${found.map((one) => one.commit.slice(0, 10)).join(', ')}): name the commit.`,
    );
  }
  return only;
}

async function removed(
  request: StageRequest,
  registry: Registry,
  artifact: GtoArtifact | undefined,
): Promise<Target> {
  const { model, stage } = request;
  const options = request.signal ? { signal: request.signal } : {};
  let version: GtoVersion | undefined;
  if (request.rev !== undefined) {
    version = versionAt(artifact, await resolveCommit(registry.repository, request.rev, options));
  } else if (request.version !== undefined) {
    version = theVersion(artifact, model.name, request.version);
  } else {
    version = artifact?.stages.get(stage)?.[0]?.version;
    if (version && !version.registered) {
      // GTO makes a version of every stage tag on such a commit, so that no later tag can take it back.
      throw new RegistryError(
        'not-registered',
        `${stage} of ${model.name} is held by the commit ${version.commit.slice(0, 10)}, where no version is registered: register one there, then remove the stage.`,
        { commit: version.commit },
      );
    }
  }
  if (!version?.stages.get(stage)?.active) {
    const who = version ? `${version.version} of ${model.name} is` : `No version of ${model.name} is`;
    throw new RegistryError('not-in-stage', `${who} ${version ? 'not ' : ''}in ${stage}.`);
  }
  return { version: version.version, commit: version.commit, before: [], warnings: [] };
}

function stageTag(request: StageRequest, registry: Registry, target: Target): PlannedTag {
  const { model, stage } = request;
  const active = request.remove !== true;
  const tag = freeTagName(registry, { kind: 'stage', artifact: model.name, stage, active }, 'counted');
  const said = active ? gtoMessage.assign : gtoMessage.unassign;
  return {
    what: active ? 'assign' : 'unassign',
    tag,
    ref: `refs/tags/${tag}`,
    commit: target.commit,
    message: withTrailers(request.message ?? said(model.name, target.version, stage), request),
  };
}
