import assert from 'node:assert/strict';
import { openCatalog } from '../../src/core/catalog/open.js';
import { gitEnvironment } from '../../src/core/git/process.js';
import { openRepository } from '../../src/core/git/repository.js';
import { buildGtoState } from '../../src/core/registry/gto/build.js';
import { gtoHistory, gtoShow } from '../../src/core/registry/gto/json.js';
import { readTagRefs } from '../../src/core/registry/readTags.js';
import { applyPlan } from '../../src/core/registry/versions/apply.js';
import { planTag } from '../../src/core/registry/versions/planTag.js';
import { planPromotion, planStageRollback } from '../../src/core/registry/versions/promotion.js';
import { proposeMessage, withMessage } from '../../src/core/registry/versions/summary.js';
import { GitRepo } from '../fixtures/gitRepo.js';
import { GtoProcess } from './gtoProcess.js';
import { describeWith } from './tools.js';

const CHURN = { name: 'churn', path: 'models/churn.pkl' };

describeWith('python', 'gto reads versions with a summary, promotions and rollbacks', (python) => {
  const repo = GitRepo.create();
  const gto = new GtoProcess(python, repo.env);
  after(() => {
    gto.close();
    repo.dispose();
  });

  it('as it reads its own', async function () {
    this.timeout(120_000);
    repo.write('.gto', 'stages: [dev, prod]\n');
    repo.dvcPointer(CHURN.path, { content: 'first' }).commit('first');
    repo.registerVersion('churn', 'v1.0.0');
    repo.assignStage('churn', 'prod');
    repo.dvcPointer(CHURN.path, { content: 'second one' }).commit('second');
    const repository = await openRepository(repo.dir, { git: gitEnvironment(repo.env) });
    const catalog = await openCatalog(repository);
    const plan = await planTag({ catalog, model: CHURN });
    const message = await proposeMessage(catalog, plan, CHURN);
    assert.match(message, /\n\nSince v1\.0\.0:\nModel:\n- size: /);
    await applyPlan(repository, withMessage(plan, message));
    const now = { catalog: await openCatalog(repository), model: CHURN };
    await applyPlan(repository, (await planPromotion(now)).plan);
    await applyPlan(repository, (await planPromotion(now)).plan);
    await compare('v1.0.1');
    await applyPlan(
      repository,
      (await planStageRollback({ ...now, stage: 'prod', reason: 'too slow' })).plan,
    );
    await compare('v1.0.0');

    async function compare(inProd: string): Promise<void> {
      const tags = await readTagRefs(repository);
      const state = buildGtoState(tags.annotated, [...tags.lightweight.keys()]);
      const real = await gto.read(repo.dir, [...tags.refs.keys()], ['churn']);
      assert.deepEqual(gtoShow(state), real.show);
      assert.deepEqual(gtoHistory(state), real.history);
      const shown = real.show.churn as { version: string; stage: Readonly<Record<string, string>> };
      assert.deepEqual([shown.version, shown.stage.prod], ['v1.0.1', inProd]);
      const registered = real.history.find(
        (event) => String(event.message).startsWith('Registering') && event.version === 'v1.0.1',
      );
      assert.equal(registered?.message, message);
    }
  });
});
