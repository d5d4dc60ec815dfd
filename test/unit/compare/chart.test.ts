import assert from 'node:assert/strict';
import fc from 'fast-check';
import { linesOf, spansOf, summaryOf, ticksOf } from '../../../src/core/compare/chart.js';
import { curvesIn } from '../../../src/core/parameters/curves.js';

const RUNS = 500;
const finite = fc.double({ noNaN: true, noDefaultInfinity: true });

describe('Charts of curves', () => {
  it('have round numbers at their axes', () => {
    assert.deepEqual(ticksOf([0.13, 0.42], 4), [0.1, 0.2, 0.3, 0.4, 0.5]);
    assert.deepEqual(ticksOf([0, 299], 4), [0, 100, 200, 300]);
    assert.deepEqual(ticksOf([-3, 3], 4), [-4, -2, 0, 2, 4]);
    assert.deepEqual(ticksOf([5, 5], 4), [4, 6]);
    assert.deepEqual(ticksOf([0, 0], 4), [0, 0.5]);
  });

  it('have few of them, in order and around every value, whatever the values', () => {
    fc.assert(
      fc.property(finite, finite, (one, other) => {
        const span = [Math.min(one, other), Math.max(one, other)] as const;
        if (!Number.isFinite(span[1] - span[0])) return;
        const ticks = ticksOf(span, 4);
        assert.ok(ticks.length >= 2 && ticks.length <= 8, String(ticks));
        assert.ok(
          ticks.every(
            (tick, index) => Number.isFinite(tick) && (index === 0 || tick >= (ticks[index - 1] ?? 0)),
          ),
        );
        const slack = 1e-6 * Math.max(span[1] - span[0], Math.abs(span[0]), Math.abs(span[1]));
        assert.ok(
          (ticks[0] ?? NaN) <= span[0] + slack && (ticks.at(-1) ?? NaN) >= span[1] - slack,
          String(ticks),
        );
      }),
      { numRuns: RUNS },
    );
  });

  it('give a gap its room along the steps, and nothing to draw where there is no number', () => {
    const gaps = [[[10, 20, 11]]] as const;
    assert.deepEqual(spansOf({ metric: 'x', series: [[[0, 1], [9, 2]]], gaps })?.steps, [0, 20]); // prettier-ignore
    assert.equal(spansOf({ metric: 'x', series: [[]], gaps }), null);
    assert.equal(spansOf({ metric: 'x', series: [[[0, -1.7e308], [1, 1.7e308]]] }), null); // prettier-ignore
  });

  it('keep every point, and never join two with a gap between them', () => {
    const cell = fc.constantFrom('1', '2.5', '-3', 'nan', 'inf', '-Infinity', '');
    fc.assert(
      fc.property(fc.array(cell, { maxLength: 40 }), (cells) => {
        const table = `step\tloss\n${cells.map((value, step) => `${step}\t${value}\n`).join('')}`;
        const [curve] = curvesIn('m/loss.tsv', { kind: 'live', folder: 'm' }, Buffer.from(table));
        const lines = linesOf(curve?.points ?? [], curve?.gaps ?? []);
        const numbers = cells.flatMap((value, step) => (/^-?[\d.]+$/.test(value) ? [step] : []));
        assert.deepEqual(
          lines.flat().map(([step]) => step),
          numbers,
        );
        for (const line of lines) {
          const between = cells.slice(line[0]?.[0], (line.at(-1)?.[0] ?? 0) + 1);
          assert.ok(!between.some((value) => /nan|inf/i.test(value)), between.join());
        }
        const joins = cells
          .join(' ')
          .split(/(?:nan|inf|-Infinity)/)
          .filter((part) => /\d/.test(part)).length;
        assert.equal(lines.length, joins);
      }),
      { numRuns: RUNS },
    );
  });

  it('sum up what was measured, how often no number was, and nothing where it never was', () => {
    const points = [[0, 3], [1, 1], [2, 5], [3, 2]] as const; // prettier-ignore
    assert.deepEqual(summaryOf(points, [[4, 6, 3]]), {
      first: [0, 3],
      last: [3, 2],
      lowest: [1, 1],
      highest: [2, 5],
      missing: 3,
    });
    assert.equal(summaryOf([], [[4, 6, 3]]), null);
  });

  it('are thinned without losing the lowest, the highest, the first or the last value', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: -1e6, max: 1e6 }), { minLength: 1001, maxLength: 6000 }),
        (values) => {
          const [curve] = curvesIn(
            'm/a.csv',
            { kind: 'live', folder: 'm' },
            Buffer.from(`a\n${values.join('\n')}`),
          );
          const points = curve?.points ?? [];
          assert.ok(points.length <= 1000);
          const kept = points.map(([, value]) => value);
          assert.deepEqual(
            [Math.min(...kept), Math.max(...kept), kept[0], kept.at(-1)],
            [Math.min(...values), Math.max(...values), values[0], values.at(-1)],
          );
          assert.ok(points.every(([step, value]) => values[step] === value));
          assert.ok(points.every(([step], index) => index === 0 || step > (points[index - 1]?.[0] ?? 0)));
        },
      ),
      { numRuns: 30 },
    );
  });
});
