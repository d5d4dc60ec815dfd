import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { openCatalog } from '../../../src/core/catalog/open.js';
import { findModel } from '../../../src/core/catalog/select.js';
import { commitId } from '../../../src/core/git/ids.js';
import { gitEnvironment } from '../../../src/core/git/process.js';
import { openRepository } from '../../../src/core/git/repository.js';
import { parametersOf } from '../../../src/core/parameters/modelFacts.js';
import type { RevisionFacts } from '../../../src/core/parameters/modelFacts.js';
import { GitRepo, md5 } from '../../fixtures/gitRepo.js';

const PIPELINE = `
stages:
  prepare:
    cmd: python prepare.py
    deps: [data/raw.csv, prepare.py]
    params: [prepare.seed]
    outs: [data/train.csv, data/test.csv]
  train:
    cmd: python train.py
    deps: [data/train.csv, train.py]
    params: [train.lr, train.layers]
    outs: [models/churn.pkl]
    metrics:
      - train.json: {cache: false}
  evaluate:
    cmd: python evaluate.py
    deps: [models/churn.pkl, data/test.csv, evaluate.py]
    params: [evaluate.threshold]
    metrics:
      - metrics.json: {cache: false}
  forecast:
    cmd: python forecast.py
    deps: [data/raw.csv]
    params: [forecast.horizon]
    outs: [models/demand.pkl]
    metrics:
      - demand.json: {cache: false}
`;
const PARAMS =
  'prepare: {seed: 7}\ntrain: {lr: 0.1, layers: [64, 32]}\nevaluate: {threshold: 0.5}\nforecast: {horizon: 14}\n';
const METRICS = {
  'train.json': '{"loss": 0.3}',
  'metrics.json': '{"auc": 0.9}',
  'demand.json': '{"mape": 12}',
};

describe('What belongs to a model', () => {
  let repo: GitRepo;
  afterEach(() => repo.dispose());

  const facts = async (model: string): Promise<RevisionFacts> => {
    const repository = await openRepository(repo.dir, { git: gitEnvironment(repo.env) });
    const catalog = await openCatalog(repository);
    const found = await findModel(catalog, model);
    assert.equal(found.kind, 'found', JSON.stringify(found));
    assert.ok(found.kind === 'found' && found.selected.model);
    return parametersOf(catalog, found.selected.model, commitId(repo.head()));
  };
  const lock = (): void => {
    repo.dvcLock('.', {
      prepare: {
        params: { 'params.yaml': { 'prepare.seed': 7 } },
        deps: [{ path: 'data/raw.csv', content: 'raw' }],
        outs: [
          { path: 'data/train.csv', content: 'a' },
          { path: 'data/test.csv', content: 'b' },
        ],
      },
      train: {
        cmd: 'python train.py',
        params: { 'params.yaml': { 'train.lr': 0.2 } },
        deps: [{ path: 'data/train.csv', content: 'a' }],
        outs: [{ path: 'models/churn.pkl', content: 'm' }],
      },
      forecast: { outs: [{ path: 'models/demand.pkl', content: 'd' }] },
    });
  };

  it('takes the parameters of its stage and of those before it, and the metrics of its stage and of those after', async () => {
    repo = GitRepo.create();
    repo.write('dvc.yaml', PIPELINE).write('params.yaml', PARAMS);
    for (const [file, text] of Object.entries(METRICS)) repo.write(file, text);
    lock();
    repo.commit('Train');
    const churn = await facts('churn');
    // train.lr is the lock's: what it was run with, not what the file says now.
    assert.deepEqual(churn.parameters, { 'prepare.seed': 7, 'train.lr': 0.2, 'train.layers': [64, 32] });
    assert.deepEqual(churn.metrics, { loss: 0.3, auc: 0.9 });
    assert.deepEqual(churn.other, { mape: 12 });
    assert.equal(churn.command, 'python train.py');
    assert.deepEqual(
      churn.dependencies.map(({ path: dependency }) => dependency),
      ['data/raw.csv', 'data/train.csv', 'prepare.py', 'train.py'],
    );
    const demand = await facts('demand');
    assert.deepEqual(demand.parameters, { 'forecast.horizon': 14 });
    assert.deepEqual(demand.metrics, { mape: 12 });
    assert.deepEqual(demand.other, { auc: 0.9, loss: 0.3 });
  });

  it('reads templates, several commands and a pipeline in a folder', async () => {
    repo = GitRepo.create();
    repo.write(
      'jobs/dvc.yaml',
      'stages:\n  train:\n    foreach: [de, fr]\n    do:\n      wdir: ..\n      cmd: train ${item}\n      params: [jobs/params.yaml: [lr]]\n      outs: ["models/${item}.pkl"]\n      metrics:\n        - "out/${item}.json": {cache: false}\n',
    );
    repo
      .write('jobs/params.yaml', 'lr: 0.3\n')
      .write('out/de.json', '{"auc": 0.8}')
      .write('out/fr.json', '{"auc": 0.7}');
    repo.commit('Train per country');
    const de = await facts('models/de.pkl');
    assert.deepEqual(de.parameters, { lr: 0.3 });
    assert.deepEqual(de.metrics, { auc: 0.8 });
    assert.equal(de.command, 'train de');
  });

  it('takes those of the nearest folder where no pipeline makes it', async () => {
    repo = GitRepo.create();
    repo.dvcPointer('services/churn/models/churn.pkl').dvcPointer('services/ads/ads.pkl');
    repo
      .write('services/churn/params.yaml', 'lr: 0.1\n')
      .write('services/churn/dvclive/metrics.json', '{"auc": 0.9}');
    repo.write('params.yaml', 'lr: 9\n').write('metrics.json', '{"auc": 0.1}');
    repo.commit('Add models');
    const churn = await facts('churn');
    assert.deepEqual(churn.parameters, { lr: 0.1 });
    assert.deepEqual(churn.metrics, { auc: 0.9 });
    assert.deepEqual(churn.other, { auc: 0.1 });
    const ads = await facts('ads');
    assert.deepEqual(ads.parameters, { lr: 9 });
    assert.deepEqual(ads.metrics, { auc: 0.1 });
  });

  it('never takes for its own what a pipeline of another model uses', async () => {
    repo = GitRepo.create();
    repo.write('dvc.yaml', PIPELINE).write('params.yaml', `${PARAMS}ads: {budget: 3}\n`);
    for (const [file, text] of Object.entries(METRICS)) repo.write(file, text);
    lock();
    repo.dvcPointer('models/ads.pkl').commit('Add ads');
    const ads = await facts('ads');
    assert.deepEqual(ads.parameters, { 'ads.budget': 3 });
    assert.deepEqual(ads.metrics, {});
    assert.deepEqual(ads.other, { auc: 0.9, loss: 0.3, mape: 12 });
  });

  it('takes the files that models.metrics names', async () => {
    repo = GitRepo.create();
    repo
      .dvcPointer('models/churn.pkl')
      .write('reports/churn.yaml', 'auc: 0.95\n')
      .write('metrics.json', '{"auc": 0.1}');
    repo.write('modelkeep.yaml', 'models:\n  metrics: {churn: [reports/churn.yaml]}\n').commit('Add');
    const churn = await facts('churn');
    assert.deepEqual(churn.metrics, { auc: 0.95 });
    assert.deepEqual(churn.other, { auc: 0.1 });
  });

  it('names values by their file where the name alone is not unique', async () => {
    repo = GitRepo.create();
    repo.dvcPointer('models/churn.pkl').write('a.json', '{"auc": 1, "x": 2}').write('b.json', '{"auc": 3}');
    repo.write('modelkeep.yaml', 'models:\n  metrics: {churn: [a.json, b.json]}\n').commit('Add');
    assert.deepEqual((await facts('churn')).metrics, { 'a.json:auc': 1, 'b.json:auc': 3, x: 2 });
  });

  it('reads metrics that DVC keeps from the local cache, checked, and says when they are not local', async () => {
    repo = GitRepo.create();
    const text = '{"auc": 0.77}';
    repo
      .write('.dvc/config', '')
      .write(
        'dvc.yaml',
        'stages:\n  train:\n    cmd: x\n    outs: [models/churn.pkl]\n    metrics: [scores.json]\n',
      );
    repo.dvcLock('.', {
      train: {
        outs: [
          { path: 'models/churn.pkl', content: 'm' },
          { path: 'scores.json', content: text },
        ],
      },
    });
    repo.commit('Train');
    const absent = await facts('churn');
    assert.deepEqual(absent.metrics, {});
    assert.deepEqual(absent.unread, [{ kind: 'metrics', file: 'scores.json', reason: 'not local' }]);
    const digest = md5(text);
    const folder = path.join(repo.dir, '.dvc', 'cache', 'files', 'md5', digest.slice(0, 2));
    mkdirSync(folder, { recursive: true });
    writeFileSync(path.join(folder, digest.slice(2)), text);
    assert.deepEqual((await facts('churn')).metrics, { auc: 0.77 });
    writeFileSync(path.join(folder, digest.slice(2)), '{"auc": 0.99}');
    const corrupt = await facts('churn');
    assert.deepEqual(corrupt.metrics, {});
    assert.match(corrupt.unread[0]?.reason ?? '', /corrupt/);
  });

  it('names broken and missing files and keeps the rest', async () => {
    repo = GitRepo.create();
    repo.write(
      'dvc.yaml',
      'stages:\n  train:\n    cmd: x\n    params: [gone.yaml: [a], params.yaml: [lr]]\n    outs: [models/churn.pkl]\n    metrics:\n      - ../../etc/passwd: {cache: false}\n      - bad.json: {cache: false}\n      - good.json: {cache: false}\n',
    );
    repo
      .write('params.yaml', 'lr: 0.1\n')
      .write('bad.json', '<<<<<<< x')
      .write('good.json', '{"auc": 1}')
      .commit('Train');
    const churn = await facts('churn');
    assert.deepEqual(churn.parameters, { lr: 0.1 });
    assert.deepEqual(churn.metrics, { auc: 1 });
    assert.deepEqual(churn.unread.map(({ kind, file }) => `${kind} ${file}`).sort(), [
      'metrics bad.json',
      'parameters gone.yaml',
    ]);
  });

  it('works on SHA-256 repositories', async () => {
    repo = GitRepo.create({ objectFormat: 'sha256' });
    repo.dvcPointer('models/churn.pkl').write('models/metrics.json', '{"auc": 1}').commit('Add');
    assert.deepEqual((await facts('churn')).metrics, { auc: 1 });
  });
});
