import assert from 'node:assert/strict';
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative, sep } from 'node:path';
import { makeDemo } from '../../scripts/dev/demo.mjs';
import { packageExtension } from '../../scripts/dev/package.mjs';
import { openWindow } from '../browser/harness/index.js';
import type { OpenWindow } from '../browser/harness/index.js';

/** Everything that is published. A file more or less is decided here, knowingly. */
const CONTENTS = [
  'LICENSE.txt',
  'changelog.md',
  'dist/ThirdPartyNotices.txt',
  'dist/cli.js',
  'dist/extension.js',
  'dist/webview/main.js',
  'dist/webview/style.css',
  'dist/webview/ui.js',
  'l10n/bundle.l10n.json',
  'media/modelkeep.schema.json',
  'media/modelkeep.svg',
  'media/walkthrough/branch.md',
  'media/walkthrough/compare.md',
  'media/walkthrough/pin.md',
  'media/walkthrough/see.md',
  'media/walkthrough/tag.md',
  'package.json',
  'package.nls.json',
  'readme.md',
];

describe('The VSIX, installed into a clean profile', () => {
  let vsix: string;
  let home: string;
  let window: OpenWindow;

  before(async () => {
    vsix = await packageExtension();
    home = await mkdtemp(join(tmpdir(), 'modelkeep-package-'));
    const folder = join(home, 'fraud-service');
    await makeDemo(folder);
    window = await openWindow({ vsix, folder });
  });

  after(async () => {
    await window?.close();
    await rm(home, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  });

  it('is smaller than 1 MB', async () => {
    const { size } = await stat(vsix);
    assert.ok(size < 1_000_000, `${size} bytes`);
  });

  it('holds exactly these files', async () => {
    const extensions = join(window.server.home, 'extensions');
    const [installed] = (await readdir(extensions)).filter((name) => name.startsWith('modelkeep.'));
    assert.ok(installed);
    const folder = join(extensions, installed);
    const files = (await readdir(folder, { recursive: true, withFileTypes: true }))
      .filter((entry) => entry.isFile())
      .map((entry) => relative(folder, join(entry.parentPath, entry.name)).split(sep).join('/'))
      // Written by the installation.
      .filter((name) => name !== '.vsixmanifest');
    assert.deepEqual(files.sort(), CONTENTS);
  });

  it('shows the models of a repository', async () => {
    await window.workbench.openView();
    await window.workbench.expand('main');
    const rows = await window.workbench.treeRows();
    assert.ok(
      rows.some(({ level, label }) => level === 2 && label === 'fraud-detector'),
      JSON.stringify(rows),
    );
    await window.workbench.screenshot('installed');
  });

  it('runs its commands, and draws the compare page from the packaged files', async () => {
    const { workbench } = window;
    await workbench.expand('fraud-detector');
    await workbench.chooseFromMenu('v2.1.0', 'Compare with Previous Version');
    await workbench.webview().getByText('v2.0.0').first().waitFor();
    await workbench.screenshot('installed-compare');
  });
});
