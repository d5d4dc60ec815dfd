import assert from 'node:assert/strict';
import { GitRepo } from '../fixtures/gitRepo.js';
import type { OpenWindow } from './harness/index.js';
import { openWindow, PICTURES } from './harness/index.js';
import { Keyboard } from './harness/keyboard.js';
import { eventually, eventuallyHas } from './waiting.js';

/** A clone that left files behind: what the view says of it, and the way to fetch what it lacks. */
describe('A partial clone', function () {
  this.timeout(120_000);
  let origin: GitRepo;
  let clone: GitRepo;
  let window: OpenWindow;
  let keys: Keyboard;
  const text = async (): Promise<string> =>
    (await window.workbench.sideBar.innerText()).replaceAll('\u00a0', ' ').replaceAll(/\s+/g, ' ');
  const pictures = (name: string): Promise<void> => window.workbench.pictures(`partial-clone-${name}`);
  const isHere = (spec: string): boolean =>
    clone
      .run(['cat-file', '--batch-check', '--batch-all-objects'])
      .toString()
      .includes(origin.git('rev-parse', spec));

  before(async () => {
    origin = GitRepo.create();
    origin.git('config', 'uploadpack.allowFilter', 'true');
    origin.dvcPointer('models/churn.pkl', { content: 'one', size: 48_000_000 });
    origin.write('models/segments.pt', 'bytes of a model').commit('One');
    origin.registerVersion('churn', 'v1.0.0');
    origin.git('switch', '-q', '-c', 'experiment/churn_lr');
    origin.dvcPointer('models/churn.pkl', { content: 'two', size: 52_000_000 });
    origin.write('models/segments.pt', 'other bytes of a model').commit('Two');
    origin.git('switch', '-q', '-c', 'bugfix/drop', 'main');
    origin.remove('models/churn.pkl.dvc').commit('No churn');
    origin.git('switch', '-q', 'main');
    clone = origin.clone('--no-local', '--filter=blob:none');
    for (const branch of ['bugfix/drop', 'experiment/churn_lr'])
      clone.git('branch', '-q', branch, `origin/${branch}`);
    window = await openWindow({ folder: clone.dir, theme: 'dark', size: { width: 1100, height: 700 } });
    keys = new Keyboard(window.workbench);
    await window.workbench.openView();
  });
  afterEach(async function () {
    if (this.currentTest?.state === 'failed') await window.workbench.screenshot('partial-clone-failed');
  });
  after(async () => {
    await window?.close();
    origin.dispose();
    clone.dispose();
  });

  it('says that objects are not local, and fetches nothing for it', async () => {
    await eventuallyHas(text, 'Objects not local', 'churnv1.0.0');
    await window.workbench.expand('experiment/churn_lr');
    await eventuallyHas(text, '2 problems');
    // What is known is said, what is not is not guessed.
    assert.match(await text(), /bugfix\/drop1 model changed/);
    assert.doesNotMatch(await text(), /No models on this branch|experiment\/churn_lr[^ ]/);
    assert.equal(isHere('experiment/churn_lr:models/churn.pkl.dvc'), false);
    await pictures('1-row');
  });

  it('says what it would fetch, from where and how, before it does', async () => {
    await window.workbench.treeRow('Objects not local').click();
    await keys.onRow('Fetch 1 object from origin');
    const rows = (await window.workbench.quickInputRows()).join('\n');
    for (const part of [
      '1 file that says what is tracked',
      'git -c fetch.negotiationAlgorithm=noop fetch --no-tags',
      'No bytes of a model are fetched',
      'Left out, for they may be large',
      'models/segments.pt',
    ])
      assert.ok(rows.includes(part), `${rows} lacks ${part}`);
    await window.workbench.screenshot('partial-clone-2-preview');
    await keys.press('Escape');
    assert.equal(isHere('experiment/churn_lr:models/churn.pkl.dvc'), false);
  });

  it('says why nothing came where the remote is away', async () => {
    const url = clone.git('config', 'remote.origin.url');
    clone.git('config', 'remote.origin.url', `${url}-away`);
    await keys.command('Modelkeep: Fetch Missing Objects');
    await keys.onRow('Fetch 1 object from origin');
    await keys.enter();
    await eventually(async () =>
      assert.match(
        (await window.workbench.notifications()).join('\n'),
        /Could not fetch the missing objects: .*does not appear/,
      ),
    );
    await window.workbench.screenshot('partial-clone-3-away');
    clone.git('config', 'remote.origin.url', url);
  });

  it('fetches it, without the bytes of models, and shows the models', async () => {
    await window.workbench.settled();
    await window.workbench.treeRow('2 problems').hover();
    await window.workbench.treeRow('2 problems').locator('[aria-label^="Fetch Missing Objects"]').click();
    await keys.onRow('Fetch 1 object from origin');
    await keys.enter();
    await eventuallyHas(text, 'churnunregistered', 'experiment/churn_lr churn');
    await eventually(async () =>
      assert.match(
        (await window.workbench.notifications()).join('\n'),
        /Fetched 1 object from origin\. Left out, for they may be large: models\/segments\.pt/,
      ),
    );
    await pictures('4-fetched');
    assert.equal(isHere('experiment/churn_lr:models/churn.pkl.dvc'), true);
    assert.equal(isHere('experiment/churn_lr:models/segments.pt'), false);
  });

  it('does not offer to fetch what is left out, and says that it is', async () => {
    await eventuallyHas(text, 'Large files not localmodels/segments.pt', '1 problem');
    assert.doesNotMatch(await text(), /Objects not local/);
    await window.workbench.expand('1 problem');
    await eventuallyHas(text, 'models/segments.ptNot fetched, for it may be large');
    for (const row of ['1 problem', 'models/segments.pt', 'Large files not local']) {
      await window.workbench.treeRow(row).hover();
      const fetches = window.workbench.treeRow(row).locator('[aria-label^="Fetch Missing Objects"]');
      assert.equal(await fetches.count(), 0, row);
    }
    await pictures('5-left-out');
    await window.workbench.treeRow('Large files not local').hover();
    await window.workbench.page.getByText('named like models and may be large').waitFor();
    await window.workbench.page.screenshot({ path: `${PICTURES}/partial-clone-6-left-out-tooltip.png` });
  });
});
