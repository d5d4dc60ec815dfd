import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { folderDigest, formatManifest } from '../../../src/core/artifacts/manifest.js';
import type { GitRepo } from '../../fixtures/gitRepo.js';
import { md5 } from '../../fixtures/gitRepo.js';
import { KeptRepo, LIVE, entriesOf, stage } from './keptRepo.js';

describe('Values that are kept outside Git', () => {
  let fixture: KeptRepo;
  let repo: GitRepo;
  beforeEach(() => {
    fixture = new KeptRepo();
    ({ repo } = fixture);
  });
  afterEach(() => repo.dispose());

  it('are read through the manifest of the folder that a stage writes', async () => {
    repo.write('dvc.yaml', stage('')).write('params.yaml', 'lr: 0.2\n');
    fixture.lock({ dvclive: LIVE });
    repo.commit('Train');
    fixture.cache(LIVE);
    const { metrics, parameters, unread } = await fixture.facts('churn');
    assert.deepEqual(metrics, { auc: 0.9, step: 3 });
    // What dvclive wrote down is not told twice.
    assert.deepEqual(parameters, { lr: 0.2, epochs: 3 });
    assert.deepEqual(unread, []);
  });

  it('are not local where the manifest or the file is not, and never taken when damaged', async () => {
    repo.write('dvc.yaml', `${stage('')}metrics: [dvclive/metrics.json]\n`).write('params.yaml', 'lr: 0.2\n');
    fixture.lock({ dvclive: LIVE });
    repo.commit('Train');
    const reason = async (): Promise<string> => {
      const { metrics, unread } = await fixture.facts('churn');
      assert.deepEqual(metrics, {});
      return unread.map((each) => `${each.kind} ${each.file}: ${each.reason}`).join('; ');
    };
    assert.equal(await reason(), 'metrics dvclive/metrics.json: not local');
    fixture.put(folderDigest(entriesOf(LIVE)), formatManifest(entriesOf(LIVE)));
    assert.match(await reason(), /^metrics dvclive\/metrics\.json: not local/);
    fixture.put(md5(LIVE['metrics.json'] ?? ''), '{"auc": 1}');
    assert.match(await reason(), /^metrics dvclive\/metrics\.json: corrupt/);
    fixture.put(folderDigest(entriesOf(LIVE)), '[]');
    assert.match(await reason(), /^metrics dvclive\/metrics\.json: corrupt/);
  });

  it('say where a declared file is not in the folder', async () => {
    const files = { 'other.json': '{}' };
    repo.write('dvc.yaml', `${stage('')}metrics: [dvclive/gone.json]\n`);
    fixture.lock({ dvclive: files });
    repo.commit('Train');
    fixture.cache(files);
    assert.deepEqual((await fixture.facts('churn')).unread, [
      { kind: 'metrics', file: 'dvclive/gone.json', reason: 'not in this commit' },
    ]);
  });

  it('are read from whole folders of metrics, in Git and in the cache', async () => {
    repo.write(
      'dvc.yaml',
      stage('    metrics:\n    - scores: {cache: false}\n    - kept\n').replace(', dvclive', ''),
    );
    repo.write('scores/a.json', '{"a": 1}').write('scores/deep/b.yaml', 'b: 2\n').write('scores/x.png', 'x');
    const kept = { 'c.json': '{"c": 3}', 'd.txt': 'no values' };
    fixture.lock({ kept });
    repo.commit('Train');
    fixture.cache(kept);
    const { metrics, unread } = await fixture.facts('churn');
    assert.deepEqual(metrics, { a: 1, b: 2, c: 3 });
    assert.deepEqual(unread, []);
  });

  it('are found beside a model that no pipeline makes', async () => {
    repo.dvcPointer('churn/model.pkl').dvcPointer('churn/dvclive', { md5: folderDigest(entriesOf(LIVE)) });
    repo.dvcPointer('other/model.pkl').dvcPointer('other/metrics.json', { content: '{"auc": 0.4}' });
    repo.commit('Add');
    fixture.cache(LIVE);
    fixture.put(md5('{"auc": 0.4}'), '{"auc": 0.4}');
    const churn = await fixture.facts('churn/model.pkl');
    assert.deepEqual(churn.metrics, { auc: 0.9, step: 3 });
    assert.deepEqual(churn.parameters, { lr: 0.2, epochs: 3 });
    assert.deepEqual((await fixture.facts('other/model.pkl')).metrics, { auc: 0.4 });
  });

  it('are read from the Git LFS store', async () => {
    const text = '{"auc": 0.8}';
    repo.dvcPointer('models/churn.pkl').lfsPointer('models/metrics.json', { content: text }).commit('Add');
    assert.deepEqual((await fixture.facts('churn')).unread, [
      { kind: 'metrics', file: 'models/metrics.json', reason: 'not local' },
    ]);
    fixture.keepInLfs(text);
    assert.deepEqual((await fixture.facts('churn')).metrics, { auc: 0.8 });
  });

  it('are not local where a partial clone lacks the file itself', async () => {
    repo.dvcPointer('models/churn.pkl').write('models/metrics.json', '{"auc": 1}').commit('Add');
    const blob = repo.git('rev-parse', 'HEAD:models/metrics.json');
    rmSync(repo.at('.git', 'objects', blob.slice(0, 2), blob.slice(2)));
    assert.deepEqual((await fixture.facts('churn')).unread, [
      { kind: 'metrics', file: 'models/metrics.json', reason: 'not local' },
    ]);
  });

  it('come from Python files as literals, and say what is none', async () => {
    repo.write(
      'dvc.yaml',
      'stages:\n  train:\n    cmd: x\n    params:\n    - params.py: [Train.lr, Train.batch]\n    - whole.py:\n    outs: [models/churn.pkl]\n',
    );
    repo
      .write('params.py', 'import os\nclass Train:\n    lr = 0.1\n    batch = 8 * 4\nother = 1\n')
      .write('whole.py', 'a = 1\nb = os.environ["B"]\n')
      .commit('Train');
    const { parameters, unread } = await fixture.facts('churn');
    assert.deepEqual(parameters, { 'Train.lr': 0.1, a: 1 });
    assert.deepEqual(
      unread.map(({ file, fields }) => [file, fields]),
      [
        ['params.py', ['Train.batch']],
        ['whole.py', ['b']],
      ],
    );
  });
});
