import assert from 'node:assert/strict';
import { CatalogSource } from '../../../src/core/catalog/source.js';
import { readBranchFacts } from '../../../src/core/git/branchFacts.js';
import { openRepository } from '../../../src/core/git/repository.js';
import type { BranchRow, RowOptions } from '../../../src/editor/tree/branchRows.js';
import { branchRows, foldRows, rowName } from '../../../src/editor/tree/branchRows.js';
import { Insights } from '../../../src/editor/tree/insights.js';
import { GitRepo } from '../../fixtures/gitRepo.js';

const DAY = 86_400;

/** A team's repository: the default branch, work of several kinds, and what others left on the remote. */
describe('the branches of the view', () => {
  let repo: GitRepo;
  let options: RowOptions;

  const read = async () => {
    const repository = await openRepository(repo.dir);
    const catalog = await new CatalogSource(repository).load();
    const facts = await readBranchFacts(repository, catalog.defaultBranch?.branch.commit ?? null);
    const rows = branchRows(catalog, facts, options);
    const insights = new Insights();
    const missing = insights.missing(catalog, rows);
    await insights.learn(catalog, missing, () => undefined);
    assert.deepEqual(insights.missing(catalog, rows), []);
    const folded = foldRows(
      rows,
      (row) => insights.changes(catalog, row),
      (row) => insights.isMerged(catalog, row),
    );
    const described = (row: BranchRow): string => {
      const changes = insights.changes(catalog, row);
      const says = [row.merged && 'merged', row.stale && 'stale', changes?.behind === true && 'behind'];
      return [rowName(row), ...says.filter(Boolean)].join(' ');
    };
    return {
      rows,
      shown: folded.shown.map(rowName),
      folded: folded.folded.map(rowName),
      described: [...folded.shown, ...folded.folded].map(described),
    };
  };

  beforeEach(() => {
    repo = GitRepo.create();
    repo.dvcPointer('models/churn.pkl', { md5: 'a'.repeat(32), size: 10 });
    repo.commit('first');
    const now = Number(repo.git('log', '-1', '--format=%ct').trim());
    options = {
      showRemote: true,
      staleDays: 90,
      now: now + DAY,
      isHidden: (name) => name.startsWith('dependabot/'),
      isProtected: (name) => name === 'main',
    };
  });
  afterEach(() => repo.dispose());

  const work = (branch: string, digest: string): void => {
    repo.git('switch', '-q', '-c', branch, 'main');
    repo.dvcPointer('models/churn.pkl', { md5: digest.repeat(32), size: 10 });
    repo.commit(`work on ${branch}`);
  };
  /** Moves a branch to a remote that is only known by its refs. */
  const remote = (branch: string): void => {
    repo.git('update-ref', `refs/remotes/origin/${branch}`, branch);
    repo.git('switch', '-q', 'main');
    repo.git('branch', '-q', '-D', branch);
  };

  it('puts the current branch first, then the default one, local ones and those of remotes', async () => {
    repo.git('remote', 'add', 'origin', 'https://example.org/x.git');
    work('theirs', 'b');
    remote('theirs');
    work('Zeta', 'c');
    work('alpha', 'd');
    assert.deepEqual((await read()).shown, ['alpha', 'main', 'Zeta', 'origin/theirs']);
  });

  it('makes one row of a local branch and its upstream', async () => {
    repo.git('remote', 'add', 'origin', 'https://example.org/x.git');
    repo.git('update-ref', 'refs/remotes/origin/main', 'main');
    repo.git('config', 'branch.main.remote', 'origin');
    repo.git('config', 'branch.main.merge', 'refs/heads/main');
    repo.dvcPointer('models/churn.pkl', { md5: 'e'.repeat(32), size: 10 });
    repo.commit('ahead');
    const { rows, shown } = await read();
    assert.deepEqual(shown, ['main']);
    assert.equal(rows[0]?.facts?.ahead, 1);
    assert.equal(rows[0]?.upstream?.remote, 'origin');
  });

  it('folds what is merged, by a merge commit or squashed, and never shows hidden ones', async () => {
    work('merged', 'b');
    repo.git('switch', '-q', 'main');
    repo.git('merge', '-q', '--no-ff', '-m', 'merge', 'merged');
    work('squashed', 'c');
    repo.git('switch', '-q', 'main');
    repo.git('merge', '-q', '--squash', 'squashed');
    repo.commit('squash');
    work('dependabot/npm', 'd');
    work('open', 'e');
    repo.git('switch', '-q', 'main');
    const { shown, folded } = await read();
    assert.deepEqual(shown, ['main', 'open']);
    assert.deepEqual(folded, ['merged', 'squashed']);
  });

  it('calls merged what was merged at the remote before that is pulled, current or not', async () => {
    repo.git('remote', 'add', 'origin', 'https://example.org/x.git');
    work('squashed', 'b');
    work('mine', 'c');
    repo.git('switch', '-q', '--detach', 'main');
    repo.git('merge', '-q', '--squash', 'squashed');
    repo.commit('squash of theirs');
    repo.git('update-ref', 'refs/remotes/origin/main', 'HEAD');
    repo.git('switch', '-q', 'squashed');
    assert.deepEqual((await read()).described, ['squashed merged', 'main', 'mine']);
    repo.git('switch', '-q', 'mine');
    assert.deepEqual((await read()).folded, ['squashed']);
  });

  it('says of a branch that only the default one went on', async () => {
    repo.git('branch', 'docs');
    repo.git('switch', '-q', 'docs');
    repo.write('README.md', 'words');
    repo.commit('docs');
    repo.git('switch', '-q', 'main');
    assert.deepEqual((await read()).described, ['main', 'docs']);
    repo.dvcPointer('models/churn.pkl', { md5: 'e'.repeat(32), size: 10 });
    repo.commit('main goes on');
    assert.deepEqual((await read()).described, ['main', 'docs behind']);
  });

  it('puts the main of the project before other remote branches, and folds that of a fork which lags', async () => {
    for (const remote of ['origin', 'upstream']) {
      repo.git('remote', 'add', remote, `https://example.org/${remote}.git`);
      repo.git('update-ref', `refs/remotes/${remote}/main`, 'main');
    }
    repo.write('modelkeep.yaml', 'remote: upstream\n');
    work('theirs', 'b');
    repo.git('update-ref', 'refs/remotes/upstream/aaa', 'theirs');
    remote('theirs');
    repo.git('switch', '-q', '--detach', 'main');
    repo.dvcPointer('models/churn.pkl', { md5: 'f'.repeat(32), size: 10 });
    repo.commit('the project goes on');
    repo.git('update-ref', 'refs/remotes/upstream/main', 'HEAD');
    repo.git('config', 'branch.main.remote', 'upstream');
    repo.git('config', 'branch.main.merge', 'refs/heads/main');
    repo.git('switch', '-q', 'main');
    const shown = ['main', 'origin/theirs', 'upstream/aaa'];
    assert.deepEqual(await read().then(({ described }) => described), [...shown, 'origin/main']);
    repo.git('config', 'branch.main.remote', 'origin');
    assert.deepEqual((await read()).shown, ['main', 'upstream/main', 'origin/theirs', 'upstream/aaa']);
  });

  it('folds branches of remotes that are stale or change no model, and keeps local ones', async () => {
    repo.git('remote', 'add', 'origin', 'https://example.org/x.git');
    work('fresh', 'b');
    remote('fresh');
    repo.git('switch', '-q', '-c', 'docs', 'main');
    repo.write('README.md', 'words');
    repo.commit('docs');
    repo.git('update-ref', 'refs/remotes/origin/only-docs', 'docs');
    repo.git('switch', '-q', 'main');
    assert.deepEqual(await read().then(({ shown, folded }) => ({ shown, folded })), {
      shown: ['main', 'docs', 'origin/fresh'],
      folded: ['origin/only-docs'],
    });
    options = { ...options, now: options.now + 100 * DAY };
    assert.deepEqual((await read()).folded, ['origin/fresh', 'origin/only-docs']);
    options = { ...options, showRemote: false };
    assert.deepEqual((await read()).rows.map(rowName), ['main', 'docs']);
  });
});
