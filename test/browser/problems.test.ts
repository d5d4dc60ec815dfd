import assert from 'node:assert/strict';
import { GitRepo } from '../fixtures/gitRepo.js';
import { dvcFile } from '../fixtures/pointers.js';
import type { OpenWindow } from './harness/index.js';
import { openWindow } from './harness/index.js';
import { eventually, eventuallyHas } from './waiting.js';

/** What is wrong in the working copy, in the Problems view: at its line, saved or not, and gone once it is right. */
describe('Broken files in the Problems view', function () {
  this.timeout(120_000);
  const POINTER = 'models/churn.pkl.dvc';
  const good = dvcFile('models/churn.pkl', { content: 'first', size: 48_000_000 });
  let repo: GitRepo;
  let window: OpenWindow | undefined;

  const open = async (): Promise<OpenWindow> => {
    window = await openWindow({ folder: repo.dir, theme: 'light', size: { width: 1200, height: 760 } });
    await window.workbench.openView();
    await eventually(async () => assert.notDeepEqual(await window?.workbench.treeRows(), []));
    await window.workbench.runCommand('Problems: Focus on Problems View');
    return window;
  };
  const problems = async (): Promise<string> =>
    (await window?.workbench.page.locator('.part.panel').innerText())?.replaceAll('\u00a0', ' ') ?? '';
  const none = (): Promise<void> => eventuallyHas(problems, 'No problems have been detected');

  beforeEach(() => {
    repo = GitRepo.create();
    repo.write(POINTER, good);
    repo.commit('a model');
  });
  afterEach(async () => {
    await window?.close();
    window = undefined;
    repo.dispose();
  });

  it('of the commit: named with file and line, gone once the file is right, there again where it is not', async () => {
    repo.write(POINTER, good.replace('  path: churn.pkl', '\tpath: churn.pkl'));
    repo.write('dvc.yaml', 'stages:\n  train:\n    cmd: python train.py\n    outs: 3\n');
    repo.write('models/next.pkl.dvc', 'outs:\n- path: next.pkl\n');
    repo.commit('broken');
    const { workbench } = await open();
    await eventuallyHas(problems, 'churn.pkl.dvc', 'Ln 5', 'dvc.yaml', 'Ln 4');
    const next = (await workbench.treeRows()).find(({ label }) => label === 'next');
    assert.equal(next?.description, 'digest unknown · DVC');
    await workbench.screenshot('problems-1-commit');
    repo.write(POINTER, good);
    await eventually(async () => assert.doesNotMatch(await problems(), /churn\.pkl\.dvc/));
    assert.match(await problems(), /dvc\.yaml/);
    repo.remove('dvc.yaml');
    await none();
    repo.write('dvc.yaml', 'stages: []\n');
    await eventuallyHas(problems, 'dvc.yaml', 'Ln 1');
  });

  it('of a file of variables: at its own line, gone once that is right', async () => {
    repo.write('dvc.yaml', 'vars:\n- conf/my[1].toml\nstages: {train: {cmd: "train ${lr}"}}\n');
    repo.write('params.yaml', 'a: 1\nlr: [0.1\n\nb: 2\n').write('conf/my[1].toml', 'x = 1\n\n\n\ny = \n');
    repo.commit('broken');
    const { workbench } = await open();
    await eventuallyHas(problems, 'params.yaml', 'Ln 4', 'my[1].toml', 'Ln 5');
    await workbench.screenshot('problems-4-variables');
    repo.write('conf/my[1].toml', 'x = 1\ny = 2\n');
    await eventually(async () => assert.doesNotMatch(await problems(), /my\[1\]/));
    repo.write('params.yaml', 'a: 1\nlr: 0.1\nb: 2\n');
    await eventually(async () => assert.doesNotMatch(await problems(), /params\.yaml/));
    repo.write('params.yaml', 'a: 1\na: {\n');
    await eventuallyHas(problems, 'params.yaml', 'Ln 3');
  });

  it('of a merge that stopped: the conflict at its line, until it is over', async () => {
    repo.switch('experiment/churn_x');
    repo.write(POINTER, dvcFile('models/churn.pkl', { content: 'theirs', size: 49_000_000 }));
    repo.commit('theirs');
    repo.switch('main');
    repo.write(POINTER, dvcFile('models/churn.pkl', { content: 'ours', size: 47_000_000 }));
    repo.commit('ours');
    assert.throws(() => repo.merge('experiment/churn_x'));
    const { workbench } = await open();
    await eventuallyHas(problems, 'churn.pkl.dvc', 'conflict', 'Ln 2');
    await workbench.screenshot('problems-2-conflict');
    repo.git('merge', '--abort');
    await none();
  });

  it('of an editor: told while it is typed, before it is saved', async () => {
    const { workbench } = await open();
    await none();
    await workbench.page.keyboard.press('ControlOrMeta+p');
    await workbench.type(POINTER);
    await workbench.quickInputRow('churn.pkl.dvc').click();
    await workbench.page.locator('.monaco-editor .view-line').first().click();
    await workbench.press('ControlOrMeta+Home');
    await workbench.page.keyboard.type('<<<<<<< ours\n');
    await eventuallyHas(problems, 'churn.pkl.dvc', 'Ln 1');
    await workbench.screenshot('problems-3-typed');
    await eventually(async () => {
      await workbench.press('ControlOrMeta+z');
      assert.match(await problems(), /No problems have been detected/);
    });
  });
});
