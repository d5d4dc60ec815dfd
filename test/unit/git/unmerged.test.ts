import assert from 'node:assert/strict';
import { openRepository } from '../../../src/core/git/repository.js';
import { unmergedPaths } from '../../../src/core/git/unmerged.js';
import { GitRepo } from '../../fixtures/gitRepo.js';

describe('paths in conflict', () => {
  let repo: GitRepo;
  beforeEach(() => {
    repo = GitRepo.create();
    repo.write('models/ä b.pkl.dvc', 'base').write('other.txt', 'base').commit('base');
    repo.switch('theirs').write('models/ä b.pkl.dvc', 'theirs').write('new.txt', 'theirs').commit('theirs');
    repo.switch('main').write('models/ä b.pkl.dvc', 'ours').commit('ours');
  });
  afterEach(() => repo.dispose());

  const unmerged = async (folder = repo.dir): Promise<readonly string[]> =>
    unmergedPaths(await openRepository(folder));

  it('are those of a merge that stopped, each once, until it is over', async () => {
    assert.deepEqual(await unmerged(), []);
    assert.throws(() => repo.merge('theirs'));
    assert.deepEqual(await unmerged(), ['models/ä b.pkl.dvc']);
    repo.git('merge', '--abort');
    assert.deepEqual(await unmerged(), []);
  });

  it('are those of a rebase in a linked worktree, and of no other', async () => {
    const linked = repo.worktree('mine', 'main');
    try {
      assert.throws(() => linked.git('rebase', 'theirs'));
      assert.deepEqual(await unmerged(linked.dir), ['models/ä b.pkl.dvc']);
      assert.deepEqual(await unmerged(), []);
    } finally {
      linked.dispose();
    }
  });

  it('are asked of no Git while nothing is under way', async () => {
    const repository = await openRepository(repo.dir);
    const git = { ...repository.git, program: '/nowhere/git' };
    assert.deepEqual(await unmergedPaths({ ...repository, git }), []);
  });
});
