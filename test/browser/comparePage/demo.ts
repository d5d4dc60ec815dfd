import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { makeDemo } from '../../../scripts/dev/demo.mjs';
import { openWindow } from '../harness/index.js';
import type { OpenWindow } from '../harness/index.js';
import { eventually } from '../waiting.js';

/** A window on a demo workspace of its own, for the tests of the surrounding `describe`. */
export function demoWindow(): () => OpenWindow {
  let home: string;
  let window: OpenWindow | undefined;
  before(async () => {
    home = await mkdtemp(path.join(tmpdir(), 'modelkeep-compare-'));
    const folder = path.join(home, 'fraud-service');
    await makeDemo(folder);
    window = await openWindow({ folder, theme: 'dark', size: { width: 1400, height: 860 } });
  });
  after(async () => {
    await window?.close();
    await rm(home, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  });
  return () => {
    assert.ok(window);
    return window;
  };
}

/** Compares, from the palette, what one would compare first of the demo's fraud detector: v2.0.0 and v2.1.0. */
export async function compareFirst({ workbench }: OpenWindow): Promise<void> {
  await workbench.openView();
  await workbench.settled();
  // A window that is still putting itself together can take the focus, and with it the question, away: asked again.
  await eventually(async () => {
    await workbench.runCommand('Modelkeep: Compare Versions');
    await workbench.quickInputRow('fraud-detector').click({ timeout: 10_000 });
    await workbench.quickInputRow('v2.0.0').waitFor({ timeout: 10_000 });
  }, 60_000);
  await workbench.press('Enter');
}
