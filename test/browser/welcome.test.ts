import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { cpSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { GitRepo } from '../fixtures/gitRepo.js';
import type { OpenWindow } from './harness/index.js';
import { openWindow } from './harness/index.js';
import { eventuallyHas } from './waiting.js';

/** Every state of the view in which it has no models to show, or more than one repository: in light and dark at least. */
describe('What the view says of where it is opened', function () {
  this.timeout(120_000);
  const SIZE = { width: 1000, height: 640 };
  let home: string;
  let repositories: readonly GitRepo[];
  let window: OpenWindow;

  const text = async (shown = window): Promise<string> =>
    (await shown.workbench.sideBar.innerText()).replaceAll('\u00a0', ' ').replaceAll(/\s+/g, ' ');
  const pictures = (name: string, shown = window): Promise<void> =>
    shown.workbench.pictures(`welcome-${name}`);
  const open = async (...folder: string[]): Promise<void> => {
    await window.openFolder(path.join(home, ...folder));
    await window.workbench.openView();
  };

  before(async () => {
    home = await mkdtemp(path.join(tmpdir(), 'modelkeep-welcome-'));
    const [churn, fraud, docs, unborn] = (repositories = Array.from({ length: 4 }, () => GitRepo.create()));
    churn?.dvcPointer('models/churn.pkl', { content: 'churn', size: 48_000_000 }).commit('a model');
    churn?.registerVersion('churn', 'v1.0.0');
    fraud?.lfsPointer('models/fraud.onnx', { content: 'fraud', size: 190_000_000 }).commit('a model');
    docs?.write('README.md', 'nothing').commit('no model');
    const place = (repo: GitRepo | undefined, ...folder: string[]): void =>
      cpSync(repo?.dir ?? '', path.join(home, ...folder), { recursive: true });
    place(churn, 'all', 'churn');
    place(fraud, 'all', 'teams', 'fraud');
    place(docs, 'all', 'docs');
    unborn?.dvcPointer('models/new.pkl', { content: 'new' });
    place(unborn, 'all', 'unborn');
    place(churn, 'all', 'broken');
    await writeFile(path.join(home, 'all', 'broken', '.git', 'config'), '[core\n');
    await mkdir(path.join(home, 'all', 'churn', 'src', 'app'), { recursive: true });
    await mkdir(path.join(home, 'plain'));
    window = await openWindow({ theme: 'dark', size: SIZE });
  });
  after(async () => {
    await window?.close();
    for (const repo of repositories) repo.dispose();
    await rm(home, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  });

  it('no folder: how to open one', async () => {
    await window.workbench.openView();
    await eventuallyHas(text, 'Open a folder of a Git repository', 'Open Folder');
    await pictures('no-folder');
  });

  it('several repositories: each by its place, one without models, one without a commit, one that cannot be read', async () => {
    await open('all');
    await eventuallyHas(
      text,
      'churnv1.0.0',
      'docs',
      'No models found',
      'fraudteams/fraud',
      'fraudunregistered · 190 MB · LFS',
      'unborn',
      'No commits yetcommit a model to see it here',
      'Could not read brokenbad config line 1',
    );
    await pictures('several');
  });

  it('a folder inside a repository: that repository', async () => {
    await open('all', 'churn', 'src', 'app');
    await eventuallyHas(text, 'maincurrent · default', 'churnv1.0.0');
    await pictures('above');
  });

  it('a folder above a repository: that repository', async () => {
    await open('all', 'teams');
    await eventuallyHas(text, 'maincurrent · default', 'fraudunregistered');
    await pictures('below');
  });

  it('a repository without models: what was looked for', async () => {
    await open('all', 'docs');
    await eventuallyHas(text, 'No models found', 'Looked for DVC outputs', 'Choose What Is a Model');
    await pictures('no-models');
  });

  it('a repository without a commit: what is read, and the model as soon as it is committed', async () => {
    const repo = repositories[3];
    assert.ok(repo);
    await window.openFolder(repo.dir);
    await window.workbench.openView();
    await eventuallyHas(
      text,
      'This repository has no commit yet',
      'Open Source Control',
      'Open the Walkthrough',
      'Look Again',
    );
    assert.ok(!(await text()).includes('No models found'));
    await pictures('no-commits');
    repo.commit('the first');
    await eventuallyHas(text, 'maincurrent · default', 'newunregistered');
    assert.ok(!(await text()).includes('no commit yet'));
  });

  it('no repository: how to make one', async () => {
    await open('plain');
    await eventuallyHas(text, 'There is no Git repository', 'Initialize Repository');
    await pictures('no-repository');
  });

  it('a repository that cannot be read: why, and what to do', async () => {
    await open('all', 'broken');
    await eventuallyHas(text, 'Could not read broken: bad config line 1', 'Try again', 'Show the log');
    await pictures('failed');
  });

  it('a filter that nothing matches: how to clear it', async () => {
    await open('all', 'churn');
    await eventuallyHas(text, 'churnv1.0.0');
    await window.workbench.runCommand('Modelkeep: Filter Models…');
    await window.workbench.type('nothing of the kind', { accept: true });
    await eventuallyHas(text, 'No model matches the filter', 'Clear Filter');
    await pictures('no-match');
  });

  it('Restricted Mode: models all the same, and where there are none how to trust', async () => {
    const restricted = await openWindow({
      theme: 'dark',
      size: SIZE,
      folder: path.join(home, 'all', 'churn'),
      trusted: false,
    });
    try {
      await restricted.workbench.openView();
      await eventuallyHas(() => text(restricted), 'Restricted Mode: models are shown', 'churnv1.0.0');
      await pictures('restricted', restricted);
      await restricted.openFolder(path.join(home, 'all', 'docs'));
      await restricted.workbench.openView();
      await eventuallyHas(() => text(restricted), 'No models found', 'Looked for DVC outputs');
      await pictures('restricted-no-models', restricted);
      assert.match(await text(restricted), /No models found/);
      await restricted.openFolder(path.join(home, 'plain'));
      await restricted.workbench.openView();
      await eventuallyHas(() => text(restricted), 'This workspace is not trusted', 'Manage Workspace Trust');
      await pictures('restricted-nothing', restricted);
    } finally {
      await restricted.close();
    }
  });
});
