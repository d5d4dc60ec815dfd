import assert from 'node:assert/strict';
import path from 'node:path';
import { root } from '../../../scripts/dev/paths.mjs';
import { cleanEnvironment, run } from '../../../scripts/dev/process.mjs';

describe('What the scripts start', () => {
  const before = { ...process.env };

  afterEach(() => {
    for (const name of Object.keys(process.env)) if (!(name in before)) delete process.env[name];
    Object.assign(process.env, before);
  });

  it('does not see the Git or the VS Code that started them', () => {
    process.env['GIT_DIR'] = '/somewhere/.git';
    process.env['GIT_INDEX_FILE'] = 'index';
    process.env['VSCODE_IPC_HOOK_CLI'] = '/run/hook';
    process.env['ELECTRON_RUN_AS_NODE'] = '1';
    process.env['npm_config_local_prefix'] = '/somewhere';
    const names = Object.keys(cleanEnvironment());
    assert.deepEqual(
      names.filter((name) => /^(GIT|VSCODE|ELECTRON)_|local_prefix/i.test(name)),
      [],
    );
  });

  it('keeps what says how to reach the outside', () => {
    process.env['HTTPS_PROXY'] = 'http://127.0.0.1:1';
    process.env['npm_config_registry'] = 'http://127.0.0.1:2/';
    const env = cleanEnvironment({ EXTRA: 'yes' });
    assert.equal(env['HTTPS_PROXY'], 'http://127.0.0.1:1');
    assert.equal(env['npm_config_registry'], 'http://127.0.0.1:2/');
    assert.equal(env['EXTRA'], 'yes');
  });

  it("finds the repository's own programs first, once", () => {
    const folders = (cleanEnvironment()['PATH'] ?? '').split(path.delimiter);
    const own = path.join(root, 'node_modules', '.bin');
    assert.equal(folders[0], own);
    assert.equal(folders.lastIndexOf(own), 0);
  });

  it('says what it printed when it fails', async () => {
    const script = 'console.log("one thing"); console.error("and another"); process.exit(3)';
    await assert.rejects(run(process.execPath, ['-e', script], { title: 'the thing' }), {
      code: 3,
      message: /^the thing failed with exit code 3:\n(one thing\nand another|and another\none thing)$/,
    });
  });

  it('is ended with all it started when it takes too long', async () => {
    // The grandchild holds the same output, so that it would keep `run` waiting if it were not ended too.
    const grandchild = 'setInterval(() => {}, 1000)';
    const script = `
      require('node:child_process').spawn(process.execPath, ['-e', ${JSON.stringify(grandchild)}], { stdio: 'inherit' });
      ${grandchild}`;
    await assert.rejects(run(process.execPath, ['-e', script], { timeout: 500 }), /took longer than 500 ms/);
  });
});
