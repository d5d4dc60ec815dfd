import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { openRepository } from '../../../src/core/git/repository.js';
import type { RepositoryWatch } from '../../../src/editor/store/watchRepository.js';
import { watchRepository } from '../../../src/editor/store/watchRepository.js';
import { GitRepo } from '../../fixtures/gitRepo.js';

describe('watching a repository', function () {
  this.timeout(20_000);
  let repo: GitRepo;
  let watch: RepositoryWatch;
  let seen: string[];

  const start = async (): Promise<void> => {
    const repository = await openRepository(repo.dir);
    seen = [];
    watch = watchRepository(repository, [path.join(repo.dir, 'modelkeep.yaml')], {
      changed: (what) => seen.push(what),
      failed: (reason) => assert.fail(reason),
    });
    // Folders below refs are taken in by asynchronous reading.
    await sleep(100);
    seen.length = 0;
  };
  /** Waits for an event, at most as long as the test may take. */
  const notices = async (act: () => void): Promise<void> => {
    seen.length = 0;
    act();
    while (seen.length === 0) await sleep(5);
  };

  beforeEach(async () => {
    repo = GitRepo.create();
    repo.write('a.txt', '1');
    repo.commit('first');
    await start();
  });
  afterEach(() => {
    watch.dispose();
    repo.dispose();
  });

  it('notices commits, branches in new folders, tags, packed refs and switching', async () => {
    await notices(() => void repo.git('branch', 'experiment/churn_x'));
    await sleep(50);
    await notices(() => void repo.git('branch', 'experiment/churn_y'));
    await notices(() => void repo.git('tag', 'v1'));
    await notices(() => void repo.git('pack-refs', '--all'));
    await notices(() => void repo.git('switch', '-q', 'experiment/churn_x'));
    await notices(() => void repo.commit('second'));
  });

  it('notices the settings, and no other file of the working copy', async () => {
    writeFileSync(path.join(repo.dir, 'other.txt'), 'x');
    await sleep(100);
    assert.deepEqual(seen, []);
    await notices(() => writeFileSync(path.join(repo.dir, 'modelkeep.yaml'), 'remote: origin\n'));
  });
});
