import assert from 'node:assert/strict';
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { equivalentCommands, shellLine } from '../../../src/core/branches/apply.js';
import { applyBranch, planBranch, undoBranch } from '../../../src/core/branches/create.js';
import type {
  ApplyOptions,
  BranchPlan,
  BranchRequest,
  CreatedBranch,
} from '../../../src/core/branches/create.js';
import { BranchError } from '../../../src/core/branches/errors.js';
import {
  deleteMerged,
  isUntouched,
  renameBranch,
  restoreBranch,
} from '../../../src/core/branches/maintain.js';
import { openCatalog } from '../../../src/core/catalog/open.js';
import type { Catalog } from '../../../src/core/catalog/catalog.js';
import { GitError, gitEnvironment } from '../../../src/core/git/process.js';
import type { Repository } from '../../../src/core/git/repository.js';
import { openRepository } from '../../../src/core/git/repository.js';
import { GitRepo } from '../../fixtures/gitRepo.js';

const CHURN = { name: 'churn', path: 'models/churn.pkl' };
const repos: GitRepo[] = [];

function repository(options: { bare?: boolean } = {}): GitRepo {
  const repo = GitRepo.create(options);
  repos.push(repo);
  return repo;
}

/** A repository with one commit, a model and a note. */
function started(): GitRepo {
  const repo = repository();
  repo.dvcPointer('models/churn.pkl', { content: 'one' }).write('notes.md', 'first\n').commit('start');
  return repo;
}

async function catalogOf(repo: GitRepo): Promise<Catalog> {
  return openCatalog(await opened(repo));
}

function opened(repo: GitRepo): Promise<Repository> {
  return openRepository(repo.dir, { git: gitEnvironment(repo.env) });
}

async function plan(repo: GitRepo, request: Partial<BranchRequest> = {}): Promise<BranchPlan> {
  return planBranch({ catalog: await catalogOf(repo), model: CHURN, description: 'lower rate', ...request });
}

async function make(
  repo: GitRepo,
  options: Partial<ApplyOptions> = {},
  request: Partial<BranchRequest> = {},
): Promise<CreatedBranch> {
  const catalog = await catalogOf(repo);
  const planned = await planBranch({ catalog, model: CHURN, description: 'lower rate', ...request });
  return applyBranch(catalog.repository, planned, { checkout: true, ...options });
}

/** Everything that must be as it was after something failed. */
function state(repo: GitRepo): string {
  return [
    repo.git('for-each-ref', '--format=%(refname) %(objectname)'),
    repo.git('rev-parse', '--symbolic-full-name', 'HEAD'),
    repo.git('status', '--porcelain'),
    repo.git('stash', 'list'),
    repo.git('worktree', 'list', '--porcelain'),
    repo.git('config', '--local', '--list'),
  ].join('\n');
}

function hook(repo: GitRepo, name: string, script: string): void {
  const folder = repo.git('rev-parse', '--git-path', 'hooks');
  mkdirSync(path.resolve(repo.dir, folder), { recursive: true });
  const file = path.resolve(repo.dir, folder, name);
  writeFileSync(file, `#!/bin/sh\n${script}\n`);
  chmodSync(file, 0o755);
}

async function fails(
  work: Promise<unknown>,
  reason: string,
  message: RegExp,
): Promise<BranchError | GitError> {
  try {
    await work;
  } catch (error) {
    assert.ok(error instanceof BranchError || error instanceof GitError, String(error));
    assert.equal(error.reason, reason, error.message);
    assert.match(error.message, message);
    return error;
  }
  return assert.fail('it went through');
}

describe('creating a branch', () => {
  afterEach(() => {
    for (const repo of repos.splice(0)) repo.dispose();
  });

  it('goes to a new branch of the convention, from what is checked out', async () => {
    const repo = started();
    const made = await make(repo);
    assert.equal(made.branch, 'experiment/churn_lower-rate');
    assert.equal(repo.git('branch', '--show-current'), 'experiment/churn_lower-rate');
    assert.equal(repo.head(), repo.head('main'));
  });

  it('starts at a version, a stage, a tag, a branch, the default branch, an experiment or a commit', async () => {
    const repo = started();
    repo.registerVersion('churn', 'v1.0.0');
    repo.assignStage('churn', 'prod', { version: 'v1.0.0' });
    const first = repo.head();
    repo.dvcPointer('models/churn.pkl', { content: 'two' }).commit('second');
    repo.tag('v2.0').branch('release/1', first);
    repo.git('update-ref', `refs/exps/aa/${'b'.repeat(38)}/tangy-auk`, first);
    repo.switch('other');
    repo.write('notes.md', 'other\n').commit('third');
    const from = async (text: BranchRequest['from']) => {
      const { kind, label, commit } = (await plan(repo, { from: text })).from;
      return [kind, label, commit];
    };
    const second = repo.head('main');
    assert.deepEqual(await from(undefined), ['current', 'other', repo.head()]);
    assert.deepEqual(await from({ default: true }), ['default', 'main', second]);
    assert.deepEqual(await from('v1.0.0'), ['version', 'churn@v1.0.0', first]);
    assert.deepEqual(await from('#prod'), ['stage', 'churn@v1.0.0', first]);
    assert.deepEqual(await from('v2.0'), ['tag', 'v2.0', second]);
    assert.deepEqual(await from('release/1'), ['branch', 'release/1', first]);
    assert.deepEqual(await from('tangy-auk'), ['experiment', 'tangy-auk', first]);
    assert.deepEqual(await from(first), ['commit', first.slice(0, 8), first]);
    await fails(
      plan(repo, { from: 'nowhere' }),
      'start',
      /"nowhere" names no version, branch, tag, experiment or commit/,
    );
  });

  it('shows the commands that do the same', async () => {
    const repo = started();
    repo.bare();
    const planned = await plan(repo, { from: 'main' });
    const lines = (options: ApplyOptions) => equivalentCommands(planned, options).map(shellLine);
    assert.deepEqual(lines({ checkout: true, push: true }), [
      'git switch --no-track -c experiment/churn_lower-rate main',
      'git push --set-upstream origin refs/heads/experiment/churn_lower-rate:refs/heads/experiment/churn_lower-rate',
    ]);
    assert.deepEqual(lines({ checkout: false }), ['git branch --no-track experiment/churn_lower-rate main']);
    assert.deepEqual(lines({ checkout: false, worktree: '../my trees/x' }), [
      "git worktree add --no-track -b experiment/churn_lower-rate '../my trees/x' main",
    ]);
  });

  it('makes the branch alone, or in a linked worktree, and the working copy stays', async () => {
    const repo = started();
    repo.write('notes.md', 'changed\n');
    await make(repo, { checkout: false });
    assert.equal(repo.git('branch', '--show-current'), 'main');
    const folder = path.join(path.dirname(repo.dir), 'linked');
    const made = await make(repo, { checkout: false, worktree: folder }, { description: 'two' });
    assert.equal(made.worktree, folder);
    assert.equal(repo.git('-C', folder, 'branch', '--show-current'), 'experiment/churn_two');
    assert.equal(readFileSync(repo.at('notes.md'), 'utf8'), 'changed\n');
    assert.equal(readFileSync(path.join(folder, 'notes.md'), 'utf8'), 'first\n');
    await undoBranch(await opened(repo), made);
    assert.equal(existsSync(folder), false);
    assert.equal(repo.git('branch', '--list', 'experiment/churn_two'), '');
  });

  it('never moves a dirty working copy unless told how: carry along or stash', async () => {
    const repo = started();
    repo.write('notes.md', 'changed\n').write('new.txt', 'untracked\n');
    const before = state(repo);
    await fails(
      make(repo),
      'dirty',
      /has changes \(notes.md\): carry them along, stash them, or use a linked worktree/,
    );
    assert.equal(state(repo), before);

    const carried = await make(repo, { dirty: 'carry' });
    assert.equal(repo.git('status', '--porcelain'), ' M notes.md\n?? new.txt');
    await undoBranch(await opened(repo), carried);
    assert.equal(state(repo), before);

    repo.git('add', 'notes.md');
    const staged = state(repo);
    const stashed = await make(repo, { dirty: 'stash' });
    assert.equal(repo.git('status', '--porcelain'), '?? new.txt');
    assert.match(repo.git('stash', 'list'), /before experiment\/churn_lower-rate/);
    await undoBranch(await opened(repo), stashed);
    assert.equal(state(repo), staged);
  });

  it('lets untracked files be, and leaves all as it was when one is in the way', async () => {
    const repo = started();
    repo.switch('other');
    repo.write('late.txt', 'tracked there\n').commit('late');
    repo.switch('main');
    repo.write('late.txt', 'mine\n');
    const before = state(repo);
    await fails(make(repo, {}, { from: 'other' }), 'failed', /would be overwritten/);
    assert.equal(state(repo), before);
    await make(repo);
    assert.equal(readFileSync(repo.at('late.txt'), 'utf8'), 'mine\n');
  });

  it('puts stashed changes back when the switch fails', async () => {
    const repo = started();
    repo.switch('other');
    repo.write('late.txt', 'tracked there\n').commit('late');
    repo.switch('main');
    repo.write('late.txt', 'mine\n').write('notes.md', 'changed\n');
    const before = state(repo);
    await fails(make(repo, { dirty: 'stash' }, { from: 'other' }), 'failed', /would be overwritten/);
    assert.equal(state(repo), before);
  });

  it('names what is in the way of the name, and one that is free', async () => {
    const repo = started();
    repo.branch('experiment/churn_lower-rate');
    const same = await fails(make(repo), 'exists', /exists here\.$/);
    assert.equal(same instanceof BranchError && same.suggestion, 'experiment/churn_lower-rate-2');

    repo.branch('experiment/Churn_Case');
    await fails(make(repo, {}, { description: 'case' }), 'exists', /differs only in case/);

    repo.branch('bugfix');
    await fails(
      make(repo, {}, { description: 'x', kind: 'bugfix' }),
      'conflict',
      /The branch bugfix exists here: .* cannot stand beside it/,
    );

    const remote = repo.bare();
    repos.push(remote);
    remote.branch('feature/there', 'main');
    repo.git('fetch', '-q', 'origin');
    await fails(make(repo, {}, { description: 'there', kind: 'feature' }), 'exists', /exists on origin/);
  });

  it('is refused by the team’s conventions and by Git’s rules, with a better name', async () => {
    const repo = started();
    repo
      .write(
        'modelkeep.yaml',
        'branches:\n  conventions:\n    - { name: experiment, pattern: "exp/{model}_{slug}" }\n',
      )
      .commit('settings');
    const error = await fails(make(repo, {}, { name: 'Exp/Churn LR' }), 'name', /has a space/);
    assert.equal(error instanceof BranchError && error.suggestion, 'exp/churn_lr');
    await fails(make(repo, {}, { description: '学习' }), 'name', /Nothing of "学习" can be written/);
    await fails(plan(repo, { kind: 'hotfix' }), 'name', /no kind of branch called "hotfix"/);
    await fails(
      make(repo, {}, { name: `exp/churn_${'x'.repeat(260)}` }),
      'name',
      /longer than file systems take/,
    );
  });

  it('counts {n} up, and takes {issue}, {date} and {user} from where they are', async () => {
    const repo = started();
    repo.write(
      'modelkeep.yaml',
      'branches:\n  conventions:\n    - { name: n, pattern: "try/{model}/{n}" }\n    - { name: i, pattern: "{user}/{date}/{issue}-{slug}" }\n',
    );
    repo.commit('settings');
    repo.branch('try/churn/1').branch('try/churn/2');
    assert.equal((await plan(repo)).name, 'try/churn/3');
    const now = new Date(2025, 0, 31, 23, 59);
    const { name } = await plan(repo, { kind: 'i', description: 'ABC-7 fix the login', now });
    assert.equal(name, 'ada-tester/2025-01-31/ABC-7-fix-the-login');
    await fails(
      plan(repo, { kind: 'i', description: 'no ticket' }),
      'name',
      /needs \{issue\}: the number or key of an issue/,
    );
  });

  it('works detached and unborn', async () => {
    const repo = started();
    repo.git('switch', '-q', '--detach');
    const made = await make(repo);
    await undoBranch(await opened(repo), made);
    assert.equal(repo.git('branch', '--show-current'), '');

    const empty = repository();
    await fails(make(empty, { checkout: false }), 'start', /no commit yet/);
    const unborn = await make(empty);
    assert.equal(empty.git('symbolic-ref', 'HEAD'), 'refs/heads/experiment/churn_lower-rate');
    await undoBranch(await opened(empty), unborn);
    assert.equal(empty.git('symbolic-ref', 'HEAD'), 'refs/heads/main');
  });

  it('waits for a merge or a rebase to be over', async () => {
    const repo = started();
    repo.switch('other');
    repo.write('notes.md', 'other\n').commit('other');
    repo.switch('main');
    repo.write('notes.md', 'mine\n').commit('mine');
    assert.throws(() => repo.git('merge', 'other'));
    const before = state(repo);
    await fails(make(repo, { dirty: 'carry' }), 'busy', /A merge is under way here/);
    assert.equal(state(repo), before);
    await make(repo, { checkout: false });
  });

  it('publishes just the branch, and says when there is nowhere to', async () => {
    const repo = started();
    const before = state(repo);
    await fails(make(repo, { push: true }), 'no-remote', /no remote to publish to/);
    assert.equal(state(repo), before);
    const remote = repo.bare();
    repos.push(remote);
    repo.tag('unrelated');
    const made = await make(repo, { push: true });
    assert.equal(
      remote.git('for-each-ref', '--format=%(refname)', 'refs/heads/experiment', 'refs/tags'),
      'refs/heads/experiment/churn_lower-rate',
    );
    assert.equal(repo.git('rev-parse', '--abbrev-ref', '@{upstream}'), 'origin/experiment/churn_lower-rate');
    await fails(undoBranch(await opened(repo), made), 'published', /is published \(origin\)/);
    // Or by hand, after it was made.
    repo.switch('main');
    const later = await make(repo, {}, { description: 'by hand' });
    repo.git('push', '-q', 'origin', 'HEAD');
    await fails(undoBranch(await opened(repo), later), 'published', /is published \(origin\/experiment/);
    assert.equal(repo.git('branch', '--show-current'), later.branch);
  });

  it('is taken back whole when the remote refuses it, and says why', async () => {
    const repo = started();
    const remote = repo.bare();
    repos.push(remote);
    hook(remote, 'pre-receive', 'echo "names must have a ticket" >&2; exit 1');
    repo.write('notes.md', 'changed\n');
    const before = state(repo);
    await fails(
      make(repo, { push: true, dirty: 'stash' }),
      'rejected',
      /origin refused .*pre-receive hook declined.*names must have a ticket/,
    );
    assert.equal(state(repo), before);
    hook(repo, 'pre-push', 'echo "not today" >&2; exit 1');
    await fails(make(repo, { push: true, dirty: 'carry' }), 'hook', /The pre-push hook refused: not today/);
    assert.equal(state(repo), before);
  });

  it('is taken back whole when another made it there first', async () => {
    const repo = started();
    const remote = repo.bare();
    repos.push(remote);
    const planned = await plan(repo);
    const other = remote.clone();
    repos.push(other);
    other.switch(planned.name);
    other.commit('first there');
    other.git('push', '-q', 'origin', planned.name);
    const before = state(repo);
    await fails(
      applyBranch(await opened(repo), planned, { checkout: true, push: true }),
      'rejected',
      /origin refused/,
    );
    assert.equal(state(repo), before);
  });

  it('leaves all as it was when the index is locked', async () => {
    const repo = started();
    repo.write('notes.md', 'changed\n');
    const planned = await plan(repo);
    repo.write('.git/index.lock', '');
    const refs = repo.git('for-each-ref');
    for (const dirty of ['carry', 'stash'] as const) {
      await fails(
        applyBranch(await opened(repo), planned, { checkout: true, dirty }),
        'locked',
        /index\.lock/,
      );
    }
    assert.equal(repo.git('for-each-ref'), refs);
    assert.equal(repo.git('branch', '--show-current'), 'main');
    assert.equal(readFileSync(repo.at('notes.md'), 'utf8'), 'changed\n');
  });

  it('goes on with a warning when a post-checkout hook fails', async () => {
    const repo = started();
    hook(repo, 'post-checkout', 'echo "no smudge" >&2; exit 1');
    const made = await make(repo);
    assert.deepEqual(made.warnings, ['The post-checkout hook failed: no smudge']);
    assert.equal(repo.git('branch', '--show-current'), made.branch);
  });

  it('keeps what somebody else did meanwhile', async () => {
    const repo = started();
    const planned = await plan(repo);
    const repositoryNow = await opened(repo);
    repo.branch(planned.name);
    await fails(applyBranch(repositoryNow, planned, { checkout: true }), 'exists', /already exists/);
    assert.notEqual(repo.git('branch', '--list', planned.name), '');
    repo.git('branch', '-D', '-q', planned.name);
    repo.write('notes.md', 'meanwhile\n');
    await fails(applyBranch(repositoryNow, planned, { checkout: true }), 'changed', /changed meanwhile/);
    repo.git('checkout', '-q', '.');
    const made = await applyBranch(repositoryNow, planned, { checkout: true });
    repo.commit('work');
    await fails(undoBranch(repositoryNow, made), 'changed', /has moved since/);
  });

  it('cancelled, leaves no worktree and no branch', async () => {
    const repo = started();
    hook(repo, 'post-checkout', 'sleep 1');
    const before = state(repo);
    const folder = path.join(path.dirname(repo.dir), 'cancelled');
    const abort = new AbortController();
    setTimeout(() => abort.abort(new Error('cancelled')), 300);
    await assert.rejects(
      make(repo, { checkout: false, worktree: folder, signal: abort.signal }),
      /cancelled/,
    );
    assert.equal(state(repo), before);
    assert.equal(existsSync(folder), false);
  });

  it('is taken back whole when Git is killed while publishing or adding the worktree', async function () {
    if (process.platform === 'win32') return;
    const repo = started();
    repos.push(repo.bare());
    repo.write('notes.md', 'changed\n');
    const before = state(repo);
    hook(repo, 'pre-push', 'kill -9 $PPID');
    await assert.rejects(make(repo, { push: true, dirty: 'stash' }));
    assert.equal(state(repo), before);
    hook(repo, 'post-checkout', 'kill -9 $PPID; sleep 0.1');
    const folder = path.join(path.dirname(repo.dir), 'killed');
    const made = await make(repo, { checkout: false, worktree: folder }).catch(() => null);
    // Killed after its last step Git may have done all of it; never half.
    if (made === null) {
      assert.equal(state(repo), before);
      assert.equal(existsSync(folder), false);
    } else {
      assert.equal(repo.git('-C', folder, 'branch', '--show-current'), made.branch);
    }
  });

  it('needs a worktree of its own in a bare repository', async () => {
    const repo = started();
    const bare = repo.bare();
    repos.push(bare);
    await fails(make(bare), 'worktree', /bare repository has no working copy/);
    const made = await make(bare, { checkout: false });
    assert.equal(bare.head(made.branch), bare.head('main'));
  });
});

describe('keeping branches', () => {
  afterEach(() => {
    for (const repo of repos.splice(0)) repo.dispose();
  });

  it('renames what is published nowhere', async () => {
    const repo = started();
    const made = await make(repo);
    await renameBranch(await catalogOf(repo), made.branch, 'experiment/churn_better');
    assert.equal(repo.git('branch', '--show-current'), 'experiment/churn_better');
    repos.push(repo.bare());
    repo.git('push', '-q', '-u', 'origin', 'HEAD');
    await fails(
      renameBranch(await catalogOf(repo), 'experiment/churn_better', 'experiment/churn_best'),
      'published',
      /origin\/experiment\/churn_better/,
    );
    await fails(renameBranch(await catalogOf(repo), 'main', 'trunk'), 'protected', /main is protected/);
  });

  it('knows a branch on which nothing was committed yet from one that is done', async () => {
    const repo = started();
    const repository = await opened(repo);
    repo.git('branch', 'new', 'main');
    repo.git('switch', '-q', '-c', 'done');
    repo.commit('work');
    repo.git('switch', '-q', 'main');
    repo.git('merge', '-q', '--ff-only', 'done');
    assert.deepEqual(
      [await isUntouched(repository, 'new'), await isUntouched(repository, 'done')],
      [true, false],
    );
    repo.remove('.git/logs');
    assert.equal(await isUntouched(repository, 'new'), false);
  });

  it('deletes what is merged, and brings it back', async () => {
    const repo = started();
    const { branch } = await make(repo);
    const commit = repo.head();
    await fails(deleteMerged(await catalogOf(repo), branch, { commit }), 'checked-out', /is checked out in/);
    repo.switch('main');
    await fails(
      deleteMerged(await catalogOf(repo), branch, undefined),
      'not-merged',
      /work that is nowhere else/,
    );
    const deleted = await deleteMerged(await catalogOf(repo), branch, { commit });
    assert.equal(repo.git('branch', '--list', branch), '');
    await restoreBranch(await opened(repo), deleted);
    assert.equal(repo.head(branch), commit);
  });
});
