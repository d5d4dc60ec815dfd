import assert from 'node:assert/strict';
import { stageHistory } from '../../../src/core/registry/gto/stageHistory.js';
import { commitNumber, stateOf } from './history.js';
import type { TagLine } from './history.js';

function changes(...lines: TagLine[]): readonly (readonly (string | null)[])[] {
  const artifact = stateOf(lines).artifacts.get('m');
  assert.ok(artifact);
  return stageHistory(artifact).map(({ stage, before, after, event }) => [stage, before, after, event.tag]);
}

describe('the history of stages', () => {
  it('says who held a stage before and after each tag, newest first', () => {
    assert.deepEqual(
      changes(
        ['m@v1.0.0', 1, 1],
        ['m@v2.0.0', 2, 2],
        ['m#prod#1', 1, 3],
        ['m#prod#2', 2, 4],
        ['m#dev#3', 2, 4],
        ['m#prod!#4', 2, 5],
      ),
      [
        ['prod', 'v2.0.0', 'v1.0.0', 'm#prod!#4'],
        ['dev', null, 'v2.0.0', 'm#dev#3'],
        ['prod', 'v1.0.0', 'v2.0.0', 'm#prod#2'],
        ['prod', null, 'v1.0.0', 'm#prod#1'],
      ],
    );
  });

  it('blames the deregistration that took a holder away', () => {
    assert.deepEqual(changes(['m@v1.0.0', 1, 1], ['m#prod#1', 1, 2], ['m@v1.0.0!', 1, 3]), [
      ['prod', 'v1.0.0', null, 'm@v1.0.0!'],
      ['prod', null, 'v1.0.0', 'm#prod#1'],
    ]);
  });

  it('shows what was known then: a commit first, its version once it was registered', () => {
    assert.deepEqual(changes(['m#prod#1', 1, 1], ['m@v1.0.0', 1, 2]), [
      ['prod', commitNumber(1), 'v1.0.0', 'm@v1.0.0'],
      ['prod', null, commitNumber(1), 'm#prod#1'],
    ]);
  });

  it('says nothing of a tag that changed nothing', () => {
    assert.equal(changes(['m@v1.0.0', 1, 1], ['m#prod#1', 1, 2], ['m#prod#2', 1, 3]).length, 1);
  });
});
