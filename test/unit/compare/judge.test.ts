import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Field } from '../../../src/core/compare/comparison.js';
import { judge, judgeAll } from '../../../src/core/compare/judge.js';

const metric = (values: Field['values'], more: Partial<Field> = {}): Field => ({
  group: 'metrics',
  field: 'accuracy',
  values,
  direction: 'higher',
  ...more,
});

describe('Measuring a field against the baseline', () => {
  it('gives signed differences without binary dust, and says which are better', () => {
    const row = judge(metric([0.89, 0.91, 0.88, 0.89]), 0);
    assert.deepEqual(row.delta, [null, 0.02, -0.01, 0]);
    assert.deepEqual(row.better, [null, true, false, null]);
    assert.equal(row.changed, true);
  });

  it('turns better and worse round where less is better', () => {
    assert.deepEqual(judge(metric([0.3, 0.2, 0.4], { direction: 'lower' }), 0).better, [null, true, false]);
  });

  it('follows the baseline wherever it moves', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: -1000, max: 1000 }), { minLength: 2, maxLength: 6 }),
        fc.nat(),
        (values, at) => {
          const baseline = at % values.length;
          const row = judge(metric(values), baseline);
          row.delta?.forEach((delta, index) => {
            if (index === baseline) assert.equal(delta, null);
            else assert.equal(delta, (values[index] ?? 0) - (values[baseline] ?? 0));
          });
          assert.equal(
            row.changed,
            values.some((value) => value !== values[0]),
          );
        },
      ),
    );
  });

  it('never calls a parameter better or worse', () => {
    const row = judge({ group: 'parameters', field: 'lr', values: [0.1, 0.2] }, 0);
    assert.deepEqual(row.delta, [null, 0.1]);
    assert.equal(row.better, undefined);
  });

  it('has no difference in numbers where one side is none', () => {
    assert.equal(judge({ group: 'parameters', field: 'x', values: ['a', 1] }, 0).delta, undefined);
    assert.deepEqual(judge(metric([0.5, null, 0.7]), 0).delta, [null, null, 0.2]);
    assert.equal(judge(metric([null, 0.7]), 0).delta, undefined);
  });

  it('does not compare metrics of other evaluation data, and says why', () => {
    const row = judge(metric([0.8, 0.9, 0.7], { basis: ['test-1', 'test-2', 'test-1'] }), 0);
    assert.deepEqual(row.delta, [null, null, -0.1]);
    assert.deepEqual(row.better, [null, null, false]);
    assert.deepEqual(row.comparable, [true, false, true]);
    assert.match(row.incomparable ?? '', /evaluation data/);
  });

  it('takes a value that is not known for neither a difference nor an equality', () => {
    const row = judge(metric([0.8, null], { unknown: [null, 'not local'] }), 0);
    assert.equal(row.changed, false);
    assert.deepEqual(row.unknown, [null, 'not local']);
    assert.deepEqual(judge(metric([null, 0.8], { unknown: ['not local', null] }), 0).delta, undefined);
  });

  it('compares lists and maps as data', () => {
    assert.equal(
      judge(
        {
          group: 'parameters',
          field: 'l',
          values: [
            [1, 2],
            [1, 2],
          ],
        },
        0,
      ).changed,
      false,
    );
    assert.equal(
      judge(
        {
          group: 'parameters',
          field: 'l',
          values: [
            [1, 2],
            [2, 1],
          ],
        },
        0,
      ).changed,
      true,
    );
  });

  it('leaves equal fields out unless all are wanted', () => {
    const fields = {
      model: 'churn',
      columns: [],
      fields: [metric([1, 1]), metric([1, 2]), metric([1, 1], { unknown: [null, null], basis: ['a', 'b'] })],
    };
    assert.equal(judgeAll(fields, 0).rows.length, 2);
    assert.equal(judgeAll(fields, 0, { all: true }).rows.length, 3);
  });
});
