import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { GitRepo } from '../fixtures/gitRepo.js';
import type { DvcEntry, GtoShow, LfsList, OurList, OurShow } from './catalogAnswers.js';
import { dvcTracked, gtoRegistry, lfsTracked, ourRegistry, ourTracked } from './catalogAnswers.js';
import { makeWithRealTools } from './catalogRepository.js';
import { modelkeepJson } from './cli.js';
import { describeWith, findTool, runJson } from './tools.js';

describeWith('dvc', 'a repository made by the real dvc, git lfs and gto', (dvc) => {
  describeWith('git-lfs', 'answers the same', (gitLfs) => {
    describeWith('gto', 'branch by branch', (gto) => compare({ dvc, gto, gitLfs }));
  });
});

function compare(programs: { readonly dvc: string; readonly gto: string; readonly gitLfs: string }): void {
  let repo: GitRepo;
  let branches: readonly string[];
  let ours: OurList;
  let show: OurShow;
  let dvc: Readonly<Record<string, readonly DvcEntry[]>>;
  let lfs: ReadonlyMap<string, LfsList>;
  let gto: GtoShow;

  before(function () {
    this.timeout(300_000);
    const made = makeWithRealTools(programs);
    repo = made.repo;
    const where = { cwd: repo.dir, env: made.env };
    branches = repo.git('for-each-ref', '--format=%(refname:short)', 'refs/heads').split('\n');
    ours = modelkeepJson(['list', '--all', '--tracked'], where) as OurList;
    show = modelkeepJson(['show'], where) as OurShow;
    const driver = fileURLToPath(new URL('dvcDriver.py', import.meta.url));
    const request = JSON.stringify({ repository: repo.dir, revisions: branches });
    dvc = runJson(findTool('python') ?? 'python', [driver], { ...where, input: request }) as typeof dvc;
    lfs = new Map(
      branches.map((branch) => {
        const text = execFileSync('git', ['lfs', 'ls-files', '--json', branch], {
          ...where,
          encoding: 'utf8',
        });
        return [branch, JSON.parse(text) as LfsList];
      }),
    );
    gto = runJson(programs.gto, ['show', '--json'], where) as GtoShow;
  });
  after(() => repo.dispose());

  const models = (list: OurList, branch: string): OurList['branches'][number]['models'] =>
    list.branches.find(({ name }) => name === branch)?.models ?? [];

  it('lists every branch', () => {
    assert.deepEqual(
      ours.branches.map(({ name }) => name),
      ['bugfix/unfinished', 'experiment/churn_rate', 'feature/tidy', 'main'],
    );
  });

  it('has on each branch the outputs of dvc ls, with digest and size', () => {
    for (const branch of branches) {
      const expected = dvcTracked(dvc[branch] ?? []);
      assert.ok(expected.length >= 6, branch);
      assert.deepEqual(ourTracked(models(ours, branch), 'dvc'), expected, branch);
    }
  });

  it('has on each branch the files of git lfs ls-files, with oid and size', () => {
    for (const branch of branches) {
      const expected = lfsTracked(lfs.get(branch) ?? { files: null });
      assert.ok(expected.length >= 2, branch);
      assert.deepEqual(ourTracked(models(ours, branch), 'lfs'), expected, branch);
    }
  });

  it('has the versions and stages of gto show', () => {
    assert.ok(Object.keys(gto).length >= 2);
    assert.deepEqual(ourRegistry(show), gtoRegistry(gto));
  });

  it('would notice one changed field of ours', () => {
    const [first] = ourTracked(models(ours, 'main'), 'dvc');
    for (const change of [
      { path: 'elsewhere.pkl' },
      { digest: { algorithm: 'md5', value: '0'.repeat(32) } },
      { digest: null },
      { size: 1 },
      { tracking: 'git' },
    ]) {
      for (const tracking of ['dvc', 'lfs'] as const) {
        const [target, ...rest] = models(ours, 'main').filter((model) => model.tracking === tracking);
        assert.ok(target && first);
        const changed = ourTracked([{ ...target, ...change }, ...rest], tracking);
        const theirs =
          tracking === 'dvc' ? dvcTracked(dvc.main ?? []) : lfsTracked(lfs.get('main') ?? { files: null });
        assert.notDeepEqual(changed, theirs, JSON.stringify(change));
      }
    }
  });

  it('would notice one changed field of the registry', () => {
    const [target, ...rest] = show.models
      .filter(({ name }) => name === 'churn')
      .concat(show.models.filter(({ name }) => name !== 'churn'));
    assert.ok(target);
    for (const change of [
      { name: 'other' },
      { latest: 'v9.9.9' },
      { active: false },
      { stages: {} },
      { stages: { ...target.stages, prod: ['v1.0.0'] } },
    ]) {
      assert.notDeepEqual(
        ourRegistry({ models: [{ ...target, ...change }, ...rest] }),
        gtoRegistry(gto),
        JSON.stringify(change),
      );
    }
  });
}
