import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { makeDemo } from '../../scripts/dev/demo.mjs';
import { openWindow } from './harness/index.js';
import type { OpenWindow } from './harness/index.js';
import { eventually, eventuallyHas } from './waiting.js';

const run = promisify(execFile);

/** What a new user does on the first morning, by keyboard and mouse, in the demo workspace. */
for (const theme of ['light', 'dark'] as const) {
  describe(`The first morning (${theme})`, function () {
    this.timeout(180_000);
    let home: string;
    let folder: string;
    let window: OpenWindow;

    const git = async (...args: string[]): Promise<string> => {
      const { stdout } = await run('git', ['-C', folder, ...args]);
      return stdout.trim();
    };
    const rows = async (): Promise<string[]> =>
      (await window.workbench.treeRows()).map(
        ({ level, label, description }) => `${level} ${label}: ${description}`,
      );
    const seeRow = (text: string): Promise<void> =>
      eventuallyHas(async () => (await rows()).join('\n'), text);
    const picture = (name: string): Promise<string> => window.workbench.screenshot(`tour-${name}-${theme}`);
    const title = (text: string): Promise<void> =>
      eventuallyHas(() => window.workbench.quickInputTitle(), text);
    const offered = (text: string): Promise<void> =>
      eventuallyHas(async () => (await window.workbench.quickInputRows()).join('\n'), text);

    before(async () => {
      home = await mkdtemp(path.join(tmpdir(), 'modelkeep-tour-'));
      folder = path.join(home, 'fraud-service');
      await makeDemo(folder);
      window = await openWindow({ folder, theme, size: { width: 1280, height: 800 } });
    });

    afterEach(async function () {
      if (this.currentTest?.state === 'failed') await picture('failed');
    });

    after(async () => {
      await window?.close();
      await rm(home, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
    });

    it('opens the view and reads the models of the current branch', async () => {
      await window.workbench.openView();
      await seeRow('1 main: current · default');
      await seeRow('2 fraud-detector: v2.1.0 · prod, staging · 192 kB · DVC');
      await seeRow('2 note-summarizer: unregistered, after v0.3.0 · 64 kB · LFS');
    });

    it('unfolds a model and reads its versions, stages and tags', async () => {
      await window.workbench.expand('fraud-detector');
      await seeRow('3 v2.1.0: here · prod, staging · pinned');
      await seeRow('3 v2.0: tag · same bits as v2.0.0');
      await picture('1-models');
    });

    it('creates an experiment branch from the palette and is on it, in four inputs', async () => {
      const { workbench } = window;
      await workbench.runCommand('Modelkeep: Create Experiment Branch…'); // 1
      await title('Create Experiment Branch (1/3)');
      await offered('note-summarizer');
      await workbench.type('note-summarizer', { accept: true }); // 2
      await title('(2/3)');
      await workbench.type('Shorter notes, 64 tokens');
      await eventuallyHas(
        () => workbench.quickInputMessage(),
        'experiment/note-summarizer_shorter-notes-64-tokens',
      );
      await picture('2-branch-name');
      await workbench.press('Enter'); // 3
      await title('(3/3)');
      await offered('Create experiment/note-summarizer_shorter-notes-64-tokens and switch to it');
      await picture('3-branch-preview');
      await workbench.press('Enter'); // 4
      await eventually(async () =>
        assert.equal(
          await git('symbolic-ref', '--short', 'HEAD'),
          'experiment/note-summarizer_shorter-notes-64-tokens',
        ),
      );
      await seeRow('1 experiment/note-summarizer_shorter-notes-64-tokens: current');
    });

    it('tags a version with the next number', async () => {
      const { workbench } = window;
      await workbench.runCommand('Modelkeep: Tag Version…');
      await title('Tag Version (1/4)');
      await offered('note-summarizer');
      await workbench.type('note-summarizer', { accept: true });
      await title('(2/4)');
      await offered('v0.3.1');
      await picture('4-version');
      await workbench.type('v0.4.0', { accept: true });
      await title('(3/4)');
      await workbench.type('Shorter notes', { accept: true });
      await title('(4/4)');
      await offered('Tag note-summarizer@v0.4.0');
      await picture('5-tag-preview');
      await workbench.press('Enter');
      await seeRow('2 note-summarizer: v0.4.0 · 64 kB · LFS');
      assert.match(
        await git('cat-file', 'tag', 'note-summarizer@v0.4.0'),
        /\n\nShorter notes\n\nSince v0\.3\.0:\n/,
      );
    });

    it('pins a version, changing nothing but its value, and reads it in the status bar', async () => {
      const { workbench } = window;
      const file = path.join(folder, 'config/model.yaml');
      const before = await readFile(file, 'utf8');
      await workbench.statusBarItem('fraud-detector v2.1.0').waitFor();
      await workbench.runCommand('Modelkeep: Pin Version…');
      await title('Pin Version (1/3)');
      await offered('fraud-detector');
      await workbench.type('fraud-detector', { accept: true });
      await title('(2/3)');
      await offered('v2.0.0');
      await workbench.type('v2.0.0', { accept: true });
      await title('(3/3)');
      await offered('Pin fraud-detector: v2.1.0 → v2.0.0');
      await picture('6-pin-preview');
      await workbench.press('Enter');
      await eventually(async () =>
        assert.equal(await readFile(file, 'utf8'), before.replace('version: v2.1.0', 'version: v2.0.0')),
      );
      await workbench.statusBarItem('fraud-detector v2.0.0').waitFor();
      await picture('7-pinned');
    });

    it('takes the pin back with one undo', async () => {
      const { workbench } = window;
      await workbench.page.locator('.monaco-editor .view-line').first().click();
      await workbench.press('ControlOrMeta+z');
      await workbench.statusBarItem('fraud-detector v2.1.0').waitFor();
    });

    it('compares a version with the one before it', async () => {
      const { workbench } = window;
      await seeRow('3 v2.1.0: here · prod, staging · pinned');
      // The file that undo saved is read again meanwhile; a menu of a row that is drawn anew closes.
      const tab = workbench.page.locator('.tab').filter({ hasText: 'Compare fraud-detector' });
      await eventually(async () => {
        await workbench.chooseFromMenu('v2.1.0', 'Compare with Previous Version');
        await tab.waitFor({ timeout: 5000 });
      });
      const page = await workbench.webviewFrame('[role="grid"], table, main');
      await eventuallyHas(() => page.locator('body').innerText(), 'v2.0.0', 'v2.1.0', 'learning_rate');
      await picture('8-compare');
    });
  });
}
