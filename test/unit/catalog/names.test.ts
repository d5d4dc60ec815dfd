import assert from 'node:assert/strict';
import fc from 'fast-check';
import { assignNames, compareBytes } from '../../../src/core/catalog/names.js';
import { isArtifactName } from '../../../src/core/registry/gto/tagName.js';

const NONE: ReadonlyMap<string, string> = new Map();

function derive(...paths: string[]): readonly string[] {
  return assignNames(
    paths.map((path) => ({ path, declared: null })),
    NONE,
    NONE,
  );
}

describe('the name of a model', () => {
  const cases: readonly (readonly [string, string])[] = [
    ['models/churn.pkl', 'churn'],
    ['models/churn.v2.tar.gz', 'churn'],
    ['.hidden.pkl', 'hidden'],
    ['models/..pkl', 'model'],
    ['models/my model (final).pkl', 'my-model--final'],
    ['models/_net_.pt', 'net'],
    ['models/größe.onnx', 'gr--e'],
    ['models/🤖.pkl', 'model'],
    ['models/a🤖b.pkl', 'a-b'],
    ['outputs/checkpoint-5000', 'checkpoint-5000'],
  ];
  for (const [path, name] of cases) {
    it(`is ${name} for ${path}`, () => assert.deepEqual(derive(path), [name]));
  }

  it('takes the folder in front where two files derive the same', () => {
    assert.deepEqual(derive('a/net.pt', 'b/net.pt', 'b/other.pt'), ['a:net', 'b:net', 'other']);
  });

  it('takes no prefix at the root', () => {
    assert.deepEqual(derive('net.pt', 'b/net.pt'), ['net', 'b:net']);
  });

  it('takes the whole file name where the folder is the same too', () => {
    assert.deepEqual(derive('a/net.pt', 'a/net.onnx'), ['a:net-pt', 'a:net-onnx']);
  });

  it('counts in byte order of path where everything is equal', () => {
    assert.deepEqual(derive('a/x .pt', 'a/x-.pt', 'a/x_.pt'), ['a:x--pt', 'a:x--pt-2', 'a:x_-pt']);
  });

  it('turns what a folder may not hold into hyphens', () => {
    assert.deepEqual(derive('my models/net.pt', 'b/net.pt'), ['my-models:net', 'b:net']);
  });

  it('is the declared one first, then the given, then the bound, then the derived', () => {
    const models = ['a.pkl', 'b.pkl', 'c.pkl', 'd.pkl'].map((path) => ({
      path,
      declared: path === 'a.pkl' ? 'D' : null,
    }));
    const given = new Map([
      ['a.pkl', 'G'],
      ['b.pkl', 'G2'],
    ]);
    const bound = new Map([
      ['a.pkl', 'B'],
      ['b.pkl', 'B2'],
      ['c.pkl', 'B3'],
    ]);
    assert.deepEqual(assignNames(models, given, bound), ['D', 'G2', 'B3', 'd']);
  });

  it('never moves because somebody adds a file', () => {
    const bound = new Map([['models/churn.pkl', 'churn']]);
    const models = ['models/churn.pkl', 'old/churn.pkl'].map((path) => ({ path, declared: null }));
    assert.deepEqual(assignNames(models, NONE, bound), ['churn', 'old:churn']);
  });

  it('is unique among derived names, allowed by GTO, and the same in whatever order files come', () => {
    const segment = fc.constantFrom('a', 'b', 'a b', 'a-b', 'ä', 'models', '.x', '_', 'a.b');
    const file = fc.constantFrom(
      'net.pt',
      'net.onnx',
      'net',
      'ne t.pt',
      'ne-t.pt',
      '.net',
      '-',
      'net-2',
      'net-pt',
    );
    const path = fc
      .tuple(fc.array(segment, { maxLength: 2 }), file)
      .map(([folders, name]) => [...folders, name].join('/'));
    fc.assert(
      fc.property(fc.uniqueArray(path, { minLength: 1, maxLength: 12 }), (paths) => {
        const names = derive(...paths);
        assert.equal(new Set(names).size, names.length);
        for (const name of names) assert.ok(isArtifactName(name), name);
        const sorted = [...paths].sort(compareBytes);
        const again = derive(...sorted);
        for (const [index, one] of paths.entries()) assert.equal(again[sorted.indexOf(one)], names[index]);
      }),
      { numRuns: 500 },
    );
  });
});
