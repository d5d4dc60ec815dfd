import assert from 'node:assert/strict';
import {
  copyFileSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { cacheFileOf } from '../../../src/core/catalog/cacheFile.js';
import { CatalogSource } from '../../../src/core/catalog/source.js';
import { gitEnvironment } from '../../../src/core/git/process.js';
import type { Repository } from '../../../src/core/git/repository.js';
import { openRepository } from '../../../src/core/git/repository.js';
import { GitRepo } from '../../fixtures/gitRepo.js';

describe('what a catalog leaves to the next', () => {
  let repo: GitRepo;
  let folder: string;
  let repository: Repository;

  before(async () => {
    repo = GitRepo.create();
    folder = mkdtempSync(path.join(tmpdir(), 'modelkeep-cache-'));
    repo.dvcPointer('models/a.pkl').lfsPointer('models/deep/b.onnx').dvcPointer('data/c.csv');
    repo.write('models/broken.pkl.dvc', 'outs: [').commit('One');
    repo.registerVersion('a', 'v1.0.0');
    repo.tag('plain');
    repo.switch('experiment/a_x').dvcPointer('models/a.pkl', { content: 'x' }).commit('Two');
    repo.switch('main').dvcPointer('models/deep/d.pt', { content: 'd' }).commit('Three');
    repository = await openRepository(repo.dir, { git: gitEnvironment(repo.env) });
  });
  after(() => {
    repo.dispose();
    rmSync(folder, { recursive: true, force: true });
  });

  async function picture(cacheFolder: string | null, save = false): Promise<string> {
    const source = new CatalogSource(repository, { cacheFolder });
    const catalog = await source.load({ branches: (view) => view.branches, changes: true });
    const branches = await Promise.all(catalog.branches.map((branch) => catalog.modelsOn(branch)));
    const summary = [...(await catalog.summarize(catalog.branches)).values()];
    if (save) await source.save();
    return JSON.stringify([branches, summary, [...catalog.versions], catalog.plainTags, catalog.diagnostics]);
  }

  function file(): string {
    return cacheFileOf(folder, repository.commonDir);
  }

  it('gives the same catalog as reading everything', async () => {
    const cold = await picture(folder, true);
    assert.ok(existsSync(file()));
    assert.equal(await picture(folder), cold);
    assert.equal(await picture(null), cold);
  });

  it('is dropped when a byte is wrong, missing or too many', async () => {
    const cold = await picture(folder, true);
    const whole = readFileSync(file());
    await fc.assert(
      fc.asyncProperty(
        fc.nat(whole.length - 1),
        fc.integer({ min: 1, max: 255 }),
        fc.boolean(),
        async (at, change, cut) => {
          const broken = Buffer.from(whole);
          broken[at] = (broken[at] ?? 0) ^ change;
          writeFileSync(file(), cut ? whole.subarray(0, at) : broken);
          assert.equal(await picture(folder), cold);
        },
      ),
      { numRuns: 15 },
    );
    writeFileSync(file(), Buffer.concat([whole, Buffer.from('more')]));
    assert.equal(await picture(folder), cold);
    writeFileSync(file(), 'somebody else’s file');
    assert.equal(await picture(folder), cold);
    writeFileSync(file(), whole);
    assert.equal(await picture(folder), cold);
  });

  it('is used for what it knows when branches have moved', async () => {
    await picture(folder, true);
    repo.switch('main').dvcPointer('models/a.pkl', { content: 'later' }).commit('Later');
    assert.equal(await picture(folder, true), await picture(null));
    assert.equal(await picture(folder), await picture(null));
  });

  it('says the right thing of folders that are kept and now stand elsewhere, are ignored or declared', async () => {
    const other = GitRepo.create();
    const cacheFolder = mkdtempSync(path.join(tmpdir(), 'modelkeep-cache-'));
    try {
      other.dvcPointer('shop/models/a.pkl').lfsPointer('shop/models/deep/b.onnx');
      other.dvcPointer('web/models/c.pkl').commit('One');
      const at = await openRepository(other.dir, { git: gitEnvironment(other.env) });
      const models = async (save: boolean, folder: string | null): Promise<string> => {
        const source = new CatalogSource(at, { cacheFolder: folder });
        const catalog = await source.load({ branches: (view) => view.branches });
        const on = await Promise.all(catalog.branches.map((branch) => catalog.modelsOn(branch)));
        if (save) await source.save();
        return JSON.stringify(on);
      };
      const alike = async (): Promise<void> => {
        const [kept, read] = [await models(true, cacheFolder), await models(false, null)];
        assert.equal(kept, read);
      };
      await alike();
      other.dvcPointer('web/models/c.pkl', { content: 'again' }).commit('Beside the kept folder');
      await alike();
      other.git('mv', 'shop', 'store');
      other.commit('Move the kept folder');
      await alike();
      other.dvcPointer('web/models/c.pkl', { content: 'later' }).write('.dvcignore', 'store/models/deep\n');
      other
        .write('dvc.yaml', 'artifacts:\n  best: {path: store/models/a.pkl, type: model}\n')
        .commit('Say more');
      await alike();
      other.dvcPointer('web/models/c.pkl', { content: 'last' }).commit('Once more');
      await alike();
    } finally {
      other.dispose();
      rmSync(cacheFolder, { recursive: true, force: true });
    }
  });

  it('stands for what an id means, before and after `git replace`', async () => {
    const other = GitRepo.create();
    try {
      other.dvcPointer('models/a.pkl').commit('One');
      const first = other.git('rev-parse', 'HEAD:models/a.pkl.dvc').trim();
      other.dvcPointer('models/a.pkl', { content: 'other' }).commit('Two');
      const second = other.git('rev-parse', 'HEAD:models/a.pkl.dvc').trim();
      const opened = await openRepository(other.dir, { git: gitEnvironment(other.env) });
      const digests = async (cacheFolder: string | null): Promise<unknown> => {
        const source = new CatalogSource(opened, { cacheFolder });
        const catalog = await source.load({ branches: (view) => view.branches });
        await source.save();
        const on = await Promise.all(catalog.branches.map((branch) => catalog.modelsOn(branch)));
        return on.flatMap(({ models }) => models.map(({ digest }) => digest));
      };
      const before = await digests(folder);
      other.git('replace', second, first);
      assert.deepEqual(await digests(folder), before);
      assert.deepEqual(await digests(null), before);
    } finally {
      other.dispose();
    }
  });

  it('does not take a branch that was moved forward on the default one for one that changed something', async () => {
    const other = GitRepo.create();
    const cacheFolder = mkdtempSync(path.join(tmpdir(), 'modelkeep-cache-'));
    try {
      for (const content of ['one', 'two', 'three'])
        other.dvcPointer('models/a.pkl', { content }).commit(content);
      other.git('branch', 'lagging', 'main~2');
      const at = await openRepository(other.dir, { git: gitEnvironment(other.env) });
      const changed = async (): Promise<unknown> => {
        const source = new CatalogSource(at, { cacheFolder });
        const catalog = await source.load({ branches: (view) => view.branches, changes: true });
        const summary = await catalog.summarize(catalog.branches);
        await source.save();
        return [...summary].map(([{ name }, of]) => [name, of.changed]);
      };
      const nothing = [
        ['lagging', 0],
        ['main', 0],
      ];
      assert.deepEqual(await changed(), nothing);
      other.git('branch', '-f', 'lagging', 'main~1');
      assert.deepEqual(await changed(), nothing);
      other.switch('lagging').dvcPointer('models/a.pkl', { content: 'own' }).commit('Own');
      other.dvcPointer('models/a.pkl', { content: 'own again' }).commit('Own again');
      assert.deepEqual(await changed(), [
        ['lagging', 1],
        ['main', 0],
      ]);
    } finally {
      other.dispose();
      rmSync(cacheFolder, { recursive: true, force: true });
    }
  });

  it('says what a tag means now that has been moved, and what it meant once it is back', async () => {
    const other = GitRepo.create();
    try {
      other.dvcPointer('models/a.pkl').commit('One');
      other.registerVersion('a', 'v1.0.0');
      const first = other.git('rev-parse', 'refs/tags/a@v1.0.0').trim();
      other.dvcPointer('models/a.pkl', { content: 'other' }).commit('Two');
      other.git('tag', '-f', '-a', '-m', 'moved', 'a@v1.0.0', 'HEAD');
      const second = other.git('rev-parse', 'refs/tags/a@v1.0.0').trim();
      const opened = await openRepository(other.dir, { git: gitEnvironment(other.env) });
      const window = new CatalogSource(opened, { cacheFolder: folder });
      for (const tag of [first, second, first]) {
        other.git('update-ref', 'refs/tags/a@v1.0.0', tag);
        const commit = other.git('rev-parse', `${tag}^{commit}`).trim();
        for (const source of [window, new CatalogSource(opened, { cacheFolder: folder })]) {
          const catalog = await source.load();
          assert.equal(catalog.versions.get('a@v1.0.0')?.commit, commit);
          await source.save();
        }
      }
    } finally {
      other.dispose();
    }
  });

  it('keeps one list of the versions that are alike, however many they are', async () => {
    const other = GitRepo.create();
    const cacheFolder = mkdtempSync(path.join(tmpdir(), 'modelkeep-cache-'));
    try {
      other.dvcPointer('models/a.pkl').commit('One');
      const tags = ['v1.0.0', 'v1.1.0', 'v1.2.0'].map((version) => other.registerVersion('a', version));
      assert.equal(tags.length, 3);
      const opened = await openRepository(other.dir, { git: gitEnvironment(other.env) });
      for (const cached of [false, true]) {
        const source = new CatalogSource(opened, { cacheFolder });
        const { versions } = await source.load();
        await source.save();
        const lists = [...versions.values()].map(({ alike }) => alike);
        assert.deepEqual(lists[0], ['a@v1.0.0', 'a@v1.1.0', 'a@v1.2.0'], `from the cache: ${String(cached)}`);
        assert.equal(new Set(lists).size, 1);
      }
    } finally {
      other.dispose();
      rmSync(cacheFolder, { recursive: true, force: true });
    }
  });

  it('is kept for each settings of the working copies, and told when there is none', async () => {
    const main = GitRepo.create();
    const linked = mkdtempSync(path.join(tmpdir(), 'modelkeep-linked-'));
    const cacheFolder = mkdtempSync(path.join(tmpdir(), 'modelkeep-cache-'));
    const names = async (folder: string): Promise<unknown> => {
      const opened = await openRepository(folder, { git: gitEnvironment(main.env) });
      const source = new CatalogSource(opened, { cacheFolder });
      let cached = true;
      const catalog = await source.load({
        branches: (view) => view.branches,
        onUncached: () => (cached = false),
      });
      await source.save();
      const [branch] = catalog.branches;
      assert.ok(branch);
      return [(await catalog.modelsOn(branch)).models.map(({ name }) => name), cached];
    };
    try {
      main.dvcPointer('models/a.pkl').dvcPointer('other/b.pkl').commit('One');
      main.git('worktree', 'add', '-q', '--detach', path.join(linked, 'tree'));
      writeFileSync(path.join(linked, 'tree', 'modelkeep.yaml'), 'models:\n  match: ["!models/**"]\n');
      assert.deepEqual(await names(main.dir), [['a', 'b'], false]);
      assert.deepEqual(await names(path.join(linked, 'tree')), [['b'], false]);
      assert.deepEqual(await names(main.dir), [['a', 'b'], true]);
      assert.deepEqual(await names(path.join(linked, 'tree')), [['b'], true]);
      writeFileSync(path.join(linked, 'tree', 'modelkeep.yaml'), 'models:\n  match: ["!other/**"]\n');
      assert.deepEqual(await names(path.join(linked, 'tree')), [['a'], false]);
    } finally {
      main.dispose();
      for (const folder of [linked, cacheFolder]) rmSync(folder, { recursive: true, force: true });
    }
  });

  it('follows settings that change and change back while a window is open', async () => {
    const other = GitRepo.create();
    const cacheFolder = mkdtempSync(path.join(tmpdir(), 'modelkeep-cache-'));
    try {
      other.dvcPointer('models/a.pkl').dvcPointer('other/b.pkl').commit('One');
      other.registerVersion('a', 'v1.0.0');
      const opened = await openRepository(other.dir, { git: gitEnvironment(other.env) });
      const source = new CatalogSource(opened, { cacheFolder });
      const names = async (from: CatalogSource): Promise<unknown> => {
        const catalog = await from.load({ branches: (view) => view.branches });
        await from.save();
        const [branch] = catalog.branches;
        assert.ok(branch);
        return (await catalog.modelsOn(branch)).models.map(({ name, versions }) => [name, ...versions]);
      };
      const settings = path.join(other.dir, 'modelkeep.yaml');
      for (const round of [1, 2, 3]) {
        writeFileSync(settings, 'models:\n  match: ["!models/**"]\n');
        assert.deepEqual(await names(source), [['b']], `round ${String(round)}`);
        writeFileSync(settings, 'models:\n  match: ["!other/**"]\n');
        assert.deepEqual(await names(source), [['a', 'a@v1.0.0']]);
        assert.deepEqual(await names(new CatalogSource(opened, { cacheFolder })), [['a', 'a@v1.0.0']]);
        other.dvcPointer('models/a.pkl', { content: String(round) }).commit(`Round ${String(round)}`);
        other.git('tag', '-d', 'a@v1.0.0');
        other.registerVersion('a', 'v1.0.0');
      }
    } finally {
      other.dispose();
      rmSync(cacheFolder, { recursive: true, force: true });
    }
  });

  it('is added to while little is new, and read as far as what was added is whole', async () => {
    rmSync(file(), { force: true });
    await picture(folder, true);
    const before = readFileSync(file());
    repo.switch('main').dvcPointer('models/a.pkl', { content: 'added' }).commit('Added');
    const now = await picture(folder, true);
    const after = readFileSync(file());
    assert.ok(after.length > before.length);
    assert.ok(after.subarray(0, before.length).equals(before));
    assert.equal(await picture(folder), now);
    for (const length of [before.length + 3, before.length + 20, after.length - 1]) {
      writeFileSync(file(), after.subarray(0, length));
      assert.equal(await picture(folder), now, `cut at ${length}`);
    }
    await picture(folder, true);
    assert.equal(await picture(folder), now);
  });

  it('takes no part that another process added to the same as it did', async () => {
    await picture(folder, true);
    const whole = readFileSync(file());
    const parts: Buffer[] = [];
    for (const content of ['mine', 'theirs']) {
      writeFileSync(file(), whole);
      repo.switch('experiment/a_x').dvcPointer('models/a.pkl', { content }).commit(content);
      await picture(folder, true);
      parts.push(readFileSync(file()).subarray(whole.length));
    }
    writeFileSync(file(), Buffer.concat([whole, ...parts]));
    assert.equal(await picture(folder), await picture(null));
  });

  it('is written whole by two at once, and leaves no half file', async () => {
    rmSync(file(), { force: true });
    const [first, second] = await Promise.all([picture(folder, true), picture(folder, true)]);
    assert.equal(first, second);
    assert.deepEqual(
      readdirSync(folder).filter((name) => name.endsWith('.tmp')),
      [],
    );
    assert.equal(await picture(folder), first);
  });

  it('holds nothing of another repository, should that ever get the same file', async () => {
    await picture(folder, true);
    const other = GitRepo.create();
    try {
      other.dvcPointer('models/other.pkl').commit('One');
      const opened = await openRepository(other.dir, { git: gitEnvironment(other.env) });
      const shared = cacheFileOf(folder, opened.commonDir);
      copyFileSync(file(), shared);
      const source = new CatalogSource(opened, { cacheFolder: folder });
      let uncached = 0;
      await source.load({ branches: (view) => view.branches, onUncached: () => (uncached += 1) });
      assert.equal(uncached, 1, 'it is told from a cache of its own');
      await source.save();
      const kept = readFileSync(shared);
      const holds = (commit: string): boolean =>
        kept.includes(Buffer.from(commit, 'hex')) || kept.includes(commit);
      assert.ok(holds(other.git('rev-parse', 'HEAD').trim()));
      assert.ok(!holds(repo.git('rev-parse', 'HEAD').trim()));
    } finally {
      other.dispose();
    }
  });

  it('only costs time where it cannot be written', async () => {
    const blocked = path.join(folder, 'a-file');
    writeFileSync(blocked, '');
    assert.equal(await picture(path.join(blocked, 'below'), true), await picture(null));
  });

  it('is there for the next load when the first was cancelled', async () => {
    await picture(folder, true);
    const source = new CatalogSource(repository, { cacheFolder: folder });
    const cancelled = new AbortController();
    const refs = new Promise<never>((_, reject) => {
      setTimeout(() => {
        cancelled.abort();
        reject(new Error('cancelled'));
      }, 50);
    });
    await assert.rejects(source.load({ signal: cancelled.signal, refs }));
    let cached = true;
    await source.load({ onUncached: () => (cached = false) });
    assert.ok(cached);
  });
});
