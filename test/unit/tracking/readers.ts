import assert from 'node:assert/strict';
import { parseArtifactsIndex } from '../../../src/core/tracking/dvc/artifactsIndex.js';
import { parseDvcConfig } from '../../../src/core/tracking/dvc/config.js';
import { parseDvcFile } from '../../../src/core/tracking/dvc/dvcFile.js';
import { compileDvcIgnore } from '../../../src/core/tracking/dvc/dvcIgnore.js';
import { curvesIn } from '../../../src/core/parameters/curves.js';
import { readFields } from '../../../src/core/parameters/document.js';
import { parseManifest } from '../../../src/core/artifacts/manifest.js';
import { parseCommit, parseTag } from '../../../src/core/git/commits.js';
import { parseGtoConfig } from '../../../src/core/registry/gto/config.js';
import { SETTINGS_LIMIT } from '../../../src/core/settings/source.js';
import { parseSettings } from '../../../src/core/settings/parse.js';
import { locate } from '../../../src/core/tracking/dvc/locate.js';
import { parseLock } from '../../../src/core/tracking/dvc/lock.js';
import { parsePipeline } from '../../../src/core/tracking/dvc/pipeline.js';
import { resolvePipeline } from '../../../src/core/tracking/dvc/resolve.js';
import { AttributesStack, compileAttributes } from '../../../src/core/tracking/lfs/attributes.js';
import { parseLfsPointer } from '../../../src/core/tracking/lfs/pointer.js';

type Kind = 'dvc' | 'lock' | 'pipeline' | 'artifacts' | 'values' | 'config' | 'lfs' | 'settings' | 'manifest';

export const MD5 = '5d41402abc4b2a76b9719d911017c592';
/** One file as each tool writes it, by what it is. */
export const SEEDS: Readonly<Record<Kind, readonly string[]>> = {
  dvc: [
    `outs:\n- md5: ${MD5}\n  size: 5\n  hash: md5\n  path: model.pkl\n`,
    `wdir: ..\nouts:\n- path: a\n  cloud: {s3: {etag: x, version_id: y}}\n  files:\n  - {relpath: b, md5: ${MD5}}\ndeps:\n- path: x\n  repo: {url: u, rev_lock: r}\n`,
  ],
  lock: [
    `schema: '2.0'\nstages:\n  t@a:\n    cmd: python train.py\n    params:\n      params.yaml:\n        lr: 0.1\n    outs:\n    - path: a.pkl\n      hash: md5\n      md5: ${MD5}\n      size: 5\n`,
  ],
  pipeline: [
    `vars:\n- m: {n: [1, 2.0, x]}\n- v.yaml:w\n- t.toml\n- p.py\nstages:\n  t:\n    foreach: \${m.n}\n    do:\n      cmd: run \${item} \${lr}\n      wdir: w\${item}\n      params: [lr, {o.yaml: [a]}]\n      outs:\n      - \${item}.pkl: {cache: false, type: model, labels: [a]}\n  u:\n    matrix: {a: [1, 2], b: \${m.n}}\n    cmd: [x, "\${key}"]\n    metrics: [m.json]\nartifacts:\n  m\${lr}: {path: "\${m.n[2]}", type: model}\n`,
    'a: &a [x, x, x]\nb: &b [*a, *a, *a]\nc: {<<: {x: 1}, y: !!str 2, z: "q\\n", w: |\n  text\n}\n',
  ],
  artifacts: [
    'churn:\n  type: model\n  path: models/churn.pkl\n  labels: [a, b]\n  description: text\nvirtual: {virtual: true}\n',
  ],
  values: [
    'train: {lr: 0.1, layers: [64, 32]}\nseed: 7\n',
    'seed = 7\n[train]\nlr = 0.1\n[[a.b]]\nc = {d = [1, 2]}\n',
    'lr = 0.1\nclass T:\n    a = (1, "x")\n    def __init__(self):\n        self.b = {"c": [1, -2.5]}\n',
    '{"auc": NaN, "loss": {"train": 1e-5}}',
  ],
  config: [`[core]\n    remote = r\n['remote "r"']\n    url = s3://b/k # c\n`],
  lfs: [
    `version https://git-lfs.github.com/spec/v1\noid sha256:${MD5}${MD5}\nsize 12345\n`,
    `[attr]lfs filter=lfs diff=lfs merge=lfs -text\n*.bin lfs\n"a b/**/[a-z]*" filter=lfs\n!x -filter\n`,
  ],
  settings: [
    'models:\n  match: ["!a/**", "**/*.{pkl,pt}"]\n  names: {churn: models/churn.pkl}\nbranches:\n  conventions:\n  - {name: x, pattern: "x/{model}_{slug}"}\nversions: {tags: "{model}/v{version}"}\nenvironments:\n  production: {ref: main, stage: prod, pins: [{model: churn, file: a.yaml, version: a.b}]}\n',
    'stages: [dev, prod]\ntypes: [model]\n',
  ],
  manifest: [`[{"md5": "${MD5}", "relpath": "a/b.txt"}, {"md5": "${MD5}", "relpath": "\\u00e9"}]`],
};

/** The readers of one kind of file. Each answer must be there, plain, and bounded in its problems. */
export const READERS: Readonly<Record<Kind, (bytes: Uint8Array) => void>> = {
  dvc(bytes) {
    const file = parseDvcFile(bytes);
    check(file);
    for (const out of file.outs) locate('a/b', out.path);
  },
  lock: (bytes) => check(parseLock(bytes)),
  pipeline(bytes) {
    const pipeline = parsePipeline(bytes);
    check(pipeline);
    const vars = new Map(
      [...pipeline.varsFiles, 'v.yaml', 't.toml', 'p.py', 'params.yaml'].map((file) => [file, bytes]),
    );
    for (const sources of [
      { pipeline, lock: parseLock(bytes), vars },
      { pipeline, lock: null, vars: new Map<string, Uint8Array>() },
    ]) {
      const resolved = resolvePipeline(sources);
      check(resolved);
      for (const out of resolved.outs) locate('a/b', out.path);
    }
  },
  artifacts: (bytes) => check(parseArtifactsIndex(bytes)),
  values(bytes) {
    for (const name of ['params.yaml', 'params.toml', 'params.py', 'metrics.json']) readFields(name, bytes);
    for (const name of ['a.tsv', 'a.csv', 'a.json']) {
      curvesIn(name, { kind: 'plot' }, bytes);
      curvesIn(`m/${name}`, { kind: 'live', folder: 'm' }, bytes);
    }
  },
  config: (bytes) => assert.ok(parseDvcConfig(bytes).problems.length <= 100),
  lfs(bytes) {
    parseLfsPointer(bytes);
    const attributes = compileAttributes(bytes);
    const stack = AttributesStack.from({ info: attributes, ignoreCase: true });
    stack.with('', attributes).with('a', attributes).filterOf('a/b/c.bin');
    compileDvcIgnore(Buffer.from(bytes).toString('utf8'))('a/b', false);
  },
  settings(bytes) {
    const text = Buffer.from(bytes).toString('utf8');
    // Also as much of a monster as is let through.
    for (const part of new Set([text, text.slice(0, SETTINGS_LIMIT), text.slice(0, SETTINGS_LIMIT / 2)])) {
      assert.ok(parseSettings(part).diagnostics.length <= 50);
      parseGtoConfig(part);
    }
  },
  manifest(bytes) {
    parseManifest(bytes);
    parseCommit(Buffer.from(bytes));
    parseTag(Buffer.from(bytes));
  },
};
export const KINDS = Object.keys(READERS) as Kind[];

function check(answer: { readonly problems: readonly unknown[] }): void {
  assert.deepEqual(JSON.parse(JSON.stringify(answer)), answer);
  assert.ok(answer.problems.length <= 100);
}
