import { setTimeout as sleep } from 'node:timers/promises';
import type { Repository } from '../../git/repository.js';
import { writeGit } from '../../git/write.js';
import type { MadeTag } from './makeTags.js';
import { makeTags, refId, takeBack } from './makeTags.js';
import type { RegistryPlan } from './plan.js';
import { pushTags } from './push.js';
import { basisOf, readRegistry, tagOf } from './registry.js';
import { RegistryError } from './registryError.js';
import { hasRemote } from './remoteTags.js';

/** What was written: enough to undo exactly that. */
export interface AppliedPlan {
  readonly artifact: string;
  readonly tags: readonly MadeTag[];
  readonly pushed: boolean;
  readonly remote: string;
}

export interface ApplyOptions {
  readonly push?: boolean;
  readonly signal?: AbortSignal;
}

/**
 * Makes the tags of a plan, all or none, and pushes them when asked. Whatever fails, a rejected or interrupted push
 * too, the tags that were just made are taken back and nothing else is touched.
 * @throws RegistryError saying why; the signal's reason when it was aborted.
 */
export async function applyPlan(
  repository: Repository,
  plan: RegistryPlan,
  options: ApplyOptions = {},
): Promise<AppliedPlan> {
  const signal = options.signal ? { signal: options.signal } : {};
  if (options.push && !(await hasRemote(repository, plan.remote, signal))) {
    throw new RegistryError(
      'no-remote',
      `There is no remote "${plan.remote}" to push to; settings name it as remote:.`,
    );
  }
  await checkUnchanged(repository, plan, options.signal);
  await waitUntil(plan.notBefore, repository, options.signal);
  const made: MadeTag[] = [];
  try {
    await makeTags(repository, plan.tags, made, options.signal);
    if (options.push) await pushTags(repository, plan, made, options.signal);
  } catch (error) {
    await takeBack(repository, made);
    throw error;
  }
  return { artifact: plan.artifact, tags: made, pushed: options.push === true, remote: plan.remote };
}

/** Refuses a plan whose ground has shifted: another window, another process, a fetch. */
async function checkUnchanged(
  repository: Repository,
  plan: RegistryPlan,
  signal?: AbortSignal,
): Promise<void> {
  const registry = await readRegistry(repository, signal ? { signal } : {});
  const own = tagOf(plan.artifact);
  const template = plan.tags.some((one) => !own(one.tag));
  if (basisOf(registry, template ? () => true : own) === plan.basis) return;
  throw new RegistryError('changed', `The tags of ${plan.artifact} changed in the meantime: look again.`);
}

/** GTO goes by whole seconds and reads a tie against us: waits for the next one where it has to. */
async function waitUntil(second: number, repository: Repository, signal?: AbortSignal): Promise<void> {
  if (repository.git.env.GIT_COMMITTER_DATE !== undefined) return;
  const left = second * 1000 - Date.now();
  if (left <= 0) return;
  try {
    await sleep(left, undefined, signal ? { signal } : {});
  } catch (error) {
    signal?.throwIfAborted();
    throw error;
  }
}

/**
 * Takes a write back while nobody else has it: deletes exactly the tag objects that were made.
 * @throws RegistryError `pushed` when they were pushed; `changed` when a tag is another one by now.
 */
export async function undoPlan(
  repository: Repository,
  applied: AppliedPlan,
  options: { readonly signal?: AbortSignal } = {},
): Promise<void> {
  if (applied.pushed || (await remoteHas(repository, applied, options))) {
    throw new RegistryError(
      'pushed',
      `${applied.tags.map((one) => one.tag).join(', ')} was pushed to ${applied.remote}: others may have it. Deregister or unassign instead.`,
    );
  }
  for (const tag of applied.tags) {
    const id = await refId(repository, tag.ref);
    if (id !== tag.id) {
      throw new RegistryError(
        'changed',
        `The tag ${tag.tag} is not the one that was made: it stays as it is.`,
      );
    }
  }
  await takeBack(repository, applied.tags);
}

/** Whether the remote has one of the tags; a remote that does not answer does not keep a local tag alive. */
async function remoteHas(
  repository: Repository,
  applied: AppliedPlan,
  options: { readonly signal?: AbortSignal },
): Promise<boolean> {
  if (!(await hasRemote(repository, applied.remote, options))) return false;
  const refs = applied.tags.map((one) => one.ref);
  const answer = await writeGit(repository, ['ls-remote', '--', applied.remote, ...refs], {
    ...options,
    timeout: 10_000,
  }).catch(() => undefined);
  options.signal?.throwIfAborted();
  const said = answer?.stdout.toString('utf8') ?? '';
  return applied.tags.some((one) => said.includes(`${one.id}\t${one.ref}`));
}
