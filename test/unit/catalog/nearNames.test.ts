import assert from 'node:assert/strict';
import { nearNames } from '../../../src/core/catalog/nearNames.js';
import { runCommandLine } from '../../fixtures/commandLine.js';
import { GitRepo } from '../../fixtures/gitRepo.js';

const KNOWN = [
  { name: 'services/fraud:model', path: 'services/fraud/models/fraud.onnx' },
  { name: 'services/ads/models:ctr', path: 'services/ads/models/ctr.pkl' },
  { name: 'services/ads/models/nested:ctr', path: 'services/ads/models/nested/ctr.pkl' },
  { name: 'embedder', path: 'services/search/models/embedder.pt' },
  { name: 'services/churn:scorer', path: null },
];

describe('names near a wrong one', () => {
  for (const [text, expected] of [
    ['embeder', ['embedder']],
    ['model', ['services/fraud:model', 'services/ads/models:ctr', 'services/ads/models/nested:ctr']],
    ['services/frad:model', ['services/fraud:model']],
    ['SCORER', ['services/churn:scorer']],
    ['models/fraud.onnx', ['services/fraud/models/fraud.onnx']],
    ['fraud.onx', ['services/fraud/models/fraud.onnx']],
    ['ctr.pkl', ['services/ads/models/ctr.pkl', 'services/ads/models/nested/ctr.pkl']],
    ['payments', []],
    ['', []],
  ] as const)
    it(`${text === '' ? 'nothing' : text}: ${expected.join(', ') || 'none'}`, () => {
      assert.deepEqual(nearNames(text, KNOWN), expected);
    });

  it('are five at most, the nearest first, of thousands', () => {
    const many = Array.from({ length: 5000 }, (_, index) => ({ name: `model-${String(index)}`, path: null }));
    const near = nearNames('model-4999x', many);
    assert.equal(near.length, 5);
    assert.equal(near[0], 'model-4999');
  });

  it('are told of a repository in which 700 branches have 200 models each', async () => {
    const repo = GitRepo.create();
    try {
      for (let at = 0; at < 200; at += 1) repo.dvcPointer(`models/model-${at}.pkl`);
      const commit = repo.commit('Add');
      const refs = Array.from({ length: 700 }, (_, at) => `create refs/heads/branch-${at} ${commit}\n`);
      repo.run(['update-ref', '--stdin'], { input: refs.join('') });
      const { exit, err } = await runCommandLine(repo, 'log', 'model-1999');
      assert.equal(exit, 2);
      assert.match(err, /There is no model "model-1999" here; near it:\n {2}model-199\n/);
    } finally {
      repo.dispose();
    }
  });
});
