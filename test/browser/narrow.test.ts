import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { GitRepo } from '../fixtures/gitRepo.js';
import { writeMonorepo } from '../fixtures/shapes/index.js';
import type { OpenWindow } from './harness/index.js';
import { openWindow } from './harness/index.js';
import { eventually } from './waiting.js';

const LONG = 'customer-lifetime-value-regression-for-european-markets';

/** The side bar as wide as VS Code makes it: what matters of a row is in sight, the rest in its tooltip and its name. */
describe('Rows in a side bar of the usual width', function () {
  this.timeout(180_000);
  let home: string;
  let window: OpenWindow;

  /** Whether a text of a row's description lies inside the side bar. */
  const inSight = (label: string, text: string): Promise<boolean> =>
    window.workbench.treeRow(label).evaluate((row, wanted) => {
      const description = row.querySelector('.label-description');
      const node = description?.firstChild;
      const at = node?.textContent?.indexOf(wanted) ?? -1;
      if (!node || at < 0) return false;
      const range = document.createRange();
      range.setStart(node, at);
      range.setEnd(node, at + wanted.length);
      const clip = row.querySelector('.monaco-icon-label')?.getBoundingClientRect();
      return clip !== undefined && range.getBoundingClientRect().right <= clip.right;
    }, text);
  const nameOf = async (label: string): Promise<string> =>
    (await window.workbench.treeRow(label).getAttribute('aria-label')) ?? '';
  const pictures = (name: string): Promise<void> => window.workbench.pictures(`narrow-${name}`);

  const groupBy = (what: 'Model' | 'Branch'): Promise<void> =>
    window.workbench.sideBar.locator(`.action-label[aria-label*="Group by ${what}"]`).first().click();

  before(async () => {
    home = await mkdtemp(path.join(tmpdir(), 'modelkeep-narrow-'));
    window = await openWindow({ theme: 'light', size: { width: 1300, height: 640 } });
  });
  after(async () => {
    await window?.close();
    await rm(home, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  });

  it('show version and stage of a service’s model, and its whole name to a screen reader', async () => {
    const folder = path.join(home, 'decisions');
    await writeMonorepo(folder, Math.floor(Date.now() / 1000));
    await window.openFolder(folder);
    await window.workbench.openView();
    await window.workbench.treeRow('fraud:scorer').waitFor();
    for (const service of ['churn:model', 'fraud:scorer', 'pricing:model'])
      assert.ok(await inSight(service, 'prod'), service);
    assert.match(await nameOf('fraud:scorer'), /^services\/fraud:scorer · v1\.2\.0 · prod · 192 MB · DVC/);
    const width = (await window.workbench.sideBar.boundingBox())?.width ?? 0;
    assert.ok(width <= 300, `the side bar is ${String(width)} wide`);
    await pictures('monorepo');
    await groupBy('Model');
    await window.workbench.treeRow('main').waitFor({ state: 'hidden' });
    await eventually(async () =>
      assert.match(await nameOf('fraud:scorer'), /^services\/fraud:scorer · v1\.2\.0/),
    );
    await pictures('monorepo-by-model');
    await groupBy('Branch');
  });

  it('show the version of a model with a long name', async () => {
    const repo = GitRepo.create();
    try {
      for (const name of [LONG, 'churn', `models/nested/${LONG}-2`])
        repo.dvcPointer(`${name}.pkl`, { content: name, size: 48_000_000 });
      repo.commit('First');
      for (const name of [LONG, 'churn', `${LONG}-2`]) repo.registerVersion(name, 'v1.0.0');
      repo.assignStage(LONG, 'prod');
      repo.dvcPointer('churn.pkl', { content: 'again', size: 48_000_000 }).commit('Churn again');
      await window.openFolder(repo.dir);
      await window.workbench.openView();
      await window.workbench.treeRow('customer-lif…n-markets').waitFor();
      assert.ok(await inSight('customer-lif…n-markets', 'v1.0.0'));
      assert.ok(await inSight('customer-lif…markets-2', 'v1.0.0'));
      assert.ok(await inSight('churn', 'unregistered, after v1.0.0'));
      await eventually(async () =>
        assert.match(await nameOf('customer-lif…n-markets'), new RegExp(`^${LONG} · v1\\.0\\.0 · prod`)),
      );
      await pictures('long');
    } finally {
      repo.dispose();
    }
  });
});
