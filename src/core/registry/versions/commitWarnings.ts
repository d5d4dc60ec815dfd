import type { Model } from '../../catalog/catalog.js';
import { sameBits } from '../../digest.js';
import type { CommitId } from '../../git/ids.js';
import { commitId } from '../../git/ids.js';
import { localGit, nothingLocal } from '../../git/localObjects.js';
import { runGit } from '../../git/process.js';
import { bytesWarnings } from './bytesWarnings.js';
import type { PlanWarning, RegistryCatalog } from './plan.js';
import { renderCommand } from './plan.js';

interface Options {
  readonly signal?: AbortSignal;
}

/** How many commits of the default branch are searched for the same bits. */
const SEARCHED = 50;

/** What a person should know about the commit that is to be registered; never a reason to refuse. */
export async function commitWarnings(
  catalog: RegistryCatalog,
  model: Model,
  commit: CommitId,
  options: Options,
): Promise<readonly PlanWarning[]> {
  return [
    ...(await offDefaultBranch(catalog, model, commit, options)),
    ...(await onNoRemote(catalog, commit, options)),
    ...(await bytesWarnings(catalog, model, commit, options)),
  ];
}

async function offDefaultBranch(
  catalog: RegistryCatalog,
  model: Model,
  commit: CommitId,
  options: Options,
): Promise<readonly PlanWarning[]> {
  const branch = catalog.defaultBranch?.branch;
  if (!branch?.commit) return [];
  const where = { cwd: catalog.repository.root, accept: [0, 1], ...options };
  const { exitCode } = await runGit(
    catalog.repository.git,
    ['merge-base', '--is-ancestor', commit, branch.commit],
    where,
  );
  if (exitCode === 0) return [];
  const name = branch.remote === null ? branch.name : `${branch.remote}/${branch.name}`;
  const same = await sameBitsOn(catalog, model, branch.commit, options);
  const known = same === undefined ? undefined : versionOn(catalog, model, same);
  const there = same === undefined ? '' : `; ${same.slice(0, 10)} there has the same bits and `;
  const rest = same === undefined ? '' : known === undefined ? 'could be registered instead' : `is ${known}`;
  const message = `The commit ${commit.slice(0, 10)} is not on ${name}${there}${rest}.`;
  const better = known === undefined && same !== undefined ? { better: same } : {};
  return [{ severity: 'warning', code: 'not-on-default-branch', message, commit, ...better }];
}

/** The active version of a model that stands on a commit: GTO allows no second one there. */
function versionOn({ versions }: RegistryCatalog, model: Model, commit: CommitId): string | undefined {
  for (const one of versions.values()) {
    if (one.artifact === model.name && one.commit === commit && one.active) return one.version;
  }
  return undefined;
}

/** The commit of a branch that brought these bits there: the newest that touched the pointer and has them. */
async function sameBitsOn(
  catalog: RegistryCatalog,
  model: Model,
  tip: CommitId,
  options: Options,
): Promise<CommitId | undefined> {
  if (model.digest === null || model.path === null) return undefined;
  const paths = [...new Set([model.pointer ?? model.path, model.path])];
  const listed = await runGit(
    localGit(catalog.repository),
    ['--literal-pathspecs', 'rev-list', '--first-parent', `--max-count=${SEARCHED}`, tip, '--', ...paths],
    { cwd: catalog.repository.root, ...options },
  ).catch(nothingLocal);
  for (const line of listed?.stdout.toString('utf8').split('\n') ?? []) {
    if (line === '') continue;
    const candidate = commitId(line);
    const there = await catalog.modelsAt(candidate, options);
    const same = [...there.models, ...there.others].find((one) => one.path === model.path);
    if (same && sameBits(same.digest, model.digest)) return candidate;
  }
  return undefined;
}

async function onNoRemote(
  catalog: RegistryCatalog,
  commit: CommitId,
  options: Options,
): Promise<readonly PlanWarning[]> {
  if (!catalog.branches.some((branch) => branch.remote !== null)) return [];
  const { stdout } = await runGit(
    catalog.repository.git,
    ['for-each-ref', '--count=1', `--contains=${commit}`, '--format=%(refname)', 'refs/remotes'],
    { cwd: catalog.repository.root, ...options },
  );
  if (stdout.length > 0) return [];
  const branch = await branchOf(catalog, commit, options);
  const at = commit.slice(0, 10);
  const remedy = branch === undefined ? undefined : ['git', 'push', catalog.settings.remote, branch];
  const push = remedy ? `push it first (${renderCommand(remedy)})` : 'push a branch that has it first';
  return [
    {
      severity: 'warning',
      code: 'commit-on-no-remote',
      message: `No remote branch that was fetched has the commit ${at}: ${push}, so that others can see what the version is.`,
      commit,
      ...(remedy ? { remedy } : {}),
    },
  ];
}

/** A local branch that has the commit, the checked-out one if it does. */
async function branchOf(
  catalog: RegistryCatalog,
  commit: CommitId,
  options: Options,
): Promise<string | undefined> {
  const { stdout } = await runGit(
    catalog.repository.git,
    ['for-each-ref', `--contains=${commit}`, '--format=%(refname)', 'refs/heads'],
    { cwd: catalog.repository.root, ...options },
  );
  const names = stdout
    .toString('utf8')
    .split('\n')
    .filter((ref) => ref !== '')
    .map((ref) => ref.slice('refs/heads/'.length));
  return names.find((name) => name === catalog.head.branch) ?? names[0];
}
