import { KINDS, MD5, READERS } from './readers.js';

/** Content that would take seconds, gigabytes or the whole stack in a reader without bounds. */
describe('monsters', () => {
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
    ['deep Python', `a = ${'{'.repeat(100_000)}`],
    ['many lines of Python', 'class A:\n a = 1\n'.repeat(50_000)],
    [
      'deep blocks of Python',
      Array.from({ length: 1300 }, (_, depth) => `${' '.repeat(depth)}class A:\n`).join(''),
    ],
    ['many files of a folder', `[${`{"md5": "${MD5}", "relpath": "a"},`.repeat(50_000)}{}]`],
    ['many headers', `tree ${'a'.repeat(40)}\n${'parent x\n'.repeat(100_000)}`],
  ];
  for (const [what, text] of monsters) {
    it(`${what} are given up or read in bounded time`, () => {
      for (const kind of KINDS) READERS[kind](Buffer.from(text));
    });
  }
});
