import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { runCommandLine } from '../../fixtures/commandLine.js';
import { GitRepo } from '../../fixtures/gitRepo.js';

interface Ran {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

async function modelkeep(repo: GitRepo, ...args: string[]): Promise<Ran> {
  const { exit, out, err } = await runCommandLine(repo, ...args);
  return { exitCode: exit, stdout: out, stderr: err };
}

const CONVENTIONS =
  'branches:\n  conventions:\n    - { name: experiment, pattern: "experiment/{model}_{slug}" }\n    - { name: bugfix, pattern: "bugfix/{slug}" }\n';

describe('modelkeep branch and check-branch', () => {
  let repo: GitRepo;
  beforeEach(() => {
    repo = GitRepo.create();
    repo
      .dvcPointer('models/churn.pkl', { content: 'one' })
      .write('modelkeep.yaml', CONVENTIONS)
      .commit('start');
  });
  afterEach(() => repo.dispose());

  it('shows what it would do, and does it', async () => {
    const dry = await modelkeep(repo, 'branch', 'churn', 'lower rate', '--dry-run');
    assert.deepEqual(
      [dry.exitCode, dry.stdout, repo.git('branch', '--show-current')],
      [
        0,
        `would make experiment/churn_lower-rate from main (${repo.head().slice(0, 8)}):\n  git switch --no-track -c experiment/churn_lower-rate ${repo.head().slice(0, 12)}\n`,
        'main',
      ],
    );
    const done = await modelkeep(repo, 'branch', 'models/churn.pkl', 'lower rate', '--json');
    assert.deepEqual(JSON.parse(done.stdout), {
      schema: 1,
      branch: 'experiment/churn_lower-rate',
      from: 'main',
      commit: repo.head('main'),
      pushed: false,
      dryRun: false,
      commands: [
        ['git', 'switch', '--no-track', '-c', 'experiment/churn_lower-rate', repo.head('main').slice(0, 12)],
      ],
    });
    assert.equal(repo.git('branch', '--show-current'), 'experiment/churn_lower-rate');
  });

  it('says how to take it back, and that takes it back', async () => {
    const before = [repo.git('for-each-ref'), repo.git('symbolic-ref', 'HEAD')];
    repo.write('models/churn.pkl.dvc', 'outs: []\n');
    const { stdout } = await modelkeep(repo, 'branch', 'churn', 'lower rate', '--stash');
    const undo = /^to take it back: (.*)$/m.exec(stdout)?.[1] ?? '';
    assert.equal(
      undo,
      'git switch main && git branch -D experiment/churn_lower-rate && git stash pop --index',
    );
    for (const command of undo.split(' && ')) repo.git(...command.split(' ').slice(1));
    assert.deepEqual([repo.git('for-each-ref'), repo.git('symbolic-ref', 'HEAD')], before);
    assert.equal(repo.git('status', '--porcelain'), ' M models/churn.pkl.dvc');
  });

  it('makes a linked worktree from a version, and publishes', async () => {
    repo.registerVersion('churn', 'v1.0.0');
    const remote = repo.bare();
    const folder = path.join(path.dirname(repo.dir), 'linked');
    const { exitCode, stdout } = await modelkeep(
      repo,
      'branch',
      'churn',
      'x',
      '--kind',
      'bugfix',
      '--from',
      'v1.0.0',
      '--worktree',
      '../linked',
      '--push',
      '--json',
    );
    assert.deepEqual(
      [exitCode, JSON.parse(stdout)],
      [
        0,
        {
          schema: 1,
          branch: 'bugfix/x',
          from: 'churn@v1.0.0',
          commit: repo.head(),
          worktree: folder,
          pushed: true,
          dryRun: false,
          commands: [
            ['git', 'worktree', 'add', '--no-track', '-b', 'bugfix/x', folder, 'churn@v1.0.0'],
            ['git', 'push', '--set-upstream', 'origin', 'refs/heads/bugfix/x:refs/heads/bugfix/x'],
          ],
        },
      ],
    );
    assert.equal(remote.head('bugfix/x'), repo.head());
    remote.dispose();
  });

  it('refuses with exit 2 and says what could be done instead', async () => {
    repo.write('models/churn.pkl.dvc', 'outs: []\n');
    const dirty = await modelkeep(repo, 'branch', 'churn', 'x');
    assert.equal(dirty.exitCode, 2);
    assert.match(
      dirty.stderr,
      /has changes \(models\/churn\.pkl\.dvc\).*Use --carry, --stash, --worktree DIR or --no-checkout/,
    );
    const unknown = await modelkeep(repo, 'branch', 'chum', 'x', '--no-checkout');
    assert.deepEqual([unknown.exitCode, /There is no model "chum"/.test(unknown.stderr)], [2, true]);
    const kind = await modelkeep(repo, 'branch', 'churn', 'x', '--kind', 'zzz');
    assert.deepEqual([kind.exitCode, kind.stderr.split('\n').slice(1, 3)], [2, ['  experiment', '  bugfix']]);
  });

  it('checks the current branch, given names and all branches', async () => {
    assert.equal((await modelkeep(repo, 'check-branch')).exitCode, 0);
    const { exitCode, stdout } = await modelkeep(
      repo,
      'check-branch',
      'experiment/churn_lr',
      'exp/Churn LR',
      'main',
      '--json',
    );
    assert.equal(exitCode, 1);
    assert.deepEqual(JSON.parse(stdout), {
      schema: 1,
      branches: [
        { name: 'experiment/churn_lr', ok: true },
        {
          name: 'exp/Churn LR',
          ok: false,
          code: 'git',
          rule: 'The name has a space.',
          suggestion: 'experiment/churn_lr',
        },
        { name: 'main', ok: true },
      ],
    });
    repo.branch('wip');
    const all = await modelkeep(repo, 'check-branch', '--all');
    assert.equal(all.exitCode, 1);
    assert.match(
      all.stdout,
      /^ok {4}main\nwrong wip {2}The name must start with experiment\/ or bugfix\/\. Try experiment\/wip_change\n$/,
    );
  });

  it('judges by refs and settings alone: no tree is read, nor a model looked for', async () => {
    repo.registerVersion('churn', 'v1.0.0');
    repo.git('switch', '-q', '-c', 'experiment/churn_lr');
    const tree = repo.git('rev-parse', 'HEAD^{tree}');
    repo.remove(`.git/objects/${tree.slice(0, 2)}/${tree.slice(2)}`);
    const { exitCode, stdout, stderr } = await modelkeep(repo, 'check-branch');
    assert.deepEqual([exitCode, stdout, stderr], [0, 'ok    experiment/churn_lr\n', '']);
    const wrong = await modelkeep(repo, 'check-branch', 'exp/churn-faster', '--json');
    assert.equal(wrong.exitCode, 1);
    assert.match(wrong.stdout, /"suggestion":"experiment\/churn_faster"/);
  });

  it('holds names as a pre-push hook, as the documentation has it', () => {
    const docs = readFileSync('docs/command-line.md', 'utf8');
    const hook = /As a `pre-push` hook[^]*?```sh\n([^]*?)```/.exec(docs)?.[1] ?? '';
    const bin = repo.at('.git', 'bin');
    mkdirSync(bin);
    const cli = `exec '${process.execPath}' --import '${require.resolve('tsx')}' '${path.resolve('src/cli.ts')}' "$@"`;
    writeFileSync(path.join(bin, 'modelkeep'), `#!/bin/sh\n${cli}\n`, { mode: 0o755 });
    mkdirSync(repo.at('.git', 'hooks'), { recursive: true });
    writeFileSync(repo.at('.git', 'hooks', 'pre-push'), hook, { mode: 0o755 });
    const remote = repo.bare();
    repo.branch('bugfix/x').branch('Wrong');
    const env = { PATH: `${bin}:${process.env.PATH ?? ''}` };
    repo.run(['push', '-q', 'origin', 'main', 'bugfix/x'], { env });
    assert.throws(
      () => repo.run(['push', '-q', 'origin', 'Wrong'], { env }),
      /The name must start with experiment\/ or bugfix\//,
    );
    assert.equal(remote.git('for-each-ref', '--format=%(refname:short)', 'refs/heads'), 'bugfix/x\nmain');
    repo.run(['push', '-q', 'origin', ':bugfix/x'], { env });
    assert.equal(remote.git('for-each-ref', '--format=%(refname:short)', 'refs/heads'), 'main');
    remote.dispose();
  });

  it('takes the default branch’s settings where the working copy has none, and says what is wrong in them', async () => {
    repo.git('switch', '-q', '--orphan', 'wip');
    const { exitCode, stderr } = await modelkeep(repo, 'check-branch');
    assert.equal(exitCode, 1);
    assert.match(stderr, /the one of the default branch counts/);
    repo.write('modelkeep.yaml', 'branches: 3\n');
    const broken = await modelkeep(repo, 'check-branch', '--json');
    assert.equal(broken.exitCode, 2, 'conventions that a mistake hides are no pass');
    assert.match(broken.stdout, /"path":"modelkeep.yaml"/);
  });

  it('enforces nothing without conventions', async () => {
    repo.remove('modelkeep.yaml').commit('no settings').valueOf();
    const { exitCode, stderr } = await modelkeep(repo, 'check-branch', 'whatever', '--all');
    assert.equal(exitCode, 0);
    assert.match(stderr, /nothing is enforced/);
  });

  it('exports patterns for servers', async () => {
    const gitlab = await modelkeep(repo, 'check-branch', '--export', 'gitlab');
    const pattern = new RegExp(gitlab.stdout.trim(), 'u');
    assert.deepEqual(
      ['main', 'bugfix/x', 'wip'].map((name) => pattern.test(name)),
      [true, true, false],
    );
    const github = await modelkeep(repo, 'check-branch', '--export', 'github');
    assert.match(github.stdout, /"type": "branch_name_pattern"/);
    assert.equal((await modelkeep(repo, 'check-branch', '--export', 'svn')).exitCode, 2);
  });
});
