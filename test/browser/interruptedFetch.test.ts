import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { GitRepo, md5 } from '../fixtures/gitRepo.js';
import { stalledRemote } from '../fixtures/stalledRemote.js';
import type { StalledRemote } from '../fixtures/stalledRemote.js';
import type { OpenWindow } from './harness/index.js';
import { openWindow } from './harness/index.js';
import { Keyboard } from './harness/keyboard.js';
import { chosenThemes } from './harness/workbench.js';
import { eventually, eventuallyHas } from './waiting.js';

/** What a person sees of a fetch that ends in the middle of the answer, and that it can be done again after it. */
describe('Fetching missing objects, interrupted', function () {
  this.timeout(120_000);
  const MODELS = 150;
  let origin: GitRepo;
  let clone: GitRepo;
  let remote: StalledRemote;
  let window: OpenWindow;
  let keys: Keyboard;
  const text = async (): Promise<string> =>
    (await window.workbench.sideBar.innerText()).replaceAll('\u00a0', ' ').replaceAll(/\s+/g, ' ');
  const said = async (): Promise<string> => (await window.workbench.notifications()).join('\n');
  const begin = async (): Promise<void> => {
    await keys.command('Modelkeep: Fetch Missing Objects');
    await keys.onRow(`Fetch ${MODELS} objects from origin`);
    await keys.enter();
  };
  const stopHalfWay = async (): Promise<void> => {
    await window.workbench.runCommand('Notifications: Clear All Notifications');
    remote.stall(true);
    await begin();
    await eventually(() => assert.ok(remote.isStalled()));
    await eventuallyHas(said, `Fetching missing objects from origin: ${MODELS} objects, `);
  };
  /** The clone as it was: nothing of the answer counts, nothing is locked, nothing is damaged. */
  const assertUnharmed = (): void => {
    const here = clone.run(['cat-file', '--batch-check', '--batch-all-objects']).toString();
    assert.doesNotMatch(here, new RegExp(origin.git('rev-parse', 'experiment/many:models/m7.pkl.dvc')));
    const files = readdirSync(path.join(clone.dir, '.git'), { recursive: true, encoding: 'utf8' });
    assert.deepEqual(
      files.filter((file) => /\.(?:lock|keep)$/.test(file)),
      [],
    );
    clone.git('fsck', '--connectivity-only');
  };

  before(async () => {
    origin = GitRepo.create();
    origin.git('config', 'uploadpack.allowFilter', 'true');
    origin.dvcPointer('models/churn.pkl', { content: 'one', size: 48_000_000 }).commit('One');
    origin.git('switch', '-q', '-c', 'experiment/many');
    for (let at = 0; at < MODELS; at += 1) {
      // Long and like nothing else, so that the answer is long too.
      const description = randomBytes(1500).toString('base64');
      origin.write(
        `models/m${at}.pkl.dvc`,
        `desc: ${description}\nouts:\n- md5: ${md5(String(at))}\n  size: 48000000\n  hash: md5\n  path: m${at}.pkl\n`,
      );
    }
    origin.commit('Many');
    origin.git('switch', '-q', 'main');
    clone = origin.clone('--no-local', '--filter=blob:none');
    clone.git('branch', '-q', 'experiment/many', 'origin/experiment/many');
    remote = stalledRemote(clone);
    window = await openWindow({ folder: clone.dir, theme: 'dark', size: { width: 1100, height: 700 } });
    keys = new Keyboard(window.workbench);
    await window.workbench.openView();
    await eventuallyHas(text, 'Objects not local');
  });
  afterEach(async function () {
    if (this.currentTest?.state === 'failed') await window.workbench.screenshot('interrupted-failed');
  });
  after(async () => {
    remote.stall(false);
    await window?.close();
    remote.dispose();
    origin.dispose();
    clone.dispose();
  });

  it('by a click on Cancel leaves the clone as it was, and says so', async () => {
    for (const theme of chosenThemes('dark')) {
      await window.workbench.setTheme(theme);
      await stopHalfWay();
      await window.workbench.screenshot(`interrupted-1-half-way-${theme}`);
      await window.workbench.page
        .locator('.notifications-toasts .notification-list-item')
        .filter({ hasText: 'Fetching missing objects' })
        .hover();
      await window.workbench.answerNotification('Cancel');
      await eventuallyHas(said, 'Fetching was cancelled; run the command again for the rest');
      await eventually(async () => assert.doesNotMatch(await said(), /Fetching missing objects|Could not/));
      await window.workbench.screenshot(`interrupted-2-cancelled-${theme}`);
    }
    assertUnharmed();
    await eventuallyHas(text, 'Objects not local');
  });

  it('by a Git that is killed says what happened, although the remote still holds the line', async () => {
    await stopHalfWay();
    remote.killGit();
    await eventuallyHas(
      said,
      'Could not fetch the missing objects: Git was ended by SIGKILL before it was done.',
      'Nothing is broken; try again.',
    );
    await eventually(async () => assert.doesNotMatch(await said(), /Fetching missing objects/));
    await window.workbench.screenshot('interrupted-3-killed');
    assertUnharmed();
    await eventuallyHas(text, 'Objects not local');
  });

  it('is done again, and shows the models', async () => {
    remote.stall(false);
    await begin();
    await eventuallyHas(said, `Fetched ${MODELS} objects from origin`);
    await eventually(async () => assert.doesNotMatch(await text(), /not local/));
    clone.git('fsck');
  });
});
