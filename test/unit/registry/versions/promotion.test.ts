import assert from 'node:assert/strict';
import { applyPlan } from '../../../../src/core/registry/versions/apply.js';
import type { StageMove } from '../../../../src/core/registry/versions/promotion.js';
import { planPromotion, planStageRollback } from '../../../../src/core/registry/versions/promotion.js';
import type { PromotionRequest } from '../../../../src/core/registry/versions/promotion.js';
import { holderOf, readRegistry } from '../../../../src/core/registry/versions/registry.js';
import type { GitRepo } from '../../../fixtures/gitRepo.js';
import { catalogOf, CHURN, opened, refusal, refsOf, teamRepository } from './team.js';

describe('moving stages', () => {
  let repo: GitRepo;
  let remote: GitRepo;
  beforeEach(() => {
    ({ repo, remote } = teamRepository());
    repo.registerVersion('churn', 'v1.0.0', { on: 'HEAD~1' });
    repo.registerVersion('churn', 'v2.0.0');
  });
  afterEach(() => {
    repo.dispose();
    remote.dispose();
  });

  function assign(stage: string, version: 'v1.0.0' | 'v2.0.0'): void {
    repo.assignStage('churn', stage, { on: `churn@${version}` });
  }

  async function promote(request: Partial<PromotionRequest> = {}): Promise<StageMove> {
    return planPromotion({ catalog: await catalogOf(repo), model: CHURN, ...request });
  }

  async function back(stage = 'prod'): Promise<StageMove> {
    return planStageRollback({ catalog: await catalogOf(repo), model: CHURN, stage });
  }

  async function holder(stage = 'prod'): Promise<string | null> {
    return holderOf((await readRegistry(await opened(repo))).state.artifacts.get('churn'), stage);
  }

  describe('promotion', () => {
    beforeEach(() => void repo.write('.gto', 'stages: [dev, staging, prod]\n'));

    it('gives the holder of a stage the next one, and shows what differs from who holds that', async () => {
      assign('prod', 'v1.0.0');
      assign('staging', 'v2.0.0');
      const before = refsOf(repo);
      const move = await promote({ from: 'staging', reason: 'best so far', approvedBy: ['Bob'] });
      assert.deepEqual([move.stage, move.from, move.to], ['prod', 'v1.0.0', 'v2.0.0']);
      assert.deepEqual(move.plan.effects, [{ stage: 'prod', before: 'v1.0.0', after: 'v2.0.0' }]);
      assert.match(move.plan.tags[0]?.message ?? '', /\n\nReason: best so far\nApproved-by: Bob$/);
      assert.ok(move.differences.kind === 'compared');
      const { comparison } = move.differences;
      assert.equal(comparison.baseline, 'v1.0.0');
      assert.ok(comparison.rows.some(({ field, changed }) => field === 'digest' && changed));
      assert.equal(refsOf(repo), before);
      await applyPlan(await opened(repo), move.plan);
      assert.deepEqual([await holder('prod'), await holder('staging')], ['v2.0.0', 'v2.0.0']);
    });

    it('takes the first stage that a version has not reached', async () => {
      assert.deepEqual(
        [(await promote()).stage, (await promote()).differences.kind],
        ['dev', 'nothing-before'],
      );
      assign('dev', 'v1.0.0');
      assert.equal((await promote({ version: 'v1.0.0' })).stage, 'staging');
      assign('prod', 'v1.0.0');
      const last = await refusal(promote({ version: 'v1.0.0' }));
      assert.deepEqual([last.reason, /the last of the stages/.test(last.message)], ['no-next-stage', true]);
    });

    it('is refused without an order, from a stage outside it, and from one that nobody holds', async () => {
      assert.equal((await refusal(promote({ from: 'staging' }))).reason, 'not-in-stage');
      assign('canary', 'v2.0.0');
      assert.equal((await refusal(promote({ from: 'canary' }))).reason, 'no-next-stage');
      repo.remove('.gto');
      const error = await refusal(promote());
      assert.equal(error.reason, 'no-next-stage');
      assert.match(error.message, /\.gto/);
    });
  });

  describe('rolling back', () => {
    it('takes the stage from its holder where the assignment before still stands', async () => {
      assign('prod', 'v1.0.0');
      assign('prod', 'v2.0.0');
      const move = await back();
      assert.deepEqual([move.from, move.to], ['v2.0.0', 'v1.0.0']);
      assert.deepEqual(
        move.plan.tags.map(({ what, tag }) => [what, tag]),
        [['unassign', 'churn#prod!#3']],
      );
      assert.deepEqual(move.plan.effects, [{ stage: 'prod', before: 'v2.0.0', after: 'v1.0.0' }]);
      assert.equal(move.differences.kind, 'compared');
      await applyPlan(await opened(repo), move.plan);
      assert.equal(await holder(), 'v1.0.0');
    });

    it('assigns the last holder anew where its assignment was taken away', async () => {
      assign('prod', 'v1.0.0');
      repo.annotatedTag('churn#prod!#2', 'off', { on: 'HEAD~1' });
      assign('prod', 'v2.0.0');
      const move = await back();
      assert.deepEqual(
        move.plan.tags.map(({ what }) => what),
        ['assign'],
      );
      await applyPlan(await opened(repo), move.plan);
      assert.equal(await holder(), 'v1.0.0');
    });

    it('passes over holders that were deregistered, and is refused where nobody is left', async () => {
      assert.equal((await refusal(back())).reason, 'not-in-stage');
      assign('prod', 'v1.0.0');
      assign('prod', 'v2.0.0');
      repo.annotatedTag('churn@v1.0.0!', 'leaks', { on: 'HEAD~1' });
      const error = await refusal(back());
      assert.equal(error.reason, 'no-previous-holder');
      assert.match(error.message, /take the stage away instead/);
    });
  });
});
