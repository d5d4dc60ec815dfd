import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { makeDemo } from '../../scripts/dev/demo.mjs';
import { openWindow } from './harness/index.js';
import type { OpenWindow } from './harness/index.js';
import { eventually, eventuallyHas } from './waiting.js';

const run = promisify(execFile);

/** A team's repository kept in order by clicks: names, merged branches, stages, and what is no model. */
describe('Keeping branches and stages in order', function () {
  this.timeout(120_000);
  let home: string;
  let folder: string;
  let window: OpenWindow;
  const git = async (...args: string[]): Promise<string> =>
    (await run('git', args, { cwd: folder })).stdout.trim();
  const rows = async (): Promise<string> =>
    (await window.workbench.treeRows())
      .map(({ level, label, description }) => `${String(level)} ${label}: ${description}`)
      .join('\n');
  const title = (text: string): Promise<void> =>
    eventuallyHas(async () => window.workbench.quickInputTitle(), text);
  const offered = (...texts: string[]): Promise<void> =>
    eventuallyHas(async () => (await window.workbench.quickInputRows()).join('\n'), ...texts);

  before(async () => {
    home = await mkdtemp(path.join(tmpdir(), 'modelkeep-upkeep-'));
    folder = path.join(home, 'fraud-service');
    await makeDemo(folder);
    await writeFile(path.join(folder, '.gto'), 'stages: [dev, staging, prod, archive]\n');
    const tip = await git('rev-parse', 'main');
    const experiment = await git('rev-parse', 'experiment/fraud-detector_focal-loss');
    await git('update-ref', `refs/exps/${tip.slice(0, 2)}/${tip.slice(2)}/tidy-elk`, experiment);
    await git('update-ref', 'refs/exps/stash', experiment);
    window = await openWindow({ folder, theme: 'light', size: { width: 1280, height: 900 } });
    await window.workbench.openView();
  });
  after(async () => {
    await window.close();
    await rm(home, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  });

  it('marks an own branch whose name breaks the rules, and offers the repaired one', async () => {
    const { workbench } = window;
    await eventuallyHas(rows, '1 Priya-test2:', 'not by the convention');
    await workbench.settled();
    await workbench.screenshot('upkeep-1-misnamed');
    await workbench.chooseFromMenu('Priya-test2', 'Rename Branch');
    await title('Rename Branch');
    await workbench.screenshot('upkeep-2-rename');
    await workbench.type('experiment/fraud-detector_priya-test', { accept: true });
    await eventuallyHas(rows, '1 experiment/fraud-detector_priya-test:');
  });

  it('deletes merged branches, squashed ones too, and no others', async () => {
    const { workbench } = window;
    const before = await git('for-each-ref', 'refs/heads');
    await workbench.runCommand('Modelkeep: Delete Merged Branches…');
    await offered('experiment/merchant-risk_calibrated, squashed into');
    await workbench.screenshot('upkeep-3-merged');
    await workbench.press('Enter');
    await eventually(async () => assert.notEqual(await git('for-each-ref', 'refs/heads'), before));
    assert.doesNotMatch(await git('for-each-ref', 'refs/heads'), /merchant-risk_calibrated/);
  });

  it('shows what a branch changes in models and code', async () => {
    const { workbench } = window;
    await workbench.chooseFromMenu('experiment/fraud-detector_focal-loss', 'Review Changes');
    await offered('fraud-detector', 'code and pointers');
    await workbench.screenshot('upkeep-4-review');
    await workbench.type('code and pointers', { accept: true });
    await workbench.page.locator('.tab').filter({ hasText: 'focal-loss changes' }).waitFor();
    await workbench.screenshot('upkeep-5-files');
  });

  it('lists DVC experiments in a group of their own, without the stash of DVC', async () => {
    const { workbench } = window;
    await eventuallyHas(rows, '1 DVC experiments: 1');
    await workbench.expand('DVC experiments');
    await workbench.expand('tidy-elk');
    await eventuallyHas(rows, '2 tidy-elk:', '3 fraud-detector: ');
    await workbench.screenshot('upkeep-8-experiments');
  });
});
