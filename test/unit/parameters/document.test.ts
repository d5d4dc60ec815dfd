import assert from 'node:assert/strict';
import fc from 'fast-check';
import { readFields } from '../../../src/core/parameters/document.js';

const read = (path: string, text: string): unknown => {
  const result = readFields(path, Buffer.from(text));
  return result.ok ? Object.fromEntries(result.fields) : result.reason;
};

describe('Parameter and metrics files', () => {
  it('are not read at all where a part of them cannot be: nothing there is guessed', () => {
    for (const [text, reason] of [
      ['lr: 1\nlr: 2\n', /"lr" stands twice/],
      ['a: 1\nb: !mytag {c: 1}\n', /tag !mytag is not read/],
      ['a: 1\nb: !mytag 3\n', /tag !mytag is not read/],
      ['a: !!set {b, c}\n', /tag !!set is not read/],
      ['a: !!int 3.5\n', /^"3.5" is no !!int$/],
      ['a: !!bool 1\n', /^"1" is no !!bool$/],
      ['a: !!float [1]\n', /tag !!float is not read/],
      ['? [1, 2]\n: 3\na: 1\n', /key must be text/],
      ['{"a": NaN, "b": 1, "b": 2}', /"b" stands twice/],
      ['a: 1\n<<<<<<< ours\nb: 2\n=======\nb: 3\n>>>>>>> theirs\n', /conflict markers/],
    ] as const) {
      const read = readFields('params.yaml', Buffer.from(text));
      assert.ok(!read.ok, text);
      assert.match(read.reason, reason);
    }
  });

  it('are read as JSON, YAML and TOML alike', () => {
    const expected = { 'train.lr': 0.1, 'train.layers': [64, 32], seed: 7 };
    assert.deepEqual(read('params.json', '{"train": {"lr": 0.1, "layers": [64, 32]}, "seed": 7}'), expected);
    assert.deepEqual(read('params.yaml', 'train:\n  lr: 0.1\n  layers: [64, 32]\nseed: 7\n'), expected);
    assert.deepEqual(read('params.toml', 'seed = 7\n[train]\nlr = 0.1\nlayers = [64, 32]\n'), {
      seed: 7,
      'train.lr': 0.1,
      'train.layers': [64, 32],
    });
  });

  it('are read with the tags of YAML itself, quoted or not', () => {
    const text = 'a: !!int "0x1F"\nb: !!float 3\nc: !!str 3\nd: !!bool yes\ne: !!null x\nf: ! "7"\n';
    assert.deepEqual(read('params.yaml', text), { a: 31, b: 3, c: '3', d: true, e: null, f: 7 });
    assert.deepEqual(read('params.yaml', '!!map\n!!int "3": !!seq [!!int -1, !!float .5]\n'), {
      3: [-1, 0.5],
    });
    assert.deepEqual(read('params.yaml', 'a: &x !!float "1e3"\nb: *x\n'), { a: 1000, b: 1000 });
  });

  it('are read as Python too, without running it', () => {
    assert.deepEqual(read('params.py', 'class Train:\n    lr = 0.1\n    layers = (64, 32)\nseed = 7\n'), {
      'Train.lr': 0.1,
      'Train.layers': [64, 32],
      seed: 7,
    });
    const result = readFields('params.py', Buffer.from('seed = 7\nlr = seed / 70\n'));
    assert.deepEqual(result.ok && [...result.fields], [['seed', 7]]);
    assert.deepEqual(result.ok && result.computed, ['lr']);
  });

  it("take Python's NaN and Infinity, which JSON does not have", () => {
    const fields = read('metrics.json', '{"loss": NaN, "auc": 0.9}');
    assert.deepEqual(fields, { loss: 'NaN', auc: 0.9 });
  });

  it('say why they have no fields', () => {
    assert.match(String(read('metrics.json', '[1, 2]')), /no named values/);
    assert.match(String(read('params.py', 'lr = (0.1')), /Python is broken/);
    assert.match(String(read('metrics.json', '')), /no named values/);
    assert.equal(readFields('metrics.json', new Uint8Array(11 * 1024 * 1024)).ok, false);
  });

  it('survive every input: broken, deep, shared, hostile', () => {
    const nested = `${'['.repeat(20_000)}${']'.repeat(20_000)}`;
    const bomb = `a: &a [x,x,x,x,x,x,x,x]\n${'bcdefgh'
      .split('')
      .map(
        (name, index) =>
          `${name}: &${name} [${Array.from({ length: 8 }, () => `*${'abcdefg'[index] ?? 'a'}`).join(',')}]`,
      )
      .join('\n')}\n`;
    for (const text of [
      nested,
      `{"a": ${nested}}`,
      bomb,
      '<<<<<<< HEAD\na: 1\n=======\na: 2\n>>>>>>> x\n',
      '\u0000',
      'a: !!js/function x',
    ]) {
      for (const path of ['m.json', 'm.yaml', 'm.toml', 'm']) readFields(path, Buffer.from(text));
    }
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 200 }),
        fc.constantFrom('a.json', 'a.yaml', 'a.toml', 'a'),
        (bytes, path) => {
          readFields(path, bytes);
        },
      ),
      { numRuns: 300 },
    );
  });
});
