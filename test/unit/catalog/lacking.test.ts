import assert from 'node:assert/strict';
import path from 'node:path';
import { fetchLacking } from '../../../src/core/catalog/fetchLacking.js';
import type { Lacking } from '../../../src/core/catalog/lacking.js';
import { findLacking } from '../../../src/core/catalog/lacking.js';
import type { RepositoryCatalog } from '../../../src/core/catalog/repositoryCatalog.js';
import { CatalogSource } from '../../../src/core/catalog/source.js';
import { GitError, gitEnvironment } from '../../../src/core/git/process.js';
import { fetchObjects, promisorRemotes } from '../../../src/core/git/promisedObjects.js';
import type { Repository } from '../../../src/core/git/repository.js';
import { openRepository } from '../../../src/core/git/repository.js';
import { runCommandLine } from '../../fixtures/commandLine.js';
import { GitRepo } from '../../fixtures/gitRepo.js';

/** Two branches with models of DVC and Git LFS, and one whose bytes went into Git itself. */
function makeOrigin(objectFormat: 'sha1' | 'sha256' = 'sha1'): GitRepo {
  const origin = GitRepo.create({ objectFormat });
  origin.git('config', 'uploadpack.allowFilter', 'true');
  origin.write('.gitattributes', '*.onnx filter=lfs diff=lfs merge=lfs -text\n');
  origin.dvcPointer('models/churn.pkl', { content: 'one' }).lfsPointer('models/fraud.onnx', { content: 'a' });
  origin.write('big/weights.pt', 'the bytes of a model, '.repeat(5000)).write('src/app.py', 'print(1)\n');
  origin.commit('One');
  origin.registerVersion('churn', 'v1.0.0');
  origin.git('switch', '-q', '-c', 'experiment/churn_lr');
  origin.dvcPointer('models/churn.pkl', { content: 'two' }).lfsPointer('models/fraud.onnx', { content: 'b' });
  origin.write('big/weights.pt', 'other bytes of a model, '.repeat(5000)).write('src/app.py', 'print(2)\n');
  origin
    .write('models/nlp/.gitattributes', '*.bin filter=lfs\n')
    .lfsPointer('models/nlp/bert.bin', { content: 'c' });
  origin.commit('Two');
  origin.git('switch', '-q', 'main');
  return origin;
}

describe('what a partial clone lacks', () => {
  const repositories: GitRepo[] = [];
  const own = (repo: GitRepo): GitRepo => {
    repositories.push(repo);
    return repo;
  };
  after(() => {
    for (const repo of repositories) repo.dispose();
  });

  interface Clone {
    readonly repo: GitRepo;
    readonly repository: Repository;
    readonly load: () => Promise<RepositoryCatalog>;
    readonly lacking: () => Promise<Lacking>;
  }
  async function open(repo: GitRepo): Promise<Clone> {
    const repository = await openRepository(repo.dir, { git: gitEnvironment(repo.env) });
    const source = new CatalogSource(repository);
    const load = (): Promise<RepositoryCatalog> => source.load();
    return { repo, repository, load, lacking: async () => findLacking(await load()) };
  }
  const cloneOf = (origin: GitRepo, ...args: string[]): Promise<Clone> =>
    open(own(origin.clone('--no-local', ...args)));

  /** Every branch of the remote with its models, and what is wrong there. */
  async function picture({ load }: Clone): Promise<readonly string[]> {
    const catalog = await load();
    const lines: string[] = [];
    for (const branch of catalog.branches.filter(({ remote }) => remote !== null)) {
      const { models, diagnostics } = await catalog.modelsOn(branch);
      for (const { name, path, digest } of models)
        lines.push([branch.name, name, path, digest?.value].join(' '));
      for (const { code, path } of diagnostics) lines.push([branch.name, code, path].join(' '));
    }
    return lines;
  }
  const isHere = (repo: GitRepo, spec: string, origin: GitRepo): boolean => {
    const id = origin.git('rev-parse', spec);
    return repo
      .run(['cat-file', '--batch-check', '--batch-all-objects'])
      .toString()
      .split('\n')
      .some((line) => line.startsWith(id));
  };

  for (const [filter, format] of [
    ['blob:none', 'sha1'],
    ['tree:0', 'sha1'],
    ['blob:none', 'sha256'],
  ] as const) {
    it(`is fetched, and no byte of a model with it (${filter}, ${format})`, async () => {
      const origin = own(makeOrigin(format));
      const clone = await cloneOf(origin, `--filter=${filter}`, '--no-checkout');
      const first = await clone.lacking();
      assert.ok(first.trees.size + first.files.size > 0);
      const rounds: number[] = [];
      const done = await fetchLacking(clone.repository, 'origin', first, clone.load, {
        onProgress: (objects, percent) => {
          if (percent === 0) rounds.push(objects);
        },
      });
      assert.equal(done.absent, 0);
      assert.ok(done.fetched > 0 && rounds.length < 6, String(rounds));
      const whole = await picture(await cloneOf(origin));
      const [ours, theirs] = [await picture(clone), whole];
      assert.deepEqual(
        ours.filter((line) => !line.includes('object-missing')),
        theirs,
      );
      assert.deepEqual(
        ours.filter((line) => line.includes('object-missing')),
        ['experiment/churn_lr object-missing big/weights.pt', 'main object-missing big/weights.pt'],
      );
      assert.deepEqual(done.large, ['big/weights.pt']);
      for (const spec of ['main:big/weights.pt', 'experiment/churn_lr:big/weights.pt', 'main:src/app.py'])
        assert.equal(isHere(clone.repo, spec, origin), false, spec);
      const left = await clone.lacking();
      assert.deepEqual([left.trees.size, left.files.size], [0, 0]);
      clone.repo.git('fsck', '--connectivity-only');
      assert.equal(clone.repo.git('config', 'remote.origin.partialclonefilter'), filter);
    });
  }

  it('is not asked for by looking', async () => {
    const origin = own(makeOrigin());
    const clone = await cloneOf(origin, '--filter=blob:none', '--no-checkout');
    const before = clone.repo.git('count-objects', '-v');
    const { files, trees, large } = await clone.lacking();
    assert.equal(trees.size, 0);
    // Attributes first: whether a file is a pointer is known only then.
    assert.deepEqual(large, []);
    assert.ok(files.has(origin.git('rev-parse', 'main:.gitattributes') as never));
    assert.ok(!files.has(origin.git('rev-parse', 'main:big/weights.pt') as never));
    assert.equal(clone.repo.git('count-objects', '-v'), before);
  });

  it('leaves counts open, but not that two branches are the same', async () => {
    const origin = own(makeOrigin());
    const clone = await cloneOf(origin, '--filter=blob:none', '--no-checkout');
    const { out } = await runCommandLine(clone.repo, 'list', '--summary', '--remotes', '--json');
    const { branches } = JSON.parse(out) as {
      branches: { name: string; count: unknown; changed: unknown }[];
    };
    assert.deepEqual(
      branches.map(({ name, count, changed }) => [name, count, changed]),
      [
        ['main', null, 0],
        ['experiment/churn_lr', null, null],
        ['main', null, 0],
      ],
    );
  });

  it('may be the settings: then the defaults hold, and say so, until they are here', async () => {
    const origin = own(makeOrigin());
    origin.write('modelkeep.yaml', 'branches: {default: experiment/churn_lr}\n').commit('Settings');
    const clone = await cloneOf(origin, '--filter=blob:none', '--no-checkout');
    const cacheFolder = path.join(clone.repo.dir, '.git', 'cache');
    const look = async (): Promise<readonly unknown[]> => {
      const source = new CatalogSource(clone.repository, { cacheFolder });
      const catalog = await source.load({ branches: (view) => view.branches });
      await source.save();
      const said = catalog.diagnostics.map(({ code, path: where }) => `${code} ${where ?? ''}`);
      return [catalog.defaultBranch?.branch.name, said];
    };
    assert.deepEqual(await look(), ['main', ['object-missing modelkeep.yaml']]);
    const lacking = await clone.lacking();
    assert.ok(lacking.files.has(origin.git('rev-parse', 'main:modelkeep.yaml') as never));
    await fetchLacking(clone.repository, 'origin', lacking, clone.load);
    assert.deepEqual(await look(), ['experiment/churn_lr', ['settings-from-default-branch modelkeep.yaml']]);
  });

  it('is nothing in a whole clone', async () => {
    const clone = await cloneOf(own(makeOrigin()));
    assert.deepEqual(await clone.lacking(), { trees: new Set(), files: new Set(), large: [] });
    assert.deepEqual(await promisorRemotes(clone.repository), []);
  });

  it('names the remote that promised it', async () => {
    const clone = await cloneOf(
      own(makeOrigin()),
      '--filter=blob:none',
      '--no-checkout',
      '--origin=up.stream',
    );
    assert.deepEqual(await promisorRemotes(clone.repository), ['up.stream']);
  });

  it('is fetched but for what the remote does not have', async () => {
    const origin = own(makeOrigin());
    const clone = await cloneOf(origin, '--filter=blob:none', '--no-checkout');
    const { files } = await clone.lacking();
    const nowhere = '1'.repeat(40) as never;
    const absent = await fetchObjects(clone.repository, 'origin', [nowhere, ...files]);
    assert.deepEqual(absent, [nowhere]);
    assert.ok(isHere(clone.repo, 'main:models/churn.pkl.dvc', origin));
  });

  it('stays missing, with the reason, where the remote is away or refuses', async () => {
    const origin = own(makeOrigin());
    const clone = await cloneOf(origin, '--filter=blob:none', '--no-checkout');
    const first = await clone.lacking();
    const before = clone.repo.git('count-objects', '-v');
    const fails = (expected: RegExp): Promise<void> =>
      assert.rejects(fetchLacking(clone.repository, 'origin', first, clone.load), (error) => {
        assert.ok(error instanceof GitError);
        assert.match(error.message, expected);
        return true;
      });
    clone.repo.git('config', 'protocol.version', '0');
    await fails(/origin does not give out single objects \(Server does not allow request/);
    clone.repo.git('config', '--unset', 'protocol.version');
    const url = clone.repo.git('config', 'remote.origin.url');
    clone.repo.git('config', 'remote.origin.url', `${url}-away`);
    await fails(/does not appear to be a git repository/);
    assert.equal(clone.repo.git('count-objects', '-v'), before);
    clone.repo.git('config', 'remote.origin.url', url);
    const stop = new AbortController();
    const stopped = fetchLacking(clone.repository, 'origin', first, clone.load, {
      signal: stop.signal,
      onProgress: () => stop.abort(),
    });
    await assert.rejects(stopped, { name: 'AbortError' });
    clone.repo.git('fsck', '--connectivity-only');
    await fetchLacking(clone.repository, 'origin', await clone.lacking(), clone.load);
    assert.equal((await clone.lacking()).files.size, 0);
  });

  it('is not fetched where folders would bring their files along', async () => {
    const origin = own(makeOrigin());
    const clone = await cloneOf(origin, '--filter=tree:0', '--no-checkout');
    const first = await clone.lacking();
    origin.git('config', 'uploadpack.allowFilter', 'false');
    await assert.rejects(
      fetchLacking(clone.repository, 'origin', first, clone.load),
      /it sends no folder without its files/,
    );
  });
});
