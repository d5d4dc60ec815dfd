import type { Catalog } from '../../catalog/catalog.js';
import type { Approval } from './messages.js';
import { gtoMessage, withTrailers } from './messages.js';
import type { PlannedTag, RegistryPlan } from './plan.js';
import { theVersion } from './planStage.js';
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
  versionsNamed,
} from './registry.js';
import { RegistryError } from './registryError.js';
import { remoteWarnings } from './remoteWarnings.js';

export interface DeprecationRequest extends Approval {
  readonly catalog: Pick<Catalog, 'repository' | 'settings'>;
  /** The registered name; the model itself need not exist any more. */
  readonly model: string;
  /** Deregisters this version; without it the whole model is deprecated. */
  readonly version?: string;
  readonly message?: string;
  /** Ask the remote for its tags, so that a counter is free there too. */
  readonly askRemote?: AskRemote;
  readonly signal?: AbortSignal;
}

/**
 * Checks a deregistration or deprecation and says exactly what would be written; nothing is written.
 * @throws RegistryError for everything that GTO refuses.
 */
export async function planDeprecation(request: DeprecationRequest): Promise<RegistryPlan> {
  const { model, version } = request;
  checkArtifactName(model);
  const { repository, settings } = request.catalog;
  if (settings.versions.tags !== 'gto') {
    throw new RegistryError(
      'deprecation-needs-gto',
      `What is withdrawn is kept in GTO's tags, and versions.tags in modelkeep.yaml is "${settings.versions.tags}".`,
    );
  }
  const ask = { remote: settings.remote, artifact: model };
  const registry = await readRegistry(repository, {
    ...(request.signal ? { signal: request.signal } : {}),
    ...asking(request.askRemote, ask),
  });
  const tag =
    version === undefined ? deprecation(registry, request) : deregistration(registry, request, version);
  const after = simulate(registry, model, [tag]);
  checkEffective(
    registry,
    model,
    version === undefined ? !after.active : !versionsNamed(after, version).some((one) => one.active),
  );
  return {
    artifact: model,
    version: version ?? null,
    tags: [tag],
    effects: effectsOf(registry.state.artifacts.get(model), after),
    warnings: remoteWarnings(registry, settings.remote),
    basis: basisOf(registry, tagOf(model)),
    notBefore: notBefore(registry, model),
    remote: settings.remote,
  };
}

function deregistration(registry: Registry, request: DeprecationRequest, version: string): PlannedTag {
  const { model } = request;
  const found = theVersion(registry.state.artifacts.get(model), model, version);
  if (!found.registered)
    throw new RegistryError('not-registered', `${version} of ${model} was never registered.`);
  if (!found.active) {
    throw new RegistryError('already-deregistered', `${version} of ${model} was deregistered already.`);
  }
  const tag = freeTagName(
    registry,
    { kind: 'version', artifact: model, version, active: false },
    'plain-else-counted',
  );
  const message = withTrailers(request.message ?? gtoMessage.deregister(model, version), request);
  return { what: 'deregister', tag, ref: `refs/tags/${tag}`, commit: found.commit, message };
}

/** GTO puts it on the commit of the newest event. */
function deprecation(registry: Registry, request: DeprecationRequest): PlannedTag {
  const { model } = request;
  const artifact = registry.state.artifacts.get(model);
  const newest = artifact?.events[0];
  if (!artifact || !newest) {
    throw new RegistryError('unknown-model', `No tag registers ${model}: there is nothing to deprecate.`);
  }
  if (!artifact.active) throw new RegistryError('already-deprecated', `${model} was deprecated already.`);
  const tag = freeTagName(registry, { kind: 'deprecation', artifact: model }, 'plain-else-counted');
  const message = withTrailers(request.message ?? gtoMessage.deprecate(model), request);
  return { what: 'deprecate', tag, ref: `refs/tags/${tag}`, commit: newest.commit, message };
}
