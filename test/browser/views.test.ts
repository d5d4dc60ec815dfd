import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { GitRepo } from '../fixtures/gitRepo.js';
import { openWindow } from './harness/index.js';
import type { OpenWindow, WindowOptions } from './harness/index.js';
import { eventually, eventuallyHas } from './waiting.js';

const run = promisify(execFile);

/** Waits until a text stays the same for a while. */
async function settled(read: () => Promise<string>): Promise<void> {
  for (let before = '', now = await read(), first = true; first || before !== now; first = false) {
    await sleep(1500);
    [before, now] = [now, await read()];
  }
}

/** What the view shows where there is nothing to show, and how it follows what happens outside. */
describe('The Models view', function () {
  this.timeout(120_000);
  let home: string;
  let window: OpenWindow | undefined;

  const open = async (options: WindowOptions): Promise<OpenWindow> => {
    window = await openWindow({ theme: 'light', size: { width: 1000, height: 600 }, ...options });
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

  /** A Git that writes down how Modelkeep starts it, and waits with objects until the file `go` is there. */
  const watchedGit = async (
    name: string,
  ): Promise<{ git: string; started: () => Promise<string>; go: string }> => {
    const { stdout: real } = await run('which', ['git']);
    const [git, log, go] = ['git', 'log', 'go'].map((part) => path.join(home, `${name}-${part}`)) as [
      string,
      string,
      string,
    ];
    await writeFile(log, '');
    // Modelkeep reads with hooks off; VS Code's own Git extension, which runs too, does not.
    const script = `#!/bin/sh
case "$*" in *core.hooksPath=/dev/null*)
  echo "$*" >> '${log}'
  case "$*" in *cat-file*) while [ ! -e '${go}' ]; do sleep 0.05; done;; esac;;
esac
exec '${real.trim()}' "$@"
`;
    await writeFile(git, script);
    await chmod(git, 0o755);
    return { git, started: () => readFile(log, 'utf8'), go };
  };

  it('starts no Git for what changes while it is hidden, and reads it once when it is shown', async () => {
    const repo = GitRepo.create();
    try {
      repo.dvcPointer('models/churn.pkl', { md5: 'a'.repeat(32), size: 10 });
      repo.commit('a model');
      const { git, started, go } = await watchedGit('hidden');
      await writeFile(go, '');
      const { workbench } = await open({ folder: repo.dir, settings: { 'modelkeep.git.path': git } });
      await workbench.openView();
      await eventuallyHas(rows, 'churn: unregistered');
      await workbench.openView('Explorer');
      await workbench.treeRow('models').waitFor();
      await settled(started);
      const before = await started();
      repo.git('branch', 'experiment/churn_x');
      repo.annotatedTag('churn@v1.0.0', 'First');
      await settled(started);
      assert.equal(await started(), before);
      await workbench.openView();
      await eventuallyHas(rows, 'churn: v1.0.0', 'experiment/churn_x');
      await settled(started);
      const lists = (text: string): number =>
        text.split('\n').filter((line) => line.includes('symref')).length;
      assert.equal(lists(await started()), lists(before) + 1);
    } finally {
      repo.dispose();
    }
  });

  it('sees what happens while it still reads', async () => {
    const repo = GitRepo.create();
    try {
      repo.write('modelkeep.yaml', 'remote: origin\n');
      repo.dvcPointer('models/churn.pkl', { md5: 'a'.repeat(32), size: 10 });
      repo.commit('a model');
      repo.registerVersion('churn', 'v1.0.0');
      const { git, go } = await watchedGit('reading');
      const { workbench } = await open({ folder: repo.dir, settings: { 'modelkeep.git.path': git } });
      await workbench.openView();
      await eventuallyHas(rows, 'main: current', 'Reading tags and models…');
      repo.git('branch', 'experiment/churn_x');
      await eventuallyHas(rows, 'experiment/churn_x: ', 'Reading tags and models…');
      await writeFile(go, '');
      await eventuallyHas(rows, 'churn: v1.0.0', 'experiment/churn_x: ');
    } finally {
      repo.dispose();
    }
  });

  it('follows a linked worktree, whose refs lie in the main one', async () => {
    const repo = GitRepo.create();
    const linked = ((): GitRepo => {
      repo.dvcPointer('models/churn.pkl', { md5: 'a'.repeat(32), size: 10 });
      repo.commit('a model');
      return repo.worktree('experiment/churn_x');
    })();
    try {
      const { workbench } = await open({ folder: linked.dir });
      await workbench.openView();
      await eventuallyHas(rows, 'experiment/churn_x: current', 'main: default', 'churn: unregistered');
      repo.registerVersion('churn', 'v1.0.0');
      await eventuallyHas(rows, 'churn: v1.0.0');
      repo.branch('experiment/churn_y');
      await eventuallyHas(rows, 'experiment/churn_y');
    } finally {
      linked.dispose();
      repo.dispose();
    }
  });

  it('says that changes cannot be watched, and looks again when the window gets focus', async () => {
    const repo = GitRepo.create();
    try {
      repo.dvcPointer('models/churn.pkl', { md5: 'a'.repeat(32), size: 10 });
      repo.commit('a model');
      for (let index = 0; index < 1600; index += 1)
        await mkdir(repo.at('.git', 'refs', 'heads', `team-${String(index)}`));
      const { workbench } = await open({ folder: repo.dir });
      await workbench.openView();
      await eventuallyHas(rows, 'Changes not watched: read again when the window gets focus');
      await workbench.screenshot('view-unwatched');
      const { page } = workbench;
      const focus = (has: boolean): Promise<void> =>
        page.evaluate((now) => {
          document.hasFocus = () => now;
          globalThis.dispatchEvent(new Event(now ? 'focus' : 'blur'));
        }, has);
      await focus(false);
      // Behind the watched folders: nothing tells of it.
      repo.git('update-ref', 'refs/heads/team-1599/late', 'main');
      await focus(true);
      await eventuallyHas(rows, 'team-1599/late');
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
      const { git, started, go } = await watchedGit('opened');
      await writeFile(go, '');
      const { workbench } = await open({ folder: repo.dir, settings: { 'modelkeep.git.path': git } });
      await workbench.runCommand('Modelkeep: Show Log'); // the extension is active
      assert.equal(await started(), '');
      await workbench.openView();
      await eventuallyHas(rows, 'churn: ');
      await eventually(async () => assert.notEqual(await started(), ''));
    } finally {
      repo.dispose();
    }
  });
});
