import assert from 'node:assert/strict';
import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { runCommandLine } from '../../fixtures/commandLine.js';
import { GitRepo, md5 } from '../../fixtures/gitRepo.js';

describe('modelkeep fetch', () => {
  let repo: GitRepo;
  beforeEach(() => {
    repo = GitRepo.create();
    repo.write('.dvc/config', '').write('.gitignore', '/models/a.pkl\n/.dvc/cache\n');
    for (const content of ['one', 'two']) {
      repo.dvcPointer('models/a.pkl', { content }).commit(content);
      const digest = md5(content);
      const file = repo.at('.dvc', 'cache', 'files', 'md5', digest.slice(0, 2), digest.slice(2));
      mkdirSync(path.dirname(file), { recursive: true });
      writeFileSync(file, content === 'one' ? content : 'damaged');
      repo.registerVersion('a', content === 'one' ? 'v1.0.0' : 'v2.0.0');
    }
  });
  afterEach(() => repo.dispose());

  it('puts the bytes of a version at the model’s own path, or where it is told', async () => {
    const { exit, out } = await runCommandLine(repo, 'fetch', 'a', 'v1.0.0', '--json');
    assert.equal(exit, 0);
    const answer = JSON.parse(out) as Record<string, unknown>;
    assert.deepEqual(answer, {
      schema: 1,
      path: repo.at('models', 'a.pkl'),
      digest: { algorithm: 'md5', value: md5('one') },
      size: 3,
      source: 'cache',
    });
    assert.equal(readFileSync(repo.at('models', 'a.pkl'), 'utf8'), 'one');
    assert.equal(
      (await runCommandLine(repo, 'fetch', 'models/a.pkl', 'v1.0.0', '--out', 'copy.pkl')).exit,
      0,
    );
    assert.equal(readFileSync(repo.at('copy.pkl'), 'utf8'), 'one');
  });

  it('puts nothing in place whose digest is wrong, and nothing over other bytes', async () => {
    const damaged = await runCommandLine(repo, 'fetch', 'a', 'v2.0.0', '--from', 'cache', '--json');
    assert.equal(damaged.exit, 3);
    assert.throws(() => readFileSync(repo.at('models', 'a.pkl')));
    repo.write('models/a.pkl', 'my own');
    const taken = await runCommandLine(repo, 'fetch', 'a', 'v1.0.0');
    assert.equal(taken.exit, 2);
    assert.match(taken.err, /holds something else/);
    assert.equal(readFileSync(repo.at('models', 'a.pkl'), 'utf8'), 'my own');
  });

  it('puts nothing where a link in the working copy leads out of the repository', async () => {
    const elsewhere = mkdtempSync(path.join(tmpdir(), 'modelkeep-elsewhere-'));
    try {
      rmSync(repo.at('models'), { recursive: true });
      symlinkSync(elsewhere, repo.at('models'));
      const { exit, err } = await runCommandLine(repo, 'fetch', 'a', 'v1.0.0');
      assert.equal(exit, 2);
      assert.match(err, /models\/a\.pkl leads out of the repository: name another place with --out/);
      assert.deepEqual(readdirSync(elsewhere), []);
    } finally {
      rmSync(elsewhere, { recursive: true, force: true });
    }
  });

  it('names what is wrong with a call', async () => {
    for (const args of [
      ['a'],
      ['a', 'v9.9.9'],
      ['nobody', 'v1.0.0'],
      ['a', 'v1.0.0', '--from', 'elsewhere'],
    ]) {
      const { exit, err } = await runCommandLine(repo, 'fetch', ...args);
      assert.equal(exit, 2, args.join(' '));
      assert.match(err, /^modelkeep: /);
    }
  });
});
