import assert from 'node:assert/strict';
import { chmodSync, mkdtempSync, renameSync, rmSync, statSync, truncateSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { CatalogSource } from '../../../src/core/catalog/source.js';
import { gitEnvironment } from '../../../src/core/git/process.js';
import type { Repository } from '../../../src/core/git/repository.js';
import { openRepository } from '../../../src/core/git/repository.js';
import { GitRepo } from '../../fixtures/gitRepo.js';

describe('what cannot be read for a while', () => {
  let repo: GitRepo;
  let repository: Repository;
  let cacheFolder: string;

  beforeEach(async () => {
    repo = GitRepo.create();
    repository = await openRepository(repo.dir, { git: gitEnvironment(repo.env) });
    cacheFolder = mkdtempSync(path.join(tmpdir(), 'modelkeep-cache-'));
  });
  afterEach(() => {
    repo.dispose();
    rmSync(cacheFolder, { recursive: true, force: true });
  });

  async function picture(folder: string | null): Promise<{ paths: (string | null)[]; codes: string[] }> {
    const source = new CatalogSource(repository, { cacheFolder: folder });
    const catalog = await source.load({ branches: (view) => view.branches });
    const [branch] = catalog.branches;
    assert.ok(branch);
    const on = await catalog.modelsOn(branch);
    await source.save();
    return { paths: on.models.map((model) => model.path), codes: on.diagnostics.map(({ code }) => code) };
  }

  function objectOf(file: string): string {
    const id = repo.git('rev-parse', `HEAD:${file}`).trim();
    return repo.at('.git', 'objects', id.slice(0, 2), id.slice(2));
  }

  for (const file of ['.dvcignore', '.gitattributes', 'params.yaml', 'm/a.pkl.dvc', 'm']) {
    it(`is told of ${file}, and not remembered once it is there`, async () => {
      repo.dvcPointer('m/a.pkl').dvcPointer('n/b.pkl').write('q.onnx', 'plain');
      repo.write('.dvcignore', 'n\n').write('.gitattributes', '*.onnx filter=lfs\n');
      repo.write('params.yaml', 'name: v1\n');
      repo.write('dvc.yaml', 'stages:\n  train:\n    cmd: x\n    outs:\n    - ${name}.pkl\n').commit('One');
      const object = objectOf(file);
      renameSync(object, `${object}.away`);
      assert.ok((await picture(cacheFolder)).codes.includes('object-missing'));
      renameSync(`${object}.away`, object);
      assert.deepEqual(await picture(cacheFolder), await picture(null));
    });
  }

  it('costs its own entry, also where it is too large to be read and breaks off', async () => {
    const filling = Array.from({ length: 400_000 }, (_, line) => `# ${(line * 7919) % 1_000_003}`).join('\n');
    repo
      .write('a/big.dvc', `${filling}${' '.repeat(8 * 1024 * 1024)}`)
      .dvcPointer('a/good.pkl')
      .commit('One');
    const object = objectOf('a/big.dvc');
    chmodSync(object, 0o600);
    truncateSync(object, Math.floor(statSync(object).size / 2));
    const { paths, codes } = await picture(null);
    assert.deepEqual(paths, ['a/good.pkl']);
    assert.deepEqual(codes, ['object-corrupt']);
  });
});

describe('a folder that is also the root of another branch', () => {
  it('declares models only as a root, whichever is read first', async () => {
    const repo = GitRepo.create();
    try {
      repo.write('artifacts.yaml', 'best:\n  path: s3://bucket/model.pkl\n  type: model\n').commit('One');
      const root = repo.git('rev-parse', 'HEAD^{tree}').trim();
      const around = repo
        .run(['mktree'], { input: `040000 tree ${root}\tvendor\n` })
        .toString()
        .trim();
      repo.git('branch', 'vendoring', repo.git('commit-tree', '-m', 'Two', around).trim());
      const repository = await openRepository(repo.dir, { git: gitEnvironment(repo.env) });
      for (const order of [
        ['main', 'vendoring'],
        ['vendoring', 'main'],
      ]) {
        const source = new CatalogSource(repository);
        const names: Record<string, readonly string[]> = {};
        for (const name of order) {
          const catalog = await source.load();
          const branch = catalog.branches.find((one) => one.name === name);
          assert.ok(branch);
          names[name] = (await catalog.modelsOn(branch)).models.map((model) => model.name);
        }
        assert.deepEqual(names, { main: ['best'], vendoring: [] });
      }
    } finally {
      repo.dispose();
    }
  });
});
