import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Column, Comparison, Row } from '../../../src/core/compare/comparison.js';
import { escapeCsv, escapeMarkdown, formatComparison } from '../../../src/core/compare/format.js';
import { bytes, deltaText, plain, shortText, valueText } from '../../../src/core/compare/text.js';

const column = (rev: string, more: Partial<Column> = {}): Column => ({
  rev,
  commit: 'c'.repeat(40),
  present: true,
  digest: null,
  pointer: null,
  problems: [],
  ...more,
});
const comparison = (rows: readonly Row[], revs: readonly string[] = ['v1.0.0', 'v1.1.0']): Comparison => ({
  model: 'churn',
  baseline: revs[0] ?? '',
  columns: revs.map((rev) => column(rev)),
  rows,
});
const row = (field: string, values: Row['values'], more: Partial<Row> = {}): Row => ({
  group: 'metrics',
  field,
  values,
  changed: true,
  ...more,
});

describe('A comparison as CSV', () => {
  it('has a record per field, values then differences, and ends lines as RFC 4180 has it', () => {
    const csv = formatComparison(comparison([row('accuracy', [0.9, 0.95], { delta: [null, 0.05] })]), 'csv');
    assert.equal(
      csv,
      'group,field,v1.0.0 — baseline,v1.1.0,delta v1.1.0,note\r\nmetrics,accuracy,0.9,0.95,0.05,\r\n',
    );
  });

  it('gives every text back to a reader of RFC 4180', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'grapheme' }), { minLength: 1 }), (texts) => {
        assert.deepEqual(parseCsv(`${texts.map(escapeCsv).join(',')}\r\n`), [texts]);
      }),
    );
  });

  it('keeps spreadsheets from running repository text as a formula, and numbers numbers', () => {
    const csv = formatComparison(
      comparison([row('=1+1', ['=HYPERLINK("http://x")', -5]), row('b', ['-5', '@x'])]),
      'csv',
    );
    const [, first, second] = parseCsv(csv);
    assert.deepEqual(first?.slice(1, 4), ["'=1+1", `'=HYPERLINK("http://x")`, '-5']);
    assert.deepEqual(second?.slice(2, 4), ['-5', "'@x"]);
  });
});

describe('A comparison as Markdown', () => {
  it('reads well where it is pasted', () => {
    const text = formatComparison(
      comparison([row('accuracy', [0.9, 0.95], { delta: [null, 0.05], better: [null, true] })]),
      'markdown',
    );
    assert.match(
      text,
      /\| Metrics \| v1\.0\.0 — baseline \| v1\.1\.0 \|\n\|---\|---\|---\|\n\| accuracy \| 0\.9 \| 0\.95 \(\+0\.05, better\) \|/,
    );
  });

  it('lets no text out of its cell, into markup, or into a mention', () => {
    assert.equal(escapeMarkdown('a|b'), String.raw`a\|b`);
    assert.equal(escapeMarkdown('<img src=x onerror=y>'), String.raw`\<img src=x onerror=y\>`);
    assert.equal(escapeMarkdown('[x](javascript:y)'), String.raw`\[x\](javascript:y)`);
    assert.ok(!escapeMarkdown('@everyone').startsWith('@e'));
    assert.equal(escapeMarkdown('churn@v1.0.0'), 'churn@v1.0.0');
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const escaped = escapeMarkdown(text);
        assert.doesNotMatch(escaped, /[\r\n]/);
        assert.doesNotMatch(escaped, /(?<!\\)(?:\\\\)*[|<>`*_[\]]/);
      }),
    );
  });

  it('says so when no revision has the model', () => {
    const { columns, ...rest } = comparison([]);
    const without = columns.map((column) => ({ ...column, present: false }));
    for (const format of ['table', 'markdown'] as const)
      assert.match(formatComparison({ ...rest, columns: without }, format), /No revision has /);
  });

  it('says so when nothing differs', () => {
    assert.match(formatComparison(comparison([]), 'markdown'), /No differences\./);
  });
});

describe('A comparison for the terminal', () => {
  it('names the group once, cuts long values and says what is not comparable', () => {
    const text = formatComparison(
      comparison([
        row('accuracy', [0.9, 0.95], { incomparable: 'Measured on other data', comparable: [true, false] }),
        row('note', ['x'.repeat(100), '']),
      ]),
      'table',
      { width: 20 },
    );
    assert.match(text, /Metrics\n {2}accuracy +0\.9 +0\.95 \(not comparable/);
    assert.match(text, /x{19}…/);
    assert.match(text, /Measured on other data/);
  });

  it('lets no control character of a repository reach it', () => {
    const hostile = '\u001b[2J\u0007\u202Egnp.exe\r\n';
    const text = formatComparison(comparison([row(hostile, [hostile, [hostile]])], [hostile, 'v2']), 'table');
    // eslint-disable-next-line no-control-regex -- what must not be there
    assert.doesNotMatch(text.replaceAll('\n', ''), /[\u0000-\u001f\u007f-\u009f\u202a-\u202e]/);
  });
});

describe('Values in words', () => {
  const cases: readonly (readonly [string, string])[] = [
    [bytes(0), '0 B'],
    [bytes(999), '999 B'],
    [bytes(1000), '1 kB'],
    [bytes(48_213_004), '48 MB'],
    [bytes(1_240_000_000), '1.2 GB'],
    [deltaText(0.021), '+0.021'],
    [deltaText(-3), '−3'],
    [deltaText(-1_200_000, 'bytes'), '−1.2 MB'],
    [deltaText(0), '±0'],
    [valueText([1, 'a', null]), '1, a, null'],
    [valueText({ a: [1] }), '{"a":[1]}'],
    [shortText({ algorithm: 'md5', value: `${'ab'.repeat(16)}.dir` }), 'md5 abababababab.dir'],
    [valueText({ algorithm: 'md5', value: 'ab'.repeat(16) }), `md5 ${'ab'.repeat(16)}`],
    [plain('a\tb\u001b[0m'), 'a b [0m'],
  ];
  for (const [actual, expected] of cases) it(expected, () => assert.equal(actual, expected));
});

/** A reader of RFC 4180, written for the tests alone. */
function parseCsv(text: string): string[][] {
  const records: string[][] = [];
  let record: string[] = [];
  let field = '';
  let quoted = false;
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at] ?? '';
    if (quoted) {
      if (character !== '"') field += character;
      else if (text[at + 1] === '"') {
        field += '"';
        at += 1;
      } else quoted = false;
    } else if (character === '"') quoted = true;
    else if (character === ',' || (character === '\r' && text[at + 1] === '\n')) {
      record.push(field);
      field = '';
      if (character === '\r') {
        records.push(record);
        record = [];
        at += 1;
      }
    } else field += character;
  }
  return records;
}
