import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { openRepository } from '../../../src/core/git/repository.js';
import { resolveCommit } from '../../../src/core/git/revisions.js';
import { loadSettings } from '../../../src/core/settings/load.js';
import { DEFAULT_SETTINGS } from '../../../src/core/settings/settings.js';

const ENV = {
  ...process.env,
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_CONFIG_SYSTEM: '/dev/null',
  GIT_AUTHOR_NAME: 'A', GIT_AUTHOR_EMAIL: 'a@x', GIT_COMMITTER_NAME: 'A', GIT_COMMITTER_EMAIL: 'a@x',
}; // prettier-ignore

describe('loading modelkeep.yaml', () => {
  let folder: string;
  let root: string;
  const git = (...args: string[]): string =>
    execFileSync('git', args, { cwd: root, env: ENV, stdio: 'pipe' }).toString();
  const write = (file: string, text: string | Buffer): void => writeFileSync(path.join(root, file), text);

  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'modelkeep-settings-'));
    root = path.join(folder, 'repository');
    mkdirSync(root);
    git('init', '-q', '-b', 'main');
    git('commit', '-q', '--allow-empty', '-m', 'start');
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('takes the working copy, committed or not', async () => {
    write('modelkeep.yaml', 'remote: upstream\n');
    const { settings, source, diagnostics } = await loadSettings(await openRepository(root));
    assert.equal(settings.remote, 'upstream');
    assert.deepEqual([source, diagnostics], [{ kind: 'workspace' }, []]);
  });

  it('holds the defaults where there is none', async () => {
    const repository = await openRepository(root);
    const loaded = await loadSettings(repository, { defaultCommit: await resolveCommit(repository, 'main') });
    assert.deepEqual(loaded, { settings: DEFAULT_SETTINGS, source: { kind: 'none' }, diagnostics: [] });
  });

  it('takes the default branch’s on a branch without one, and says so', async () => {
    git('branch', 'old');
    write('modelkeep.yaml', 'remote: upstream\n');
    git('add', '.');
    git('commit', '-q', '-m', 'settings');
    git('checkout', '-q', 'old');
    const repository = await openRepository(root);
    const commit = await resolveCommit(repository, 'main');
    const { settings, source, diagnostics } = await loadSettings(repository, { defaultCommit: commit });
    assert.equal(settings.remote, 'upstream');
    assert.deepEqual(source, { kind: 'commit', commit, because: 'default-branch' });
    assert.deepEqual(
      diagnostics.map(({ severity, code }) => [severity, code]),
      [['info', 'settings-from-default-branch']],
    );
  });

  it('takes HEAD’s in a bare repository', async () => {
    write('modelkeep.yaml', 'remote: upstream\n');
    git('add', '.');
    git('commit', '-q', '-m', 'settings');
    const bare = path.join(folder, 'bare.git');
    git('clone', '-q', '--bare', '.', bare);
    const { settings, source } = await loadSettings(await openRepository(bare));
    assert.equal(settings.remote, 'upstream');
    assert.equal(source.kind === 'commit' && source.because, 'bare');
  });

  it('follows a link inside the repository and refuses one that leaves it', async () => {
    write('team.yaml', 'remote: upstream\n');
    symlinkSync('team.yaml', path.join(root, 'modelkeep.yaml'));
    assert.equal((await loadSettings(await openRepository(root))).settings.remote, 'upstream');
    rmSync(path.join(root, 'modelkeep.yaml'));
    writeFileSync(path.join(folder, 'secret.yaml'), 'remote: secret\n');
    symlinkSync('../secret.yaml', path.join(root, 'modelkeep.yaml'));
    const { settings, diagnostics } = await loadSettings(await openRepository(root));
    assert.equal(settings.remote, 'origin');
    assert.deepEqual(
      diagnostics.map(({ code, line }) => [code, line]),
      [['settings-outside', 1]],
    );
  });

  it('does not read a folder, a pipe, a huge file or what is not UTF-8', async () => {
    const file = path.join(root, 'modelkeep.yaml');
    const cases: readonly (() => void)[] = [
      () => mkdirSync(file),
      () => void execFileSync('mkfifo', [file]),
      () => write('modelkeep.yaml', `# ${'x'.repeat(200 * 1024)}`),
      () => write('modelkeep.yaml', Buffer.from([0xff, 0xfe, 0x72, 0])),
    ];
    for (const make of process.platform === 'win32' ? cases.filter((_, index) => index !== 1) : cases) {
      make();
      const { settings, diagnostics } = await loadSettings(await openRepository(root));
      assert.deepEqual(settings, DEFAULT_SETTINGS);
      assert.deepEqual(
        diagnostics.map(({ severity, code }) => [severity, code]),
        [['error', 'settings-unreadable']],
      );
      rmSync(file, { recursive: true });
    }
  });
});
