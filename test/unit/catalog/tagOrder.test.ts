import assert from 'node:assert/strict';
import { byImportance } from '../../../src/core/catalog/tagOrder.js';

describe('plain tags in the order in which people look for them', () => {
  const ordered = (...names: string[]): readonly string[] =>
    byImportance(names.map((name) => ({ name }))).map(({ name }) => name);

  it('has releases first, the highest before the others, whatever is newer', () => {
    assert.deepEqual(
      ordered('nightly-20260131', 'v1.9.0', 'v2.0', 'nightly-20260130', 'v1.10.0', 'v2.0.0-rc.1'),
      ['v2.0', 'v2.0.0-rc.1', 'v1.10.0', 'v1.9.0', 'nightly-20260131', 'nightly-20260130'],
    );
    assert.deepEqual(ordered('release-2025.12', 'release-2026.01'), ['release-2026.01', 'release-2025.12']);
  });

  it('has what somebody named before what a machine makes every night, each as it was', () => {
    const nights = Array.from({ length: 11 }, (_, night) => `run/${String(night)}`);
    assert.deepEqual(ordered(...nights, 'baseline', 'approved'), ['baseline', 'approved', ...nights]);
    assert.deepEqual(ordered('nightly-1', 'baseline'), ['baseline', 'nightly-1']);
    assert.deepEqual(ordered('sprint-4', 'baseline'), ['sprint-4', 'baseline']);
  });

  it('takes no nightly version for a release', () => {
    assert.deepEqual(ordered('nightly-1.2.3', 'v1.2.3-dev', 'baseline', 'v1.0.0'), [
      'v1.0.0',
      'baseline',
      'nightly-1.2.3',
      'v1.2.3-dev',
    ]);
  });
});
