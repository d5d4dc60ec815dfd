import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { GitRepo } from '../fixtures/gitRepo.js';

/** What a call loads, whatever it does with it: loading takes longer than most calls need for their answer. */
describe('A call of the built command line', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'modelkeep-start-'));
  const hook = path.join(folder, 'tell.cjs');
  let repo: GitRepo;

  /** Runs Node, and tells what it printed and which of its own modules it loaded. */
  const run = (
    args: readonly string[],
    cache: string,
  ): { readonly answer: string; readonly loaded: string[] } => {
    const env = { ...process.env, MODELKEEP_CACHE_DIR: cache };
    const options = { cwd: repo.dir, env, encoding: 'utf8' } as const;
    const { stdout, stderr } = spawnSync(process.execPath, ['--require', hook, ...args], options);
    return { answer: stdout, loaded: stderr.split('\n') };
  };

  before(() => {
    writeFileSync(
      hook,
      `process.on('exit', () => process.stderr.write(process.moduleLoadList.join('\\n')));`,
    );
    repo = GitRepo.create();
    repo.dvcPointer('models/churn.pkl', { content: 'one' }).commit('One');
    repo.registerVersion('churn', 'v1.0.0');
  });
  after(() => {
    repo.dispose();
    rmSync(folder, { recursive: true, force: true });
  });

  for (const [name = '', ...options] of [['list', '--all'], ['show']]) {
    it(`leaves Node's cryptography alone: ${name}, without a cache and with one`, () => {
      const cache = path.join(folder, name);
      const call = [path.resolve('dist/cli.js'), name, ...options, '--json'];
      const without = run(call, cache);
      assert.equal(readdirSync(cache).length, 1, 'there is a cache now');
      for (const { answer, loaded } of [without, run(call, cache)]) {
        assert.match(answer, /"churn"/);
        assert.ok(!loaded.includes('NativeModule crypto'));
      }
      assert.ok(
        run(['-e', 'require("crypto")'], cache).loaded.includes('NativeModule crypto'),
        'is called so',
      );
    });
  }
});
