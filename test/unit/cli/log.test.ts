import assert from 'node:assert/strict';
import { runCommandLine } from '../../fixtures/commandLine.js';
import { GitRepo, md5 } from '../../fixtures/gitRepo.js';

interface Answer {
  readonly revisions: readonly {
    readonly parameters: Readonly<Record<string, unknown>>;
    readonly metrics: Readonly<Record<string, unknown>>;
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
});
