import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { RepositoryCatalog } from '../../../src/core/catalog/repositoryCatalog.js';
import { CatalogSource } from '../../../src/core/catalog/source.js';
import { gitEnvironment } from '../../../src/core/git/process.js';
import { openRepository } from '../../../src/core/git/repository.js';
import { runCommandLine } from '../../fixtures/commandLine.js';
import { GitRepo } from '../../fixtures/gitRepo.js';

describe('a shallow clone that is deepened', () => {
  let origin: GitRepo;
  let clone: GitRepo;
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'modelkeep-cache-'));
    origin = GitRepo.create();
    origin.dvcPointer('models/a.pkl').commit('One');
    origin.registerVersion('a', 'v1.0.0');
    origin.branch('experiment/a_x').dvcPointer('models/b.pkl').commit('Two');
    origin.dvcPointer('models/a.pkl', { content: 'three' }).commit('Three');
    origin.switch('experiment/a_x').dvcPointer('models/a.pkl', { content: 'x' }).commit('Four');
    origin.write('notes', 'five').commit('Five');
    origin.switch('main');
    clone = origin.clone('--depth=1', '--no-single-branch', '--no-local');
    clone.git('fetch', '--quiet', '--tags');
  });
  afterEach(() => {
    clone.dispose();
    origin.dispose();
    rmSync(folder, { recursive: true, force: true });
  });

  async function source(cacheFolder: string | null): Promise<CatalogSource> {
    const repository = await openRepository(clone.dir, { git: gitEnvironment(clone.env) });
    return new CatalogSource(repository, { cacheFolder });
  }

  async function load(from: CatalogSource): Promise<RepositoryCatalog> {
    const catalog = await from.load({ branches: (view) => view.branches, changes: true });
    await catalog.summarize(catalog.branches);
    return catalog;
  }

  /** What the experiment changes, as the view and `list --changed` tell it. */
  async function changes(catalog: RepositoryCatalog): Promise<unknown> {
    const experiment = catalog.branches.find(({ name }) => name === 'experiment/a_x');
    assert.ok(experiment);
    const { changed, removed } = await catalog.changesOn(experiment);
    return { changed: [...changed], removed };
  }

  it('tells what branches change by the history that is there now, not by what the cache knew before', async () => {
    const before = await source(folder);
    await load(before);
    await before.save();
    clone.git('fetch', '--quiet', '--unshallow');
    const whole = { changed: ['models/a.pkl'], removed: [] };
    assert.deepEqual(await changes(await load(await source(null))), whole);
    assert.deepEqual(await changes(await load(await source(folder))), whole);
  });

  it('does not guess what a branch changes that parts from the default one before the clone begins', async () => {
    const catalog = await load(await source(null));
    const experiment = catalog.branches.find(({ name }) => name === 'experiment/a_x');
    assert.ok(experiment);
    const { changed, unsure } = await catalog.changesOn(experiment);
    assert.deepEqual([[...changed].sort(), unsure], [['models/a.pkl', 'models/b.pkl'], 'shallow']);
    const summary = await catalog.summarize(catalog.branches);
    assert.deepEqual(summary.get(experiment), { count: 1, changed: null, unsure: 'shallow' });
    const told = await runCommandLine(clone, 'list', '--summary', '--remotes');
    assert.match(told.out, /^origin\/experiment\/a_x {2}1 model, changes unknown$/m);
    assert.equal(told.err.match(/clone is shallow/g)?.length, 1, told.err);
    clone.git('fetch', '--quiet', '--unshallow');
    const whole = await load(await source(null));
    assert.deepEqual((await whole.summarize([experiment])).get(experiment), {
      count: 1,
      changed: 1,
      unsure: null,
    });
  });

  it('tells in the same window which versions a branch contains by then', async () => {
    const window = await source(null);
    const contained = async (): Promise<unknown> => {
      const catalog = await load(window);
      const main = catalog.branches.find(({ name, remote }) => name === 'main' && remote === null);
      assert.ok(main);
      return (await catalog.modelsOn(main)).models.map(({ name, versions }) => [name, versions]);
    };
    await contained();
    clone.git('fetch', '--quiet', '--unshallow');
    assert.deepEqual(await contained(), [
      ['a', ['a@v1.0.0']],
      ['b', []],
    ]);
  });
});
