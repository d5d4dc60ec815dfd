import assert from 'node:assert/strict';
import { nearNames } from '../../../src/core/catalog/nearNames.js';

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
});
