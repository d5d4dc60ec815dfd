import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { CatalogSource } from '../../../src/core/catalog/source.js';
import { openRepository } from '../../../src/core/git/repository.js';
import { emptinessOf } from '../../../src/editor/tree/emptyState.js';
import { GitRepo } from '../../fixtures/gitRepo.js';

describe('why a repository has no rows', () => {
  const repositories: GitRepo[] = [];
  const create = (): GitRepo => {
    const repo = GitRepo.create();
    repositories.push(repo);
    return repo;
  };
  const emptiness = async (repo: GitRepo): Promise<string> =>
    emptinessOf(await new CatalogSource(await openRepository(repo.dir)).load());
  after(() => {
    for (const repo of repositories) repo.dispose();
  });

  it('is that nothing was committed, whatever lies in the folder', async () => {
    const repo = create().dvcPointer('models/churn.pkl').write('modelkeep.yaml', 'remote: origin\n');
    assert.equal(await emptiness(repo), 'noCommits');
  });

  it('is that no model was found as soon as there is a commit', async () => {
    const repo = create().write('README.md', 'nothing');
    repo.commit('no model');
    assert.equal(await emptiness(repo), 'noModels');
    repo.git('switch', '-q', '--orphan', 'new');
    assert.equal(await emptiness(repo), 'noModels');
  });

  it('is that no model was found where HEAD’s own ref is broken', async () => {
    const repo = create().write('README.md', 'nothing');
    repo.commit('no model');
    writeFileSync(repo.at('.git', 'refs', 'heads', 'main'), '');
    assert.equal(await emptiness(repo), 'noModels');
  });

  for (const ref of ['refs/remotes/origin/main', 'refs/tags/baseline']) {
    it(`is that no model was found where only ${ref} has a commit`, async () => {
      const repo = create().write('README.md', 'nothing');
      repo.commit('no model');
      repo.git('update-ref', ref, 'HEAD');
      repo.git('update-ref', '-d', 'refs/heads/main');
      assert.equal(await emptiness(repo), 'noModels');
    });
  }
});
