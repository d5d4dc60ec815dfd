import type { Catalog } from '../../catalog/catalog.js';
import type { GtoArtifact } from '../gto/state.js';
import { stageHistory } from '../gto/stageHistory.js';
import type { Differences } from './differences.js';
import { stageDifferences } from './differences.js';
import type { Approval } from './messages.js';
import type { StagePlan } from './plan.js';
import { planStage } from './planStage.js';
import type { AskRemote, Registry } from './registry.js';
import { holderOf, readRegistry } from './registry.js';
import { RegistryError } from './registryError.js';

/** A stage that is to pass from one version to another, with what that changes. Nothing is written yet. */
export interface StageMove {
  readonly stage: string;
  /** Holds the stage now: a version, or a commit id where none is registered; null when nothing does. */
  readonly from: string | null;
  /** Will hold it. */
  readonly to: string;
  /** To be written by `applyPlan`. */
  readonly plan: StagePlan;
  /** What differs from the present holder to the next, the present one as the baseline. */
  readonly differences: Differences;
}

interface MoveRequest extends Approval {
  readonly catalog: Catalog;
  readonly model: { readonly name: string; readonly path: string | null };
  readonly message?: string;
  readonly askRemote?: AskRemote;
  readonly signal?: AbortSignal;
}

export interface PromotionRequest extends MoveRequest {
  /** The stage whose holder is promoted; without it `version` goes to the first stage after those that it holds. */
  readonly from?: string;
  /** The version to promote; the holder of `from` by default, without `from` the latest. */
  readonly version?: string;
}

/** The stages from first to last as `.gto` orders them; null where it does not (GTO: `stages`). */
export function stageOrder(registry: Registry): readonly string[] | null {
  return registry.config.stages;
}

/**
 * Plans a promotion: the holder of a stage gets the next one of `.gto`, and keeps the one it has.
 * @throws RegistryError `no-next-stage` where no order says what is next, `not-in-stage` where nothing holds `from`,
 * and all that `planStage` refuses.
 */
export async function planPromotion(request: PromotionRequest): Promise<StageMove> {
  const { catalog, model, from } = request;
  const registry = await readRegistry(catalog.repository, request.signal ? { signal: request.signal } : {});
  const artifact = registry.state.artifacts.get(model.name);
  const version =
    request.version ?? (from === undefined ? artifact?.latest?.version : holderOf(artifact, from));
  if (version === undefined || version === null) {
    throw from === undefined
      ? new RegistryError('not-registered', `No version of ${model.name} is registered: register one first.`)
      : new RegistryError('not-in-stage', `No version of ${model.name} is in ${from}: nothing to promote.`);
  }
  const stage = nextStage(registry, artifact, model.name, version, from);
  return moved(request, stage, holderOf(artifact, stage), version);
}

function nextStage(
  registry: Registry,
  artifact: GtoArtifact | undefined,
  model: string,
  version: string,
  from: string | undefined,
): string {
  const order = stageOrder(registry);
  if (order === null || order.length === 0) {
    throw new RegistryError(
      'no-next-stage',
      'No stage is known to follow another: list them in their order under stages: in .gto, or name the stage to assign.',
    );
  }
  const held = artifact?.versions.filter((one) => one.version === version) ?? [];
  const reached =
    from === undefined
      ? order.findLastIndex((stage) => held.some((one) => one.stages.get(stage)?.active === true))
      : order.indexOf(from);
  if (from !== undefined && reached < 0) {
    throw new RegistryError('no-next-stage', `.gto orders ${order.join(', ')}: ${from} is not among them.`);
  }
  const next = order[reached + 1];
  if (next !== undefined) return next;
  throw new RegistryError(
    'no-next-stage',
    `${version} of ${model} is in ${order.at(-1) ?? ''} already, the last of the stages in .gto.`,
  );
}

/**
 * Plans one step back of a stage, to whom held it before. Where that assignment still stands the present one is taken
 * away, and the one before shows again (GTO); else the stage is assigned to the last holder that is still registered.
 * @throws RegistryError `not-in-stage`, `no-previous-holder`, and all that `planStage` refuses.
 */
export async function planStageRollback(
  request: MoveRequest & { readonly stage: string },
): Promise<StageMove> {
  const { catalog, model, stage } = request;
  const registry = await readRegistry(catalog.repository, request.signal ? { signal: request.signal } : {});
  const artifact = registry.state.artifacts.get(model.name);
  const now = holderOf(artifact, stage);
  if (!artifact || now === null) {
    throw new RegistryError(
      'not-in-stage',
      `No version of ${model.name} is in ${stage}: nothing to go back from.`,
    );
  }
  const standing = artifact.stages.get(stage)?.[1]?.version.version;
  const to = standing ?? earlierHolder(artifact, stage, now);
  if (to === undefined) {
    throw new RegistryError(
      'no-previous-holder',
      `No other version of ${model.name} that is still registered was ever in ${stage}: take the stage away instead, or assign it to another.`,
    );
  }
  return moved(request, stage, now, to, standing !== undefined);
}

/** The last other version that held a stage and is still registered. */
function earlierHolder(artifact: GtoArtifact, stage: string, now: string): string | undefined {
  const active = new Set(artifact.versions.flatMap((one) => (one.active ? [one.version] : [])));
  return stageHistory(artifact)
    .filter((change) => change.stage === stage)
    .flatMap(({ before }) => before ?? [])
    .find((version) => version !== now && active.has(version));
}

async function moved(
  request: MoveRequest,
  stage: string,
  from: string | null,
  to: string,
  remove = false,
): Promise<StageMove> {
  const named = isCommit(to) ? { rev: to } : { version: to };
  const plan = await planStage({ ...request, stage, ...(remove ? { remove } : named) });
  const { catalog, model, signal } = request;
  const differences = await stageDifferences(catalog, model, plan, signal ? { signal } : {});
  return { stage, from, to, plan, differences };
}

function isCommit(version: string): boolean {
  return /^[0-9a-f]{40,64}$/.test(version);
}
