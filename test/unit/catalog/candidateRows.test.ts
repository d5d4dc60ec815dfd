import assert from 'node:assert/strict';
import fc from 'fast-check';
import { readRow, writeRow } from '../../../src/core/catalog/candidateRows.js';

const text = fc.oneof(fc.string(), fc.constantFrom('', 'a.pkl', 'a\nb', '\n', 'm\ud83d', 'ä😀', '{'));
const size = fc.constantFrom(0, 1, 2_422_805, 1.5e300, null);
const digest = fc.record(
  {
    algorithm: fc.constantFrom('md5' as const, 'etag' as const),
    value: text,
    legacy: fc.constant(true as const),
  },
  { requiredKeys: ['algorithm', 'value'], noNullPrototype: true },
);
/** What nobody declared, which has rows of its own. */
const plain = {
  path: fc.option(text),
  tracking: fc.constantFrom('dvc' as const, 'lfs' as const),
  pointer: fc.option(text),
  stage: fc.constantFrom('', 'train', 'tune\n'),
  digest: fc.option(digest, { freq: 9 }),
  size,
  files: fc.nat(),
  declared: fc.constant(false),
};
const requiredKeys = ['path', 'tracking', 'pointer', 'digest', 'size', 'declared'] as const;
const content = fc.oneof(
  fc.record(plain, { requiredKeys: [...requiredKeys], noNullPrototype: true }),
  fc.record(
    { ...plain, type: text, description: text, labels: fc.array(text), declared: fc.boolean() },
    { requiredKeys: [...requiredKeys], noNullPrototype: true },
  ),
);

describe('the row of a candidate', () => {
  it('is read as it was written, whatever stands in it', () => {
    fc.assert(
      fc.property(fc.option(text, { freq: 1 }), fc.boolean(), content, (declared, isModel, of) => {
        const row = { declared, isModel, content: of };
        assert.deepEqual(readRow(writeRow(row)), row);
        const bytes = Buffer.from(writeRow(row), 'utf8');
        assert.deepEqual(readRow(bytes.toString('utf8')), row, 'as bytes');
      }),
      { numRuns: 2_000 },
    );
  });

  it('tells a model as it was told before, field by field in the same order', () => {
    const of = {
      path: 'a.pkl',
      tracking: 'dvc' as const,
      pointer: 'dvc.lock',
      stage: 'train',
      digest: { algorithm: 'md5' as const, value: 'ff' },
      size: 1,
      files: 2,
      declared: false,
    };
    const row = { declared: null, isModel: true, content: of };
    assert.equal(JSON.stringify(readRow(writeRow(row)).content), JSON.stringify(of));
  });
});
