import assert from 'node:assert/strict';
import { judge } from '../../../scripts/dev/suites.mjs';
import { skipWithout } from '../../fixtures/needs.js';

describe('A test that needs a tool', () => {
  const before = process.env['CI'];
  afterEach(() => {
    if (before === undefined) delete process.env['CI'];
    else process.env['CI'] = before;
  });

  /** What becomes of it: `runs`, `skipped`, or what it fails with. */
  function outcome(present: boolean): string {
    let skipped = false;
    const test = {
      skip: (): never => {
        skipped = true;
        throw new Error('skipped');
      },
    };
    try {
      skipWithout(test, 'ssh-keygen', present);
      return 'runs';
    } catch (error) {
      return skipped ? 'skipped' : String(error);
    }
  }

  it('runs where the tool is', () => {
    process.env['CI'] = 'true';
    assert.equal(outcome(true), 'runs');
  });

  for (const value of [undefined, '', '0', 'false']) {
    it(`is skipped without it on a person's machine: CI is ${value}`, () => {
      if (value === undefined) delete process.env['CI'];
      else process.env['CI'] = value;
      assert.equal(outcome(false), 'skipped');
    });
  }

  it('fails without it in CI, and says what is missing', () => {
    process.env['CI'] = 'true';
    assert.equal(
      outcome(false),
      'Error: ssh-keygen is not here, and in CI no test is skipped: install it on this machine',
    );
  });
});

describe('A suite that skipped tests', () => {
  const stats = { passes: 5, failures: 1, pending: 2 };

  it('says so on a person’s machine and is no failure for it', () => {
    assert.deepEqual(judge(stats, { badEnd: true, strict: false }), { passed: 5, failed: 1, skipped: 2 });
  });

  it('failed in CI, once for each', () => {
    assert.deepEqual(judge(stats, { badEnd: true, strict: true }), { passed: 5, failed: 3, skipped: 0 });
  });

  it('failed where it ended badly although nothing in it failed', () => {
    const well = { passes: 5, failures: 0, pending: 0 };
    assert.deepEqual(judge(well, { badEnd: true, strict: true }), { passed: 5, failed: 1, skipped: 0 });
    assert.deepEqual(judge(well, { badEnd: false, strict: true }), { passed: 5, failed: 0, skipped: 0 });
  });
});
