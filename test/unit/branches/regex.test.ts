import assert from 'node:assert/strict';
import fc from 'fast-check';
import { RegexError, compileNameRegex } from '../../../src/core/branches/regex.js';

const RUNS = 300 * Number(process.env['MODELKEEP_RUNS'] ?? 1);

const matches = (source: string, text: string): boolean => compileNameRegex(source).matches(text);

/** Expressions that JavaScript and RE2 read alike. */
const expression = fc.letrec<{ node: string; atom: string }>((tie) => ({
  atom: fc.oneof(
    fc.constantFrom(
      'a',
      'b',
      '/',
      '-',
      '.',
      '\\.',
      '\\d',
      '[a-c]',
      '[^a/]',
      '[\\d_-]',
      '\\w',
      '(?:a|b)',
      '\\p{L}',
      '^',
      '$',
    ),
    fc.tuple(tie('node')).map(([node]) => `(?:${node})`),
  ),
  node: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    tie('atom'),
    fc.tuple(tie('node'), tie('node')).map(([a, b]) => `${a}${b}`),
    fc.tuple(tie('node'), tie('node')).map(([a, b]) => `(?:${a}|${b})`),
    fc
      .tuple(tie('node'), fc.constantFrom('*', '+', '?', '{2}', '{1,2}', '{0,}'))
      .map(([a, q]) => `(?:${a})${q}`),
  ),
}));

describe('regular expressions of conventions', () => {
  it('match the whole name', () => {
    assert.equal(matches('feature/.+', 'feature/x'), true);
    assert.equal(matches('feature/.+', 'my/feature/x'), false);
    assert.equal(matches('^feature/[a-z]+$', 'feature/x'), true);
    assert.equal(matches('(?<kind>feat|fix)/(?P<issue>[A-Z]+-\\d{1,4})(?:-\\w+)?', 'fix/ABC-12-oops'), true);
    assert.equal(matches('[\\p{Ll}]+', 'größe'), true);
    assert.equal(matches('.{3}', 'a\u{1F600}b'), true);
  });

  it('agree with JavaScript where both read the expression', () => {
    const name = fc.string({ unit: fc.constantFrom('a', 'b', 'c', '1', '_', '-', '.', '/'), maxLength: 8 });
    fc.assert(
      fc.property(expression['node'], fc.array(name, { minLength: 1, maxLength: 10 }), (source, names) => {
        const theirs = new RegExp(`^(?:${source})$`, 'u');
        const ours = compileNameRegex(source);
        for (const text of names) assert.equal(ours.matches(text), theirs.test(text), `${source} on ${text}`);
      }),
      { numRuns: RUNS },
    );
  });

  it('take no expression that RE2 would refuse or read otherwise, and say why', () => {
    const reasons = [
      ['(?=a)b', 'has a look-around, which RE2 does not know'],
      ['(?<!a)b', 'has a look-around, which RE2 does not know'],
      ['(a)\\1', 'has a back-reference, which RE2 does not know'],
      ['(?i)abc', 'has a group with flags: write both cases out'],
      ['a{2000}', 'repeats more than 1000 times'],
      ['(a{1000}){1000}', 'repeats more than 1000 times'],
      ['(?:(?:a{2,})+(?:b{26}|c)){20,40}', 'repeats more than 1000 times'],
      ['[^/]{1000}'.repeat(21), 'is too large once its repetitions are written out'],
      ['\\p{L}{500}', 'is too large once its repetitions are written out'],
      ['a**', 'repeats a repetition'],
      ['*a', 'has a * with nothing to repeat'],
      ['[a', 'has a [ without its ]'],
      ['(a', 'has a ( without its )'],
      ['a)', 'has a ) without its ('],
      ['[]', 'has an empty []'],
      ['[z-a]', 'has a range that starts at z and goes nowhere'],
      ['a\\', 'ends in a backslash'],
      ['\\bx', 'uses \\b, which means different things in different dialects'],
      ['{slug}', 'has a { that repeats nothing: write \\{'],
    ] as const;
    for (const [source, reason] of reasons) {
      assert.throws(() => compileNameRegex(source), new RegexError(reason), source);
    }
  });

  it('answer at once where a backtracking engine would not', () => {
    for (const source of ['(a+)+', '(a|a)*b', '(a|aa)+c', '(.*.*.*.*.*)*x', '(?:a?){200}a{200}']) {
      assert.equal(matches(source, `${'a'.repeat(199)}!`), false, source);
    }
  });
});
