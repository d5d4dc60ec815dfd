import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { openCatalog } from '../../../src/core/catalog/open.js';
import { compareRevisions } from '../../../src/core/compare/compare.js';
import type { Comparison, Row } from '../../../src/core/compare/comparison.js';
import { gitEnvironment } from '../../../src/core/git/process.js';
import { openRepository } from '../../../src/core/git/repository.js';
import { GitRepo, md5, sha256 } from '../../fixtures/gitRepo.js';

const PIPELINE = `
stages:
  train:
    cmd: python train.py
    deps: [data/train.csv, train.py]
    params: [lr, layers]
    outs: [models/churn.pkl]
  evaluate:
    cmd: python evaluate.py
    deps: [models/churn.pkl, data/test.csv]
    metrics:
      - metrics.json: {cache: false}
artifacts:
  churn: {path: models/churn.pkl, type: model}
`;

interface Run {
  readonly model: string;
  readonly lr: number;
  readonly layers: readonly number[];
  readonly train?: string;
  readonly test?: string;
  readonly metrics: Readonly<Record<string, unknown>>;
}

describe('Comparing revisions of a real repository', () => {
  let repo: GitRepo;
  before(() => {
    repo = GitRepo.create();
    train({ model: 'one', lr: 0.1, layers: [64], metrics: { auc: 0.9, log_loss: 0.3, nested: { f1: 0.7 } } });
    repo.registerVersion('churn', 'v1.0.0');
    train({
      model: 'two',
      lr: 0.05,
      layers: [64, 32],
      train: 'more',
      metrics: { auc: 0.92, log_loss: 0.28, nested: { f1: 0.7 } },
    });
    repo.registerVersion('churn', 'v1.1.0');
    repo.assignStage('churn', 'prod', { version: 'v1.1.0' });
    repo.switch('experiment/churn_hard', 'HEAD');
    train({
      model: 'three',
      lr: 0.05,
      layers: [64, 32],
      train: 'more',
      test: 'harder',
      metrics: { auc: 0.85, log_loss: 0.4, nested: { f1: 0.7 } },
    });
    repo.switch('main').tag('v9');
    repo.lfsPointer('models/churn.pkl', { content: 'as LFS' });
    repo
      .remove('dvc.yaml')
      .remove('dvc.lock')
      .write('.gitattributes', '*.pkl filter=lfs\n')
      .commit('Move to LFS');
    const folder = path.join(repo.dir, '.dvc', 'cache', 'files', 'md5', md5('one').slice(0, 2));
    mkdirSync(folder, { recursive: true });
    writeFileSync(path.join(folder, md5('one').slice(2)), 'one');
  });
  after(() => repo.dispose());

  function train({ model, lr, layers, train: data = 'train', test = 'test', metrics }: Run): void {
    repo.write('dvc.yaml', PIPELINE).write('params.yaml', `lr: ${lr}\nlayers: [${layers.join(', ')}]\n`);
    repo.write('metrics.json', JSON.stringify(metrics));
    repo.dvcLock('.', {
      train: {
        cmd: 'python train.py',
        deps: [
          { path: 'data/train.csv', content: data },
          { path: 'train.py', content: 'code' },
        ],
        outs: [{ path: 'models/churn.pkl', content: model }],
      },
      evaluate: {
        cmd: 'python evaluate.py',
        deps: [
          { path: 'models/churn.pkl', content: model },
          { path: 'data/test.csv', content: test },
        ],
      },
    });
    repo.commit(`Train ${model}`);
  }

  const compare = async (
    revs: readonly string[],
    options: { readonly baseline?: string; readonly allFields?: boolean } = {},
  ): ReturnType<typeof compareRevisions> => {
    const catalog = await openCatalog(await openRepository(repo.dir, { git: gitEnvironment(repo.env) }));
    return compareRevisions(catalog, { name: 'churn', path: 'models/churn.pkl' }, revs, options);
  };
  const row = ({ rows }: Comparison, group: Row['group'], field: string): Row => {
    const found = rows.find((each) => each.group === group && each.field === field);
    assert.ok(
      found,
      `${group} ${field} among ${rows.map((each) => `${each.group} ${each.field}`).join(', ')}`,
    );
    return found;
  };

  it('names its columns by revision, commit and version, and measures against the first', async () => {
    const comparison = await compare(['v1.0.0', '#prod', 'experiment/churn_hard']);
    assert.equal(comparison.model, 'churn');
    assert.equal(comparison.baseline, 'v1.0.0');
    assert.deepEqual(
      comparison.columns.map(({ rev, version }) => [rev, version]),
      [
        ['v1.0.0', 'v1.0.0'],
        ['#prod', 'v1.1.0'],
        ['experiment/churn_hard', undefined],
      ],
    );
    assert.ok(comparison.columns.every(({ commit }) => /^[0-9a-f]{40}$/.test(commit)));
  });

  it('finds what differs: digest, data, parameters, metrics with direction, lists as lists', async () => {
    const comparison = await compare(['v1.0.0', 'v1.1.0']);
    const digests = row(comparison, 'identity', 'digest').values;
    assert.deepEqual(digests, [
      { algorithm: 'md5', value: md5('one') },
      { algorithm: 'md5', value: md5('two') },
    ]);
    assert.deepEqual(row(comparison, 'parameters', 'lr').delta, [null, -0.05]);
    assert.deepEqual(row(comparison, 'parameters', 'layers').values, [[64], [64, 32]]);
    assert.deepEqual(row(comparison, 'metrics', 'auc').better, [null, true]);
    assert.deepEqual(row(comparison, 'metrics', 'log_loss').better, [null, true]);
    assert.deepEqual(row(comparison, 'data', 'data/train.csv').changed, true);
    assert.deepEqual(row(comparison, 'registry', 'stages').values, [[], ['prod']]);
    assert.ok(!comparison.rows.some(({ field }) => field === 'nested.f1' || field === 'data/test.csv'));
    assert.ok(comparison.rows.every(({ changed, incomparable }) => changed || incomparable !== undefined));
  });

  it('lists every field on request', async () => {
    const comparison = await compare(['v1.0.0', 'v1.1.0'], { allFields: true });
    assert.equal(row(comparison, 'metrics', 'nested.f1').changed, false);
    assert.deepEqual(row(comparison, 'identity', 'path').values, ['models/churn.pkl', 'models/churn.pkl']);
  });

  it('puts a baseline first that is not among the revisions, and takes one that is where it stands', async () => {
    const before = await compare(['v1.1.0'], { baseline: 'v1.0.0' });
    assert.deepEqual(
      before.columns.map(({ rev }) => rev),
      ['v1.0.0', 'v1.1.0'],
    );
    const second = await compare(['v1.0.0', 'v1.1.0'], { baseline: 'v1.1.0' });
    assert.equal(second.baseline, 'v1.1.0');
    assert.deepEqual(row(second, 'metrics', 'auc').delta, [-0.02, null]);
    assert.deepEqual(row(second, 'metrics', 'auc').better, [false, null]);
  });

  it('calls nothing better or worse that was measured on other evaluation data', async () => {
    const auc = row(await compare(['v1.1.0', 'experiment/churn_hard', 'v1.0.0']), 'metrics', 'auc');
    assert.deepEqual(auc.better, [null, null, false]);
    assert.deepEqual(auc.delta, [null, null, -0.02]);
    assert.match(auc.incomparable ?? '', /evaluation data/);
  });

  it('never compares digests of different algorithms', async () => {
    const digest = row(await compare(['v1.1.0', 'main']), 'identity', 'digest');
    assert.match(digest.incomparable ?? '', /different kinds/);
    assert.deepEqual(digest.values[1], { algorithm: 'sha256', value: sha256('as LFS') });
    assert.deepEqual(digest.comparable, [true, false]);
  });

  it('names plain tags, and says which version has the same bits', async () => {
    const comparison = await compare(['v1.0.0', 'v9'], { allFields: true });
    assert.deepEqual(row(comparison, 'registry', 'other tags').values, [null, ['v9']]);
  });

  it('shows a revision without the model as one, beside those that have it', async () => {
    repo.switch('without', 'v9').remove('dvc.yaml').remove('dvc.lock').commit('Take the model away');
    const comparison = await compare(['v1.0.0', 'without']);
    assert.deepEqual(
      comparison.columns.map(({ present }) => present),
      [true, false],
    );
    assert.deepEqual(row(comparison, 'identity', 'digest').values[1], null);
  });

  it('leaves unknown what a broken lock would tell, and names the line', async () => {
    repo.switch('broken', 'v9');
    const lock = readFileSync(path.join(repo.dir, 'dvc.lock'), 'utf8');
    repo.write('dvc.lock', `${lock}<<<<<<< a\n=======\n>>>>>>> b\n`).commit('merge');
    const reason = 'The file has Git conflict markers; resolve the merge';
    const { rows, columns, diagnostics } = await compare(['broken', 'v9']);
    repo.switch('main');
    const row = rows.find(({ field }) => field === 'digest');
    assert.deepEqual([row?.values[0], row?.unknown, row?.changed], [null, [reason, null], false]);
    for (const { group, field, changed } of rows)
      assert.ok(!changed || group === 'registry' || group === 'commit', `${group} ${field} differs`);
    assert.equal(columns[0]?.present, true);
    assert.match(columns[0]?.problems[0] ?? '', /^dvc\.lock: The file has Git conflict markers/);
    const line = lock.split('\n').length;
    assert.deepEqual(
      diagnostics.map(({ code, path, line }) => ({ code, path, line })),
      [{ code: 'compare-incomplete', path: 'dvc.lock', line }],
    );
  });

  it('takes what was never recorded for that, whatever else its file is warned of', async () => {
    repo.switch('never', 'v9').remove('dvc.lock');
    repo
      .write('dvc.yaml', `${PIPELINE}  Not Allowed: {path: models/other.pkl, type: model}\n`)
      .commit('never ran');
    const { rows, columns, diagnostics } = await compare(['v9', 'never']);
    repo.switch('main');
    const digest = rows.find(({ field }) => field === 'digest');
    assert.deepEqual([digest?.values[1], digest?.unknown, digest?.changed], [null, undefined, true]);
    assert.deepEqual([columns[1]?.problems, diagnostics], [[], []]);
  });

  it('refuses what names nothing', async () => {
    await assert.rejects(compare(['v1.0.0', 'nowhere']), /names no commit here/);
    await assert.rejects(compare(['v1.0.0', '#nobody']), /holds the stage/);
    await assert.rejects(compare(['v1.0.0', '--help']), /names no commit here/);
  });
});
