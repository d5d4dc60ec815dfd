import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import path from 'node:path';
import { folderDigest, formatManifest } from '../../../src/core/artifacts/manifest.js';
import { curvesIn } from '../../../src/core/parameters/curves.js';
import { runCommandLine } from '../../fixtures/commandLine.js';
import type { GitRepo } from '../../fixtures/gitRepo.js';
import { md5 } from '../../fixtures/gitRepo.js';
import { KeptRepo, LIVE, entriesOf, stage } from './keptRepo.js';
import type { Files } from './keptRepo.js';

describe('Curves of runs', () => {
  let fixture: KeptRepo;
  let repo: GitRepo;
  beforeEach(() => {
    fixture = new KeptRepo();
    ({ repo } = fixture);
  });
  afterEach(() => repo.dispose());

  it('are found beside the metrics, in the cache and in Git', async () => {
    const curves = {
      ...LIVE,
      'plots/metrics/train/loss.tsv': 'timestamp\tstep\tloss\n9\t0\t1.5\n9\t1\t0.5\n9\t2\tnan\n',
      'plots/metrics/x.json': '[{"epoch": 1, "a": 2, "b": "3"}]',
      'plots/metrics/broken.json': '{',
    };
    repo.write('dvc.yaml', stage(''));
    fixture.lock({ dvclive: curves });
    const kept = repo.commit('Kept');
    fixture.cache(curves);
    repo.write('dvc.yaml', stage('').replace('dvclive]', '{dvclive: {cache: false}}]'));
    for (const [file, text] of Object.entries(LIVE)) repo.write(`dvclive/${file}`, text);
    repo.commit('In Git');
    const { out } = await runCommandLine(repo, 'compare', 'churn', kept, 'HEAD', '--json');
    assert.deepEqual((JSON.parse(out) as { curves: unknown }).curves, [
      { metric: 'auc', direction: 'higher', series: [[[0, 0.5]], [[0, 0.5]]] },
      {
        metric: 'train.loss',
        series: [
          [
            [0, 1.5],
            [1, 0.5],
          ],
          null,
        ],
        gaps: [[[2, 2, 1]], []],
      },
      { metric: 'x.a', series: [[[1, 2]], null] },
      { metric: 'x.b', series: [[[1, 3]], null] },
    ]);
    const thinned = curvesIn(
      'plots/metrics/a.csv',
      { kind: 'live', folder: 'plots/metrics' },
      Buffer.from(`a\n${Array.from({ length: 5000 }, (_, row) => row).join('\n')}`),
    );
    assert.equal(thinned[0]?.points.length, 1000);
    assert.deepEqual(
      [thinned[0]?.points[0], thinned[0]?.points.at(-1)],
      [
        [0, 0],
        [4999, 4999],
      ],
    );
  });

  it('are told not to be here, or not to be in a file, and nothing is said where there never were any', async () => {
    type Answer = {
      readonly curves?: readonly { readonly metric: string; readonly series: readonly unknown[] }[];
      readonly curvesUnknown?: readonly (string | null)[];
      readonly columns: readonly { readonly problems: readonly string[] }[];
    };
    const compare = async (...revs: string[]): Promise<Answer> =>
      JSON.parse((await runCommandLine(repo, 'compare', 'churn', ...revs, '--json')).out) as Answer;
    repo.write('dvc.yaml', stage('')).write('params.yaml', 'lr: 0.2\n');
    fixture.lock({ dvclive: LIVE });
    const kept = repo.commit('Train');
    repo.write('dvc.yaml', stage('').replace('dvclive]', '{dvclive: {cache: false}}]'));
    for (const [file, text] of Object.entries(LIVE)) repo.write(`dvclive/${file}`, text);
    repo.write('dvclive/plots/metrics/broken.tsv', 'step\tbroken\nfirst\tone\n');
    const inGit = repo.commit('In Git');
    const away = await compare(kept, inGit);
    assert.deepEqual(away.curvesUnknown, ['not local', 'no table of numbers']);
    const auc = { metric: 'auc', direction: 'higher', series: [null, [[0, 0.5]]] };
    assert.deepEqual(away.curves, [{ ...auc, unknown: ['not local', null] }]);
    assert.deepEqual(away.columns[1]?.problems, [
      'Curves in dvclive/plots/metrics/broken.tsv: no table of numbers',
    ]);
    fixture.cache(LIVE);
    rmSync(path.join(repo.dir, '.dvc/cache/files/md5', '..'), { recursive: true });
    fixture.put(folderDigest(entriesOf(LIVE)), formatManifest(entriesOf(LIVE)));
    assert.deepEqual((await compare(kept, inGit)).curvesUnknown, ['not local', 'no table of numbers']);
    // Of a run some may be here: it is said of each curve whether it is, also of one that is here of no run.
    const run = (auc: string): Files => ({
      ...LIVE,
      'plots/metrics/auc.tsv': auc,
      'plots/metrics/train/loss.tsv': 'step\tloss\n0\t1\n',
      'plots/metrics/lr.tsv': 'step\tlr\n0\t0.1\n',
    });
    const runs = [run('step\tauc\n0\t0.5\n'), run('step\tauc\n0\t0.6\n')];
    repo.write('dvc.yaml', stage('')).remove('dvclive');
    const trained = runs.map((files, at) => {
      fixture.lock({ dvclive: files });
      fixture.put(folderDigest(entriesOf(files)), formatManifest(entriesOf(files)));
      fixture.put(md5(files['plots/metrics/auc.tsv'] ?? ''), files['plots/metrics/auc.tsv'] ?? '');
      return repo.commit(`Run ${at}`);
    });
    fixture.put(md5('step\tloss\n0\t1\n'), 'step\tloss\n0\t1\n');
    repo.write('dvc.yaml', stage('').replace('dvclive]', '{dvclive: {cache: false}}]'));
    const gone = repo.commit('No curves');
    const [first = '', second = ''] = trained;
    const partly = await compare(first, second, gone);
    assert.deepEqual(partly.curvesUnknown, ['not local', 'not local', null]);
    assert.deepEqual(partly.curves, [
      { metric: 'auc', series: [[[0, 0.5]], [[0, 0.6]], null] },
      { metric: 'train.loss', series: [[[0, 1]], [[0, 1]], null] },
      { metric: 'lr', series: [null, null, null], unknown: ['not local', 'not local', null] },
    ]);
    // A folder that may never have had any is worth no word where no revision has curves.
    const elsewhere = `${stage('').replaceAll('dvclive', 'results')}metrics: [results/metrics.json]\n`;
    repo.write('dvc.yaml', elsewhere);
    fixture.lock({ results: { ...LIVE, 'notes.txt': 'not here' } });
    const one = repo.commit('Elsewhere');
    repo.write('dvc.yaml', `${elsewhere}# again\n`);
    const two = repo.commit('Again');
    const never = await compare(one, two);
    assert.deepEqual([never.curves, never.curvesUnknown], [undefined, undefined]);
  });

  it('are read from the store of Git LFS, or not local', async () => {
    const text = 'step\tauc\n0\t0.5\n1\t0.7\n';
    const curve = 'dvclive/plots/metrics/auc.tsv';
    repo.dvcPointer('models/churn.pkl').write('dvclive/metrics.json', '{"auc": 0.7}');
    const away = repo.lfsPointer(curve, { content: `${text}2\t0.9\n` }).commit('Away');
    const here = repo.lfsPointer(curve, { content: text }).commit('Here');
    fixture.keepInLfs(text);
    const { out } = await runCommandLine(repo, 'compare', 'churn', away, here, '--json');
    const { curves, curvesUnknown } = JSON.parse(out) as { curves?: unknown; curvesUnknown?: unknown };
    const series = [
      [0, 0.5],
      [1, 0.7],
    ];
    assert.deepEqual(curves, [
      { metric: 'auc', direction: 'higher', series: [null, series], unknown: ['not local', null] },
    ]);
    assert.deepEqual(curvesUnknown, ['not local', null]);
  });

  it('are read where DVC keeps them file by file, or not local', async () => {
    const files: Files = {
      'auc.tsv': 'step\tauc\n0\t0.5\n1\t0.7\n',
      'train/loss.tsv': 'step\tloss\n0\t1.5\n1\t0.5\n',
    };
    repo.dvcPointer('models/churn.pkl', { content: 'one' }).write('dvclive/metrics.json', '{"auc": 0.7}');
    for (const [file, content] of Object.entries(files))
      repo.dvcPointer(`dvclive/plots/metrics/${file}`, { content });
    const away = repo.commit('Away');
    for (const [file, content] of Object.entries(files)) {
      const other = `${content}2\t0.25\n`;
      repo.dvcPointer(`dvclive/plots/metrics/${file}`, { content: other });
      fixture.put(md5(other), other);
    }
    const here = repo.dvcPointer('models/churn.pkl', { content: 'two' }).commit('Here');
    // A curve that was given to Git since, beside one that DVC keeps.
    repo
      .remove('dvclive/plots/metrics/auc.tsv.dvc')
      .write('dvclive/plots/metrics/auc.tsv', 'step\tauc\n0\t1\n');
    const mixed = repo.dvcPointer('models/churn.pkl', { content: 'three' }).commit('Mixed');
    const loss = [
      [0, 1.5],
      [1, 0.5],
      [2, 0.25],
    ];
    const auc = [
      [0, 0.5],
      [1, 0.7],
      [2, 0.25],
    ];
    const compared = async (...revs: string[]): Promise<unknown[]> => {
      const { out } = await runCommandLine(repo, 'compare', 'churn', ...revs, '--json');
      const answer = JSON.parse(out) as { curves?: unknown; curvesUnknown?: unknown };
      return [answer.curves, answer.curvesUnknown];
    };
    assert.deepEqual(await compared(away, here, mixed), [
      [
        {
          metric: 'auc',
          direction: 'higher',
          series: [null, auc, [[0, 1]]],
          unknown: ['not local', null, null],
        },
        { metric: 'train.loss', series: [null, loss, loss], unknown: ['not local', null, null] },
      ],
      ['not local', null, null],
    ]);
    // Without a summary beside them they are found all the same, and belong to the model they lie nearest to.
    repo.remove('dvclive/metrics.json').dvcPointer('models/churn.pkl', { content: 'four' });
    const bare = repo.commit('No summary');
    repo.dvcPointer('elsewhere/plots/metrics/far.tsv', { content: files['auc.tsv'] ?? '' });
    const far = repo.dvcPointer('models/churn.pkl', { content: 'five' }).commit('Others elsewhere');
    assert.deepEqual(await compared(bare, far), [
      [
        { metric: 'auc', series: [[[0, 1]], [[0, 1]]] },
        { metric: 'train.loss', series: [loss, loss] },
      ],
      undefined,
    ]);
  });

  it('are found among the plots of a pipeline, and no plot that is none', async () => {
    const plots: Files = {
      'dvclive/plots/metrics/lr.tsv': 'step\tlr\n0\t0.1\n',
      'reports/training.csv': 'epoch,loss,val_loss\n0,1.5,1.6\n1,0.5,0.9\n',
      'reports/auc.json': '[{"step": 0, "auc": 0.5}]',
      'reports/importance.csv': 'index,importance\n0,0.5\n1,0.25\n',
      'reports/roc.json': '[{"fpr": 0, "tpr": 0.1}, {"fpr": 1, "tpr": 1}]',
    };
    const declared = Object.keys(plots).map((file) => `    - ${file}\n`);
    repo.write(
      'dvc.yaml',
      `stages:\n  train:\n    cmd: x\n    outs: [models/churn.pkl]\n    plots:\n${declared.join('')}`,
    );
    const train = (content: string, change: (text: string) => string): string => {
      const outs = Object.entries(plots).map(([file, text]) => ({ path: file, content: change(text) }));
      repo.dvcLock('.', { train: { outs: [{ path: 'models/churn.pkl', content }, ...outs] } });
      return repo.commit(content);
    };
    const here = train('one', (text) => text);
    for (const text of Object.values(plots)) fixture.put(md5(text), text);
    const away = train('two', (text) => `${text}\n`);
    const { out } = await runCommandLine(repo, 'compare', 'churn', here, away, '--json');
    const answer = JSON.parse(out) as { curves: { metric: string; series: unknown[]; unknown?: unknown }[] };
    const lost = ['not local'];
    assert.deepEqual(
      answer.curves.map(({ metric, series, unknown }) => [metric, series[0], unknown]),
      [
        ['lr', [[0, 0.1]], [null, ...lost]],
        [
          'training.loss',
          [
            [0, 1.5],
            [1, 0.5],
          ],
          [null, ...lost],
        ],
        [
          'training.val_loss',
          [
            [0, 1.6],
            [1, 0.9],
          ],
          [null, ...lost],
        ],
        ['auc', [[0, 0.5]], [null, ...lost]],
      ],
    );
    // Where no revision has them here, only of dvclive's own is it sure that they are curves.
    const other = train('three', (text) => `${text}\n\n`);
    const none = JSON.parse((await runCommandLine(repo, 'compare', 'churn', away, other, '--json')).out) as {
      curves?: { metric: string }[];
    };
    assert.deepEqual(
      none.curves?.map(({ metric }) => metric),
      ['lr'],
    );
  });
});
