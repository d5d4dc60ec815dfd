import assert from 'node:assert/strict';
import { chmodSync, existsSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { applyBranch, planBranch } from '../../../src/core/branches/create.js';
import type { ApplyOptions, BranchPlan } from '../../../src/core/branches/create.js';
import { openCatalog } from '../../../src/core/catalog/open.js';
import { GitError, gitEnvironment } from '../../../src/core/git/process.js';
import type { Repository } from '../../../src/core/git/repository.js';
import { openRepository } from '../../../src/core/git/repository.js';
import { GitRepo } from '../../fixtures/gitRepo.js';
import { killed, writeHook } from './killing.js';

const NAME = 'experiment/churn_lower-rate';

describe('creating a branch when the machine fails', () => {
  let repo: GitRepo;
  let remote: GitRepo;
  beforeEach(() => {
    repo = GitRepo.create();
    repo.dvcPointer('models/churn.pkl', { content: 'one' }).write('notes.md', 'first\n').commit('start');
    remote = repo.bare();
    repo.write('notes.md', 'changed\n');
  });
  afterEach(() => {
    setWritable(true);
    repo.dispose();
    remote.dispose();
  });

  function opened(program = 'git'): Promise<Repository> {
    return openRepository(repo.dir, { git: gitEnvironment(repo.env, program) });
  }

  async function plan(): Promise<BranchPlan> {
    const catalog = await openCatalog(await opened());
    return planBranch({
      catalog,
      model: { name: 'churn', path: 'models/churn.pkl' },
      description: 'lower rate',
    });
  }

  /** Everything that must be as it was after something failed. */
  function state(): string {
    return [
      repo.git('for-each-ref', '--format=%(refname) %(objectname)'),
      repo.git('symbolic-ref', 'HEAD'),
      repo.git('status', '--porcelain'),
      repo.git('stash', 'list'),
      repo.git('worktree', 'list', '--porcelain'),
      repo.git('config', '--local', '--list'),
      readFileSync(repo.at('notes.md'), 'utf8'),
    ].join('\n');
  }

  function hook(name: string, script: string): void {
    writeHook(repo, name, script);
  }

  function locks(): readonly string[] {
    const files = readdirSync(repo.at('.git'), { recursive: true, encoding: 'utf8' });
    return files.filter((file) => file.endsWith('.lock'));
  }

  const WAYS: readonly (readonly [string, Omit<ApplyOptions, 'worktree'> & { readonly linked?: true }])[] = [
    ['alone', { checkout: false }],
    ['checked out, changes carried along', { checkout: true, dirty: 'carry' }],
    ['checked out, changes stashed', { checkout: true, dirty: 'stash' }],
    ['in a linked worktree', { checkout: false, linked: true }],
    ['alone and published', { checkout: false, push: true }],
  ];

  function options({ linked, ...rest }: (typeof WAYS)[number][1]): ApplyOptions {
    return linked ? { ...rest, worktree: path.join(path.dirname(repo.dir), 'linked') } : rest;
  }

  for (const [way, chosen] of WAYS) {
    it(`leaves all as it was on a full disk, and says so: ${way}`, async () => {
      // No file may grow: what a full disk does, without one.
      const program = repo.at('.git', 'full.sh');
      writeFileSync(program, '#!/bin/sh\ntrap "" XFSZ\nulimit -f 0\nexec git "$@"\n', { mode: 0o755 });
      const planned = await plan();
      const before = state();
      const asked = options(chosen);
      await assert.rejects(applyBranch(await opened(program), planned, asked), (error) => {
        assert.ok(error instanceof GitError, String(error));
        assert.equal(error.reason, 'disk', error.message);
        return true;
      });
      assert.equal(state(), before);
      assert.deepEqual(locks(), []);
      assert.equal(asked.worktree !== undefined && existsSync(asked.worktree), false);
    });
  }

  for (const [way, chosen] of WAYS) {
    it(`leaves all as it was when a hook refuses the branch, and says what it said: ${way}`, async () => {
      hook(
        'reference-transaction',
        `[ "$1" = prepared ] && grep -q refs/heads/${NAME} && { echo "branches are frozen" >&2; exit 1; }; exit 0`,
      );
      const planned = await plan();
      const before = state();
      await assert.rejects(applyBranch(await opened(), planned, options(chosen)), (error) => {
        assert.ok(error instanceof GitError, String(error));
        assert.deepEqual(
          [error.reason, /branches are frozen/.test(error.message)],
          ['hook', true],
          error.message,
        );
        return true;
      });
      assert.equal(state(), before);
      assert.deepEqual(locks(), []);
    });

    it(`leaves all as it was where .git may not be written, and says so: ${way}`, async () => {
      const program = whoMayNotWrite();
      const planned = await plan();
      const before = state();
      await assert.rejects(applyBranch(await opened(program), planned, options(chosen)), (error) => {
        assert.ok(error instanceof GitError, String(error));
        assert.equal(error.reason, 'disk', error.message);
        assert.match(error.message, /unable to create .*\.git/i);
        return true;
      });
      assert.equal(state(), before);
      assert.deepEqual(locks(), []);
    });
  }

  it('leaves all as it was when a pre-push hook refuses, here and at the remote', async () => {
    hook('pre-push', 'echo "no pushes on Fridays" >&2; exit 1');
    const planned = await plan();
    const before = [state(), remote.git('for-each-ref')];
    await assert.rejects(
      applyBranch(await opened(), planned, { checkout: true, dirty: 'carry', push: true }),
      /no pushes on Fridays/,
    );
    assert.deepEqual([state(), remote.git('for-each-ref')], before);
  });

  /** A Git that may read everything here and write nothing into `.git`. */
  function whoMayNotWrite(): string {
    if (process.getuid?.() !== 0) {
      setWritable(false);
      return 'git';
    }
    // Root may write whatever the modes say: Git runs as nobody, whom Node itself can become.
    chmodSync(path.dirname(repo.dir), 0o755);
    const program = repo.at('.git', 'nobody.cjs');
    const script = [
      `#!${process.execPath}`,
      `const { spawnSync } = require('node:child_process');`,
      `const nobody = { uid: 65534, gid: 65534, stdio: 'inherit' };`,
      `const args = ['-c', 'safe.directory=*', ...process.argv.slice(2)];`,
      `process.exit(spawnSync('git', args, nobody).status ?? 1);`,
    ];
    writeFileSync(program, script.join('\n'), { mode: 0o755 });
    return program;
  }

  /** What is in `.git`, folders first, whether it may be written or not. */
  function setWritable(may: boolean): void {
    const inside = readdirSync(repo.at('.git'), { recursive: true, encoding: 'utf8' });
    for (const name of ['', ...inside]) {
      const file = repo.at('.git', name);
      const { mode } = statSync(file);
      chmodSync(file, may ? mode | 0o200 : mode & ~0o222);
    }
  }

  async function killedAt(
    planned: BranchPlan,
    asked: ApplyOptions,
    hook: string,
    when: string,
  ): Promise<void> {
    const lines = [
      `import { applyBranch } from './src/core/branches/apply.ts';`,
      `const [plan, options] = given;`,
      `await applyBranch(repository, JSON.parse(plan), JSON.parse(options));`,
    ];
    await killed(repo, { hook, when }, lines, [JSON.stringify(planned), JSON.stringify(asked)]);
  }

  function whole(): void {
    assert.equal(repo.git('fsck', '--no-dangling'), '');
    assert.deepEqual(locks(), []);
    const found = repo.git('for-each-ref', '--format=%(objectname)', `refs/heads/${NAME}`);
    assert.ok(found === '' || found === repo.head('main'), found);
  }

  it('leaves the branch whole or not at all when Modelkeep is killed while making it', async () => {
    for (const moment of ['prepared', 'committed']) {
      await killedAt(await plan(), { checkout: false }, 'reference-transaction', `[ "$1" = ${moment} ]`);
      whole();
      assert.equal(repo.git('symbolic-ref', '--short', 'HEAD'), 'main');
      assert.equal(repo.git('status', '--porcelain'), ' M notes.md');
      repo.git('update-ref', '-d', `refs/heads/${NAME}`);
    }
  });

  it('leaves the working copy on one branch or the other, changes kept, when killed while going there', async () => {
    await killedAt(await plan(), { checkout: true, dirty: 'carry' }, 'post-checkout', 'true');
    whole();
    assert.ok(['main', NAME].includes(repo.git('symbolic-ref', '--short', 'HEAD')));
    assert.equal(readFileSync(repo.at('notes.md'), 'utf8'), 'changed\n');
  });

  it('loses no change when killed between stashing and going there', async () => {
    await killedAt(
      await plan(),
      { checkout: true, dirty: 'stash' },
      'reference-transaction',
      '[ "$1" = committed ] && grep -q refs/stash',
    );
    whole();
    assert.match(repo.git('stash', 'list'), new RegExp(`before ${NAME}`));
    assert.equal(repo.git('show', 'stash@{0}:notes.md'), 'changed');
  });

  it('leaves a whole worktree or none when killed while adding it', async () => {
    const folder = path.join(path.dirname(repo.dir), 'linked');
    await killedAt(await plan(), { checkout: false, worktree: folder }, 'post-checkout', 'true');
    whole();
    assert.equal(repo.git('-C', folder, 'symbolic-ref', '--short', 'HEAD'), NAME);
    assert.equal(repo.git('-C', folder, 'status', '--porcelain'), '');
  });

  it('leaves the same branch here and at the remote, or only here, when killed while publishing', async () => {
    await killedAt(await plan(), { checkout: false, push: true }, 'pre-push', 'true');
    whole();
    assert.equal(repo.head(NAME), repo.head('main'));
    const there = remote.git('for-each-ref', '--format=%(objectname)', `refs/heads/${NAME}`);
    assert.ok(there === '' || there === repo.head('main'), there);
  });
});
