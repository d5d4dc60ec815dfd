import assert from 'node:assert/strict';
import fc from 'fast-check';
import { isoTime, secondsTold } from '../../../src/core/git/commits.js';

const zone = fc
  .tuple(fc.constantFrom('+', '-'), fc.integer({ min: 0, max: 14 }), fc.integer({ min: 0, max: 59 }))
  .map(([sign, hours, minutes]) => `${sign}${pad(hours)}${pad(minutes)}`);

function pad(value: number): string {
  return String(value).padStart(2, '0');
}

describe('the time of a commit or tag', () => {
  it('is told in the zone of who made it', () => {
    assert.equal(isoTime({ seconds: 1_795_470_276, zone: '+0200' }), '2026-11-23T23:44:36+02:00');
    assert.equal(isoTime({ seconds: 1_795_470_276, zone: '-0330' }), '2026-11-23T18:14:36-03:30');
    assert.equal(isoTime({ seconds: -1, zone: '+0000' }), '1969-12-31T23:59:59+00:00');
  });

  it('means the second that it was made from, whatever was told before', () => {
    // Years of four digits.
    const seconds = fc.integer({ min: -62_135_500_000, max: 253_402_200_000 });
    fc.assert(
      fc.property(fc.array(fc.tuple(seconds, zone), { minLength: 1, maxLength: 8 }), (times) => {
        for (const [at, of] of times) {
          const told = isoTime({ seconds: at, zone: of });
          assert.match(told, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d\d:\d\d$/);
          assert.equal(Date.parse(told), at * 1000);
        }
      }),
    );
  });

  it('is the beginning of all time where the calendar ends', () => {
    const last = { seconds: 8_640_000_000_000, zone: '+0000' };
    assert.equal(isoTime(last), '+275760-09-13T00:00:00+00:00');
    assert.equal(secondsTold(last), last.seconds);
    for (const seconds of [8_640_000_000_001, -8_640_000_000_001, 999_999_999_999_999]) {
      assert.equal(isoTime({ seconds, zone: '+0000' }), '1970-01-01T00:00:00.000Z');
      assert.equal(secondsTold({ seconds, zone: '+0000' }), 0);
    }
  });
});
