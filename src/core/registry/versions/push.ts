import { GitError } from '../../git/process.js';
import type { Repository } from '../../git/repository.js';
import { writeGit } from '../../git/write.js';
import { parseSemVer } from '../gto/semver.js';
import { ciCommand } from './ciCommand.js';
import type { MadeTag } from './makeTags.js';
import type { RegistryPlan } from './plan.js';
import { nextFree, takenVersions } from './numbers.js';
import { readRegistry } from './registry.js';
import { RegistryError } from './registryError.js';
import { pushError } from './writeError.js';

/**
 * Pushes only these tags, without force, all or none. Hooks run as the user has them.
 * @throws RegistryError `rejected` (with the next free number), `forbidden` (with a command for CI), `hook` or
 * `unreachable`.
 */
export async function pushTags(
  repository: Repository,
  plan: RegistryPlan,
  tags: readonly MadeTag[],
  signal: AbortSignal | undefined,
): Promise<void> {
  const specs = tags.map((one) => `${one.ref}:${one.ref}`);
  // push.followTags and push.recurseSubmodules would take more along than was asked for.
  const push = async (...flags: string[]): Promise<void> => {
    const args = [
      'push',
      '--no-follow-tags',
      '--recurse-submodules=no',
      ...flags,
      '--',
      plan.remote,
      ...specs,
    ];
    await writeGit(repository, args, signal ? { signal } : {});
  };
  try {
    await push(...(tags.length > 1 ? ['--atomic'] : []));
  } catch (error) {
    signal?.throwIfAborted();
    const failure =
      error instanceof GitError && /does not support --atomic/.test(error.stderr) ? await retry(push) : error;
    if (failure === undefined || (await arrived(repository, plan.remote, tags, failure))) return;
    const reason = pushError(failure, plan.remote);
    if (reason.reason === 'forbidden') throw forCi(reason, plan);
    const next = reason.reason === 'rejected' ? await nextNumber(repository, plan) : undefined;
    if (next === undefined) throw reason;
    throw new RegistryError(reason.reason, `${reason.message} The next free number is ${next}.`, {
      ...reason.offer,
      version: next,
    });
  }
}

/** A rule that keeps people from making tags often lets CI: with the command that would do it there. */
function forCi({ reason, message, offer }: RegistryError, plan: RegistryPlan): RegistryError {
  const command = ciCommand(plan);
  return new RegistryError(reason, message, command === undefined ? offer : { ...offer, command });
}

async function retry(push: () => Promise<void>): Promise<unknown> {
  try {
    await push();
    return undefined;
  } catch (error) {
    return error;
  }
}

/** A connection lost after the remote took the tags is no failure: asks it, where it did not refuse. */
async function arrived(
  repository: Repository,
  remote: string,
  tags: readonly MadeTag[],
  failure: unknown,
): Promise<boolean> {
  if (!(failure instanceof GitError) || pushError(failure, remote).reason !== 'unreachable') return false;
  const answer = await writeGit(repository, ['ls-remote', '--', remote, ...tags.map((one) => one.ref)], {
    timeout: 10_000,
  }).catch(() => undefined);
  const said = answer?.stdout.toString('utf8') ?? '';
  return tags.every((one) => said.includes(`${one.id}\t${one.ref}`));
}

/** The number to try next, once the remote has the planned one. */
async function nextNumber(repository: Repository, plan: RegistryPlan): Promise<string | undefined> {
  const from = plan.tags.some((one) => one.what === 'register') ? parseSemVer(plan.version ?? '') : undefined;
  if (!from) return undefined;
  const registry = await readRegistry(repository, { ask: { remote: plan.remote, artifact: plan.artifact } });
  return nextFree(from, 'patch', takenVersions(registry, plan.artifact));
}
