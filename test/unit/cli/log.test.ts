import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { runCommandLine } from '../../fixtures/commandLine.js';
import { GitRepo, md5 } from '../../fixtures/gitRepo.js';

interface Answer {
  readonly revisions: readonly {
    readonly subject: string;
    readonly tags: readonly string[];
    readonly parameters: Readonly<Record<string, unknown>>;
    readonly metrics: Readonly<Record<string, unknown>>;
    readonly unread?: readonly unknown[];
  }[];
}

describe('modelkeep log', () => {
  let repo: GitRepo;
  let count = 0;
  beforeEach(() => {
    repo = GitRepo.create();
    count = 0;
  });
  afterEach(() => repo.dispose());

  /** A new revision of the model, with these files beside it. */
  const revision = (files: Readonly<Record<string, string | null>>): void => {
    count += 1;
    repo.dvcPointer('model.pkl', { md5: md5(`bits ${count}`) });
    for (const [file, text] of Object.entries(files)) {
      if (text === null) repo.remove(file);
      else repo.write(file, text);
    }
    repo.commit(`r${count}`);
  };
  const json = async (...args: string[]): Promise<Answer> => {
    const { out, exit } = await runCommandLine(repo, 'log', 'model', ...args, '--json');
    assert.equal(exit, 0);
    return JSON.parse(out) as Answer;
  };
  /** Lines without commit, time and digest. */
  const lines = async (...args: string[]): Promise<readonly string[]> => {
    const { out } = await runCommandLine(repo, 'log', 'model', ...args);
    return out
      .trimEnd()
      .split('\n')
      .map((line) => line.replace(/^\S{8} .* {2}(?=r\d)/, ''));
  };

  it('names the tags that a model had under another name, and what it lists can be compared and fetched', async () => {
    repo.dvcPointer('old/a.pkl', { content: '1' }).commit('r1');
    repo.tag('v1').annotatedTag('a@v0.1.0');
    repo.remove('old/a.pkl.dvc').dvcPointer('new/b.pkl', { content: '1' }).commit('a move');
    repo.dvcPointer('new/b.pkl', { content: '2' }).commit('r2');
    const { out } = await runCommandLine(repo, 'log', 'b');
    assert.match(out, / {2}\(a@v0\.1\.0, v1\) {2}r1$/m);
    const compared = await runCommandLine(repo, 'compare', 'b', 'v1', 'HEAD');
    assert.equal(compared.err, '');
    assert.match(compared.out, /^ {2}path +old\/a\.pkl +new\/b\.pkl$/m);
    assert.match(compared.out, /^ {2}digest +md5 c4ca4238a0b9 +md5 c81e728d9d4c$/m);
    // There are no bytes to be had, but it is known which.
    const fetched = await runCommandLine(
      repo,
      'fetch',
      'b',
      'v1',
      '--from',
      'cache',
      '--out',
      repo.at('c.pkl'),
    );
    assert.equal(fetched.exit, 3);
    assert.match(fetched.err, /c4ca4238 is not in the cache/);
  });

  it('says once what is missing, and not that there is nothing', async () => {
    revision({});
    revision({});
    repo.branch('other', 'HEAD~1').annotatedTag('model@v1.0.0');
    for (const commit of ['HEAD', 'HEAD~1']) {
      const id = repo.git('rev-parse', `${commit}:model.pkl.dvc`);
      rmSync(repo.at('.git', 'objects', id.slice(0, 2), id.slice(2)));
    }
    const { out, err } = await runCommandLine(repo, 'log', 'model');
    const told = 'error: model.pkl.dvc cannot be read: Git has no such object here';
    assert.equal(err.split(told).length - 1, 1, err);
    assert.equal(out, 'unknown\n');
  });

  it('names the tags of a revision whose bits nobody can tell by its commit', async () => {
    revision({});
    repo.write('model.pkl.dvc', 'outs:\n- path: model.pkl\n').commit('r2');
    repo.annotatedTag('model@v1.0.0');
    const [first, second] = (await json()).revisions;
    assert.deepEqual([first?.tags, second?.tags], [['model@v1.0.0'], []]);
  });

  it('gives a metric and a parameter the same name in every revision, with its file where one needs it', async () => {
    revision({ 'metrics.json': '{"acc": 1, "loss": 9}', 'params.yaml': 'lr: 1\n' });
    revision({
      'metrics.json': '{"acc": 2, "loss": 8}',
      'metrics.yaml': 'acc: 3\n',
      'params.toml': 'lr = 2\n',
    });
    revision({ 'metrics.yaml': null, 'metrics.json': '{"acc": 4}', 'params.toml': null });
    const { revisions } = await json();
    assert.deepEqual(
      revisions.map(({ metrics }) => metrics),
      [
        { 'metrics.json:acc': 4 },
        { 'metrics.json:acc': 2, loss: 8, 'metrics.yaml:acc': 3 },
        { 'metrics.json:acc': 1, loss: 9 },
      ],
    );
    assert.deepEqual(
      revisions.map(({ parameters }) => parameters),
      [{ 'params.yaml:lr': 1 }, { 'params.toml:lr': 2, 'params.yaml:lr': 1 }, { 'params.yaml:lr': 1 }],
    );
    assert.deepEqual(await lines(), [
      'r3  metrics.json:acc=4',
      'r2  metrics.json:acc=2 loss=8 metrics.yaml:acc=3',
      'r1  metrics.json:acc=1 loss=9',
    ]);
    const acc = await json('--metric', 'acc');
    assert.deepEqual(
      acc.revisions.map(({ metrics }) => Object.keys(metrics)),
      [['metrics.json:acc'], ['metrics.json:acc', 'metrics.yaml:acc'], ['metrics.json:acc']],
    );
  });

  it('leaves names alone that no revision has twice, though they wander from file to file', async () => {
    revision({ 'metrics.json': '{"acc": 1}' });
    revision({ 'metrics.json': null, 'metrics.yaml': 'acc: 2\n' });
    const { revisions } = await json();
    assert.deepEqual(
      revisions.map(({ metrics }) => metrics),
      [{ acc: 2 }, { acc: 1 }],
    );
  });

  it('says which file could not be read and on which line, once for all revisions that follow', async () => {
    revision({ 'metrics.json': '{"acc": 1}', 'params.yaml': 'lr: 1\n' });
    revision({ 'params.yaml': 'lr: 1\nlr: 2\n' });
    revision({ 'metrics.json': '{"acc": 1,\n ]\n' });
    revision({ 'params.yaml': 'lr: 2\n' });
    revision({ 'params.yaml': '# none\nlr: 1\nlr: 2\n' });
    const twice = 'could not read params.yaml: line 2: The key "lr" stands twice';
    const [r5, broken, again, r4, r3, then, r2, r1, ...rest] = await lines();
    assert.deepEqual([r5, r4, r3, r2, r1, ...rest], ['r5', 'r4', 'r3', 'r2  acc=1', 'r1  acc=1']);
    assert.match(broken ?? '', /^ {10}could not read metrics\.json: line 2: The JSON is broken: /);
    assert.equal(again?.trim(), twice.replace('line 2', 'line 3'));
    assert.equal(then?.trim(), twice);
    assert.deepEqual(
      (await json()).revisions.map(({ subject, unread = [] }) => [subject, unread.length]),
      [
        ['r5', 2],
        ['r4', 1],
        ['r3', 2],
        ['r2', 1],
        ['r1', 0],
      ],
    );
    const [, , , second] = (await json()).revisions;
    const reason = 'The key "lr" stands twice';
    assert.deepEqual(second?.unread, [{ kind: 'parameters', file: 'params.yaml', reason, line: 2 }]);
    assert.equal((await lines('--metric', 'acc')).filter((line) => line.includes('params.yaml')).length, 0);
  });

  it('takes what is not there, or not local, for no broken file', async () => {
    repo.write('dvc.yaml', 'metrics: [metrics.json, gone.json]\nparams: [nowhere.yaml]\n');
    repo.lfsPointer('metrics.json');
    revision({});
    assert.deepEqual(await lines(), ['r1  metrics.json: not local']);
    assert.deepEqual((await json()).revisions[0]?.unread, [
      { kind: 'metrics', file: 'metrics.json', reason: 'not local' },
      { kind: 'metrics', file: 'gone.json', reason: 'not in this commit' },
    ]);
  });

  it('names the line in a comparison too', async () => {
    revision({ 'metrics.json': '{"acc": 1}', 'params.toml': 'lr = 1\n' });
    revision({ 'metrics.json': '{"acc": 1,\n\n ]\n', 'params.toml': 'a = 1\nlr = \n' });
    const { out, err } = await runCommandLine(
      repo,
      'compare',
      'model',
      'HEAD~1',
      'HEAD',
      '--all-fields',
      '--json',
    );
    const answer = JSON.parse(out) as {
      readonly columns: readonly { readonly problems: readonly string[] }[];
      readonly rows: readonly { readonly field: string; readonly unknown?: readonly (string | null)[] }[];
      readonly diagnostics: readonly Readonly<Record<string, unknown>>[];
    };
    assert.equal(err, '');
    assert.deepEqual(
      answer.diagnostics.map(({ code, commit, path, line }) => [code, commit, path, line]),
      [
        ['compare-incomplete', repo.head(), 'metrics.json', 3],
        ['compare-incomplete', repo.head(), 'params.toml', 2],
      ],
    );
    assert.match(answer.columns[1]?.problems[0] ?? '', /^Metrics in metrics\.json: The JSON .* \(line 3\)$/);
    const unknown = answer.rows.find(({ field }) => field === 'lr')?.unknown;
    assert.equal(unknown?.[0], null);
    assert.match(unknown[1] ?? '', /^line 2: The TOML is broken: /);
  });
});
