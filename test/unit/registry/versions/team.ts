import { gitEnvironment } from '../../../../src/core/git/process.js';
import { openRepository } from '../../../../src/core/git/repository.js';
import type { Repository } from '../../../../src/core/git/repository.js';
import { openCatalog } from '../../../../src/core/catalog/open.js';
import type { Catalog } from '../../../../src/core/catalog/catalog.js';
import { RegistryError } from '../../../../src/core/registry/versions/registryError.js';
import { GitRepo } from '../../../fixtures/gitRepo.js';

/** The model that these tests register. */
export const CHURN = { name: 'churn', path: 'models/churn.pkl' } as const;

/** A working copy with two versions of one model in two commits, and a bare remote. */
export function teamRepository(): { repo: GitRepo; remote: GitRepo } {
  const repo = GitRepo.create();
  repo.dvcPointer(CHURN.path, { content: 'first' }).commit('first');
  repo.dvcPointer(CHURN.path, { content: 'second' }).commit('second');
  return { repo, remote: repo.bare() };
}

export async function opened(
  repo: GitRepo,
  env: NodeJS.ProcessEnv = {},
  program = 'git',
): Promise<Repository> {
  return openRepository(repo.dir, { git: gitEnvironment({ ...repo.env, ...env }, program) });
}

export async function catalogOf(repo: GitRepo, env: NodeJS.ProcessEnv = {}): Promise<Catalog> {
  return openCatalog(await opened(repo, env));
}

/** The error that a refused operation ended with. */
export async function refusal(operation: Promise<unknown>): Promise<RegistryError> {
  try {
    await operation;
  } catch (error) {
    if (error instanceof RegistryError) return error;
    throw error;
  }
  throw new Error('it was not refused');
}

/** Every ref, HEAD and the files of the Git directory that a write could leave behind. */
export function refsOf(repo: GitRepo): string {
  return repo.git('for-each-ref', '--format=%(objectname) %(refname)');
}
