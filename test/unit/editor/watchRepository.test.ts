import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
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

  let failures: string[];

  const start = async (folder = repo.dir): Promise<void> => {
    const repository = await openRepository(folder);
    seen = [];
    failures = [];
    watch = watchRepository(repository, [path.join(folder, 'modelkeep.yaml')], {
      changed: (what) => seen.push(what),
      failed: (reason) => failures.push(reason),
    });
    await watch.ready;
  };
  const startAgain = async (folder?: string): Promise<void> => {
    watch.dispose();
    await start(folder);
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
    assert.deepEqual(failures, []);
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

  it('notices a branch in a folder that packing refs removed and another branch made anew', async () => {
    repo.git('branch', 'experiment/churn_x');
    await startAgain();
    repo.git('pack-refs', '--all', '--prune');
    repo.git('branch', 'experiment/churn_y');
    await sleep(100);
    await notices(() => void repo.git('branch', 'experiment/churn_z'));
  });

  it('notices in a linked worktree what the main one and others do, and its own switching', async () => {
    const linked = repo.worktree('experiment/churn_x');
    try {
      await startAgain(linked.dir);
      await notices(() => void repo.git('branch', 'experiment/churn_y'));
      await notices(() => void repo.git('tag', 'v1'));
      await notices(() => void repo.git('pack-refs', '--all'));
      await sleep(100);
      await notices(() => void linked.git('switch', '-q', '--detach'));
      await notices(() => linked.write('modelkeep.yaml', 'remote: origin\n'));
    } finally {
      linked.dispose();
    }
  });

  it('notices tables of refs (reftable)', async () => {
    const tables = path.join(repo.dir, '.git', 'reftable');
    mkdirSync(tables);
    await startAgain();
    await notices(() => writeFileSync(path.join(tables, 'tables.list'), '0x1-0x1.ref\n'));
  });

  it('does not notice objects, the index, nor lock files', async () => {
    repo.write('b.txt', '2');
    repo.git('add', '--all');
    repo.run(['hash-object', '-w', '--stdin'], { input: 'an object' });
    writeFileSync(path.join(repo.dir, '.git', 'refs', 'heads', 'main.lock'), '');
    await sleep(100);
    assert.deepEqual(seen, []);
  });

  it('follows other files from one moment to the next', async () => {
    watch.follow([path.join(repo.dir, 'a.txt')]);
    await notices(() => repo.write('a.txt', '2'));
    seen.length = 0;
    repo.write('modelkeep.yaml', 'remote: origin\n');
    await sleep(100);
    assert.deepEqual(seen, []);
  });

  it('says that there are more folders of refs than can be watched', async () => {
    for (let index = 0; index < 1600; index += 1) {
      mkdirSync(path.join(repo.dir, '.git', 'refs', 'heads', `team-${String(index)}`));
    }
    await startAgain();
    assert.match(failures[0] ?? '', /more than 1500 folders of refs/);
    failures.length = 0;
  });

  it('tells nothing any more once it ended', async () => {
    watch.dispose();
    repo.git('branch', 'experiment/churn_x');
    await sleep(100);
    assert.deepEqual(seen, []);
  });
});
