import assert from 'node:assert/strict';
import { pbkdf2 } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setImmediate } from 'node:timers/promises';
import type { Branch } from '../../../src/core/catalog/catalog.js';
import type { LoadOptions } from '../../../src/core/catalog/source.js';
import { CatalogSource } from '../../../src/core/catalog/source.js';
import { gitEnvironment } from '../../../src/core/git/process.js';
import type { Repository } from '../../../src/core/git/repository.js';
import { openRepository } from '../../../src/core/git/repository.js';
import { GitRepo } from '../../fixtures/gitRepo.js';

/** More turns of the event loop than a load of a small repository takes on any machine. */
const MOST_TURNS = 1_000_000;

describe('a cache that is written while a catalog is read', () => {
  let repo: GitRepo;
  let repository: Repository;
  let folder: string;

  before(async () => {
    repo = GitRepo.create();
    repo.dvcPointer('models/a.pkl', { content: 'a' });
    repo.commit('a model');
    repo.switch('templated');
    // Its variables are read after the trees: what stands there is composed by then, and not yet a snapshot.
    repo.write(
      'p/dvc.yaml',
      'vars:\n  - params.yaml\nstages:\n  t:\n    cmd: x\n    outs:\n      - ${out}\n',
    );
    repo.write('p/params.yaml', 'out: m.pkl\n');
    repo.dvcPointer('models2/b.pkl', { content: 'b' });
    repo.commit('a template');
    repo.switch('next', 'main');
    repo.dvcPointer('aaa/other.pkl', { content: 'other' });
    repo.dvcPointer('models2/b.pkl', { content: 'b' });
    repo.commit('another model');
    for (const name of ['side', 'last']) {
      repo.switch(name, 'main').dvcPointer(`${name}/model.pkl`, { content: name });
      repo.commit(name);
    }
    repository = await openRepository(repo.dir, { git: gitEnvironment(repo.env) });
  });
  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'modelkeep-saving-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));
  after(() => repo.dispose());

  const only =
    (...names: string[]): NonNullable<LoadOptions['branches']> =>
    ({ branches }) =>
      branches.filter(({ name }) => names.includes(name));

  /** Writes the cache once, after so many turns; false when the load was over before. */
  async function savedAfter(turns: number): Promise<boolean> {
    const source = new CatalogSource(repository, { cacheFolder: folder });
    await source.load({ branches: only('main') });
    await source.save();
    let over = false;
    const loading = source.load({ branches: only('templated') }).then(() => {
      over = true;
    });
    for (let turn = 0; turn < turns && !over; turn += 1) await setImmediate();
    const inTime = !over;
    if (inTime) await source.save();
    await loading;
    return inTime;
  }

  async function modelsOn(name: string, cacheFolder: string | null): Promise<readonly string[]> {
    const source = new CatalogSource(repository, { cacheFolder });
    const catalog = await source.load({ branches: only(name) });
    const branch = catalog.branches.find((each) => each.name === name) as Branch;
    const { models } = await catalog.modelsOn(branch);
    return models.map(({ name, path: at, pointer, digest }) => [name, at, pointer, digest?.value].join(' '));
  }

  it('counts what it holds, where another process has written it and a load goes on', async () => {
    const source = new CatalogSource(repository, { cacheFolder: folder });
    await source.load({ branches: only('main') });
    await source.save();
    const other = new CatalogSource(repository, { cacheFolder: folder });
    await other.load({ branches: only('templated') });
    await other.save();
    await source.load({ branches: only('side') });
    let saving: Promise<void> | undefined;
    const onBranches = (): void => {
      // Files wait behind this, and what Git answers does not.
      for (let job = 0; job < 16; job += 1) pbkdf2('a', 'b', 100_000, 64, 'sha512', () => undefined);
      saving = source.save();
    };
    await source.load({ branches: only('next'), onBranches });
    await saving;
    await source.load({ branches: only('last') });
    await source.save();
    for (const name of ['main', 'side', 'next', 'last'])
      assert.deepEqual(await modelsOn(name, folder), await modelsOn(name, null), name);
  });

  it('holds nothing half, whenever that is', async () => {
    const fresh = await modelsOn('next', null);
    assert.equal(fresh.length, 3);
    let turns = 1;
    for (; turns < MOST_TURNS && (await savedAfter(turns)); turns += Math.ceil(turns / 8)) {
      assert.deepEqual(await modelsOn('next', folder), fresh, `after ${turns} turns`);
      rmSync(folder, { recursive: true, force: true });
    }
    assert.ok(turns > 1 && turns < MOST_TURNS, `${turns} turns`);
  });
});
