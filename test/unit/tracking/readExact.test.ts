import assert from 'node:assert/strict';
import fc from 'fast-check';
import { readExact } from '../../../src/core/tracking/dvc/readExact.js';
import { readYaml } from '../../../src/core/tracking/dvc/readYaml.js';

const RUNS = 400 * Number(process.env['MODELKEEP_RUNS'] ?? 1);

const DVC_FILE =
  'outs:\n- md5: 5d41402abc4b2a76b9719d911017c592\n  size: 5\n  hash: md5\n  path: model.pkl\n';
const LOCK = `schema: '2.0'
stages:
  train:
    cmd: python train.py --data data/prepared --out models/churn.pkl --seed 20 --epochs
      10 --layers 3
    deps:
    - path: data/prepared
      hash: md5
      md5: 20b786b6e6f80e2b3fcf17827ad18597.dir
      size: 13
      nfiles: 2
    - path: train.py
      hash: md5
      md5: 00e3aa2a7a5f8b9d1f1d1d9c5a9e3b11
      size: 120
    params:
      params.yaml:
        model.layers:
        - 3
        - 4
        train.lr: 0.1
        train.name: 'null'
        train.on: true
        train.none:
        train.far: -1.5e-05
        01.x: ../a
        .y: 01:02
    outs:
    - path: models/churn.pkl
      hash: md5
      md5: '12345678901234567890123456789012'
      size: 48000123
      isexec: true
`;

/** Both readers on one text: the fast one may decline, but must not disagree. */
function agree(text: string): boolean {
  const exact = readExact(text);
  if (exact === undefined) return false;
  assert.deepEqual({ root: exact, problems: [] }, readYaml(text));
  return true;
}

describe('the reader for the exact form that DVC writes', () => {
  it('reads a .dvc file', () => assert.ok(agree(DVC_FILE)));
  it('reads a lock', () => assert.ok(agree(LOCK)));
  it('reads an import', () => {
    const text = `md5: 5d41402abc4b2a76b9719d911017c592
frozen: true
deps:
- path: get-started/data.xml
  repo:
    url: https://github.com/iterative/dataset-registry
    rev_lock: 5b4a2d4c1a4f0c54d2a5ad2a7a0ce51ff6d0a5c1
outs:
- md5: 22a1a2931c8370d3aeedd7183606fd7f
  size: 14445097
  hash: md5
  path: data.xml
`;
    assert.ok(agree(text));
  });

  const declined = [
    '',
    '\n',
    'outs:',
    'a: 1',
    '# c\na: 1\n',
    '---\na: 1\n',
    'a: 1\r\n',
    'a:\t1\n',
    'a: 1 \n',
    'a: "x"\n',
    'a: |\n  x\n',
    'a: *x\n',
    'a: &x 1\n',
    'a: !!str 1\n',
    'a: {}\n',
    'a: []\n',
    'a: 1\na: 2\n',
    'a: b: c\n',
    'a: b #c\n',
    'a:\n\n  b: 1\n',
    '1: a\n',
    'true a\n',
    'a: 12e12\n',
    'a: 012\n',
    'a: 1.5.e\n',
    'a: 0x1f\n',
    'a: -0x1f\n',
    'a: -0o7\n',
    'a: - b\n',
    'a: ? b\n',
    "a: 'x\n  y'\n",
    'a: 1\n b: 2\n',
    '  a: 1\n',
    'a:\n  - b\n',
    'a:\n   b: 1\n',
    '- a\n- b\n',
    'a: @b\n',
    'a: `b\n',
    'a: %b\n',
    'a: ,b\n',
    '<<: x\n',
    'a: 1\n- b\n',
    'a:\n- b\n  c\n- d: e\n c: 1\n',
    'a: \n',
    "a: 'x' y\n",
    'a : 1\n',
    'a: 1\nb\n',
  ];
  for (const text of declined) {
    it(`declines or agrees on ${JSON.stringify(text)}`, () => void agree(text));
  }

  const key = fc.oneof(
    fc.constantFrom(
      'outs',
      'path',
      'md5',
      'size',
      'train@de',
      'params.yaml',
      'model.lr',
      'null',
      'true',
      'a b',
      'y',
      'é',
      'x:y',
      '...',
      '.a',
      '0',
      '012',
      '---',
      '-a',
      '_a',
      '/a',
    ),
    fc.stringMatching(/^[a-z0-9._/][a-zA-Z0-9_.@/-]{0,12}$/),
  );
  const scalar = fc.oneof(
    fc.nat().map(String),
    fc.stringMatching(/^[0-9a-f]{32}(\.dir)?$/),
    fc.stringMatching(/^[a-zA-Z0-9_./][a-zA-Z0-9_.:# '-]{0,20}$/).map((text) => text.trimEnd()),
    fc.stringMatching(/^[0-9eE.+-]{1,12}$/),
    fc.constantFrom(
      'true',
      'null',
      '~',
      'Null',
      'no',
      '0.1',
      '1e5',
      '1e',
      'e1',
      '0x',
      '0x1f',
      '0b1',
      '0o7',
      '.5',
      '.inf',
      '.nan',
      '.INF',
      '-.inf',
      '-1',
      '-1.5',
      '-a',
      '--',
      '---',
      '...',
      '..',
      '../a',
      './a',
      '0b',
      '0o',
      '0a',
      '0F',
      '1F',
      '0e',
      '0x1g',
      '1e5f',
      '0e0e',
      '+1',
      '-0',
      '1-',
      '1.2.3',
      '1_0',
      '0',
      '00',
      '123456789012345678',
      "'a'",
      "'it''s'",
      "''",
      'a\\b',
      'a: b',
      'a:b',
      'a #b',
      'a#b',
      'é',
      'a\u00a0',
      '2020-01-01',
      '1:30',
      '=',
      '<<',
      '-',
      '- a',
      '?',
      'a,b',
      'a]',
      '{a',
    ),
    fc.stringMatching(/^[ -~]{0,20}$/).map((text) => `'${text.replaceAll("'", "''")}'`),
    fc
      .array(fc.stringMatching(/^[a-z0-9=./-]{1,12}$/), { minLength: 2, maxLength: 8 })
      .map((words) => ({ words })),
  );
  type Written = string | { words: string[] } | { keys: [string, Written][] } | { items: Written[] };
  const { document } = fc.letrec<{ value: Written; document: Written }>((tie) => ({
    value: fc.oneof(
      { maxDepth: 4, depthIdentifier: 'value' },
      scalar as fc.Arbitrary<Written>,
      fc
        .uniqueArray(fc.tuple(key, tie('value')), { minLength: 1, maxLength: 10, selector: ([name]) => name })
        .map((keys) => ({ keys })),
      fc.array(tie('value'), { minLength: 1, maxLength: 3 }).map((items) => ({ items })),
    ),
    document: fc
      .uniqueArray(fc.tuple(key, tie('value')), { minLength: 1, maxLength: 6, selector: ([name]) => name })
      .map((keys) => ({ keys })),
  }));

  it('agrees with yaml on documents in that form', () => {
    let read = 0;
    fc.assert(
      fc.property(document, (written) => {
        if (agree(write(written, 0).replace(/^\n/, ''))) read += 1;
      }),
      { numRuns: RUNS },
    );
    assert.ok(read > RUNS / 50, `the fast reader took ${read} of ${RUNS}`);
  });

  it('agrees with yaml on what is nearly in that form', () => {
    const edit = fc.tuple(
      fc.double({ min: 0, max: 1, noNaN: true }),
      fc.nat(3),
      fc.oneof(
        fc.constantFrom(
          '\n',
          ' ',
          '  ',
          '\n  ',
          '- ',
          ': ',
          ':',
          '#',
          ' #',
          "'",
          '"',
          '\t',
          '\r',
          '0',
          'e',
          '&a ',
          '*a',
          '!',
          '\u0085',
          '\u2028',
          '|',
          '>',
          '-',
          '?',
          '---\n',
          '...',
          '%',
        ),
        fc.string({ maxLength: 3 }),
      ),
    );
    const text = fc.oneof(
      fc.constantFrom(DVC_FILE, LOCK),
      document.map((written) => write(written, 0).replace(/^\n/, '')),
    );
    fc.assert(
      fc.property(text, fc.array(edit, { minLength: 1, maxLength: 3 }), (original, edits) => {
        let mutated = original;
        for (const [where, cut, insert] of edits) {
          const at = Math.floor(where * mutated.length);
          mutated = mutated.slice(0, at) + insert + mutated.slice(at + cut);
        }
        agree(mutated);
      }),
      { numRuns: RUNS * 3 },
    );
  });

  /** Writes a value as ruamel.yaml's block style does, without choosing quotes: what is not in the form may come out too. */
  function write(value: Written, indent: number): string {
    const pad = ' '.repeat(indent);
    if (typeof value === 'string') return ` ${value}\n`;
    if ('words' in value) return ` ${value.words.join(value.words.length > 4 ? `\n${pad}  ` : ' ')}\n`;
    if ('items' in value)
      return `\n${value.items.map((item) => `${' '.repeat(Math.max(0, indent - 2))}-${writeItem(item, indent)}`).join('')}`;
    return `\n${value.keys.map(([name, inner]) => `${pad}${name}:${write(inner, indent + 2)}`).join('')}`;
  }

  function writeItem(item: Written, indent: number): string {
    const text = write(item, indent);
    return text.startsWith('\n') ? ` ${text.slice(1).trimStart()}` : text;
  }
});
