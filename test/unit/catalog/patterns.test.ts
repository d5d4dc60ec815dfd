import assert from 'node:assert/strict';
import fc from 'fast-check';
import picomatch from 'picomatch';
import { PathPatterns } from '../../../src/core/catalog/patterns.js';
import { DEFAULT_MATCH } from '../../../src/core/settings/settings.js';

describe('models.match', () => {
  const models = new PathPatterns(DEFAULT_MATCH);

  for (const path of [
    'data/06_models/churn.pkl',
    'models/xgb.json',
    'data/models/model_input_encoder.pkl',
    'model_output/pytorch_model.bin',
    'outputs/checkpoint-5000',
    '.mlem/model/clf',
    'churn.PKL',
    'deep/er/weights.bin',
  ]) {
    it(`takes ${path} for a model`, () => assert.equal(models.includesPath(path), true));
  }

  for (const path of [
    'data/X_train.pkl',
    'models/car.glb',
    'firmware/boot.bin',
    'datasets/a/b.pkl',
    'models/README.md',
    'data/03_primary/model_input_table.pq',
    'data/05_model_input/X_train.pkl',
    'services/a/data/07_model_output/predictions.pkl',
  ]) {
    it(`takes ${path} for no model`, () => assert.equal(models.includesPath(path), false));
  }

  it('lets the last matching line decide', () => {
    const patterns = new PathPatterns([
      ...DEFAULT_MATCH,
      '!experiments/scratch/**',
      'experiments/scratch/keep.pkl',
    ]);
    assert.equal(patterns.includesPath('experiments/scratch/a.pkl'), false);
    assert.equal(patterns.includesPath('experiments/scratch/keep.pkl'), true);
  });

  it('starts from nothing after !**', () => {
    const patterns = new PathPatterns([...DEFAULT_MATCH, '!**', 'only/**']);
    assert.equal(patterns.includesPath('models/a.pkl'), false);
    assert.equal(patterns.includesPath('only/a.bin'), true);
  });

  it('answers segment by segment what picomatch answers for the whole path', () => {
    const name = fc.constantFrom('a', 'b', 'model', 'data', 'x.pkl', '.dvc', 'Model-2', 'a.b', '.x', 'ä');
    const path = fc.array(name, { minLength: 1, maxLength: 5 }).map((parts) => parts.join('/'));
    const segment = fc.constantFrom(
      '**',
      '*',
      'a',
      '*model*',
      '{a,b}',
      '*.pkl',
      '?',
      'data',
      '.*',
      '[ab]',
      '{a/b,x}',
      '@(a|b)',
      'a**',
    );
    const pattern = fc
      .tuple(fc.boolean(), fc.array(segment, { minLength: 1, maxLength: 4 }))
      .map(([negated, parts]) => `${negated ? '!' : ''}${parts.join('/')}`);
    fc.assert(
      fc.property(fc.array(pattern, { minLength: 1, maxLength: 5 }), path, (lines, target) => {
        let expected = false;
        for (const line of lines) {
          const negated = line.startsWith('!');
          if (picomatch(negated ? line.slice(1) : line, { dot: true, nocase: true })(target))
            expected = !negated;
        }
        assert.equal(new PathPatterns(lines).includesPath(target), expected);
      }),
      { numRuns: 2000 },
    );
  });
});
