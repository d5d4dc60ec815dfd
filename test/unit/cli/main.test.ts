import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import { rmSync } from 'node:fs';
import { main } from '../../../src/cli/main.js';
import { GitRepo } from '../../fixtures/gitRepo.js';

interface Outcome {
  readonly exit: number;
  readonly out: string;
  readonly err: string;
}

/** One command line, as its process would see it. */
async function modelkeep(repo: GitRepo, args: readonly string[], cwd = repo.dir): Promise<Outcome> {
  const written = { out: '', err: '' };
  const stream = (name: 'out' | 'err') =>
    Object.assign(new EventEmitter(), {
      write: (text: string) => ((written[name] += text), true),
      isTTY: false,
    });
  const process = Object.assign(new EventEmitter(), {
    cwd: () => cwd,
    env: repo.env,
    stdout: stream('out'),
    stderr: stream('err'),
  });
  const exit = await main(args, process as unknown as NodeJS.Process);
  return { exit, ...written };
}

describe('the command line around the commands', () => {
  let repo: GitRepo;
  beforeEach(() => {
    repo = GitRepo.create();
    repo.dvcPointer('models/churn.pkl', { md5: 'a'.repeat(32), size: 10 });
    repo.commit('first');
  });
  afterEach(() => repo.dispose());

  it('answers with one JSON object when there is no such command, or none', async () => {
    for (const args of [['lisst', '--json'], ['toString', '--json'], ['--json']]) {
      const { exit, out, err } = await modelkeep(repo, args);
      const answer = JSON.parse(out) as { schema: number; diagnostics: { severity: string; code: string }[] };
      assert.equal(exit, 2);
      assert.equal(answer.schema, 1);
      assert.deepEqual(
        answer.diagnostics.map(({ severity, code }) => [severity, code]),
        [['error', 'usage']],
      );
      assert.notEqual(err, '');
    }
  });

  it('takes the options of every command before its name too', async () => {
    const { exit, out, err } = await modelkeep(repo, ['--repo', repo.dir, '--json', 'list'], '/');
    assert.equal(exit, 0, err);
    assert.equal((JSON.parse(out) as { repository: string }).repository, repo.dir);
  });

  it('fails where its answer cannot be written, unless nobody reads any more', async () => {
    for (const [code, wanted] of [
      ['ENOSPC', 3],
      ['EPIPE', 0],
    ] as const) {
      const exits: number[] = [];
      const stdout = new EventEmitter();
      const said: string[] = [];
      const process = Object.assign(new EventEmitter(), {
        cwd: () => repo.dir,
        env: repo.env,
        stdout: Object.assign(stdout, {
          write: () => {
            stdout.emit('error', Object.assign(new Error('no space left on device'), { code }));
            return true;
          },
        }),
        stderr: Object.assign(new EventEmitter(), { write: (text: string) => said.push(text) }),
        exit: (exit: number) => exits.push(exit),
      });
      await main(['--version'], process as unknown as NodeJS.Process);
      assert.equal(exits[0], wanted);
      if (wanted !== 0)
        assert.match(said.join(''), /^modelkeep: the answer could not be written: no space left/);
    }
  });

  it('helps with no command that there is not', async () => {
    const { exit, out, err } = await modelkeep(repo, ['help', 'lisst']);
    assert.deepEqual([exit, out], [2, '']);
    assert.match(err, /there is no command "lisst"/);
    assert.equal((await modelkeep(repo, ['help', 'list'])).exit, 0);
  });

  it('shows who holds a stage before who held it, and which tag registers nothing', async () => {
    repo.annotatedTag('churn@v1.0.0');
    repo.annotatedTag('churn#prod#1');
    repo.tag('v1.0.0');
    repo.write('x', 'x').commit('second');
    repo.annotatedTag('churn@v1.1.0');
    repo.annotatedTag('churn#prod#2');
    const { out } = await modelkeep(repo, ['show', 'churn']);
    assert.match(out, /^ {2}#prod: v1\.1\.0 \(before: v1\.0\.0\)$/m);
    assert.match(out, /^ {2}v1\.0\.0 {2}\d/m);
    assert.match(out, /^ {2}v1\.0\.0 \(plain tag\) {2}\d/m);
  });

  it('says so where there is nothing to tell', async () => {
    repo.annotatedTag('ghost@v1.0.0');
    assert.equal((await modelkeep(repo, ['log', 'ghost'])).out, 'no revisions\n');
  });

  it('tells a branch whose commit is gone from one that is not there', async () => {
    repo.switch('gone', 'main').write('x', 'x').commit('second');
    const lost = repo.head();
    repo.switch('main');
    rmSync(repo.at('.git', 'objects', lost.slice(0, 2), lost.slice(2)));
    const fetched = await modelkeep(repo, ['fetch', 'churn', 'gone', '--out', repo.at('out.pkl')]);
    assert.equal(fetched.exit, 3);
    assert.match(fetched.err, /Nobody can tell here whether gone has a model "churn"/);
    assert.match(fetched.err, /Commit [0-9a-f]{8} is not in this clone/);
    const compared = await modelkeep(repo, ['compare', 'churn', 'main', 'gone']);
    assert.equal(compared.exit, 0);
    assert.match(compared.out, /digest +md5 a{12} +not local/);
    const { exit, err } = await modelkeep(repo, ['fetch', 'churn', 'nowhere']);
    assert.equal(exit, 2);
    assert.match(err, /"nowhere" names no commit here/);
  });

  it('fetches to no place that has no name', async () => {
    const { exit, err } = await modelkeep(repo, ['fetch', 'churn', 'main', '--out', '']);
    assert.equal(exit, 2);
    assert.match(err, /--out names no place/);
  });

  it('calls nothing unregistered whose digest cannot be known', async () => {
    repo.annotatedTag('churn@v1.0.0');
    repo.write('models/churn.pkl.dvc', 'outs:\n- path: churn.pkl\n').commit('broken');
    const { out } = await modelkeep(repo, ['list']);
    assert.match(out, /^churn {2}digest unknown, after churn@v1\.0\.0 {2}dvc/m);
  });

  it('says when what was named is both a version and something in Git', async () => {
    repo.annotatedTag('churn@v1.0.0');
    repo.git('tag', 'v1.0.0');
    repo.dvcPointer('models/churn.pkl', { md5: 'b'.repeat(32), size: 20 });
    repo.commit('second');
    const { exit, out, err } = await modelkeep(repo, ['compare', 'churn', 'v1.0.0', 'main', '--json']);
    const answer = JSON.parse(out) as { diagnostics: { severity: string; code: string }[] };
    assert.equal(exit, 0, err);
    assert.deepEqual(
      answer.diagnostics.map(({ severity, code }) => [severity, code]),
      [['info', 'revision-also-in-git']],
    );
  });

  it('counts tracked files where they are asked for, and says when a repository is a file', async () => {
    repo.dvcPointer('data/train.csv', { md5: 'd'.repeat(32), size: 10 });
    repo.commit('data');
    assert.equal((await modelkeep(repo, ['list', '--summary'])).out, 'main  1 model\n');
    assert.equal((await modelkeep(repo, ['list', '--summary', '--tracked'])).out, 'main  2 tracked files\n');
    const { exit, err } = await modelkeep(repo, ['list', '--repo', 'models/churn.pkl.dvc']);
    assert.equal(exit, 3);
    assert.match(err, /is a file, not a folder/);
  });

  it('says of a branch without anything to list whether it has none, changes none, or cannot be read', async () => {
    repo.git('branch', 'same');
    repo.git('checkout', '--quiet', '--orphan', 'bare');
    repo.git('rm', '--quiet', '-r', '--cached', '.');
    repo.git('commit', '--quiet', '--allow-empty', '-m', 'Nothing');
    repo.write('.git/refs/heads/lost', `${'d'.repeat(40)}\n`);
    const said = async (...args: string[]): Promise<string> =>
      (await modelkeep(repo, ['list', '--branch', 'bare', '--branch', 'lost', '--branch', 'same', ...args]))
        .out;
    assert.match(await said(), /^bare\n {2}no models\nlost\n {2}unknown\nsame\n {2}churn /);
    assert.match(await said('--changed'), /lost\n {2}unknown\nsame\n {2}no changes\n$/);
    assert.match(await said('--tracked'), /^bare\n {2}no tracked files\nlost\n {2}unknown\n/);
    assert.equal(
      await said('--summary', '--tracked'),
      'bare  0 tracked files, 1 changed\nlost  unknown\nsame  1 tracked file\n',
    );
  });

  it('keeps a hostile name on its line and off the terminal', async () => {
    repo.write('models/a.pkl.dvc', 'outs:\n- {md5: "1", size: 5, path: "a\\n\\e[31m.pkl"}\n');
    repo.commit('hostile');
    const listed = await modelkeep(repo, ['list']);
    assert.deepEqual(
      listed.out.split('\n').map((line) => line.split('  ').at(-1)),
      ['models/a\uFFFD\uFFFD[31m.pkl', 'models/churn.pkl', ''],
    );
    const { exit, err } = await modelkeep(repo, ['show', 'x\u001b[2J']);
    assert.equal(exit, 2);
    assert.ok(!err.includes('\u001b'), JSON.stringify(err));
  });

  it('takes a model named like a property of every object for a model', async () => {
    repo.dvcPointer('models/constructor.pkl', { md5: 'c'.repeat(32), size: 10 });
    repo.commit('constructor');
    for (const args of [
      ['log', 'constructor'],
      ['compare', 'constructor', 'HEAD', 'HEAD~1'],
    ]) {
      const { exit, err } = await modelkeep(repo, args);
      assert.equal(exit, 0, err);
    }
  });

  it('ends where no cache can be kept', async () => {
    // Node's own recursive mkdir never ends under /proc.
    const process = { ...repo.env, MODELKEEP_CACHE_DIR: '/proc/nowhere/deep' };
    const { exit } = await modelkeep(Object.create(repo, { env: { value: process } }) as GitRepo, ['list']);
    assert.equal(exit, 0);
  });
});
