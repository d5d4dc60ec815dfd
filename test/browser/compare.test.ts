import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { makeDemo } from '../../scripts/dev/demo.mjs';
import { openWindow, THEMES } from './harness/index.js';
import type { OpenWindow, Theme } from './harness/index.js';
import { eventually } from './waiting.js';

interface AxeResult {
  readonly violations: readonly {
    readonly id: string;
    readonly nodes: readonly { readonly html: string }[];
  }[];
}

/** The compare page where it lives: opened from the palette, in every theme, by keyboard, over a reload. */
describe('Comparing versions in the editor', function () {
  this.timeout(180_000);
  let home: string;
  let window: OpenWindow;
  let axe: string;

  before(async () => {
    axe = await readFile(createRequire(__filename).resolve('axe-core/axe.min.js'), 'utf8');
    home = await mkdtemp(path.join(tmpdir(), 'modelkeep-compare-'));
    const folder = path.join(home, 'fraud-service');
    await makeDemo(folder);
    window = await openWindow({ folder, theme: 'dark', size: { width: 1400, height: 860 } });
  });
  after(async () => {
    await window?.close();
    await rm(home, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  });

  const heads = async (): Promise<string[]> =>
    window.workbench.webview().locator('thead .name').allInnerTexts();

  it('opens from the palette with what one would compare first', async () => {
    const { workbench } = window;
    await workbench.openView();
    await workbench.runCommand('Modelkeep: Compare Versions');
    await workbench.quickInputRow('fraud-detector').click();
    await eventually(async () => assert.match((await workbench.quickInputRows()).join('\n'), /v2\.0\.0/));
    await workbench.press('Enter');
    await workbench.webview().getByRole('grid').waitFor({ timeout: 30_000 });
    assert.deepEqual((await heads()).slice(0, 2).sort(), ['v2.0.0', 'v2.1.0']);
    const metrics = workbench.webview().getByRole('row').filter({ hasText: 'auc' }).first();
    assert.match(await metrics.innerText(), /0\.95/);
  });

  for (const theme of Object.keys(THEMES) as Theme[]) {
    it(`is accessible in the theme ${THEMES[theme]}`, async () => {
      await window.workbench.setTheme(theme);
      const frame = await window.workbench.webviewFrame('table');
      await window.workbench.screenshot(`compare-${theme}`);
      await frame.evaluate(axe);
      const { violations } = await frame.evaluate(() =>
        (globalThis as unknown as { axe: { run(): Promise<AxeResult> } }).axe.run(),
      );
      assert.deepEqual(
        violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html ?? ''}`),
        [],
      );
    });
  }

  it('is used by keyboard: a cell, its detail, another baseline', async () => {
    const page = window.workbench.webview();
    await page.getByRole('grid').focus();
    await window.workbench.press('Control+Home');
    for (const key of ['ArrowRight', 'ArrowRight', 'b']) await window.workbench.press(key);
    const second = (await heads())[1] ?? '';
    await eventually(async () =>
      assert.match(await page.locator('thead th.baseline').innerText(), new RegExp(second)),
    );
    await window.workbench.press('ArrowDown');
    await window.workbench.press('ArrowDown');
    await page.locator('.detail').getByText('digest').waitFor();
  });

  it('copies a table for a pull request', async () => {
    const page = window.workbench.webview();
    await page.getByText('Copy as Markdown').click();
    await page.getByText('Copied as Markdown').waitFor();
  });

  it('is there again after the window is reloaded, with its baseline', async () => {
    const before = await heads();
    const baseline = await window.workbench.webview().locator('thead th.baseline .name').innerText();
    const loaded = window.workbench.page.waitForEvent('load', { timeout: 60_000 });
    await window.workbench.runCommand('Developer: Reload Window');
    await loaded;
    await window.workbench.ready();
    await window.workbench.webview().getByRole('grid').waitFor({ timeout: 60_000 });
    assert.deepEqual(await heads(), before);
    assert.equal(await window.workbench.webview().locator('thead th.baseline .name').innerText(), baseline);
  });
});
