import assert from 'node:assert/strict';
import { commitId } from '../../../../src/core/git/ids.js';
import { ciCommand } from '../../../../src/core/registry/versions/ciCommand.js';
import { gtoMessage, withTrailers } from '../../../../src/core/registry/versions/messages.js';
import type { PlannedTag, RegistryPlan } from '../../../../src/core/registry/versions/plan.js';

const COMMIT = commitId('a'.repeat(40));

function planOf(
  version: string | null,
  ...tags: readonly Omit<PlannedTag, 'ref' | 'commit'>[]
): RegistryPlan {
  return {
    artifact: 'churn',
    version,
    tags: tags.map((tag) => ({ ...tag, ref: `refs/tags/${tag.tag}`, commit: COMMIT })),
    effects: [],
    warnings: [],
    basis: '',
    notBefore: 0,
    remote: 'origin',
  };
}

function line(plan: RegistryPlan): string {
  return (ciCommand(plan) ?? []).join(' ');
}

describe('the command for CI', () => {
  const register = {
    what: 'register',
    tag: 'churn@v1.0.0',
    message: gtoMessage.register('churn', 'v1.0.0'),
  } as const;
  const assign = {
    what: 'assign',
    tag: 'churn#prod#2',
    message: gtoMessage.assign('churn', 'v1.0.0', 'prod'),
  } as const;

  it('registers just that version at just that commit', () => {
    assert.equal(
      line(planOf('v1.0.0', register)),
      `modelkeep tag churn --version v1.0.0 --rev ${COMMIT} --push`,
    );
  });

  it('assigns and takes away a stage, with the registration that goes first', () => {
    assert.equal(line(planOf('v1.0.0', assign)), 'modelkeep stage churn prod --version v1.0.0 --push');
    assert.equal(
      line(planOf('v1.0.0', register, assign)),
      `modelkeep stage churn prod --rev ${COMMIT} --push`,
    );
    const message = gtoMessage.unassign('churn', 'v1.0.0', 'prod');
    assert.equal(
      line(planOf('v1.0.0', { what: 'unassign', tag: 'churn#prod!#3', message })),
      'modelkeep stage churn prod --version v1.0.0 --remove --push',
    );
  });

  it('withdraws a version or the model', () => {
    const message = gtoMessage.deregister('churn', 'v1.0.0');
    assert.equal(
      line(planOf('v1.0.0', { what: 'deregister', tag: 'churn@v1.0.0!', message })),
      'modelkeep deprecate churn v1.0.0 --push',
    );
    const end = gtoMessage.deprecate('churn');
    assert.equal(
      line(planOf(null, { what: 'deprecate', tag: 'churn@deprecated', message: end })),
      'modelkeep deprecate churn --push',
    );
  });

  it('carries a message that says more than GTO’s own', () => {
    const message = withTrailers(assign.message, { reason: 'best', approvedBy: ['Bob'] });
    assert.deepEqual(ciCommand(planOf('v1.0.0', { ...assign, message }))?.slice(-3), [
      '--message',
      message,
      '--push',
    ]);
  });
});
