import type { Catalog } from '../../../src/core/catalog/catalog.js';
import { openCatalog } from '../../../src/core/catalog/open.js';
import { gitEnvironment } from '../../../src/core/git/process.js';
import { openRepository } from '../../../src/core/git/repository.js';
import { GitRepo } from '../../fixtures/gitRepo.js';

export const SETTINGS = `environments:
  production:
    ref: main
    stage: prod
    pins:
      - { model: churn, file: config/model.yaml, version: model.version }
  development: { model: churn, file: config/dev.env, version: CHURN, ref: worktree }
`;

/**
 * A model of three revisions: v1.0.0, v2.0.0 (holds prod), v3.0.0 at the tip; the plain tag `baseline` on the first;
 * pinned to v1.0.0 in config/model.yaml and by tag in config/dev.env.
 */
export function churn(settings = SETTINGS): GitRepo {
  const made = templates.get(settings);
  if (made) return made.copy();
  const repo = makeChurn(settings);
  templates.set(settings, repo);
  return repo.copy();
}

const templates = new Map<string, GitRepo>();

function makeChurn(settings: string): GitRepo {
  const repo = GitRepo.create();
  repo.write('modelkeep.yaml', settings);
  repo.write(
    'config/model.yaml',
    '# what production loads\nmodel:\n  name: churn\n  version: v1.0.0 # pinned\n',
  );
  repo.write('config/dev.env', 'DEBUG=1\nCHURN=churn@v1.0.0\n');
  repo.dvcPointer('models/churn.pkl', { content: 'one' }).commit('first');
  repo.registerVersion('churn', 'v1.0.0');
  repo.tag('baseline');
  repo.dvcPointer('models/churn.pkl', { content: 'second' }).commit('second');
  repo.registerVersion('churn', 'v2.0.0');
  repo.assignStage('churn', 'prod');
  repo.dvcPointer('models/churn.pkl', { content: 'third one' }).commit('third');
  repo.registerVersion('churn', 'v3.0.0');
  return repo;
}

/** The catalog of a repository as it is now. */
export async function catalogOf(repo: GitRepo): Promise<Catalog> {
  return openCatalog(await openRepository(repo.dir, { git: gitEnvironment(repo.env) }));
}
