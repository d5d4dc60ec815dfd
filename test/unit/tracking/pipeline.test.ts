import assert from 'node:assert/strict';
import { parseLock } from '../../../src/core/tracking/dvc/lock.js';
import { codes, names, paths, resolve } from './resolved.js';

const MD5 = '5d41402abc4b2a76b9719d911017c592';

const LOCK = `schema: '2.0'
stages:
  train:
    cmd: python train.py
    deps:
    - path: data
      hash: md5
      md5: ${MD5}.dir
      size: 20
      nfiles: 2
    params:
      params.yaml:
        lr: 0.1
        gone: 1
    outs:
    - path: model.pkl
      hash: md5
      md5: ${MD5}
      size: 5
  removed:
    cmd: x
    outs:
    - path: old.pkl
      md5: ${MD5}
`;

describe('pipelines', () => {
  it('joins dvc.yaml and its lock by stage and path', () => {
    const resolved = resolve(
      `stages:
  train:
    cmd: python train.py
    wdir: sub
    deps: [data]
    params: [lr, {other.yaml: [a.b]}, {whole.yaml: }]
    outs:
    - model.pkl:
        type: model
        desc: churn
        labels: [a]
    - new.pkl
    metrics:
    - metrics.json:
        cache: false
    plots:
    - roc.csv: {x: fpr}
`,
      { 'dvc.lock': LOCK },
    );
    assert.deepEqual(resolved.problems, []);
    const [train] = resolved.stages;
    assert.deepEqual(train?.deps, [
      { path: 'sub/data', digest: { algorithm: 'md5', value: `${MD5}.dir` }, size: 20, files: 2 },
    ]);
    assert.deepEqual(train?.params, [
      { file: 'sub/params.yaml', keys: ['lr'] },
      { file: 'sub/other.yaml', keys: ['a.b'] },
      { file: 'sub/whole.yaml', keys: null },
    ]);
    assert.deepEqual(train?.lockedParams, [{ file: 'sub/params.yaml', values: { lr: 0.1 } }]);
    assert.deepEqual([train?.locked, train?.commandChanged, train?.line], [true, false, 2]);
    assert.deepEqual(
      resolved.outs.map(({ path, stage, cached, digest }) => [path, stage, cached, digest?.value ?? null]),
      [
        ['sub/model.pkl', 'train', true, MD5],
        ['sub/new.pkl', 'train', true, null],
        ['sub/metrics.json', 'train', false, null],
        ['sub/roc.csv', 'train', true, null],
      ],
    );
    const { type, description, labels, size } = resolved.outs[0] ?? {};
    assert.deepEqual(
      { type, description, labels, size },
      { type: 'model', description: 'churn', labels: ['a'], size: 5 },
    );
  });

  it('gives an output without a lock no digest, and ignores stages that are only in the lock', () => {
    assert.deepEqual(resolve('stages:\n  train: {cmd: x, outs: [model.pkl]}\n').outs[0]?.digest, null);
    assert.deepEqual(paths(resolve('stages: {}\n', { 'dvc.lock': LOCK })), []);
  });

  it('matches the lock by the exact path text', () => {
    assert.equal(
      resolve('stages:\n  train: {cmd: x, outs: [./model.pkl]}\n', { 'dvc.lock': LOCK }).outs[0]?.digest,
      null,
    );
  });

  it('tells the command that was run from the one that stands there', () => {
    const [train] = resolve('stages:\n  train: {cmd: python new.py, outs: [model.pkl]}\n', {
      'dvc.lock': LOCK,
    }).stages;
    assert.deepEqual([train?.cmd, train?.commandChanged], [['python train.py'], true]);
  });

  // Each of the following was compared with DVC 3.64's own resolver.
  describe('foreach and matrix', () => {
    it('names a plain list by its items, as Python writes them', () => {
      const resolved = resolve(
        'stages:\n  t:\n    foreach: [x, 1, 1.0, 1e-5, 1e16, 010, true, null, yes]\n    do:\n      cmd: echo ${item}\n      outs: ["${item}.pkl"]\n',
      );
      assert.deepEqual(names(resolved), [
        't@x',
        't@1',
        't@1.0',
        't@1e-05',
        't@1e+16',
        't@10',
        't@true',
        't@None',
        't@yes',
      ]);
      assert.deepEqual(paths(resolved)[3], '1e-05.pkl');
    });

    it('names a list with mappings by index, a mapping by key', () => {
      assert.deepEqual(
        names(resolve('stages:\n  t:\n    foreach:\n    - {p: 1}\n    - 2\n    do: {cmd: "x ${item}"}\n')),
        ['t@0', 't@1'],
      );
      const mapped = resolve(
        'stages:\n  t:\n    foreach: {us: {n: 3}, 10: z, 2: y}\n    do: {cmd: "x ${key}", wdir: "${key}", outs: [o]}\n',
      );
      assert.deepEqual(names(mapped), ['t@us', 't@10', 't@2']);
      assert.deepEqual(paths(mapped), ['us/o', '10/o', '2/o']);
    });

    it('takes the list from variables, each name once', () => {
      const resolved = resolve('stages:\n  t:\n    foreach: ${list}\n    do: {cmd: "x ${item}"}\n', {
        'params.yaml': 'list: [a, b, a, true]\n',
      });
      assert.deepEqual(names(resolved), ['t@a', 't@b', 't@True']);
    });

    it('joins matrix values by -, and counts what is no scalar', () => {
      const resolved = resolve(
        'stages:\n  t:\n    matrix:\n      m: [cnn, {n: 2}]\n      lr: [0.1, 1]\n    cmd: train ${item.lr}\n    outs: ["${key}.pkl"]\n',
      );
      assert.deepEqual(names(resolved), ['t@cnn-0.1', 't@cnn-1', 't@m1-0.1', 't@m1-1']);
      assert.deepEqual(paths(resolved)[2], 'm1-0.1.pkl');
    });

    it('ignores lock entries that the expansion does not give', () => {
      const lock = `schema: '2.0'\nstages:\n  t@de:\n    cmd: x\n    outs:\n    - {path: de.pkl, md5: ${MD5}, hash: md5}\n  t@fr:\n    cmd: x\n    outs:\n    - {path: fr.pkl, md5: ${MD5}}\n`;
      const resolved = resolve(
        'stages:\n  t:\n    foreach: [de]\n    do: {cmd: x, outs: ["${item}.pkl"]}\n',
        { 'dvc.lock': lock },
      );
      assert.deepEqual(
        resolved.outs.map(({ path, digest }) => [path, digest?.value]),
        [['de.pkl', MD5]],
      );
    });

    it('refuses to generate stages without end', () => {
      const axis = `[${Array.from({ length: 100 }, (_, index) => index).join(', ')}]`;
      const resolved = resolve(
        `stages:\n  t:\n    matrix: {a: ${axis}, b: ${axis}, c: ${axis}, d: ${axis}}\n    cmd: x\n  u: {cmd: x, outs: [o]}\n`,
      );
      assert.deepEqual([codes(resolved), paths(resolved)], [[['dvc-too-many-stages', 2]], ['o']]);
    });
  });

  describe('dvc.lock', () => {
    const lockCodes = (text: string) =>
      parseLock(Buffer.from(text)).problems.map(({ code, severity }) => [code, severity]);

    it('reads the old schema, and says so', () => {
      const text = `train:\n  cmd: x\n  outs:\n  - path: m\n    md5: ${MD5}\n`;
      assert.deepEqual(parseLock(Buffer.from(text)).stages[0]?.outs[0]?.digest, {
        algorithm: 'md5',
        value: MD5,
        legacy: true,
      });
      assert.deepEqual(lockCodes(text), [['dvc-lock-schema', 'warning']]);
    });

    it('refuses other schemas, an unquoted one too, but shows what is there', () => {
      const text = `schema: 2.0\nstages:\n  t:\n    cmd: x\n    outs:\n    - {path: m, md5: ${MD5}, hash: md5}\n`;
      assert.deepEqual(lockCodes(text), [['dvc-lock-schema', 'error']]);
      assert.equal(parseLock(Buffer.from(text)).stages.length, 1);
    });

    it('keeps the other stages when one is broken', () => {
      const parsed = parseLock(
        Buffer.from(
          `schema: '2.0'\nstages:\n  a: 3\n  b:\n    cmd: [x, y]\n    outs:\n    - {path: m, md5: ${MD5}}\n    - {md5: ${MD5}}\n`,
        ),
      );
      assert.deepEqual(
        parsed.stages.map(({ name, cmd, outs }) => [name, cmd, outs.length]),
        [['b', ['x', 'y'], 1]],
      );
      assert.deepEqual(
        parsed.problems.map(({ code, line }) => [code, line]),
        [
          ['dvc-wrong-type', 3],
          ['dvc-missing-path', 8],
        ],
      );
    });

    it('keeps names such as __proto__ as they are', () => {
      const parsed = parseLock(
        Buffer.from(
          `schema: '2.0'\nstages:\n  __proto__:\n    cmd: x\n    params:\n      params.yaml:\n        __proto__: {a: 1}\n`,
        ),
      );
      assert.deepEqual(Object.entries(parsed.stages[0]?.params[0]?.values ?? {}), [['__proto__', { a: 1 }]]);
    });

    it('reports conflict markers once', () => {
      assert.deepEqual(lockCodes(`schema: '2.0'\nstages:\n<<<<<<< HEAD\n  a:\n=======\n  b:\n>>>>>>> x\n`), [
        ['conflict-markers', 'error'],
      ]);
    });
  });
});
