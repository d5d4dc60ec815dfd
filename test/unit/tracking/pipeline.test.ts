import assert from 'node:assert/strict';
import { parseLock } from '../../../src/core/tracking/dvc/lock.js';
import { parsePipeline } from '../../../src/core/tracking/dvc/pipeline.js';
import { resolvePipeline } from '../../../src/core/tracking/dvc/resolve.js';
import type { ResolvedPipeline } from '../../../src/core/tracking/dvc/resolve.js';

const MD5 = '5d41402abc4b2a76b9719d911017c592';

/** Resolves `dvc.yaml` with the other files of its folder, as the catalog does. */
function resolve(yaml: string, files: Readonly<Record<string, string>> = {}): ResolvedPipeline {
  const pipeline = parsePipeline(Buffer.from(yaml));
  assert.deepEqual(JSON.parse(JSON.stringify(pipeline)), pipeline, 'plain JSON');
  const lock = files['dvc.lock'] === undefined ? null : parseLock(Buffer.from(files['dvc.lock']));
  const vars = new Map<string, Uint8Array>();
  for (const file of pipeline.varsFiles) {
    const text = files[file];
    if (text !== undefined) vars.set(file, Buffer.from(text));
  }
  const resolved = resolvePipeline({ pipeline, lock, vars });
  return { ...resolved, problems: [...pipeline.problems, ...(lock?.problems ?? []), ...resolved.problems] };
}

const names = (resolved: ResolvedPipeline) => resolved.stages.map(({ name }) => name);
const paths = (resolved: ResolvedPipeline) => resolved.outs.map(({ path }) => path);
const commands = (resolved: ResolvedPipeline) => resolved.stages.map(({ cmd }) => cmd.join('; '));
const codes = (resolved: ResolvedPipeline) => resolved.problems.map(({ code, line }) => [code, line]);

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

  describe('templates', () => {
    it('resolves names, indices and escapes from params.yaml and vars', () => {
      const resolved = resolve(
        'vars:\n- m: {n: [1, 2.0, x]}\n- v.yaml:w\nstages:\n  t:\n    cmd: run ${m.n[0]} ${m[n][1]} ${m.n[-1]} ${lr} ${w.a} \\${x}\n    outs: ["out/${m.n[2]}.pkl"]\n',
        {
          'params.yaml': 'lr: 0.10\n',
          'v.yaml': 'w: {a: é}\nlr: 9\n',
        },
      );
      assert.deepEqual(commands(resolved), ['run 1 2.0 x 0.1 é ${x}']);
      assert.deepEqual(paths(resolved), ['out/x.pkl']);
    });

    it('reads variables from JSON and TOML, numbers as Python prints them', () => {
      const resolved = resolve(
        'vars: [d.json, e.toml]\nstages:\n  t: {cmd: "${d} ${e.f} ${e.g} ${h} ${t[0].x}"}\n',
        {
          'd.json': '{"d": 1.50}',
          'e.toml': 'h = 1_000\n[e]\nf = 1.0\ng = "x"\n[[t]]\nx = 1e-7\n',
        },
      );
      assert.deepEqual(commands(resolved), ['1.5 1.0 x 1000 1e-07']);
    });

    it('reads the literals of variables in Python', () => {
      const resolved = resolve('vars: [v.py]\nstages: {a: {cmd: x, outs: ["${T.size}-${rate}.pkl"]}}\n', {
        'v.py': 'rate = 1e-5\nclass T:\n    size = 3\n',
      });
      assert.deepEqual(paths(resolved), ['3-1e-05.pkl']);
    });

    it('turns a mapping in a command into options', () => {
      const resolved = resolve('stages:\n  t: {cmd: "t.py ${o}"}\n', {
        'params.yaml': `o: {lr: 0.1, name: 'a b', on: true, off: false, l: [1, x y], n: {e: "it's"}}\n`,
      });
      assert.deepEqual(commands(resolved), [`t.py --lr 0.1 --name 'a b' --on --l 1 'x y' --n.e 'it'"'"'s'`]);
    });

    it('reads vars of a stage from its wdir', () => {
      const resolved = resolve(
        'stages:\n  t:\n    wdir: sub\n    vars: [v.yaml, {z: 1}]\n    cmd: x ${q} ${z}\n',
        { 'sub/v.yaml': 'q: 7\n' },
      );
      assert.deepEqual(commands(resolved), ['x 7 1']);
    });

    it('names the files it needs, and none without a template', () => {
      const files = (text: string) => parsePipeline(Buffer.from(text)).varsFiles;
      assert.deepEqual(
        files(
          'vars: [a.yaml, ../b.yaml:x, c/./d.json]\nstages: {s: {cmd: "${x}", wdir: w, vars: [e.yaml]}}\n',
        ),
        ['params.yaml', 'a.yaml', '../b.yaml', 'c/d.json', 'w/e.yaml'],
      );
      assert.deepEqual(files('vars: [a.yaml]\nstages: {s: {cmd: x}}\n'), []);
    });

    it('resolves artifacts, names too', () => {
      const { artifacts } = resolve(
        'artifacts:\n  m-${v}:\n    path: models/${v}.pkl\n    type: model\n    desc: "number ${v}"\n    labels: [a, "${v}"]\n',
        { 'params.yaml': 'v: 7\n' },
      );
      assert.deepEqual(artifacts, [
        {
          name: 'm-7',
          path: 'models/7.pkl',
          type: 'model',
          description: 'number 7',
          labels: ['a', '7'],
          line: 2,
        },
      ]);
    });

    it('lets an unknown variable cost only what uses it', () => {
      const resolved = resolve(
        'stages:\n  a:\n    cmd: x ${nope}\n    outs: [a.pkl, "${nope}.pkl"]\n  b: {cmd: x, outs: [b.pkl]}\nartifacts:\n  m: {path: "${nope}"}\n  n: {path: n}\n',
      );
      assert.deepEqual(paths(resolved), ['a.pkl', 'b.pkl']);
      assert.deepEqual(
        resolved.artifacts.map(({ name }) => name),
        ['n'],
      );
      assert.deepEqual(codes(resolved), [
        ['dvc-template', 3],
        ['dvc-template', 4],
        ['dvc-template', 7],
      ]);
    });

    it('names the line of the item or key whose template cannot be resolved', () => {
      const lines = (yaml: string): unknown => codes(resolve(yaml)).map(([, line]) => line);
      const stage = (...rest: string[]): string => ['stages:', '  a:', ...rest, ''].join('\n');
      assert.deepEqual(lines(stage('    cmd:', '    - x', '    - y ${nope}')), [5]);
      assert.deepEqual(lines(stage('    cmd: x', '    params:', '    - p.yaml:', '      - ${nope}')), [6]);
      assert.deepEqual(lines(stage('    cmd: x', '    outs:', '    - o:', '        desc: ${nope}')), [6]);
      assert.deepEqual(lines(stage('    wdir: ${nope}', '    cmd: x')), [3]);
      assert.deepEqual(lines(stage('    matrix:', '      m: [a]', '      n:', '      - ${nope}')), [6]);
      assert.deepEqual(lines(stage('    foreach:', '    - x', '    - ${nope}', '    do: {cmd: x}')), [5]);
      assert.deepEqual(lines('artifacts:\n  m:\n    path: m\n    labels:\n    - a\n    - ${nope}\n'), [6]);
    });

    const refused: [string, string, Record<string, string>, string][] = [
      [
        'a variable defined twice',
        'vars: [{lr: 3}]\nstages: {a: {cmd: "${lr}"}}\n',
        { 'params.yaml': 'lr: 1\n' },
        'dvc-vars',
      ],
      ['a variables file that is not there', 'vars: [v.yaml]\nstages: {a: {cmd: "${lr}"}}\n', {}, 'dvc-vars'],
      [
        'a broken variables file',
        'vars: [v.yaml]\nstages: {a: {cmd: "${lr}"}}\n',
        { 'v.yaml': 'a: [' },
        'dvc-vars',
      ],
      [
        'a missing key of a variables file',
        'vars: ["v.yaml:x"]\nstages: {a: {cmd: "${lr}"}}\n',
        { 'v.yaml': 'a: 1' },
        'dvc-vars',
      ],
      [
        'a file loaded in whole and in part',
        'vars: [v.yaml, "v.yaml:a"]\nstages: {a: {cmd: "${a}"}}\n',
        { 'v.yaml': 'a: 1' },
        'dvc-vars',
      ],
      ['templates in vars', 'vars: [{a: "${b}"}]\nstages: {a: {cmd: x}}\n', {}, 'dvc-vars'],
      ['broken Python', 'vars: [v.py]\nstages: {a: {cmd: "${a}"}}\n', { 'v.py': 'a = (1' }, 'dvc-vars'],
      [
        'an item set by vars',
        'stages:\n  a:\n    foreach: ["${x}"]\n    do: {cmd: x, vars: [{item: 3}]}\n',
        { 'params.yaml': 'x: 1' },
        'dvc-vars',
      ],
      ['an expression that is none', 'stages: {a: {cmd: "${a..b}"}}\n', {}, 'dvc-template'],
      ['an empty expression', 'stages: {a: {cmd: "${}"}}\n', {}, 'dvc-template'],
      ['a list in a command', 'stages: {a: {cmd: "x ${l}"}}\n', { 'params.yaml': 'l: [1]' }, 'dvc-template'],
      [
        'a mapping as a path',
        'stages: {a: {cmd: x, outs: ["${o}"]}}\n',
        { 'params.yaml': 'o: {a: 1}' },
        'dvc-template',
      ],
      ['foreach over a number', 'stages: {a: {foreach: 3, do: {cmd: x}}}\n', {}, 'dvc-template'],
      ['foreach without do', 'stages: {a: {foreach: [3]}}\n', {}, 'dvc-template'],
      ['a stage without command', 'stages: {a: {outs: [o]}}\n', {}, 'dvc-stage'],
      ['a stage that is text', 'stages: {a: b}\n', {}, 'dvc-wrong-type'],
      ['an artifact without path', 'artifacts: {m: {type: model}}\n', {}, 'dvc-missing-path'],
    ];
    for (const [what, yaml, files, code] of refused) {
      it(`reports ${what}`, () => assert.equal(resolve(yaml, files).problems[0]?.code, code));
    }

    it('bounds what templates can expand to', () => {
      const long = 'x'.repeat(100_000);
      const stage = `\${v}\${v}\${v}\${v}\${v}`.repeat(10);
      const resolved = resolve(
        `stages:\n  t:\n    foreach: [${Array.from({ length: 50 }, (_, index) => index).join(', ')}]\n    do: {cmd: "${stage}"}\n`,
        { 'params.yaml': `v: ${long}\n` },
      );
      assert.equal(resolved.problems[0]?.code, 'dvc-template');
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
