import assert from 'node:assert/strict';
import fc from 'fast-check';
import { shortNames } from '../../../src/editor/tree/shortNames.js';

describe('what rows call models', () => {
  const short = (...names: string[]): readonly (string | undefined)[] => {
    const found = shortNames(names);
    return names.map((name) => found.get(name));
  };

  it('is the name, with the last folder of those that have one', () => {
    assert.deepEqual(short('churn', 'services/fraud:scorer'), ['churn', 'fraud:scorer']);
  });

  it('has as many folders as tell the models apart', () => {
    assert.deepEqual(
      short(
        'services/ads/models:ctr',
        'services/search/models:ctr',
        'services/search/models:ranker',
        'models:ctr',
      ),
      ['ads/models:ctr', 'search/models:ctr', 'models:ranker', 'models:ctr'],
    );
  });

  it('is the beginning and the end of a long name, or all of it where that would be another’s too', () => {
    assert.deepEqual(short('customer-lifetime-value-for-europe'), ['customer-lif…or-europe']);
    const twins = ['customer-lifetime-value-for-europe', 'customer-lifetime-worth-for-europe'];
    assert.deepEqual(short(...twins), twins);
  });

  it('goes without a folder that would make it too long, unless another is called so', () => {
    assert.deepEqual(short('services/search/models:headline-summarizer', 'churn'), [
      'headline-summarizer',
      'churn',
    ]);
    assert.deepEqual(
      short('services/search/models:headline-summarizer', 'services/ads:headline-summarizer'),
      ['models:headl…ummarizer', 'ads:headline…ummarizer'],
    );
  });

  it('is never the same for two', () => {
    const part = fc.stringMatching(/^(?:[ab]|[ab]a{20}[ab])$/);
    const name = fc.oneof(
      part,
      fc
        .tuple(fc.array(part, { minLength: 1, maxLength: 3 }), part)
        .map(([folders, own]) => `${folders.join('/')}:${own}`),
    );
    fc.assert(
      fc.property(fc.uniqueArray(name, { maxLength: 12 }), (names) => {
        const found = shortNames(names);
        assert.equal(new Set(names.map((one) => found.get(one))).size, names.length);
      }),
    );
  });
});
