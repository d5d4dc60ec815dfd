import assert from 'node:assert/strict';
import type { Version } from '../../../src/core/catalog/catalog.js';
import type { RepositoryCatalog } from '../../../src/core/catalog/repositoryCatalog.js';
import { sameAs } from '../../../src/core/catalog/versions.js';
import { modelsOn, open } from '../../fixtures/catalogs.js';
import { GitRepo } from '../../fixtures/gitRepo.js';

function bound(catalog: RepositoryCatalog, tag: string): readonly [string, string | null] | null {
  const model: Version['model'] = catalog.versions.get(tag)?.model ?? null;
  return model && [model.name, model.path];
}

describe('tags and the models that they name', () => {
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
});
