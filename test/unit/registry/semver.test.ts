import assert from 'node:assert/strict';
import fc from 'fast-check';
import semverCompare from 'semver/functions/compare.js';
import semverParse from 'semver/functions/parse.js';
import { bump, compareSemVer, formatSemVer, parseSemVer } from '../../../src/core/registry/gto/semver.js';
import type { SemVer } from '../../../src/core/registry/gto/semver.js';

const identifier = fc.constantFrom('0', '1', '9', '10', 'a', 'A', 'rc', 'rc1', '-', '1a', 'a-b', '0a');
const text = fc
  .tuple(
    fc.nat(12),
    fc.nat(12),
    fc.nat(12),
    fc.array(identifier, { maxLength: 3 }),
    fc.array(identifier, { maxLength: 2 }),
  )
  .map(([major, minor, patch, prerelease, build]) => {
    const tail = `${prerelease.length > 0 ? `-${prerelease.join('.')}` : ''}${build.length > 0 ? `+${build.join('.')}` : ''}`;
    return `${major}.${minor}.${patch}${tail}`;
  });

function read(version: string): SemVer {
  const parsed = parseSemVer(version);
  assert.ok(parsed, version);
  return parsed;
}

describe('SemVer', () => {
  it('orders as the semver package does', () => {
    fc.assert(
      fc.property(text, text, (left, right) => {
        assert.equal(
          Math.sign(compareSemVer(read(`v${left}`), read(`v${right}`))),
          semverCompare(left, right),
        );
      }),
      { numRuns: 500 },
    );
  });

  it('takes what the semver package takes, and writes it back', () => {
    const messy = fc.oneof(
      text,
      fc.stringMatching(/^[0-9a.+-]{0,12}$/),
      fc.constantFrom('1.0', '01.0.0', '1.0.0-01', '1.0.0-', '1.0.0+'),
    );
    fc.assert(
      fc.property(messy, (one) => {
        const parsed = parseSemVer(`v${one}`);
        assert.equal(parsed !== undefined, semverParse(one) !== null, one);
        if (parsed) assert.equal(formatSemVer(parsed), `v${one}`);
      }),
      { numRuns: 500 },
    );
  });

  it('needs the lowercase v and nothing around it', () => {
    for (const one of ['1.0.0', 'V1.0.0', ' v1.0.0', 'v1.0.0 ', 'v1.0.0\n', 'vv1.0.0'])
      assert.equal(parseSemVer(one), undefined, one);
  });

  it('compares numbers of any length', () => {
    assert.ok(compareSemVer(read('v99999999999999999999.0.0'), read('v99999999999999999998.0.0')) > 0);
    assert.ok(compareSemVer(read('v1.0.0-99999999999999999999'), read('v1.0.0-100000000000000000000')) < 0);
    assert.equal(
      formatSemVer(bump(read('v1.99999999999999999999.0'), 'minor')),
      'v1.100000000000000000000.0',
    );
  });

  const bumps = [
    ['v1.0.0-rc.1', 'patch', 'v1.0.1'],
    ['v3.0.0-beta.2+b5', 'patch', 'v3.0.1'],
    ['v1.2.3', 'minor', 'v1.3.0'],
    ['v1.2.3+b', 'major', 'v2.0.0'],
  ] as const;
  for (const [from, part, to] of bumps) {
    it(`bumps the ${part} of ${from} to ${to}, as GTO does`, () =>
      assert.equal(formatSemVer(bump(read(from), part)), to));
  }
});
