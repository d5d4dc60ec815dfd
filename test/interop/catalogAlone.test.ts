import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { OurList, OurShow } from './catalogAnswers.js';
import { modelkeep, modelkeepJson } from './cli.js';

describe('looking needs only Git', () => {
  const folder = realpathSync(mkdtempSync(path.join(os.tmpdir(), 'modelkeep-alone-')));
  const demo = path.join(folder, 'fraud-service');
  const programs = path.join(folder, 'programs');
  const env: NodeJS.ProcessEnv = {
    PATH: programs,
    HOME: folder,
    MODELKEEP_CACHE_DIR: path.join(folder, 'cache'),
    ...(process.env.SystemRoot === undefined ? {} : { SystemRoot: process.env.SystemRoot }),
  };

  before(() => {
    execFileSync(process.execPath, [path.resolve('scripts/demo/make.mjs'), demo], { stdio: 'pipe' });
    mkdirSync(programs);
    symlinkSync(programNamed('git'), path.join(programs, process.platform === 'win32' ? 'git.exe' : 'git'));
  });
  after(() => rmSync(folder, { recursive: true, force: true, maxRetries: 3 }));

  it('has no Python, dvc, gto or git-lfs to run', () => {
    for (const name of ['python', 'python3', 'dvc', 'gto', 'git-lfs']) {
      assert.equal(spawnSync(name, ['--version'], { env }).error?.message, `spawnSync ${name} ENOENT`);
    }
  });

  it('lists the models of every branch, whatever tracks them', () => {
    const list = modelkeepJson(['list', '--all', '--remotes'], { cwd: demo, env }) as OurList;
    const main = list.branches.find(({ name }) => name === 'main');
    assert.deepEqual(
      main?.models.map(({ path: file, tracking, digest }) => [file, tracking, digest?.algorithm]),
      [
        ['models/device-fingerprint.onnx', 'lfs', 'sha256'],
        ['models/fraud-detector.safetensors', 'dvc', 'md5'],
        ['models/merchant-risk.pkl', 'dvc', 'md5'],
        ['models/note-summarizer.gguf', 'lfs', 'sha256'],
        ['models/text-encoder', 'dvc', 'md5'],
      ],
    );
    assert.equal(list.branches.length, 14);
  });

  it('shows versions and stages', () => {
    const { models } = modelkeepJson(['show'], { cwd: demo, env }) as OurShow;
    assert.deepEqual(
      models.map(({ name, latest }) => [name, latest]),
      [
        ['device-fingerprint', 'v1.1.0'],
        ['fraud-detector', 'v2.1.0'],
        ['merchant-risk', 'v1.2.0'],
        ['note-summarizer', 'v0.3.0'],
        ['text-encoder', 'v0.2.0'],
      ],
    );
  });

  it('says so when even Git is missing', () => {
    const { exitCode, stderr } = modelkeep(['list'], { cwd: demo, env: { ...env, PATH: folder } });
    assert.equal(exitCode, 3);
    assert.match(stderr, /Git was not found/);
  });
});

/** The absolute path of a program on the PATH. */
function programNamed(name: string): string {
  const finder = process.platform === 'win32' ? 'where' : 'which';
  return execFileSync(finder, [name], { encoding: 'utf8' }).split(/\r?\n/)[0] ?? name;
}
