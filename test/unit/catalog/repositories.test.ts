import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { openCatalog } from '../../../src/core/catalog/open.js';
import { gitEnvironment } from '../../../src/core/git/process.js';
import { openRepository } from '../../../src/core/git/repository.js';
import { modelsOn, open } from '../../fixtures/catalogs.js';
import { GitRepo } from '../../fixtures/gitRepo.js';

describe('the catalog of every kind of repository', () => {
  let repo: GitRepo;
  beforeEach(() => {
    repo = GitRepo.create();
  });
  afterEach(() => repo.dispose());

  describe('every kind of repository', () => {
    it('bare', async () => {
      repo
        .dvcPointer('models/a.pkl')
        .write('modelkeep.yaml', 'models:\n  names:\n    named: models/a.pkl\n')
        .commit('One');
      const bare = repo.bare();
      const catalog = await open(bare);
      assert.equal(catalog.repository.bare, true);
      assert.deepEqual(
        (await modelsOn(catalog, 'main')).map(({ name }) => name),
        ['named'],
      );
      bare.dispose();
    });

    it('detached, unborn and without any commit', async () => {
      const empty = await open(repo);
      assert.deepEqual(empty.head, { branch: 'main', commit: null });
      assert.deepEqual(await modelsOn(empty, 'main'), []);
      repo.dvcPointer('models/a.pkl').commit('One');
      repo.git('checkout', '--detach', '--quiet');
      const detached = await open(repo);
      assert.equal(detached.head.branch, null);
      assert.deepEqual(
        (await modelsOn(detached, 'HEAD')).map(({ name }) => name),
        ['a'],
      );
      repo.git('checkout', '--orphan', 'new', '--quiet');
      const unborn = await open(repo);
      assert.deepEqual(unborn.head, { branch: 'new', commit: null });
      assert.deepEqual(
        unborn.branches.map(({ name, commit }) => [name, commit !== null]),
        [
          ['new', false],
          ['main', true],
        ],
      );
    });

    it('a linked worktree, and a folder inside the working copy', async () => {
      repo.dvcPointer('models/a.pkl').commit('One');
      const linked = repo.worktree('experiment/a_b');
      const catalog = await open(linked, linked.at('models'));
      assert.equal(catalog.head.branch, 'experiment/a_b');
      assert.deepEqual(
        catalog.branches.map(({ name }) => name),
        ['experiment/a_b', 'main'],
      );
      linked.dispose();
    });

    it('SHA-256 objects', async () => {
      repo.dispose();
      repo = GitRepo.create();
      rmSync(repo.at('.git'), { recursive: true });
      repo.git('init', '--quiet', '--object-format=sha256', '--initial-branch=main');
      repo.dvcPointer('models/a.pkl').lfsPointer('models/deep/b.onnx').commit('One');
      repo.registerVersion('a', 'v1.0.0');
      const catalog = await open(repo);
      assert.deepEqual(
        (await modelsOn(catalog, 'main')).map(({ name, at }) => [name, at]),
        [
          ['a', 'a@v1.0.0'],
          ['b', null],
        ],
      );
    });

    it('a shallow clone, with a submodule inside', async () => {
      repo.dvcPointer('models/a.pkl', { content: '1' }).commit('One');
      repo.dvcPointer('models/a.pkl', { content: '2' }).commit('Two');
      repo.git('update-index', '--add', '--cacheinfo', `160000,${'1'.repeat(40)},models/sub`);
      repo.git('commit', '--quiet', '-m', 'Submodule');
      const shallow = repo.clone('--depth', '1', '--no-local');
      const catalog = await open(shallow);
      assert.equal(catalog.repository.shallow, true);
      assert.deepEqual(
        (await modelsOn(catalog, 'main')).map(({ name }) => name),
        ['a'],
      );
      shallow.dispose();
    });

    it('a partial clone, without fetching what is not local', async () => {
      repo.dvcPointer('models/a.pkl').dvcPointer('models/b.pkl').commit('One');
      repo.dvcPointer('models/a.pkl', { content: '2' }).commit('Two');
      repo.git('config', 'uploadpack.allowFilter', 'true');
      const partial = repo.clone('--filter=blob:none', '--no-checkout', '--no-local');
      const before = partial.git('count-objects', '-v');
      const catalog = await open(partial);
      const branch = catalog.branches.find(({ remote }) => remote === null);
      assert.ok(branch);
      const on = await catalog.modelsOn(branch);
      assert.deepEqual(on.models, []);
      assert.deepEqual(on.diagnostics.map(({ code, path }) => [code, path]).sort(), [
        ['object-missing', 'models/a.pkl.dvc'],
        ['object-missing', 'models/b.pkl.dvc'],
      ]);
      assert.equal(partial.git('count-objects', '-v'), before);
      partial.dispose();
    });

    it('a Git without cat-file --batch-command (before 2.36)', async () => {
      repo.dvcPointer('models/a.pkl').lfsPointer('models/b.onnx').commit('One');
      repo.registerVersion('a', 'v1.0.0');
      const program = repo.at('.git', 'old-git');
      writeFileSync(
        program,
        '#!/bin/sh\nfor word; do [ "$word" = --batch-command ] && { echo "error: unknown option" >&2; exit 129; }; done\nexec git "$@"\n',
        { mode: 0o755 },
      );
      const catalog = await openCatalog(
        await openRepository(repo.dir, { git: gitEnvironment(repo.env, program) }),
      );
      assert.deepEqual(
        (await modelsOn(catalog, 'main')).map(({ name, at }) => [name, at]),
        [
          ['a', 'a@v1.0.0'],
          ['b', null],
        ],
      );
    });

    it('reftable, or a clear word where Git is too old for it', async () => {
      const isKnown = spawnSync('git', ['init', '-q', '--ref-format=reftable', repo.at('refs')]).status === 0;
      if (isKnown) {
        const made = GitRepo.create({ refFormat: 'reftable' });
        made.dvcPointer('models/a.pkl').commit('One');
        assert.deepEqual(
          (await modelsOn(await open(made), 'main')).map(({ name }) => name),
          ['a'],
        );
        made.dispose();
        return;
      }
      repo.dvcPointer('models/a.pkl').commit('One');
      repo.git('config', 'core.repositoryFormatVersion', '1');
      repo.git('config', 'extensions.refStorage', 'reftable');
      await assert.rejects(open(repo), /needs a newer Git .*reftable/);
    });

    it('packed refs, and objects borrowed from an alternate', async () => {
      repo.dvcPointer('models/a.pkl').commit('One');
      repo.registerVersion('a', 'v1.0.0');
      repo.git('pack-refs', '--all');
      repo.git('repack', '-adq');
      const borrowing = repo.clone('--shared');
      assert.deepEqual(
        (await modelsOn(await open(borrowing), 'main')).map(({ at }) => at),
        ['a@v1.0.0'],
      );
      borrowing.dispose();
    });
  });
});
