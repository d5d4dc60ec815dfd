import assert from 'node:assert/strict';
import { readdirSync, writeFileSync } from 'node:fs';
import { deleteMerged, renameBranch } from '../../../src/core/branches/maintain.js';
import { openCatalog } from '../../../src/core/catalog/open.js';
import { GitError, gitEnvironment } from '../../../src/core/git/process.js';
import { openRepository } from '../../../src/core/git/repository.js';
import { GitRepo } from '../../fixtures/gitRepo.js';
import { killed, writeHook } from './killing.js';

const OLD = 'Priya-test2';
const NEW = 'experiment/churn_priya-test';
const MERGED = 'experiment/churn_done';

const RENAME = [
  `import { renameBranch } from './src/core/branches/maintain.ts';`,
  `import { openCatalog } from './src/core/catalog/open.ts';`,
  `await renameBranch(await openCatalog(repository), given[0], given[1]);`,
];
const DELETE = [
  `import { deleteMerged } from './src/core/branches/maintain.ts';`,
  `import { openCatalog } from './src/core/catalog/open.ts';`,
  `await deleteMerged(await openCatalog(repository), given[0], { commit: given[1] });`,
];

describe('renaming and deleting branches when the machine fails', () => {
  let repo: GitRepo;
  beforeEach(() => {
    repo = GitRepo.create();
    repo.dvcPointer('models/churn.pkl', { content: 'one' }).commit('start');
    repo.git('branch', MERGED);
    repo.switch(OLD).dvcPointer('models/churn.pkl', { content: 'two' }).commit('own work');
    repo.switch('main');
  });
  afterEach(() => repo.dispose());

  function refs(): string {
    return repo.git('for-each-ref', '--format=%(refname:short) %(objectname)');
  }

  function whole(): void {
    assert.equal(repo.git('fsck', '--no-dangling'), '');
    const files = readdirSync(repo.at('.git'), { recursive: true, encoding: 'utf8' });
    assert.deepEqual(
      files.filter((file) => file.endsWith('.lock')),
      [],
    );
  }

  async function refused(program: string | undefined, reason: string): Promise<void> {
    const repository = await openRepository(repo.dir, { git: gitEnvironment(repo.env, program) });
    const catalog = await openCatalog(repository);
    const before = refs();
    await assert.rejects(renameBranch(catalog, OLD, NEW), (error) => {
      assert.ok(error instanceof GitError, String(error));
      assert.equal(error.reason, reason, error.message);
      return true;
    });
    assert.equal(refs(), before);
    whole();
  }

  it('leaves all as it was when a hook refuses, and says so', async () => {
    writeHook(repo, 'reference-transaction', '[ "$1" = prepared ] && exit 1; exit 0');
    await refused(undefined, 'hook');
    const catalog = await openCatalog(await openRepository(repo.dir, { git: gitEnvironment(repo.env) }));
    const before = refs();
    await assert.rejects(deleteMerged(catalog, MERGED, { commit: repo.head('main') }), { reason: 'hook' });
    assert.equal(refs(), before);
  });

  it('leaves all as it was on a full disk, and says so', async () => {
    const program = repo.at('.git', 'full.sh');
    writeFileSync(program, '#!/bin/sh\ntrap "" XFSZ\nulimit -f 0\nexec git "$@"\n', { mode: 0o755 });
    await refused(program, 'disk');
  });

  it('keeps the work of a branch whose new name cannot be written once the old one is gone', async () => {
    // The disk fills up between the one and the other.
    const program = repo.at('.git', 'full.sh');
    const full = 'trap "" XFSZ\nulimit -f 0';
    writeFileSync(program, `#!/bin/sh\ncase "$*" in *--move*) ${full} ;; esac\nexec git "$@"\n`, {
      mode: 0o755,
    });
    const repository = await openRepository(repo.dir, { git: gitEnvironment(repo.env, program) });
    const before = refs();
    await assert.rejects(renameBranch(await openCatalog(repository), OLD, NEW), { reason: 'disk' });
    assert.equal(refs(), before);
    whole();
  });

  for (const moment of ['prepared', 'committed']) {
    const at = { hook: 'reference-transaction', when: `[ "$1" = ${moment} ]` };

    it(`loses no work when Modelkeep is killed while renaming (${moment})`, async () => {
      const work = repo.head(OLD);
      await killed(repo, at, RENAME, [OLD, NEW]);
      whole();
      assert.match(refs(), new RegExp(`^(?:${OLD}|${NEW}) ${work}$`, 'm'));
      assert.equal(repo.git('symbolic-ref', '--short', 'HEAD'), 'main');
    });

    it(`deletes the merged branch or not, and no other, when killed while deleting (${moment})`, async () => {
      const work = repo.head(OLD);
      await killed(repo, at, DELETE, [MERGED, repo.head('main')]);
      whole();
      assert.match(refs(), new RegExp(`^${OLD} ${work}$`, 'm'));
      assert.match(refs(), /^main /m);
    });
  }
});
