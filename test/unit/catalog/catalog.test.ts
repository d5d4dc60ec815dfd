import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import type { BranchModel, Version } from '../../../src/core/catalog/catalog.js';
import type { RepositoryCatalog } from '../../../src/core/catalog/repositoryCatalog.js';
import { sameAs } from '../../../src/core/catalog/versions.js';
import { openCatalog } from '../../../src/core/catalog/open.js';
import { gitEnvironment } from '../../../src/core/git/process.js';
import { openRepository } from '../../../src/core/git/repository.js';
import { runCommandLine } from '../../fixtures/commandLine.js';
import { GitRepo } from '../../fixtures/gitRepo.js';

async function open(repo: GitRepo, dir = repo.dir): Promise<RepositoryCatalog> {
  return openCatalog(await openRepository(dir, { git: gitEnvironment(repo.env) }));
}

async function modelsOn(catalog: RepositoryCatalog, name: string): Promise<readonly BranchModel[]> {
  const branch = catalog.branches.find(
    (one) => (one.remote === null ? one.name : `${one.remote}/${one.name}`) === name,
  );
  assert.ok(branch, `no branch ${name}`);
  return (await catalog.modelsOn(branch)).models;
}

function bound(catalog: RepositoryCatalog, tag: string): readonly [string, string | null] | null {
  const model: Version['model'] = catalog.versions.get(tag)?.model ?? null;
  return model && [model.name, model.path];
}

describe('the catalog', () => {
  let repo: GitRepo;
  beforeEach(() => {
    repo = GitRepo.create();
  });
  afterEach(() => repo.dispose());

  describe('where a version belongs', () => {
    it('binds it at its own commit: declared, else given, else derived, else none', async () => {
      repo.dvcPointer('models/a.pkl').dvcPointer('models/b.pkl').dvcPointer('models/c.pkl');
      repo.write('dvc.yaml', 'artifacts:\n  first:\n    path: models/a.pkl\n    type: model\n');
      repo.write('modelkeep.yaml', 'models:\n  names:\n    second: models/b.pkl\n');
      repo.commit('One');
      for (const name of ['first', 'second', 'c', 'nobody']) repo.registerVersion(name, 'v1.0.0');
      const catalog = await open(repo);
      assert.deepEqual(bound(catalog, 'first@v1.0.0'), ['first', 'models/a.pkl']);
      assert.deepEqual(bound(catalog, 'second@v1.0.0'), ['second', 'models/b.pkl']);
      assert.deepEqual(bound(catalog, 'c@v1.0.0'), ['c', 'models/c.pkl']);
      assert.equal(bound(catalog, 'nobody@v1.0.0'), null);
      assert.deepEqual(
        catalog.registered().map(({ name, versions }) => [name, versions.length]),
        [
          ['c', 1],
          ['first', 1],
          ['nobody', 1],
          ['second', 1],
        ],
      );
    });

    it('belongs to the same path elsewhere, whatever it is called there', async () => {
      repo.dvcPointer('models/churn.pkl', { content: 'one' }).commit('One');
      repo.registerVersion('churn', 'v1.0.0');
      repo
        .write('dvc.yaml', 'artifacts:\n  renamed:\n    path: models/churn.pkl\n    type: model\n')
        .commit('Two');
      const [model] = await modelsOn(await open(repo), 'main');
      assert.deepEqual(
        [model?.name, model?.versions, model?.at],
        ['renamed', ['churn@v1.0.0'], 'churn@v1.0.0'],
      );
    });

    it('belongs to the same name where the path has moved', async () => {
      repo.dvcPointer('models/churn.pkl', { content: 'one' }).commit('One');
      repo.registerVersion('churn', 'v1.0.0');
      repo.rename('models/churn.pkl.dvc', 'deploy/churn.pkl.dvc').commit('Two');
      const [model] = await modelsOn(await open(repo), 'main');
      assert.deepEqual(
        [model?.path, model?.versions, model?.at],
        ['deploy/churn.pkl', ['churn@v1.0.0'], 'churn@v1.0.0'],
      );
    });

    it('keeps the name of the registered path when a second file would derive it', async () => {
      repo.dvcPointer('models/churn.pkl').commit('One');
      repo.registerVersion('churn', 'v1.0.0');
      repo.dvcPointer('archive/churn.pkl').commit('Two');
      const models = await modelsOn(await open(repo), 'main');
      assert.deepEqual(
        models.map(({ name, path }) => [name, path]),
        [
          ['archive:churn', 'archive/churn.pkl'],
          ['churn', 'models/churn.pkl'],
        ],
      );
    });

    it('counts a tagged commit outside the branch when the bits are the same (squash merge)', async () => {
      repo.dvcPointer('models/churn.pkl', { content: 'one' }).commit('One');
      repo
        .switch('experiment/churn_deeper')
        .dvcPointer('models/churn.pkl', { content: 'two' })
        .commit('Deeper');
      repo.registerVersion('churn', 'v1.0.0');
      repo.switch('main').squashMerge('experiment/churn_deeper');
      const [merged] = await modelsOn(await open(repo), 'main');
      assert.deepEqual([merged?.versions, merged?.at], [['churn@v1.0.0'], 'churn@v1.0.0']);
      repo.dvcPointer('models/churn.pkl', { content: 'three' }).commit('Three');
      const [later] = await modelsOn(await open(repo), 'main');
      assert.deepEqual([later?.versions, later?.at], [[], null]);
    });

    it('counts what came by either side of a merge, and nothing from beside the branch', async () => {
      repo.dvcPointer('models/churn.pkl', { content: 'one' }).commit('One');
      repo.branch('side').branch('beside');
      repo.dvcPointer('models/churn.pkl', { content: 'two' }).commit('Two');
      repo.registerVersion('churn', 'v1.0.0');
      repo.switch('side').write('notes', 'x').commit('Notes');
      repo.registerVersion('churn', 'v1.1.0');
      repo.switch('beside').write('other', 'x').commit('Other');
      repo.registerVersion('churn', 'v1.2.0');
      repo.switch('main').merge('side');
      repo.dvcPointer('models/churn.pkl', { content: 'three' }).commit('Three');
      const catalog = await open(repo);
      const [model] = await modelsOn(catalog, 'main');
      assert.deepEqual([...(model?.versions ?? [])].sort(), ['churn@v1.0.0', 'churn@v1.1.0']);
      const [before] = await modelsOn(catalog, 'beside');
      assert.deepEqual([...(before?.versions ?? [])].sort(), ['churn@v1.1.0', 'churn@v1.2.0']);
    });

    it('names no version where the tip has other bits, and the newest where several have them', async () => {
      repo.dvcPointer('models/churn.pkl', { content: 'one' }).commit('One');
      repo.registerVersion('churn', 'v1.0.0');
      repo.commit('Nothing new');
      repo.registerVersion('churn', 'v1.1.0');
      repo.assignStage('churn', 'prod');
      const [same] = await modelsOn(await open(repo), 'main');
      assert.deepEqual([same?.at, same?.stages], ['churn@v1.1.0', ['prod']]);
      repo.dvcPointer('models/churn.pkl', { content: 'two' }).commit('Two');
      const catalog = await open(repo);
      const [other] = await modelsOn(catalog, 'main');
      assert.deepEqual(
        [other?.at, other?.stages, other?.versions],
        [null, [], ['churn@v1.1.0', 'churn@v1.0.0']],
      );
      const first = catalog.versions.get('churn@v1.0.0');
      assert.deepEqual(first && sameAs(first), ['churn@v1.1.0']);
    });

    it('are as old as their tags, also where the tagger has no name', async () => {
      const commit = repo.dvcPointer('models/churn.pkl').commit('One');
      repo.tag('plain');
      const lines = [`object ${commit}`, 'type commit', 'tag churn@v1.0.0', 'tagger  <t@x> 1600000000 +0000'];
      const tag = repo.run(['hash-object', '-t', 'tag', '-w', '--stdin', '--literally'], {
        input: Buffer.from(`${lines.join('\n')}\n\nFirst\n`),
      });
      repo.git('update-ref', 'refs/tags/churn@v1.0.0', tag.toString().trim());
      const version = (await open(repo)).versions.get('churn@v1.0.0');
      assert.equal(version && new Date(version.time).toISOString(), '2020-09-13T12:26:40.000Z');
    });
  });

  describe('plain tags', () => {
    it('name the revision of every model in their commit, lightweight or annotated', async () => {
      repo
        .dvcPointer('models/a.pkl', { content: 'a' })
        .lfsPointer('models/b.onnx', { content: 'b' })
        .commit('One');
      repo.tag('v2.0');
      repo.annotatedTag('baseline');
      repo.dvcPointer('models/a.pkl', { content: 'a2' }).commit('Two');
      const catalog = await open(repo);
      assert.deepEqual(catalog.plainTags.map(({ name }) => name).sort(), ['baseline', 'v2.0']);
      const versions = await catalog.plainVersions({ name: 'a', path: 'models/a.pkl' });
      assert.deepEqual(versions.map(({ kind, version }) => [kind, version]).sort(), [
        ['tag', 'baseline'],
        ['tag', 'v2.0'],
      ]);
      assert.equal(new Set(versions.map(({ digest }) => digest?.value)).size, 1);
    });

    it('are neither in GTO’s grammar when lightweight, nor tags of trees and blobs', async () => {
      repo.dvcPointer('models/a.pkl').commit('One');
      repo.tag('a@v1.0.0').tag('tree', 'HEAD^{tree}').tag('blob', 'HEAD:models/a.pkl.dvc');
      const catalog = await open(repo);
      assert.equal(catalog.versions.size, 0);
      assert.deepEqual(catalog.plainTags, []);
      assert.deepEqual(
        catalog.diagnostics.map(({ severity, ref }) => [severity, ref]),
        [['info', 'refs/tags/a@v1.0.0']],
      );
    });

    it('are read through nested tags, and as versions where the template fits', async () => {
      repo
        .dvcPointer('models/a.pkl')
        .write('modelkeep.yaml', "versions:\n  tags: '{model}/v{version}'\n  ignore: ['nightly-*']\n")
        .commit('One');
      repo.annotatedTag('inner');
      repo.annotatedTag('nightly-1');
      repo.git('tag', '-a', 'outer', '-m', 'outer', 'inner');
      repo.annotatedTag('a/v1.2.0');
      const catalog = await open(repo);
      assert.deepEqual(catalog.plainTags.map(({ name }) => name).sort(), ['inner', 'outer']);
      assert.deepEqual(bound(catalog, 'a/v1.2.0'), ['a', 'models/a.pkl']);
      assert.equal(catalog.versions.get('a/v1.2.0')?.version, 'v1.2.0');
    });
  });

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
