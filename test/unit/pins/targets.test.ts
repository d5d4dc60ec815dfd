import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { applyEdit } from '../../../src/core/pins/targets/finding.js';
import { findValue, replaceValue } from '../../../src/core/pins/targets/target.js';
import { formatValuePath, parseValuePath } from '../../../src/core/pins/targets/valuePath.js';

const RUNS = Number(process.env['MODELKEEP_RUNS'] ?? 1);

/** Replaces and returns the whole text, or the problem's code. */
function replaced(file: string, text: string, path: string, value: string): string {
  const edit = replaceValue(file, text, path, value);
  return 'problem' in edit ? `!${edit.problem.code}` : applyEdit(text, edit);
}

function value(file: string, text: string, path: string): string {
  const found = findValue(file, text, path);
  return 'problem' in found ? `!${found.problem.code}` : `${found.value} (${found.line})`;
}

/** text, path, value before with its line, the text with v2.0.0 in its place. */
type Row = readonly [text: string, path: string, found: string, after: string];

const TABLES: Readonly<Record<string, readonly Row[]>> = {
  'model.yaml': [
    ['model:\n  version: v1 # why\n', 'model.version', 'v1 (2)', 'model:\n  version: v2.0.0 # why\n'],
    ['\ufeffa: "v1"\r\nb: 1\r\n', 'a', 'v1 (1)', '\ufeffa: "v2.0.0"\r\nb: 1\r\n'],
    ["a:   'v1'   # x\n", 'a', 'v1 (1)', "a:   'v2.0.0'   # x\n"],
    ['a: {b: v1, c: 2}\n', 'a.b', 'v1 (1)', 'a: {b: v2.0.0, c: 2}\n'],
    ['{"a": {"b.c": "v1"}}', 'a["b.c"]', 'v1 (1)', '{"a": {"b.c": "v2.0.0"}}'],
    [
      'list:\n- name: x\n  version: v1\n',
      'list[0].version',
      'v1 (3)',
      'list:\n- name: x\n  version: v2.0.0\n',
    ],
    ['list: [v1, v3]', 'list[0]', 'v1 (1)', 'list: [v2.0.0, v3]'],
    ['a:\nb: 1\n', 'a', ' (1)', 'a: v2.0.0\nb: 1\n'],
    ['a: # none yet\n', 'a', ' (1)', 'a: v2.0.0 # none yet\n'],
    ['{a: , b: 1}', 'a', ' (1)', '{a: v2.0.0 , b: 1}'],
    ['{a:, b: 1}', 'a', ' (1)', '{a: v2.0.0, b: 1}'],
    ['a:', 'a', ' (1)', 'a: v2.0.0'],
    ['a: ~\n', 'a', ' (1)', 'a: v2.0.0\n'],
    ['a: ""\n', 'a', ' (1)', 'a: "v2.0.0"\n'],
    ['a: &x v1\nb: *x\n', 'a', 'v1 (1)', 'a: &x v2.0.0\nb: *x\n'],
    ['a: &x v1\nb: *x\n', 'b', 'v1 (2)', 'a: &x v1\nb: v2.0.0\n'],
    ['a: &x\nb: 1\n', 'a', ' (1)', 'a: &x v2.0.0\nb: 1\n'],
    ['a: !!str v1\n', 'a', 'v1 (1)', 'a: !!str v2.0.0\n'],
    ['? a\n: v1\n', 'a', 'v1 (2)', '? a\n: v2.0.0\n'],
    ['a: |\n  v1\nb: 2\n', 'a', 'v1 (2)', 'a: |\n  v2.0.0\nb: 2\n'],
    ['a: 2.10\n', 'a', '2.10 (1)', 'a: v2.0.0\n'],
    ['8080: {v: v1}\n', 'a', '!missing', '!missing'],
    ['8080: {v: v1}\n', '8080.v', 'v1 (1)', '8080: {v: v2.0.0}\n'],
    ['x: 1\n---\nm: {v: v1}\n', 'm.v', 'v1 (3)', 'x: 1\n---\nm: {v: v2.0.0}\n'],
    ['v: v1\n---\nv: v3\n', 'v', '!ambiguous', '!ambiguous'],
    ['v: v1\nv: v3\n', 'v', '!ambiguous', '!ambiguous'],
    ['b: &b {v: v1}\np: *b\n', 'p.v', 'v1 (1)', '!unsupported'],
    ['b: &b {v: v1}\np:\n  <<: *b\n', 'p.v', 'v1 (1)', '!unsupported'],
    ['b: &b {v: v1}\np:\n  <<: *b\n  v: v3\n', 'p.v', 'v3 (4)', 'b: &b {v: v1}\np:\n  <<: *b\n  v: v2.0.0\n'],
    ['a: {b: 1}\n', 'a', '!not-a-value', '!not-a-value'],
    ['a: |\n  v1\n  v2\n', 'a', '!not-a-value', '!not-a-value'],
    ['a: [\n', 'a', '!syntax', '!syntax'],
    ['', 'a', '!missing', '!missing'],
    ['a: v1\n', 'a..b', '!bad-path', '!bad-path'],
    ['a: 1\n<<<<<<< HEAD\nb: 1\n=======\nb: 2\n>>>>>>> other\n', 'a', '!conflict', '!conflict'],
  ],
  'model.json': [
    ['{"a": {"b": "v1"}} // x', 'a.b', 'v1 (1)', '{"a": {"b": "v2.0.0"}} // x'],
    [
      '\ufeff{\r\n\t"a": ["x", "v1",]\r\n}\r\n',
      'a[1]',
      'v1 (2)',
      '\ufeff{\r\n\t"a": ["x", "v2.0.0",]\r\n}\r\n',
    ],
    ['{"a": null}', 'a', ' (1)', '{"a": "v2.0.0"}'],
    ['{"a": ""}', 'a', ' (1)', '{"a": "v2.0.0"}'],
    ['{"a": 1.10}', 'a', '1.10 (1)', '{"a": "v2.0.0"}'],
    ['{"a.b": "v1"}', 'a.b', '!missing', '!missing'],
    ['{"a.b": "v1"}', '"a.b"', 'v1 (1)', '{"a.b": "v2.0.0"}'],
    ['{"a": "v1", "a": "v3"}', 'a', '!ambiguous', '!ambiguous'],
    ['{"a": {}}', 'a', '!not-a-value', '!not-a-value'],
    ['{"a": "v1"', 'a', '!syntax', '!syntax'],
    ['', 'a', '!syntax', '!syntax'],
  ],
  'model.toml': [
    ['[model]\nversion = "v1" # x\n', 'model.version', 'v1 (2)', '[model]\nversion = "v2.0.0" # x\n'],
    ["a.b = 'v1'\r\n", 'a.b', 'v1 (1)', "a.b = 'v2.0.0'\r\n"],
    ['[[m]]\nv = "v0"\n[[m]]\nv = "v1"\n', 'm[1].v', 'v1 (4)', '[[m]]\nv = "v0"\n[[m]]\nv = "v2.0.0"\n'],
    ['m = {v = "v1", w.x = "v3"}\n', 'm.v', 'v1 (1)', 'm = {v = "v2.0.0", w.x = "v3"}\n'],
    ['m = {v = "v1", w.x = "v3"}\n', 'm.w.x', 'v3 (1)', 'm = {v = "v1", w.x = "v2.0.0"}\n'],
    ['"a.b" = ""\n', '"a.b"', ' (1)', '"a.b" = "v2.0.0"\n'],
    ['a = ["v1"]\n', 'a[0]', 'v1 (1)', 'a = ["v2.0.0"]\n'],
    ['a = 2\n', 'a', '2 (1)', 'a = "v2.0.0"\n'],
    ['[a]\nb = 1\n', 'a', '!missing', '!missing'],
    ['a = ["v1"]\n', 'a', '!not-a-value', '!not-a-value'],
    ['a =\n', 'a', '!syntax', '!syntax'],
  ],
  'deploy/.env': [
    ['# x\nexport MODEL = v1 # why\nB=1\n', 'MODEL', 'v1 (2)', '# x\nexport MODEL = v2.0.0 # why\nB=1\n'],
    ['\ufeffA=1\r\nMODEL="v1"\r\n', 'MODEL', 'v1 (2)', '\ufeffA=1\r\nMODEL="v2.0.0"\r\n'],
    ["MODEL='v1'", 'MODEL', 'v1 (1)', "MODEL='v2.0.0'"],
    ['MODEL=\nB=1\n', 'MODEL', ' (1)', 'MODEL=v2.0.0\nB=1\n'],
    ['MODEL= # none yet\n', 'MODEL', ' (1)', 'MODEL=v2.0.0 # none yet\n'],
    ['KEY="a\nMODEL=no\n"\nMODEL=v1\n', 'MODEL', 'v1 (4)', 'KEY="a\nMODEL=no\n"\nMODEL=v2.0.0\n'],
    ['MODEL=churn#prod\n', 'MODEL', 'churn#prod (1)', 'MODEL=v2.0.0\n'],
    ['MODEL=v1\nMODEL=v3\n', 'MODEL', '!ambiguous', '!ambiguous'],
    ['#MODEL=v1\n', 'MODEL', '!missing', '!missing'],
  ],
  'model.ini': [['a=1', 'a', '!unsupported', '!unsupported']],
};

describe('a value in a configuration file', () => {
  for (const [file, rows] of Object.entries(TABLES)) {
    it(`is found and replaced in ${file}, the rest byte for byte as it was`, () => {
      for (const [text, path, found, after] of rows) {
        assert.equal(value(file, text, path), found, `${JSON.stringify(text)} ${path}`);
        assert.equal(replaced(file, text, path, 'v2.0.0'), after, `${JSON.stringify(text)} ${path}`);
      }
    });
  }

  it('is quoted where it would otherwise be read as something else', () => {
    assert.equal(replaced('a.yaml', 'a: v1\n', 'a', '1234567'), "a: '1234567'\n");
    assert.equal(replaced('a.yaml', 'a: v1\n', 'a', '12345e7'), "a: '12345e7'\n");
    assert.equal(replaced('a.yaml', '{a: v1}', 'a', 'x,y'), "{a: 'x,y'}");
    assert.equal(replaced('a.yaml', "a: 'v1'\n", 'a', "it's"), "a: 'it''s'\n");
    assert.equal(replaced('a.yaml', 'a: v1\n', 'a', 'churn@v1.0.0'), 'a: churn@v1.0.0\n');
    assert.equal(replaced('.env', 'A=v1\n', 'A', 'a$b'), "A='a$b'\n");
    assert.equal(replaced('.env', 'A=v1\n', 'A', 'churn#prod'), "A='churn#prod'\n");
    assert.equal(replaced('.env', 'A="v1"\n', 'A', 'a$b'), "A='a$b'\n");
    assert.equal(replaced('a.toml', "a = 'v1'\n", 'a', "it's"), 'a = "it\'s"\n');
  });

  it('is never two lines, and never nothing', () => {
    for (const bad of ['', 'a\nb', 'a\u0000', '\u2028', '\ud800']) {
      assert.equal(replaced('a.yaml', 'a: v1\n', 'a', bad), '!unsupported');
    }
  });

  it('is named by a path that survives being written', () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof(fc.string({ minLength: 1 }), fc.nat(1000)), { minLength: 1, maxLength: 5 }),
        (path) => assert.deepEqual(parseValuePath(formatValuePath(path)), { path }),
      ),
      { numRuns: 200 * RUNS },
    );
  });
});

/** Characters that Git allows in a tag name, the awkward ones often. */
const tagName = fc.string({
  unit: fc.oneof(
    fc.constantFrom(...('abcv0129@#-_/.+,!"\'$%&(){}]<>|;=`é漢😀'.match(/./gu) ?? [])),
    fc.constantFrom(...'v1.0'),
  ),
  minLength: 1,
  maxLength: 12,
});
const filler = fc.constantFrom(
  'x: 1',
  '# note: "v1"',
  'other: {a: [1, 2], b: "c"}',
  '',
  'deep:\n  er: |\n    text\n    more',
  "q: 'it''s'",
);
const lineEnd = fc.constantFrom('\n', '\r\n');
const quoted = fc.constantFrom('v1', '"v1"', "'v1'", '', '~', '&anchor v1', '!!str v1', '123');
const comment = fc.constantFrom('', ' # why');

describe('replacing a value, whatever stands around it', () => {
  const holds = (file: string, text: string, path: string, next: string): void => {
    const before = findValue(file, text, path);
    assert.ok('value' in before, JSON.stringify([text, before]));
    const edit = replaceValue(file, text, path, next);
    if ('problem' in edit) {
      // Only .env has values it cannot hold: both kinds of quotes in one.
      assert.ok(file === '.env' && /['"$`\\]/.test(next), JSON.stringify([text, next, edit]));
      return;
    }
    const after = applyEdit(text, edit);
    const again = findValue(file, after, path);
    assert.ok('value' in again && again.value === next, JSON.stringify([after, again]));
    assert.equal(again.line, before.line);
    assert.ok(
      edit.offset >= before.range.offset - 1 &&
        edit.offset + edit.length <= before.range.offset + before.range.length + 1,
    );
  };

  it('YAML gives the value back', () => {
    fc.assert(
      fc.property(
        filler,
        filler,
        quoted,
        comment,
        lineEnd,
        fc.boolean(),
        tagName,
        (top, tail, old, note, end, bom, next) => {
          const body = [
            top,
            'model:',
            `  version: ${old}${note}`,
            '  kind: x',
            tail.replace(/^x|^other|^deep|^q/, 'z'),
            '',
          ];
          holds(
            'a.yaml',
            (bom ? '\ufeff' : '') + body.join('\n').replaceAll('\n', end),
            'model.version',
            next,
          );
        },
      ),
      { numRuns: 400 * RUNS },
    );
  });

  it('flow YAML gives the value back', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('v1', '"v1"', "'v1'", ' ', '~'),
        fc.constantFrom(' ', '', '\n  '),
        tagName,
        (old, gap, next) => {
          holds(
            'a.yml',
            `model: {${gap}version: ${old}, list: [1,${gap}{a: 2}]}${gap.trim()}\n`,
            'model.version',
            next,
          );
        },
      ),
      { numRuns: 300 * RUNS },
    );
  });

  it('JSON, TOML and .env give the value back', () => {
    fc.assert(
      fc.property(lineEnd, fc.constantFrom('"', "'", ''), tagName, (end, mark, next) => {
        holds('a.jsonc', `{ // c${end}"a": {"b": [0, "v1" /* c */]},}`, 'a.b[1]', next);
        const toml = mark || '"';
        holds('a.toml', `# c${end}[a]${end}b = ${toml}v1${toml} # c${end}c = 1${end}`, 'a.b', next);
        holds('.env', `X=1${end}export V=${mark}v1${mark} # c${end}Y='a b'${end}`, 'V', next);
      }),
      { numRuns: 300 * RUNS },
    );
  });

  it('any JSON value is found where JSON.parse has it', () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.string({ minLength: 1 }), fc.string({ minLength: 1 }), {
          minKeys: 1,
          noNullPrototype: true,
        }),
        fc.nat(),
        (data, pick) => {
          const keys = Object.keys(data);
          const key = keys[pick % keys.length] ?? '';
          const path = formatValuePath(['root', key]);
          const text = JSON.stringify({ root: data }, null, 2);
          const found = findValue('a.json', text, path);
          assert.ok('value' in found && found.value === data[key], JSON.stringify([text, path, found]));
          assert.deepEqual(JSON.parse(replaced('a.json', text, path, 'new')), {
            root: { ...data, [key]: 'new' },
          });
        },
      ),
      { numRuns: 200 * RUNS },
    );
  });
});

describe('hostile configuration files', () => {
  it('never throw and never hang, whatever they hold', () => {
    const piece = fc.constantFrom(
      'a: ',
      '- ',
      '&x ',
      '*x',
      '{',
      '}',
      '[',
      ']',
      '"',
      "'",
      '|',
      '>',
      '<<: ',
      '? ',
      '!!str ',
      '#',
      '\n',
      '\r\n',
      '\t',
      '  ',
      '---\n',
      '...',
      '%YAML 1.2\n',
      '=',
      '[[a]]',
      'export ',
      '`',
      '\\',
      '\0',
      '\ufeff',
      'v1',
      '<<<<<<< x\n',
      '=======\n',
      ',',
      ':',
    );
    fc.assert(
      fc.property(
        fc.array(piece, { maxLength: 40 }).map((parts) => parts.join('')),
        (text) => {
          for (const file of ['a.yaml', 'a.json', 'a.toml', '.env']) {
            const found = findValue(file, text, 'a');
            const edit = replaceValue(file, text, 'a', 'v2');
            if ('value' in found)
              assert.ok(found.range.offset + found.range.length <= text.length && found.line >= 1);
            if (!('problem' in edit)) {
              const again = findValue(file, applyEdit(text, edit), 'a');
              assert.ok('value' in again && again.value === 'v2');
            }
          }
        },
      ),
      { numRuns: 800 * RUNS },
    );
  });

  it('nested or aliased without end are answered, not followed', () => {
    const bomb = `a: &a [x]\n${Array.from({ length: 40 }, (_, level) => `b${level}: &b${level} [*${level ? `b${level - 1}` : 'a'}, *${level ? `b${level - 1}` : 'a'}]`).join('\n')}\nv: v1\n`;
    assert.equal(value('a.yaml', bomb, 'v'), 'v1 (42)');
    for (const text of [
      '['.repeat(20_000),
      '{"a":'.repeat(20_000),
      '&a '.repeat(20_000),
      '- '.repeat(20_000),
      'a = '.concat('['.repeat(20_000)),
    ]) {
      for (const file of ['a.yaml', 'a.json', 'a.toml', '.env']) {
        assert.match(value(file, text, 'x'), /^!/);
        assert.match(replaced(file, text, 'x', 'v2'), /^!/);
      }
    }
    assert.equal(value('a.yaml', '---\n'.repeat(600), 'a'), '!too-large');
    assert.equal(value('a.yaml', 'x'.repeat(512 * 1024 + 1), 'a'), '!too-large');
  });
});
