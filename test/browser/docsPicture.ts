/**
 * Takes the picture of the compare page in the documentation (docs/images/compare.png) from the demo workspace: an
 * experiment beside where it began, with the curves of both runs. Build first, then
 * `npx tsx test/browser/docsPicture.ts`, and look at it.
 */
import { copyFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { makeDemo } from '../../scripts/dev/demo.mjs';
import { root } from '../../scripts/dev/paths.mjs';
import { openWindow } from './harness/index.js';

const EXPERIMENT = 'experiment/fraud-detector_focal-loss';

async function takePicture(): Promise<void> {
  const home = await mkdtemp(path.join(tmpdir(), 'modelkeep-docs-'));
  try {
    const folder = path.join(home, 'fraud-service');
    await makeDemo(folder);
    const window = await openWindow({ folder, theme: 'light', size: { width: 1330, height: 880 } });
    try {
      const { workbench } = window;
      await workbench.openView();
      await workbench.treeRow(EXPERIMENT).waitFor({ timeout: 30_000 });
      await workbench.settled();
      await workbench.chooseFromMenu(EXPERIMENT, 'Review Changes');
      await workbench.quickInputRow('fraud-detector').click();
      const page = workbench.webview();
      await page.getByRole('img', { name: /^train\.loss over the steps/ }).waitFor({ timeout: 30_000 });
      // Below the rows, so that none is left selected and shows its actions in place of its text.
      await workbench.sideBar.click({ position: { x: 150, y: 600 } });
      await copyFile(
        await workbench.screenshot('docs-compare'),
        path.join(root, 'docs', 'images', 'compare.png'),
      );
    } finally {
      await window.close();
    }
  } finally {
    await rm(home, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  }
}

void takePicture();
