import assert from 'node:assert/strict';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { CatalogSource } from '../../../src/core/catalog/source.js';
import { gitEnvironment } from '../../../src/core/git/process.js';
import { openRepository } from '../../../src/core/git/repository.js';
import { GitRepo } from '../../fixtures/gitRepo.js';

describe('the number of Git processes', () => {
  let repo: GitRepo;
  beforeEach(() => {
    repo = GitRepo.create();
  });
  afterEach(() => repo.dispose());

  /** Every model of every branch with its versions and changes, as the view shows them; answers with Git's calls. */
  async function processesFor(branches: number): Promise<readonly string[]> {
    for (let index = 0; index < branches; index += 1) {
      repo.switch(`experiment/a_${branches}-${index}`, 'main');
      repo.dvcPointer('models/a.pkl', { content: `${branches} ${index}` }).commit(`Try ${index}`);
    }
    const log = repo.at('.git', 'calls');
    const program = repo.at('.git', 'counting-git');
    writeFileSync(program, `#!/bin/sh\necho "$*" >> '${log}'\nexec git "$@"\n`, { mode: 0o755 });
    rmSync(log, { force: true });
    const repository = await openRepository(repo.dir, { git: gitEnvironment(repo.env, program) });
    const catalog = await new CatalogSource(repository).load({ branches: (view) => view.branches });
    await catalog.summarize(catalog.branches);
    for (const branch of catalog.branches) {
      await catalog.modelsOn(branch);
      await catalog.changesOn(branch);
    }
    return readFileSync(log, 'utf8').trim().split('\n');
  }

  it('of a cold catalog does not depend on the number of branches and is at most 8', async () => {
    repo.dvcPointer('models/a.pkl').dvcPointer('models/b.pkl').commit('One');
    repo.registerVersion('a', 'v1.0.0');
    const few = await processesFor(3);
    const many = await processesFor(20);
    assert.equal(many.length, few.length, many.join('\n'));
    assert.ok(many.length <= 8, many.join('\n'));
  });
});
