import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { GitRepo } from '../fixtures/gitRepo.js';
import { openWindow } from './harness/index.js';
import type { OpenWindow, WindowOptions } from './harness/index.js';
import { eventually, eventuallyHas } from './waiting.js';

const run = promisify(execFile);

/** What the view shows where there is nothing to show, and how it follows what happens outside. */
describe('The Models view', function () {
  this.timeout(120_000);
  let home: string;
  let window: OpenWindow | undefined;

  const open = async (options: WindowOptions): Promise<OpenWindow> => {
    window = await openWindow({ theme: 'dark', size: { width: 1000, height: 600 }, ...options });
    return window;
  };
  const text = async (): Promise<string> =>
    (await window?.workbench.sideBar.innerText())?.replaceAll('\u00a0', ' ') ?? '';
  const rows = async (): Promise<string> =>
    ((await window?.workbench.treeRows()) ?? [])
      .map(({ label, description }) => `${label}: ${description}`)
      .join('\n');

  before(async () => {
    home = await mkdtemp(path.join(tmpdir(), 'modelkeep-views-'));
  });
  afterEach(async () => {
    await window?.close();
    window = undefined;
  });
  after(() => rm(home, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 }));

  it('welcomes a folder without a repository with a way to make one', async () => {
    const folder = path.join(home, 'plain');
    await mkdir(folder);
    const { workbench } = await open({ folder });
    await workbench.openView();
    await eventuallyHas(text, 'There is no Git repository in this folder', 'Initialize Repository');
    await workbench.screenshot('view-no-repository');
  });

  it('says what it looked for where there is no model, and shows the first one as it is committed', async () => {
    const repo = GitRepo.create();
    try {
      repo.write('README.md', 'nothing yet');
      repo.commit('first');
      const { workbench } = await open({ folder: repo.dir });
      await workbench.openView();
      await eventuallyHas(text, 'No models found', 'Looked for DVC outputs', 'Choose What Is a Model');
      await workbench.screenshot('view-no-models');
      repo.dvcPointer('models/churn.pkl', { md5: 'a'.repeat(32), size: 48_000_000 });
      repo.commit('a model');
      await eventuallyHas(rows, 'churn: unregistered · 48 MB · DVC');
      repo.annotatedTag('churn@v1.0.0', 'First');
      await eventuallyHas(rows, 'churn: v1.0.0 · 48 MB · DVC');
      repo.git('switch', '-q', '-c', 'experiment/churn_x');
      await eventuallyHas(rows, 'experiment/churn_x: current', 'main: default');
      repo.git('pack-refs', '--all');
      repo.git('branch', 'experiment/churn_y');
      await eventuallyHas(rows, 'experiment/churn_y');
    } finally {
      repo.dispose();
    }
  });

  it('says why a repository cannot be read, and reads it when it can be again', async () => {
    const repo = GitRepo.create();
    try {
      repo.dvcPointer('models/churn.pkl', { md5: 'a'.repeat(32), size: 10 });
      repo.commit('a model');
      const config = path.join(repo.dir, '.git', 'config');
      const good = await readFile(config, 'utf8');
      await writeFile(config, '[core\n');
      const { workbench } = await open({ folder: repo.dir });
      await workbench.openView();
      await eventuallyHas(text, 'Could not read', 'bad config line 1', 'Try again', 'Show the log');
      await workbench.screenshot('view-failed');
      await writeFile(config, good);
      await workbench.treeRow('Try again').click();
      await eventuallyHas(rows, 'churn: unregistered');
    } finally {
      repo.dispose();
    }
  });

  it('starts no Git while it is hidden and no file is open', async () => {
    const repo = GitRepo.create();
    try {
      repo.dvcPointer('models/churn.pkl', { md5: 'a'.repeat(32), size: 10 });
      repo.write(
        'modelkeep.yaml',
        'environments:\n  dev: { model: churn, file: m.yaml, version: v, ref: worktree }\n',
      );
      repo.write('m.yaml', 'v: x\n');
      repo.commit('a model');
      const log = path.join(home, 'git.log');
      const bin = path.join(home, 'bin');
      await mkdir(bin);
      const { stdout: real } = await run('which', ['git']);
      await writeFile(log, '');
      // Modelkeep reads with hooks off; VS Code's own Git extension, which runs too, does not.
      const script = `#!/bin/sh\ncase "$*" in *core.hooksPath=/dev/null*) echo "$*" >> '${log}';; esac\nexec '${real.trim()}' "$@"\n`;
      await writeFile(path.join(bin, 'git'), script);
      await chmod(path.join(bin, 'git'), 0o755);
      const settings = { 'modelkeep.git.path': path.join(bin, 'git') };
      const { workbench } = await open({ folder: repo.dir, settings });
      await workbench.runCommand('Modelkeep: Show Log'); // the extension is active
      assert.equal(await readFile(log, 'utf8'), '');
      await workbench.openView();
      await eventuallyHas(rows, 'churn: ');
      await eventually(async () => assert.notEqual(await readFile(log, 'utf8'), ''));
    } finally {
      repo.dispose();
    }
  });
});
