import assert from 'node:assert/strict';
import { modelsOn, open } from '../../fixtures/catalogs.js';
import { runCommandLine } from '../../fixtures/commandLine.js';
import { GitRepo } from '../../fixtures/gitRepo.js';

describe('the catalog', () => {
  let repo: GitRepo;
  beforeEach(() => {
    repo = GitRepo.create();
  });
  afterEach(() => repo.dispose());

  describe('declared models', () => {
    it('are Git files, paths inside folder outputs, nothing at all, and URLs', async () => {
      repo
        .write('small.json', '{}')
        .write('lib/a.txt', 'a')
        .dvcPointer('store', { md5: `${'a'.repeat(32)}.dir`, files: 2 });
      repo.write(
        'dvc.yaml',
        `artifacts:
  git-file: {path: small.json, type: model}
  git-folder: {path: lib, type: model}
  inside: {path: store/deep/net.pt, type: model}
  absent: {path: nowhere.pkl, type: model}
  remote: {path: 's3://bucket/net.pt', type: model}
  untyped: {path: lib/a.txt}
  not a name: {path: small.json, type: model}
`,
      );
      repo.commit('One');
      const catalog = await open(repo);
      const models = await modelsOn(catalog, 'main');
      const rows = Object.fromEntries(
        models.map((model) => [
          model.name,
          [model.path, model.tracking, model.digest?.algorithm ?? null, model.size],
        ]),
      );
      assert.deepEqual(rows, {
        'git-file': ['small.json', 'git', 'git', 2],
        'git-folder': ['lib', 'git', 'git', null],
        inside: ['store/deep/net.pt', 'dvc', null, null],
        absent: ['nowhere.pkl', 'none', null, null],
        remote: ['s3://bucket/net.pt', 'none', null, null],
        'not a name': ['small.json', 'git', 'git', 2],
      });
    });

    it('win over the patterns, both ways, and take the folder of their dvc.yaml in front', async () => {
      repo.dvcPointer('sub/odd.bin').dvcPointer('sub/model.pkl');
      repo.write(
        'sub/dvc.yaml',
        'artifacts:\n  odd:\n    path: odd.bin\n    type: model\n  data:\n    path: model.pkl\n    type: dataset\n',
      );
      repo.commit('One');
      const models = await modelsOn(await open(repo), 'main');
      assert.deepEqual(
        models.map(({ name, path, declared }) => [name, path, declared]),
        [['sub:odd', 'sub/odd.bin', true]],
      );
    });

    it('are two models when one file is declared twice', async () => {
      repo.dvcPointer('net.pt');
      repo.write(
        'dvc.yaml',
        'artifacts:\n  one: {path: net.pt, type: model}\n  two: {path: net.pt, type: model}\n',
      );
      repo.commit('One');
      repo.registerVersion('two', 'v1.0.0');
      const models = await modelsOn(await open(repo), 'main');
      assert.deepEqual(
        models.map(({ name, versions }) => [name, versions]),
        [
          ['one', []],
          ['two', ['two@v1.0.0']],
        ],
      );
    });
  });

  describe('models of many LFS files', () => {
    it('are gathered where a folder is named, and where shards lie together', async () => {
      repo.lfsPointer('llm/model.safetensors', { content: 'w' }).write('llm/config.json', '{}');
      repo.lfsPointer('big/model-00001-of-00002.safetensors', { content: '1', size: 10 });
      repo.lfsPointer('big/model-00002-of-00002.safetensors', { content: '2', size: 20 });
      repo.write('modelkeep.yaml', 'models:\n  names:\n    assistant: llm\n');
      repo.commit('One');
      const models = await modelsOn(await open(repo), 'main');
      assert.deepEqual(
        models.map(({ name, path, files, size }) => [name, path, files, size]),
        [
          ['model', 'big/model.safetensors', 2, 30],
          ['assistant', 'llm', 2, 3],
        ],
      );
      for (const { digest } of models) assert.match(digest?.value ?? '', /^[0-9a-f]{64}\.lfsdir$/);
    });
  });

  describe('the default branch', () => {
    const because = async (): Promise<unknown> => {
      const { defaultBranch } = await open(repo);
      return defaultBranch && [defaultBranch.branch.name, defaultBranch.branch.remote, defaultBranch.because];
    };

    it('is the setting, else the remote’s HEAD, else main, master or trunk, else HEAD', async () => {
      repo.commit('One');
      repo.git('branch', '-m', 'work');
      assert.deepEqual(await because(), ['work', null, 'head']);
      repo.branch('trunk');
      assert.deepEqual(await because(), ['trunk', null, 'name']);
      repo.branch('master').branch('release');
      assert.deepEqual(await because(), ['master', null, 'name']);
      repo.git('update-ref', 'refs/remotes/origin/develop', 'HEAD');
      repo.git('symbolic-ref', 'refs/remotes/origin/HEAD', 'refs/remotes/origin/develop');
      assert.deepEqual(await because(), ['develop', 'origin', 'remote-head']);
      repo.write('modelkeep.yaml', 'branches:\n  default: release\n');
      assert.deepEqual(await because(), ['release', null, 'setting']);
    });
  });

  it('has DVC experiments as a group of their own, without DVC’s own refs', async () => {
    repo.dvcPointer('models/a.pkl', { content: '1' }).commit('One');
    const baseline = repo.head();
    repo.git('checkout', '-q', '--detach');
    repo.dvcPointer('models/a.pkl', { content: '2' }).commit('dvc: commit experiment');
    const commit = repo.head();
    repo.git('checkout', '-q', 'main');
    repo.git('update-ref', `refs/exps/${baseline.slice(0, 2)}/${baseline.slice(2)}/tangy-auk`, commit);
    for (const own of ['stash', 'exec/EXEC_BASELINE', 'celery/stash', 'apply/x'])
      repo.git('update-ref', `refs/exps/${own}`, commit);
    const { out } = await runCommandLine(repo, 'list', '--all', '--json');
    const list = JSON.parse(out) as { experiments: unknown; branches: { name: string }[] };
    assert.deepEqual(list.experiments, [{ name: 'tangy-auk', commit, baseline }]);
    assert.deepEqual(
      list.branches.map(({ name }) => name),
      ['main'],
    );
    const { models } = await (await open(repo)).modelsAt(commit);
    assert.deepEqual(
      models.map(({ name }) => name),
      ['a'],
    );
  });
});
