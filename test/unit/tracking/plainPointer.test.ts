import assert from 'node:assert/strict';
import fc from 'fast-check';
import { parseDvcFile } from '../../../src/core/tracking/dvc/dvcFile.js';
import { readPlainPointer } from '../../../src/core/tracking/dvc/plainPointer.js';

const hex = fc
  .uint8Array({ minLength: 16, maxLength: 16 })
  .map((bytes) => Buffer.from(bytes).toString('hex'));
const value = fc.oneof(
  hex,
  hex.map((md5) => `${md5}.dir`),
  // What YAML takes for a number, or nearly.
  fc.constantFrom(
    '1'.repeat(32),
    `${'1'.repeat(16)}e${'2'.repeat(15)}`,
    `0x${'1'.repeat(30)}`,
    `${'0'.repeat(31)}a`,
  ),
);
const path = fc.oneof(
  fc.constantFrom(
    'model.pkl',
    'data.csv',
    'true.pkl',
    'null.a',
    '1.5',
    '.inf',
    'a.b c',
    'a.b#c',
    'no',
    'x.',
    'é.pkl',
  ),
  fc.string({ minLength: 1, maxLength: 12 }),
);
const pointer = fc
  .record({
    value,
    size: fc.oneof(fc.nat(), fc.constantFrom('007', '1e3', '')),
    files: fc.option(fc.nat()),
    path,
  })
  .map(
    ({ value: md5, size, files, path: name }) =>
      `outs:\n- md5: ${md5}\n  size: ${size}\n${files === null ? '' : `  nfiles: ${files}\n`}  hash: md5\n  path: ${name}\n`,
  );

describe('a pointer as dvc add writes it', () => {
  it('is read without YAML', () => {
    const text = `outs:\n- md5: 22a1a2931c8370d3aeedd7183606fd7f\n  size: 14445097\n  hash: md5\n  path: data.xml\n`;
    const read = readPlainPointer(Buffer.from(text));
    assert.equal(read?.outs[0]?.path, 'data.xml');
    assert.deepEqual(read, parseDvcFile(Buffer.from(text)));
  });

  it('says what the YAML readers say, or leaves it to them', () => {
    const edited = fc
      .tuple(pointer, fc.nat(), fc.constantFrom('', '\n', ' ', '#', "'", ':', '\t', '\r', '-', '0'))
      .map(([text, at, put]) => `${text.slice(0, at % text.length)}${put}${text.slice(at % text.length)}`);
    let plain = 0;
    fc.assert(
      fc.property(fc.oneof(pointer, edited), (text) => {
        const read = readPlainPointer(Buffer.from(text));
        if (!read) return;
        plain += 1;
        assert.deepEqual(read, parseDvcFile(Buffer.from(text)));
        assert.equal(JSON.stringify(read), JSON.stringify(parseDvcFile(Buffer.from(text))));
      }),
      { numRuns: 3_000 },
    );
    assert.ok(plain > 50, `only ${plain} were plain`);
  });
});
