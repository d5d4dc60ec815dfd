import assert from 'node:assert/strict';
import { GitRepo } from '../fixtures/gitRepo.js';
import { openWindow } from './harness/index.js';
import type { OpenWindow } from './harness/index.js';
import { Keyboard } from './harness/keyboard.js';
import { eventually, eventuallyHas } from './waiting.js';

/** Where a branch is made before there is anything to make it of, and by a team's own pattern. */
describe('The first branches of a repository', function () {
  this.timeout(120_000);
  let repo: GitRepo;
  let window: OpenWindow;
  let keys: Keyboard;
  const onBranch = (name: string): Promise<void> =>
    eventually(() => assert.equal(repo.git('symbolic-ref', '--short', 'HEAD'), name));
  const says = (...texts: string[]): Promise<void> =>
    eventuallyHas(() => window.workbench.quickInputMessage(), ...texts);

  before(async () => {
    repo = GitRepo.create();
    window = await openWindow({ folder: repo.dir, theme: 'dark', size: { width: 1100, height: 700 } });
    keys = new Keyboard(window.workbench);
    await window.workbench.openView();
    await window.workbench.sideBar.getByText('no commit yet').first().waitFor();
  });
  afterEach(async function () {
    if (this.currentTest?.state === 'failed') await window.workbench.screenshot('first-branch-failed');
  });
  after(async () => {
    await window?.close();
    repo.dispose();
  });

  it('is of a kind that needs no model while there is none, nor a commit', async () => {
    await keys.command('Modelkeep: Create Experiment Branch');
    await keys.step('(1/2)');
    await keys.type('first steps');
    await says('Creates bugfix/first-steps');
    await window.workbench.screenshot('first-branch-1-unborn');
    await keys.enter();
    await keys.step('(2/2)');
    await keys.onRow('Create bugfix/first-steps and switch to it');
    const rows = (await window.workbench.quickInputRows()).join('\n');
    assert.match(rows, /without a commit yet/);
    assert.doesNotMatch(rows, /from main/i);
    await window.workbench.screenshot('first-branch-2-preview');
    await keys.enter();
    await onBranch('bugfix/first-steps');
  });

  it('starts from a commit that is checked out without a branch', async () => {
    repo.dvcPointer('models/churn.pkl', { content: 'one' }).commit('First');
    const commit = repo.head();
    repo.git('switch', '--quiet', '--detach');
    await window.workbench.treeRow('churn').waitFor();
    await keys.command('Modelkeep: Create Experiment Branch');
    await keys.step('(1/2)');
    await keys.type('train/test split');
    await says('Creates bugfix/train-test-split');
    await keys.enter();
    await keys.step('(2/2)');
    await keys.onRow('Create bugfix/train-test-split and switch to it');
    await keys.enter();
    await onBranch('bugfix/train-test-split');
    assert.equal(repo.head(), commit);
  });

  it('is named by a pattern with a user, a day, an issue and a number', async () => {
    repo
      .write(
        'modelkeep.yaml',
        'branches:\n  conventions:\n    - { name: task, pattern: "{user}/{date}/{issue}-{slug}_{n}" }\n',
      )
      .commit('Conventions');
    const now = new Date();
    const two = (value: number): string => String(value).padStart(2, '0');
    const day = `${String(now.getFullYear())}-${two(now.getMonth() + 1)}-${two(now.getDate())}`;
    const user = repo
      .git('config', 'user.name')
      .toLowerCase()
      .replaceAll(/[^a-z0-9]+/g, '-');
    await window.workbench.settled();
    await keys.command('Modelkeep: Create Experiment Branch');
    await keys.step('(1/2)');
    await keys.type('retry');
    await says('The convention needs {issue}');
    await window.workbench.screenshot('first-branch-3-issue');
    await keys.replace('ABC-12 retry uploads');
    await says(`Creates ${user}/${day}/ABC-12-retry-uploads_1`);
    await keys.enter();
    await keys.step('(2/2)');
    await keys.onRow(`Create ${user}/${day}/ABC-12-retry-uploads_1 and switch to it`);
    await keys.enter();
    await onBranch(`${user}/${day}/ABC-12-retry-uploads_1`);
    await keys.command('Modelkeep: Create Experiment Branch');
    await keys.step('(1/2)');
    await keys.type('ABC-12 retry uploads');
    await says(`Creates ${user}/${day}/ABC-12-retry-uploads_2`);
    await keys.press('Escape');
  });
});
