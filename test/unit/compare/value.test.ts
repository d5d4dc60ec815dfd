import assert from 'node:assert/strict';
import fc from 'fast-check';
import { equalValues, flatten, isMap, LIMITS, toJson } from '../../../src/core/compare/value.js';
import type { Json } from '../../../src/core/compare/value.js';

const runs = Number(process.env['MODELKEEP_RUNS'] ?? 1);
const anyJson = fc.jsonValue({ maxDepth: 5 }).map((value) => toJson(value));

describe('Flattening nested values', () => {
  it('names nested maps by their path and keeps lists whole', () => {
    const fields = flatten({ train: { lr: 0.1, layers: [64, 32] }, seed: 7 });
    assert.deepEqual(
      [...fields],
      [
        ['train.lr', 0.1],
        ['train.layers', [64, 32]],
        ['seed', 7],
      ],
    );
  });

  it('keeps an empty map visible, and says nothing of an empty document', () => {
    assert.deepEqual([...flatten({ augment: {} })], [['augment', {}]]);
    assert.deepEqual([...flatten({})], []);
  });

  it('writes keys that hold dots, brackets or nothing so that they cannot be mistaken for paths', () => {
    assert.deepEqual([...flatten({ a: { 'b.c': 1 } })], [['a["b.c"]', 1]]);
    assert.deepEqual([...flatten({ '': 1 })], [['[""]', 1]]);
  });

  it('gives two different documents different fields', () => {
    fc.assert(
      fc.property(anyJson, anyJson, (left, right) => {
        fc.pre(isMap(left) && isMap(right));
        const same = equalValues(Object.fromEntries(flatten(left)), Object.fromEntries(flatten(right)));
        assert.equal(same, equalValues(left, right));
      }),
      { numRuns: 500 * runs },
    );
  });

  it('takes names that JavaScript objects treat specially for what they are', () => {
    const hostile = toJson(JSON.parse('{"__proto__": {"polluted": 1}, "constructor": {"prototype": 2}}'));
    assert.deepEqual([...flatten(hostile).keys()], ['__proto__.polluted', 'constructor.prototype']);
    assert.equal(({} as { polluted?: number }).polluted, undefined);
  });

  it('stops at the bounds of depth and count', () => {
    let deep: Json = 1;
    for (let level = 0; level < 5000; level += 1) deep = { a: deep };
    assert.equal(flatten(deep).size, 1);
    const wide = Object.fromEntries(
      Array.from({ length: LIMITS.fields + 500 }, (_, index) => [`k${index}`, index]),
    );
    assert.equal(flatten(wide).size, LIMITS.fields);
  });
});

describe('Values from parsers', () => {
  it('names numbers that JSON lacks, and never passes on what is no data', () => {
    assert.deepEqual(toJson({ a: NaN, b: Infinity, c: undefined, d: 12n }), {
      a: 'NaN',
      b: 'Infinity',
      c: null,
      d: 12,
    });
  });

  it('cuts a document that multiplies by sharing', () => {
    let bomb: unknown = ['x'];
    for (let level = 0; level < 30; level += 1)
      bomb = [bomb, bomb, bomb, bomb, bomb, bomb, bomb, bomb, bomb, bomb];
    assert.ok(JSON.stringify(toJson(bomb)).length < 200_000);
  });

  it('is equal to itself whatever the order of keys, and not in another order of a list', () => {
    assert.ok(equalValues({ a: 1, b: [1, { c: 2 }] }, { b: [1, { c: 2 }], a: 1 }));
    assert.ok(!equalValues([1, 2], [2, 1]));
    assert.ok(!equalValues({ a: null }, { b: null }));
    assert.ok(!equalValues({}, []));
    fc.assert(
      fc.property(anyJson, (value) =>
        assert.ok(equalValues(value, toJson(JSON.parse(JSON.stringify(value))))),
      ),
      { numRuns: 200 * runs },
    );
  });
});
