import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { gitEnvironment } from '../../../src/core/git/process.js';
import { discoverRepositories } from '../../../src/editor/store/discover.js';
import { GitRepo } from '../../fixtures/gitRepo.js';

describe('the repositories of a workspace', () => {
  const outside = realpathSync(mkdtempSync(path.join(os.tmpdir(), 'modelkeep-discover-')));
  let repo: GitRepo;
  beforeEach(() => {
    repo = GitRepo.create();
    repo.write('deep/er/x', '').commit('One');
  });
  afterEach(() => repo.dispose());
  after(() => rmSync(outside, { recursive: true }));

  const discover = async (...folders: string[]): Promise<readonly string[]> => {
    const found = await discoverRepositories(folders, { git: gitEnvironment(repo.env) });
    return found.map((one) =>
      'repository' in one ? one.repository.root : `${one.folder}: ${String(one.error)}`,
    );
  };

  it('are that around an opened folder, and those below, each once', async () => {
    for (const below of ['services/one', 'services/two']) {
      mkdirSync(repo.at(below), { recursive: true });
      repo.git('init', '-q', repo.at(below));
    }
    assert.deepEqual(await discover(repo.at('deep', 'er')), [repo.dir]);
    assert.deepEqual(await discover(repo.dir, repo.at('deep')), [
      repo.dir,
      repo.at('services', 'one'),
      repo.at('services', 'two'),
    ]);
    assert.deepEqual(await discover(repo.at('services')), [
      repo.dir,
      repo.at('services', 'one'),
      repo.at('services', 'two'),
    ]);
  });

  it('are linked worktrees and submodules too, and bare ones that were opened', async () => {
    const worktree = repo.worktree('other');
    const bare = repo.clone('--bare');
    assert.deepEqual(await discover(worktree.dir, bare.dir), [worktree.dir, bare.dir]);
    repo.git('-c', 'protocol.file.allow=always', 'submodule', '--quiet', 'add', `file://${bare.dir}`, 'sub');
    assert.deepEqual(await discover(repo.dir), [repo.dir, repo.at('sub')]);
    worktree.dispose();
    bare.dispose();
  });

  it('are none where there is none, and a broken one is an answer', async () => {
    mkdirSync(path.join(outside, 'plain'), { recursive: true });
    assert.deepEqual(await discover(path.join(outside, 'plain')), []);
    repo.git('config', 'core.repositoryFormatVersion', '99');
    const [answer = ''] = await discover(repo.dir);
    assert.match(answer, /needs a newer Git/);
  });
});
