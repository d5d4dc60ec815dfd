import assert from 'node:assert/strict';
import { assertAccessible } from './comparePage/accessible.js';
import { compareFirst, demoWindow } from './comparePage/demo.js';
import { THEMES } from './harness/index.js';
import type { OpenWindow, Theme } from './harness/index.js';
import { eventually } from './waiting.js';

/** The compare page where it lives: opened from the palette, in every theme, by keyboard, over a reload. */
describe('Comparing versions in the editor', function () {
  this.timeout(180_000);
  const openedWindow = demoWindow();
  let window: OpenWindow;

  before(() => {
    window = openedWindow();
  });

  const heads = async (): Promise<string[]> =>
    window.workbench.webview().locator('thead .name').allInnerTexts();

  it('opens from the palette with what one would compare first', async () => {
    const { workbench } = window;
    await compareFirst(window);
    await workbench.webview().getByRole('grid').waitFor({ timeout: 30_000 });
    assert.deepEqual((await heads()).slice(0, 2).sort(), ['v2.0.0', 'v2.1.0']);
    const metrics = workbench.webview().getByRole('row').filter({ hasText: 'auc' }).first();
    assert.match(await metrics.innerText(), /0\.95/);
  });

  for (const theme of Object.keys(THEMES) as Theme[]) {
    it(`is accessible in the theme ${THEMES[theme].title}`, async () => {
      await window.workbench.setTheme(theme);
      const frame = await window.workbench.webviewFrame('table');
      await window.workbench.screenshot(`compare-${theme}`);
      await assertAccessible(frame);
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
