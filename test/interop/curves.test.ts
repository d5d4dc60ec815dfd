import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { GitRepo } from '../fixtures/gitRepo.js';
import { modelkeep } from './cli.js';
import { dvcEnvironment, dvcIn } from './dvcIn.js';
import { describeWith } from './tools.js';

interface Answer {
  readonly curves?: readonly {
    readonly metric: string;
    readonly series: readonly unknown[];
    readonly unknown?: readonly (string | null)[];
  }[];
}

/** Curves as `dvc add` and `dvc repro` keep them, file by file. */
describeWith('dvc', 'curves that DVC keeps as single files', (dvcProgram) => {
  let repo: GitRepo;
  before(() => {
    repo = GitRepo.create();
  });
  after(() => repo.dispose());

  const env = (): NodeJS.ProcessEnv => dvcEnvironment(dvcProgram, repo);
  const dvc = (...args: string[]): void => dvcIn(dvcProgram, repo, ...args);
  const curves = (model: string): unknown => {
    const args = ['compare', model, 'HEAD~1', 'HEAD', '--json'];
    const { stdout } = modelkeep(args, { cwd: repo.dir, env: env() });
    return (JSON.parse(stdout) as Answer).curves?.map(({ metric, series, unknown }) => [
      metric,
      series,
      unknown,
    ]);
  };

  it('are found in its cache, and not local once that is gone', () => {
    dvc('init', '-q');
    const table = (value: string): string => `printf 'step\\tloss\\n0\\t1\\n1\\t${value}\\n'`;
    for (const value of ['0.5', '0.25']) {
      repo.write('tracked/dvclive/plots/metrics/train/loss.tsv', `step\tloss\n0\t1\n1\t${value}\n`);
      repo.write('tracked/hand.pkl', value);
      dvc('add', '-q', 'tracked/hand.pkl', 'tracked/dvclive/plots/metrics/train/loss.tsv');
      const command = `mkdir -p made/dvclive/plots/metrics && ${table(value)} > made/dvclive/plots/metrics/loss.tsv && ${table(value)} > made/history.tsv && echo ${value} > made/made.pkl`;
      repo.write(
        'dvc.yaml',
        [
          'stages:',
          '  train:',
          `    cmd: ${JSON.stringify(command)}`,
          '    outs: [made/made.pkl]',
          '    plots:',
          '    - made/dvclive/plots/metrics/loss.tsv',
          '    - made/history.tsv: {x: step}',
          '',
        ].join('\n'),
      );
      dvc('repro', '-q');
      repo.commit(value);
    }
    const lines = ['0.5', '0.25'].map((value) => [
      [0, 1],
      [1, Number(value)],
    ]);
    assert.deepEqual(curves('hand'), [['train.loss', lines, undefined]]);
    assert.deepEqual(curves('made'), [
      ['loss', lines, undefined],
      ['history.loss', lines, undefined],
    ]);
    rmSync(repo.at('.dvc/cache'), { recursive: true });
    const nowhere = ['not local', 'not local'];
    assert.deepEqual(curves('hand'), [['train.loss', [null, null], nowhere]]);
    assert.deepEqual(curves('made'), [['loss', [null, null], nowhere]]);
  });
});
