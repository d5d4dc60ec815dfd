import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { LARGE, moveBranch, writeLargeRepository } from '../fixtures/largeRepository.js';
import type { OpenWindow } from './harness/index.js';
import { openWindow } from './harness/index.js';
import { eventually } from './waiting.js';

const run = promisify(execFile);

/** 1,000 branches, 200 models and 5,000 tags: what is shown first, what is folded, and what a refresh leaves alone. */
describe('The Models view of a large repository', function () {
  this.timeout(180_000);
  let home: string;
  let folder: string;
  let window: OpenWindow;

  const rows = async (): Promise<string[]> =>
    (await window.workbench.treeRows()).map(({ level, label, description }) =>
      `${'  '.repeat(level - 1)}${label}: ${description}`.trimEnd(),
    );
  const selected = async (): Promise<string[]> =>
    (await window.workbench.treeRows()).filter(({ selected }) => selected).map(({ label }) => label);
  const first = (...expected: readonly string[]): Promise<void> =>
    eventually(async () => assert.deepEqual((await rows()).slice(0, expected.length), expected));
  const atTheEnd = (...expected: readonly string[]): Promise<void> =>
    eventually(async () => {
      await window.workbench.press('End');
      assert.deepEqual((await rows()).slice(-expected.length), expected);
    });

  before(async () => {
    home = await mkdtemp(path.join(tmpdir(), 'modelkeep-large-'));
    folder = path.join(home, 'everything');
    await writeLargeRepository(folder, LARGE);
    // Settings of the working copy need no object of Git.
    await writeFile(path.join(folder, 'modelkeep.yaml'), 'remote: origin\n');
    const { stdout: real } = await run('which', ['git']);
    const slow = path.join(home, 'git');
    // Tags and trees are read through cat-file: they wait until the file `go` is there.
    const wait = `while [ ! -e '${home}/go' ]; do sleep 0.05; done`;
    await writeFile(slow, `#!/bin/sh\ncase "$*" in *cat-file*) ${wait};; esac\nexec '${real.trim()}' "$@"\n`);
    await chmod(slow, 0o755);
    window = await openWindow({
      folder,
      theme: 'dark',
      size: { width: 1100, height: 900 },
      settings: { 'modelkeep.git.path': slow },
    });
    await window.workbench.widenSideBar(420);
    await window.workbench.openView();
  });
  after(async () => {
    await window?.close();
    await rm(home, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  });

  it('shows branches before a tag or a tree is read, and says that the rest is on its way', async () => {
    await first(
      'main: current · default',
      '  Reading tags and models…:',
      'experiment/model-000_try-0:',
      'experiment/model-000_try-200:',
    );
    await window.workbench.screenshot('large-1-early');
    const early = 'experiment/model-000_try-200';
    await window.workbench.expand(early);
    await window.workbench.treeRow(early).click({ modifiers: ['ControlOrMeta'] });
    assert.deepEqual(await selected(), [early]);
    await writeFile(path.join(home, 'go'), '');
    await first('main: current · default', '  model-000: v1.24.0 · 4.5 MB · DVC');
    await window.workbench.screenshot('large-2-models');
  });

  it('keeps what was unfolded before the models were there, and pages what is long', async () => {
    const { workbench } = window;
    await workbench.treeRow('main').locator('.monaco-tl-twistie').click();
    await first(
      'main: current · default',
      'experiment/model-000_try-0: 2 models changed',
      'experiment/model-000_try-200: 1 model changed',
      '  model-000: unregistered, after v1.5.0 · 9.5 MB · DVC',
      '  model-001: v1.5.0 · 1.4 MB · DVC',
    );
    assert.deepEqual(await selected(), ['experiment/model-000_try-200']);
    await atTheEnd(
      'experiment/model-078_try-754: 1 model changed',
      '301 more:',
      '500 more branches: merged, stale or without a changed model',
    );
    await workbench.screenshot('large-3-end');
    await workbench.expand('301 more');
    await atTheEnd('  101 more:', '500 more branches: merged, stale or without a changed model');
    await workbench.expand('500 more branches');
    await atTheEnd('  300 more:');
    await workbench.screenshot('large-4-more');
    await workbench.press('Home');
  });

  it('keeps selection, unfolded rows and the place in the list while a branch moves', async () => {
    const { workbench } = window;
    await workbench.expand('model-000');
    await workbench.treeRow('experiment/model-000_try-0').click({ modifiers: ['ControlOrMeta'] });
    await workbench.treeRow('model-000').click({ modifiers: ['ControlOrMeta'] });
    const chosen = ['experiment/model-000_try-0', 'experiment/model-000_try-200', 'model-000'];
    assert.deepEqual(await selected(), chosen);
    const before = await rows();
    await moveBranch(folder, 'experiment/model-000_try-0', 1);
    await run('git', ['-C', folder, 'branch', 'experiment/model-000_another', 'main']);
    await first(
      'main: current · default',
      'experiment/model-000_another:',
      'experiment/model-000_try-0: 2 models changed',
      'experiment/model-000_try-200: 1 model changed',
      '  model-000: unregistered, after v1.5.0 · 9.5 MB · DVC',
    );
    const now = (await rows()).filter((row) => !row.includes('_another'));
    assert.deepEqual(now, before.slice(0, now.length));
    assert.deepEqual(await selected(), chosen);
    await workbench.screenshot('large-5-moved');
  });

  it('filters by text, shows only what differs, and comes back to all', async () => {
    const { workbench } = window;
    await workbench.runCommand('Modelkeep: Filter Models…');
    await workbench.type('model-014_try-2', { accept: true });
    await eventually(async () =>
      assert.deepEqual(
        (await rows()).filter((row) => !row.startsWith(' ')),
        ['experiment/model-014_try-2: 1 model changed', 'experiment/model-014_try-202: 1 model changed'],
      ),
    );
    await workbench.expand('experiment/model-014_try-2');
    await eventually(async () => assert.ok((await rows()).some((row) => row.startsWith('  model-000: '))));
    await workbench.screenshot('large-6-filter');
    await workbench.runCommand('Modelkeep: Show Only What Differs from the Default Branch');
    await first(
      'experiment/model-014_try-2: 1 model changed',
      '  model-014: unregistered, after v1.0.0 · 5.4 MB · DVC',
      'experiment/model-014_try-202: 1 model changed',
    );
    await workbench.runCommand('Modelkeep: Clear Filter');
    await workbench.runCommand('Modelkeep: Show All Models');
    await first('main: current · default', '  model-000: v1.24.0 · 4.5 MB · DVC');
  });

  it('groups by model: versions with the branches that hold the same bits, then what was tried', async () => {
    const { workbench } = window;
    await workbench.sideBar.locator('.action-label[aria-label*="Group by Model"]').first().click();
    await first('model-000: v1.24.0 · 4.5 MB · DVC', 'model-001: v1.24.0 · 10 MB · DVC');
    await workbench.expand('model-000');
    await eventually(async () => {
      const found = await rows();
      assert.match(found[1] ?? '', /^ {2}v1\.24\.0: here · .* · on 63 branches$/);
      assert.ok(found.some((row) => row.startsWith('  Unregistered: on experiment/model-000_try-200 · ')));
    });
    await workbench.screenshot('large-7-by-model');
    await atTheEnd('model-199: v1.24.0 · 3.1 MB · LFS');
  });
});
