import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Fields } from '../../../src/core/compare/comparison.js';
import {
  bounded,
  boundedCurves,
  BOUNDS,
  parseFromPage,
  parsePageState,
  parseToPage,
  PROTOCOL,
} from '../../../src/protocol/messages.js';

const column = {
  rev: 'v1.0.0',
  commit: 'c'.repeat(40),
  present: true,
  digest: null,
  pointer: null,
  problems: [],
};
const NO_CURVES = { list: [], unknown: [], total: 0 };
const shown = (fields: unknown[], columns: unknown[] = [column], curves: unknown = NO_CURVES): unknown => ({
  protocol: PROTOCOL,
  type: 'comparison',
  comparison: { model: 'churn', columns, fields },
  curves,
  baseline: 0,
  abilities: ['pin'],
});
const state = {
  protocol: PROTOCOL,
  repository: '/repo',
  model: 'churn',
  revs: ['v1.0.0', 'main'],
  baseline: 'v1.0.0',
  onlyDifferences: true,
  query: '',
  collapsed: ['data'],
};

describe('Messages between the editor and its page', () => {
  it('take what either side says', () => {
    const said = [
      { type: 'ready' },
      { type: 'arranged', revs: ['a'], baseline: 'a' },
      { type: 'act', action: 'pin', rev: 'v1.0.0' },
      { type: 'copy', what: 'csv', text: 'a,b' },
    ];
    for (const message of said) assert.ok(parseFromPage({ protocol: PROTOCOL, ...message }));
    assert.ok(parseToPage({ protocol: PROTOCOL, type: 'loading', model: 'churn' }));
    assert.ok(parseToPage(shown([{ group: 'metrics', field: 'f', values: [{ a: [1, null] }] }])));
  });

  it('refuse another version, unknown kinds, unknown keys and wrong types', () => {
    const wrong: unknown[] = [
      { protocol: PROTOCOL + 1, type: 'ready' },
      { type: 'ready' },
      { protocol: PROTOCOL, type: 'run', command: 'rm' },
      { protocol: PROTOCOL, type: 'ready', extra: 1 },
      { protocol: PROTOCOL, type: 'act', action: 'delete', rev: 'v1' },
      { protocol: PROTOCOL, type: 'arranged', revs: [], baseline: '' },
      { protocol: PROTOCOL, type: 'copy', what: 'csv', text: 'x'.repeat(BOUNDS.copied + 1) },
      null,
      'ready',
      [],
    ];
    for (const message of wrong)
      assert.equal(parseFromPage(message), undefined, JSON.stringify(message)?.slice(0, 80));
  });

  it('refuse a comparison whose fields do not fit its columns', () => {
    assert.equal(parseToPage(shown([{ group: 'metrics', field: 'f', values: [1, 2] }])), undefined);
    assert.equal(parseToPage(shown([{ group: 'metrics', field: 'f', values: [1], basis: [] }])), undefined);
    assert.equal(parseToPage(shown([{ group: 'nonsense', field: 'f', values: [1] }])), undefined);
    assert.equal(
      parseToPage(
        shown(
          [],
          Array.from({ length: BOUNDS.columns + 1 }, () => column),
        ),
      ),
      undefined,
    );
  });

  it('take curves that fit the columns and nothing else', () => {
    const of = (curve: object, unknown: unknown[] = []): unknown =>
      parseToPage(shown([], [column], { list: [{ metric: 'loss', ...curve }], unknown, total: 1 }));
    assert.ok(of({ series: [[[0, 1.5], [1, 0.5]]], gaps: [[[2, 3, 2]]], direction: 'lower' })); // prettier-ignore
    assert.ok(of({ series: [null] }, ['not local']));
    const wrong = [
      { series: [] },
      { series: [[[0]]] },
      { series: [[[0, NaN]]] },
      { series: [[[0, Infinity]]] },
      { series: [Array.from({ length: BOUNDS.points + 1 }, () => [0, 0])] },
      { series: [null], gaps: [] },
      { series: [null], more: 1 },
      { series: [null, null] },
    ];
    for (const curve of wrong) assert.equal(of(curve), undefined, JSON.stringify(curve).slice(0, 80));
    assert.equal(of({ series: [null] }, [null, null]), undefined);
  });

  it('cut curves that are too many, and say of how many', () => {
    const curves = Array.from({ length: BOUNDS.curves + 1 }, (_, at) => ({
      metric: `m${at}`,
      series: [null],
    }));
    const sent = boundedCurves({ curves, curvesUnknown: ['x'.repeat(BOUNDS.text + 1)] });
    assert.deepEqual([sent.list.length, sent.total], [BOUNDS.curves, BOUNDS.curves + 1]);
    assert.ok(parseToPage(shown([], [column], sent)));
  });

  it('refuse values that are no plain data, or too deep', () => {
    let deep: unknown = 1;
    for (let level = 0; level < BOUNDS.depth + 5; level += 1) deep = [deep];
    for (const value of [deep, NaN, () => 1, undefined, 1n]) {
      assert.equal(parseToPage(shown([{ group: 'metrics', field: 'f', values: [value] }])), undefined);
    }
  });

  it('never throw, whatever comes', () => {
    fc.assert(
      fc.property(fc.anything({ withBigInt: true, withMap: true, withNullPrototype: true }), (input) => {
        assert.equal(parseFromPage(input), undefined);
        assert.equal(parseToPage(input), undefined);
        assert.equal(parsePageState(input), undefined);
      }),
    );
  });

  it('give back the state that a page stored, and nothing of another version', () => {
    assert.deepEqual(parsePageState(state), state);
    assert.equal(parsePageState({ ...state, protocol: 0 }), undefined);
    assert.equal(parsePageState({ ...state, collapsed: ['elsewhere'] }), undefined);
  });

  it('cut a comparison that is too large and say so', () => {
    const fields: Fields = {
      model: 'churn',
      columns: [column],
      fields: Array.from({ length: BOUNDS.fields + 1 }, (_, index) => ({
        group: 'parameters',
        field: `p${index}`,
        values: [index],
      })),
    };
    const cut = bounded(fields, 'Only some fields are shown');
    assert.equal(cut.fields.length, BOUNDS.fields);
    assert.deepEqual(cut.columns[0]?.problems, ['Only some fields are shown']);
    const long = {
      ...fields,
      fields: [{ group: 'pipeline' as const, field: 'command', values: [['x'.repeat(BOUNDS.text + 1)]] }],
    };
    const { model, columns, fields: kept } = bounded(long, '');
    assert.ok(parseToPage({ ...(shown([]) as object), comparison: { model, columns, fields: kept } }));
  });
});
