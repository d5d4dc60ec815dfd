import assert from 'node:assert/strict';
import { CatalogSource } from '../../../src/core/catalog/source.js';
import { readBranchFacts } from '../../../src/core/git/branchFacts.js';
import { gitEnvironment } from '../../../src/core/git/process.js';
import { openRepository } from '../../../src/core/git/repository.js';
import { branchRows } from '../../../src/editor/tree/branchRows.js';
import { Insights } from '../../../src/editor/tree/insights.js';
import { GitRepo } from '../../fixtures/gitRepo.js';

const OPTIONS = { showRemote: true, staleDays: 90, now: 0, isHidden: () => false, isProtected: () => false };

describe('what branches change in a partial clone', () => {
  it('is unknown where something is not here, asked once a catalog, and known once it is fetched', async () => {
    const origin = GitRepo.create();
    origin.git('config', 'uploadpack.allowFilter', 'true');
    origin.dvcPointer('models/churn.pkl', { content: 'one' }).commit('One');
    origin.git('switch', '-q', '-c', 'work');
    origin.dvcPointer('models/churn.pkl', { content: 'two' }).commit('Two');
    origin.git('switch', '-q', 'main');
    const clone = origin.clone('--no-local', '--filter=blob:none');
    try {
      const repository = await openRepository(clone.dir, { git: gitEnvironment(clone.env) });
      const source = new CatalogSource(repository);
      const insights = new Insights();
      const learn = async () => {
        const catalog = await source.load();
        const facts = await readBranchFacts(repository, catalog.defaultBranch?.branch.commit ?? null);
        const rows = branchRows(catalog, facts, OPTIONS).filter(({ branch }) => branch.name === 'work');
        await insights.learn(catalog, insights.missing(catalog, rows), () => undefined);
        assert.deepEqual(insights.missing(catalog, rows), []);
        const [work] = rows;
        assert.ok(work);
        return insights.changes(catalog, work)?.changed;
      };
      assert.equal(await learn(), undefined);
      clone.git('show', 'origin/work:models/churn.pkl.dvc');
      assert.deepEqual([...((await learn()) ?? [])], ['models/churn.pkl']);
    } finally {
      origin.dispose();
      clone.dispose();
    }
  });
});
