import assert from 'node:assert/strict';
import { parsePipeline } from '../../../src/core/tracking/dvc/pipeline.js';
import { codes, commands, paths, resolve } from './resolved.js';

describe('templates of pipelines', () => {
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
      files('vars: [a.yaml, ../b.yaml:x, c/./d.json]\nstages: {s: {cmd: "${x}", wdir: w, vars: [e.yaml]}}\n'),
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
