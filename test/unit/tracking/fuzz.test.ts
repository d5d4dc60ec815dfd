import assert from 'node:assert/strict';
import fc from 'fast-check';
import { parseArtifactsIndex } from '../../../src/core/tracking/dvc/artifactsIndex.js';
import { parseDvcConfig } from '../../../src/core/tracking/dvc/config.js';
import { parseDvcFile } from '../../../src/core/tracking/dvc/dvcFile.js';
import { compileDvcIgnore } from '../../../src/core/tracking/dvc/dvcIgnore.js';
import { locate } from '../../../src/core/tracking/dvc/locate.js';
import { parseLock } from '../../../src/core/tracking/dvc/lock.js';
import { parsePipeline } from '../../../src/core/tracking/dvc/pipeline.js';
import { resolvePipeline } from '../../../src/core/tracking/dvc/resolve.js';
import { AttributesStack, compileAttributes } from '../../../src/core/tracking/lfs/attributes.js';
import { parseLfsPointer } from '../../../src/core/tracking/lfs/pointer.js';

const RUNS = 250 * Number(process.env['MODELKEEP_RUNS'] ?? 1);

const MD5 = '5d41402abc4b2a76b9719d911017c592';
const SEEDS = [
  `outs:\n- md5: ${MD5}\n  size: 5\n  hash: md5\n  path: model.pkl\n`,
  `wdir: ..\nouts:\n- path: a\n  cloud: {s3: {etag: x, version_id: y}}\n  files:\n  - {relpath: b, md5: ${MD5}}\ndeps:\n- path: x\n  repo: {url: u, rev_lock: r}\n`,
  `schema: '2.0'\nstages:\n  t@a:\n    cmd: python train.py\n    params:\n      params.yaml:\n        lr: 0.1\n    outs:\n    - path: a.pkl\n      hash: md5\n      md5: ${MD5}\n      size: 5\n`,
  `vars:\n- m: {n: [1, 2.0, x]}\n- v.yaml:w\n- t.toml\nstages:\n  t:\n    foreach: \${m.n}\n    do:\n      cmd: run \${item} \${lr}\n      wdir: w\${item}\n      params: [lr, {o.yaml: [a]}]\n      outs:\n      - \${item}.pkl: {cache: false, type: model, labels: [a]}\n  u:\n    matrix: {a: [1, 2], b: \${m.n}}\n    cmd: [x, "\${key}"]\n    metrics: [m.json]\nartifacts:\n  m\${lr}: {path: "\${m.n[2]}", type: model}\n`,
  `version https://git-lfs.github.com/spec/v1\noid sha256:${MD5}${MD5}\nsize 12345\n`,
  `[attr]lfs filter=lfs diff=lfs merge=lfs -text\n*.bin lfs\n"a b/**/[a-z]*" filter=lfs\n!x -filter\n`,
  `[core]\n    remote = r\n['remote "r"']\n    url = s3://b/k # c\n`,
  'a: &a [x, x, x]\nb: &b [*a, *a, *a]\nc: {<<: {x: 1}, y: !!str 2, z: "q\\n", w: |\n  text\n}\n',
];
const TOKENS = [
  '\n',
  '\n  ',
  '\n- ',
  ': ',
  ' #',
  "'",
  '"',
  '[',
  ']',
  '{',
  '}',
  '${',
  '}',
  '\\',
  '*a',
  '&a ',
  '<<: ',
  '!!x ',
  '|\n',
  '>',
  '---\n',
  '...\n',
  '\t',
  '\0',
  '\r\n',
  '\ufeff',
  '<<<<<<< HEAD\n',
  '>>>>>>> b\n',
  '=======\n',
  '%YAML 1.1\n',
  '? ',
  '- ',
  '1e999',
  '0x',
  '.inf',
  '9'.repeat(400),
  '**/',
  '[!',
  '..',
  '/',
  '@',
  '__proto__: ',
  'constructor: ',
  'null',
  '~',
  '\u2028',
  '\ud800',
];

/** Every reader on one content. Each answer must be there, plain, and bounded in its problems. */
function readAll(bytes: Uint8Array): void {
  const dvcFile = parseDvcFile(bytes);
  const pipeline = parsePipeline(bytes);
  const lock = parseLock(bytes);
  const index = parseArtifactsIndex(bytes);
  const vars = new Map(
    [...pipeline.varsFiles, 'v.yaml', 't.toml', 'params.yaml'].map((file) => [file, bytes]),
  );
  const resolved = [
    resolvePipeline({ pipeline, lock, vars }),
    resolvePipeline({ pipeline, lock: null, vars: new Map() }),
  ];
  for (const answer of [dvcFile, pipeline, lock, index, ...resolved]) {
    assert.deepEqual(JSON.parse(JSON.stringify(answer)), answer);
    assert.ok(answer.problems.length <= 100);
  }
  for (const out of [...dvcFile.outs, ...resolved.flatMap(({ outs }) => outs)]) locate('a/b', out.path);
  parseDvcConfig(bytes);
  parseLfsPointer(bytes);
  const attributes = compileAttributes(bytes);
  AttributesStack.from({ info: attributes }).with('', attributes).with('a', attributes).filterOf('a/b/c.bin');
  compileDvcIgnore(Buffer.from(bytes).toString('utf8'))('a/b', false);
}

/** The readers whose bounds the large contents are for, each once. */
function readOnce(bytes: Uint8Array): void {
  const pipeline = parsePipeline(bytes);
  resolvePipeline({ pipeline, lock: null, vars: new Map([['t.toml', bytes]]) });
  const attributes = compileAttributes(bytes);
  AttributesStack.from()
    .with('', attributes)
    .filterOf(`a/${'a'.repeat(100)}.bin`);
  compileDvcIgnore(Buffer.from(bytes).toString('utf8'))('a/b', false);
  parseDvcConfig(bytes);
}

describe('hostile content', () => {
  it('is read without an exception, whatever it is', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), readAll), { numRuns: RUNS });
  });

  it('is read without an exception, when it is nearly right', () => {
    const edit = fc.tuple(
      fc.double({ min: 0, max: 1, noNaN: true }),
      fc.nat(6),
      fc.oneof(fc.constantFrom(...TOKENS), fc.constantFrom(...SEEDS)),
    );
    fc.assert(
      fc.property(
        fc.constantFrom(...SEEDS),
        fc.array(edit, { minLength: 1, maxLength: 5 }),
        (seed, edits) => {
          let text = seed;
          for (const [where, cut, insert] of edits) {
            const at = Math.floor(where * text.length);
            text = text.slice(0, at) + insert + text.slice(at + cut);
          }
          readAll(Buffer.from(text));
        },
      ),
      { numRuns: RUNS },
    );
  });

  // Each of these would take seconds, gigabytes or the whole stack in a reader without bounds.
  const monsters: [string, string][] = [
    ['deep lists', '['.repeat(200_000)],
    ['deep mappings', '{a: '.repeat(100_000)],
    ['deep blocks', Array.from({ length: 3000 }, (_, depth) => `${' '.repeat(depth)}a:\n`).join('')],
    ['deep dashes', '- '.repeat(100_000)],
    ['explicit keys', '? '.repeat(100_000)],
    ['many items', '- a\n'.repeat(100_000)],
    ['many lines of nothing', '\n'.repeat(400_000)],
    ['many directives', '%A\n'.repeat(100_000)],
    ['many anchors', '&a '.repeat(100_000)],
    ['many aliases', `a: &a 1\n${Array.from({ length: 40_000 }, (_, index) => `k${index}: *a\n`).join('')}`],
    ['many documents', '---\n'.repeat(100_000)],
    ['a quote without end', `a: "${'x\n'.repeat(500_000)}`],
    ['a long plain text', `a: ${'b '.repeat(1_000_000)}`],
    [
      'a billion laughs',
      `a0: &a0 x\n${Array.from({ length: 40 }, (_, index) => `a${index + 1}: &a${index + 1} [${Array(10).fill(`*a${index}`).join(', ')}]\n`).join('')}`,
    ],
    ['a long number', `size: ${'9'.repeat(1_000_000)}\n`],
    ['many templates', `stages:\n  t:\n    cmd: "${'${a}'.repeat(300_000)}"\n`],
    ['open templates', `stages:\n  t:\n    cmd: "${'${'.repeat(300_000)}"\n`],
    ['many patterns', `${'*a'.repeat(500)}b filter=lfs\n`.repeat(500)],
    [
      'nested macros',
      Array.from({ length: 3000 }, (_, index) => `[attr]m${index} m${index + 1}\n`).join('') + '* m0\n',
    ],
    ['deep TOML', `a = ${'['.repeat(100_000)}`],
    ['a dotted TOML key', `${'a.'.repeat(100_000)}b = 1`],
  ];
  for (const [what, text] of monsters) {
    it(`${what} are given up or read in bounded time`, () => readOnce(Buffer.from(text)));
  }
});
