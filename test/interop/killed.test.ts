import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { moveBranch, SMALL, writeLargeRepository } from '../fixtures/largeRepository.js';
import { COMMAND, modelkeep } from './cli.js';

const ROUNDS = 12;
const LIST = ['list', '--all', '--remotes', '--json'];

describe('processes that are killed, and several at once', () => {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'modelkeep-killed-'));
  const cwd = path.join(folder, 'repository');
  const cache = path.join(folder, 'cache');
  const env: NodeJS.ProcessEnv = { ...process.env, MODELKEEP_CACHE_DIR: cache };
  before(async () => {
    await writeLargeRepository(cwd, { ...SMALL, branches: 60, commits: 60 });
    mkdirSync(cache, { recursive: true });
  });
  after(() => rmSync(folder, { recursive: true, force: true, maxRetries: 3 }));

  /** The answer as if nobody had been there before. */
  const afresh = (): string => {
    const { stdout, exitCode } = modelkeep(LIST, {
      cwd,
      env: { ...env, MODELKEEP_CACHE_DIR: path.join(folder, 'afresh') },
    });
    rmSync(path.join(folder, 'afresh'), { recursive: true });
    assert.equal(exitCode, 0);
    return stdout;
  };
  const start = () => spawn(process.execPath, [...COMMAND, ...LIST], { cwd, env, stdio: 'ignore' });

  it('leave a cache that the next one uses or drops, wherever they were killed', async () => {
    const began = Date.now();
    const whole = start();
    await once(whole, 'close');
    const duration = Date.now() - began;
    for (let round = 0; round < ROUNDS; round += 1) {
      // Something new to be written each time; every third round nothing is there yet.
      await moveBranch(cwd, 'main', round);
      if (round % 3 === 0) for (const name of readdirSync(cache)) rmSync(path.join(cache, name));
      const running = [start(), start()];
      const ended = Promise.all(running.map((child) => once(child, 'close')));
      // Mostly towards the end, when the cache is written.
      await wait(duration * (0.4 + (0.8 * ((round * 7) % ROUNDS)) / ROUNDS));
      running[round % 2]?.kill('SIGKILL');
      await ended;
      const { stdout, exitCode } = modelkeep(LIST, { cwd, env });
      assert.equal(exitCode, 0);
      assert.equal(stdout, afresh());
    }
    assert.equal(readdirSync(cache).filter((name) => name.endsWith('.catalog')).length, 1);
  }).timeout(180_000);
});
