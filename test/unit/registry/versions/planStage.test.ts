import assert from 'node:assert/strict';
import { readTrailers, withTrailers } from '../../../../src/core/registry/versions/messages.js';
import { planDeprecation } from '../../../../src/core/registry/versions/planDeprecation.js';
import type { DeprecationRequest } from '../../../../src/core/registry/versions/planDeprecation.js';
import { knownStages, planStage } from '../../../../src/core/registry/versions/planStage.js';
import type { StageRequest } from '../../../../src/core/registry/versions/planStage.js';
import { readRegistry } from '../../../../src/core/registry/versions/registry.js';
import type { GitRepo } from '../../../fixtures/gitRepo.js';
import { catalogOf, CHURN, opened, refusal, teamRepository } from './team.js';

describe('planning a stage', () => {
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

  async function plan(request: Partial<StageRequest> = {}): ReturnType<typeof planStage> {
    return planStage({ catalog: await catalogOf(repo), model: CHURN, stage: 'prod', ...request });
  }

  it('assigns to the latest version by default, with a counter shared by all stages', async () => {
    repo.assignStage('churn', 'dev', { on: 'HEAD~1' });
    const made = await plan();
    assert.deepEqual([made.tags.map((one) => one.tag), made.version], [['churn#prod#2'], 'v2.0.0']);
    assert.equal(made.tags[0]?.message, 'Assigning stage prod to artifact churn version v2.0.0');
    assert.deepEqual(made.effects, [{ stage: 'prod', before: null, after: 'v2.0.0' }]);
  });

  it('moves a stage by assigning it, and says from where', async () => {
    repo.assignStage('churn', 'prod');
    const made = await plan({ version: 'v1.0.0' });
    assert.deepEqual(made.effects, [{ stage: 'prod', before: 'v2.0.0', after: 'v1.0.0' }]);
  });

  it('takes a stage from its holder, and says who has it then', async () => {
    repo.assignStage('churn', 'prod', { on: 'HEAD~1' });
    repo.assignStage('churn', 'prod');
    const made = await plan({ remove: true });
    assert.equal(made.tags[0]?.tag, 'churn#prod!#3');
    assert.equal(made.tags[0]?.message, "Unassigning stage 'prod' to artifact 'churn' version 'v2.0.0'");
    assert.deepEqual(made.effects, [{ stage: 'prod', before: 'v2.0.0', after: 'v1.0.0' }]);
    const other = await plan({ remove: true, version: 'v1.0.0' });
    assert.deepEqual(other.effects, []);
  });

  it('registers a commit that has no version first, all in one plan', async () => {
    repo.dvcPointer(CHURN.path, { content: 'third' }).commit('third');
    const made = await plan({ rev: 'HEAD' });
    assert.deepEqual(
      made.tags.map((one) => [one.what, one.tag]),
      [
        ['register', 'churn@v2.0.1'],
        ['assign', 'churn#prod#1'],
      ],
    );
    assert.equal(made.tags[1]?.message, 'Assigning stage prod to artifact churn version v2.0.1');
    const existing = await plan({ rev: 'HEAD~2' });
    assert.deepEqual([existing.tags.length, existing.version], [1, 'v1.0.0']);
  });

  it('carries reason and approval as trailers', async () => {
    const made = await plan({ reason: 'best\nAUC', approvedBy: ['Bob <b@example.com>', 'Eve'] });
    const message = made.tags[0]?.message ?? '';
    assert.equal(
      message,
      'Assigning stage prod to artifact churn version v2.0.0\n\nReason: best AUC\nApproved-by: Bob <b@example.com>\nApproved-by: Eve',
    );
    assert.deepEqual(readTrailers(message), {
      reason: 'best AUC',
      approvedBy: ['Bob <b@example.com>', 'Eve'],
    });
    assert.deepEqual(readTrailers(withTrailers('one line', {})), {});
    assert.deepEqual(readTrailers('Reason: no trailer, for it is the subject'), {});
  });

  it('refuses what .gto does not allow', async () => {
    repo.write('.gto', 'stages: [dev, staging]\n');
    assert.deepEqual(knownStages(await readRegistry(await opened(repo))), ['dev', 'staging']);
    assert.equal((await refusal(plan())).reason, 'stage-not-allowed');
    assert.equal((await plan({ stage: 'staging' })).stage, 'staging');
    assert.equal((await refusal(plan({ stage: 'in review' }))).reason, 'invalid-stage');
  });

  it('refuses to assign twice, to take what is not there, and to stage what is not registered', async () => {
    repo.assignStage('churn', 'prod');
    assert.equal((await refusal(plan())).reason, 'already-in-stage');
    assert.equal((await refusal(plan({ stage: 'dev', remove: true }))).reason, 'not-in-stage');
    assert.equal((await refusal(plan({ remove: true, version: 'v1.0.0' }))).reason, 'not-in-stage');
    assert.equal((await refusal(plan({ version: 'v9.0.0' }))).reason, 'not-registered');
    repo.annotatedTag('churn@v2.0.0!');
    assert.equal((await refusal(plan({ version: 'v2.0.0', stage: 'dev' }))).reason, 'already-deregistered');
  });

  it('cannot take a stage from a commit without a version, as GTO cannot', async () => {
    repo.commit('unregistered');
    repo.assignStage('churn', 'prod');
    assert.equal((await refusal(plan({ remove: true }))).reason, 'not-registered');
  });

  it('refuses a version that shares its commit, also with a deregistered one: GTO fails on the stage tag', async () => {
    repo.commit('third');
    for (const version of ['v3.0.0', 'v3.1.0', 'v3.2.0']) repo.registerVersion('churn', version);
    for (const version of ['v3.0.0', 'v3.2.0', undefined]) {
      const refused = await refusal(plan(version === undefined ? {} : { version }));
      assert.deepEqual([version, refused.reason], [version, 'two-versions']);
      assert.match(refused.message, /^v3\.0\.0, v3\.1\.0, v3\.2\.0 of churn stand on one commit/);
    }
    for (const version of ['v3.1.0', 'v3.2.0']) repo.annotatedTag(`churn@${version}!`);
    assert.equal((await refusal(plan({ version: 'v3.0.0' }))).reason, 'two-versions');
  });

  it('needs a commit where a version stands on two', async () => {
    repo.annotatedTag('churn@v1.0.0#7', 'again', { on: repo.commit('third') });
    assert.equal((await refusal(plan({ version: 'v1.0.0' }))).reason, 'two-versions');
  });
});

describe('planning a deprecation', () => {
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

  async function plan(request: Partial<DeprecationRequest> = {}): ReturnType<typeof planDeprecation> {
    return planDeprecation({ catalog: await catalogOf(repo), model: 'churn', ...request });
  }

  it('deregisters a version on its own commit', async () => {
    repo.assignStage('churn', 'prod');
    const made = await plan({ version: 'v2.0.0', reason: 'leaks' });
    assert.equal(made.tags[0]?.tag, 'churn@v2.0.0!');
    assert.equal(made.tags[0]?.commit, repo.head());
    assert.equal(made.tags[0]?.message, 'Deregistering artifact churn version v2.0.0\n\nReason: leaks');
    assert.deepEqual(made.effects, [
      { stage: null, before: 'v2.0.0', after: 'v1.0.0' },
      { stage: 'prod', before: 'v2.0.0', after: null },
    ]);
  });

  it('deprecates the whole model on the commit of its newest event', async () => {
    const made = await plan();
    assert.deepEqual([made.tags[0]?.tag, made.tags[0]?.commit], ['churn@deprecated', repo.head()]);
    assert.equal(made.tags[0]?.message, "Deprecating artifact 'churn'");
  });

  it('takes a counter where the plain tag stands already', async () => {
    repo.annotatedTag('churn@deprecated');
    repo.assignStage('churn', 'dev');
    assert.equal((await plan()).tags[0]?.tag, 'churn@deprecated#2');
  });

  it('refuses under a tag template, where nothing could record it', async () => {
    repo.write('modelkeep.yaml', 'versions: { tags: "{model}/v{version}" }\n').commit('template');
    const error = await refusal(plan({ version: 'v2.0.0' }));
    assert.equal(error.reason, 'deprecation-needs-gto');
    assert.match(error.message, /\{model\}\/v\{version\}/);
    assert.equal((await refusal(plan())).reason, 'deprecation-needs-gto');
  });

  it('refuses what is not registered, was deregistered or deprecated already', async () => {
    assert.equal((await refusal(plan({ version: 'v3.0.0' }))).reason, 'not-registered');
    assert.equal((await refusal(plan({ model: 'nothing' }))).reason, 'unknown-model');
    repo.annotatedTag('churn@v2.0.0!');
    assert.equal((await refusal(plan({ version: 'v2.0.0' }))).reason, 'already-deregistered');
    repo.annotatedTag('churn@deprecated');
    assert.equal((await refusal(plan())).reason, 'already-deprecated');
  });
});
