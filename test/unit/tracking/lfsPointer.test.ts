import assert from 'node:assert/strict';
import fc from 'fast-check';
import { parseLfsPointer } from '../../../src/core/tracking/lfs/pointer.js';

const RUNS = 300 * Number(process.env['MODELKEEP_RUNS'] ?? 1);

const OID = '4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393';
const POINTER = `version https://git-lfs.github.com/spec/v1\noid sha256:${OID}\nsize 12345\n`;
const EXTENDED = POINTER.replace('oid', `ext-0-foo sha256:${OID}\next-1-bar sha256:${OID}\noid`);

const read = (text: string) => parseLfsPointer(Buffer.from(text));
const size = (text: string) => POINTER.replace('12345', text);

// Each row was compared with `git lfs pointer --check --strict` (git-lfs 3.3).
describe('Git LFS pointers', () => {
  it('reads the pointer that Git LFS writes', () => {
    assert.deepEqual(read(POINTER), { oid: OID, size: 12345, canonical: true });
  });

  it('reads a pointer with extensions', () => {
    assert.deepEqual(read(EXTENDED), { oid: OID, size: 12345, canonical: true });
  });

  const pointers: [string, string][] = [
    ['CRLF', POINTER.replaceAll('\n', '\r\n')],
    ['no final newline', POINTER.trimEnd()],
    ['blank lines', POINTER.replaceAll('\n', '\n\n')],
    ['blank lines of CR', POINTER.replace('\nsize', '\n\n\r\n\nsize')],
    ['white space around', ` \t\n${POINTER}\v\f `],
    ['Unicode white space around', `\u00a0\u0085${POINTER}\u3000`],
    ['+123', size('+123')],
    ['leading zeros', size('000123')],
    ['the largest size', size('9223372036854775807').replace('size 9', 'size +9')],
    ['an extension after the oid', POINTER.replace('\nsize', `\next-0-foo sha256:${OID}\nsize`)],
    ['extensions out of order', EXTENDED.replace('0-foo', '2-foo')],
    ['1023 bytes', POINTER.padEnd(1023)],
    ['the hawser version', POINTER.replace('git-lfs.github', 'hawser.github')],
    [
      'the git-media version',
      POINTER.replace('https://git-lfs.github.com/spec/v1', 'http://git-media.io/v/2'),
    ],
    ['size 0, which Git LFS writes as an empty file', size('0')],
  ];
  for (const [what, text] of pointers) {
    it(`is a pointer, not canonical: ${what}`, () => assert.equal(read(text)?.canonical, false));
  }

  const strangers: [string, string][] = [
    ['an empty blob', ''],
    ['a byte-order mark', `\ufeff${POINTER}`],
    ['the wrong order', POINTER.replace(/(oid.*\n)(size.*\n)/, '$2$1')],
    ['an unknown key', POINTER.replace('\nsize', '\nfoo bar\nsize')],
    ['an extra key', `${POINTER}foo bar\n`],
    ['an extension after the size', `${POINTER}ext-0-foo sha256:${OID}\n`],
    ['an uppercase oid', POINTER.replace(OID, OID.toUpperCase())],
    ['a short oid', POINTER.replace(OID, OID.slice(1))],
    ['sha1', POINTER.replace('sha256', 'sha1')],
    ['a negative size', size('-1')],
    ['a double space', POINTER.replace('size ', 'size  ')],
    ['ext-10-', EXTENDED.replace('ext-0-', 'ext-10-')],
    ['a duplicate priority', EXTENDED.replace('ext-1-', 'ext-0-')],
    ['a nameless extension', EXTENDED.replace('ext-0-foo', 'ext-0-')],
    ['conflict markers', `<<<<<<< HEAD\n${POINTER}=======\n${POINTER}>>>>>>> b\n`],
    ['1024 bytes', POINTER.padEnd(1024)],
    ['spec/v2', POINTER.replace('spec/v1', 'spec/v2')],
    ['a size over 64 bits', size('9223372036854775808')],
    ['no size', size('')],
    ['a hexadecimal size', size('0x10')],
    ['a trailing space before the last line', POINTER.replace('\nsize', ' \nsize')],
    ['a NUL', size('1\0')],
    ['a lone line', 'version https://git-lfs.github.com/spec/v1\n'],
  ];
  for (const [what, text] of strangers) {
    it(`is no pointer: ${what}`, () => assert.equal(read(text), null));
  }

  it('reads the two names of one extension as two', () => {
    assert.equal(read(EXTENDED.replace('ext-0-foo', 'ext-0-foo-bar'))?.canonical, true);
  });

  it('never throws, and what it calls canonical is what Git LFS would write', () => {
    const oid = fc.stringMatching(/^[0-9a-f]{64}$/);
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 1100 }),
      fc
        .tuple(fc.constantFrom(POINTER, EXTENDED), fc.nat(400), fc.nat(3), fc.string({ maxLength: 4 }))
        .map(([text, at, cut, insert]) => Buffer.from(text.slice(0, at) + insert + text.slice(at + cut))),
      fc
        .tuple(oid, fc.maxSafeNat())
        .map(([id, bytesOf]) => Buffer.from(POINTER.replace(OID, id).replace('12345', String(bytesOf)))),
    );
    fc.assert(
      fc.property(bytes, (content) => {
        const pointer = parseLfsPointer(content);
        if (!pointer?.canonical) return;
        const chain = Buffer.from(content)
          .toString()
          .split('\n')
          .filter((line) => line.startsWith('ext-'));
        const expected = [
          'version https://git-lfs.github.com/spec/v1',
          ...chain,
          `oid sha256:${pointer.oid}`,
          `size ${pointer.size}`,
          '',
        ];
        assert.equal(Buffer.from(content).toString(), expected.join('\n'));
      }),
      { numRuns: RUNS },
    );
  });
});
