import assert from 'node:assert/strict';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { folderDigest, formatManifest } from '../../../src/core/artifacts/manifest.js';
import { openCatalog } from '../../../src/core/catalog/open.js';
import { findModel } from '../../../src/core/catalog/select.js';
import { commitId } from '../../../src/core/git/ids.js';
import { gitEnvironment } from '../../../src/core/git/process.js';
import { openRepository } from '../../../src/core/git/repository.js';
import { curvesIn } from '../../../src/core/parameters/curves.js';
import { parametersOf } from '../../../src/core/parameters/modelFacts.js';
import type { RevisionFacts } from '../../../src/core/parameters/modelFacts.js';
import { runCommandLine } from '../../fixtures/commandLine.js';
import { GitRepo, md5, sha256 } from '../../fixtures/gitRepo.js';

type Files = Readonly<Record<string, string>>;

const LIVE: Files = {
  'metrics.json': '{"auc": 0.9, "step": 3}',
  'params.yaml': 'lr: 0.2\nepochs: 3\n',
  'plots/metrics/auc.tsv': 'step\tauc\n0\t0.5\n',
};

describe('Values that are kept outside Git', () => {
  let repo: GitRepo;
  beforeEach(() => {
    repo = GitRepo.create();
    repo.write('.dvc/config', '');
  });
  afterEach(() => repo.dispose());

  const facts = async (model: string): Promise<RevisionFacts> => {
    const repository = await openRepository(repo.dir, { git: gitEnvironment(repo.env) });
    const catalog = await openCatalog(repository);
    const found = await findModel(catalog, model);
    assert.ok(found.kind === 'found' && found.selected.model, JSON.stringify(found));
    return parametersOf(catalog, found.selected.model, commitId(repo.head()));
  };
  const put = (hash: string, content: string): void => {
    const file = path.join(repo.dir, '.dvc/cache/files/md5', hash.slice(0, 2), hash.slice(2));
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, content);
  };
  const entriesOf = (files: Files): { md5: string; relpath: string }[] =>
    Object.entries(files).map(([relpath, content]) => ({ md5: md5(content), relpath }));
  const cache = (files: Files): void => {
    put(folderDigest(entriesOf(files)), formatManifest(entriesOf(files)));
    for (const content of Object.values(files)) put(md5(content), content);
  };
  const lock = (outs: Readonly<Record<string, Files>>): void => {
    repo.dvcLock('.', {
      train: {
        params: { 'params.yaml': { lr: 0.2 } },
        outs: [
          { path: 'models/churn.pkl', content: 'm' },
          ...Object.entries(outs).map(([out, files]) => ({ path: out, md5: folderDigest(entriesOf(files)) })),
        ],
      },
    });
  };
  const stage = (more: string): string =>
    `stages:\n  train:\n    cmd: x\n    params: [lr]\n    outs: [models/churn.pkl, dvclive]\n${more}`;

  it('are read through the manifest of the folder that a stage writes', async () => {
    repo.write('dvc.yaml', stage('')).write('params.yaml', 'lr: 0.2\n');
    lock({ dvclive: LIVE });
    repo.commit('Train');
    cache(LIVE);
    const { metrics, parameters, unread } = await facts('churn');
    assert.deepEqual(metrics, { auc: 0.9, step: 3 });
    // What dvclive wrote down is not told twice.
    assert.deepEqual(parameters, { lr: 0.2, epochs: 3 });
    assert.deepEqual(unread, []);
  });

  it('bring the curves beside them, from the cache and from Git', async () => {
    const curves = {
      ...LIVE,
      'plots/metrics/train/loss.tsv': 'timestamp\tstep\tloss\n9\t0\t1.5\n9\t1\t0.5\n9\t2\tnan\n',
      'plots/metrics/x.json': '[{"epoch": 1, "a": 2, "b": "3"}]',
      'plots/metrics/broken.json': '{',
    };
    repo.write('dvc.yaml', stage(''));
    lock({ dvclive: curves });
    const kept = repo.commit('Kept');
    cache(curves);
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

  it('say of curves that they are not here, or that a file has none, and nothing where there never were any', async () => {
    type Answer = {
      readonly curves?: readonly { readonly metric: string; readonly series: readonly unknown[] }[];
      readonly curvesUnknown?: readonly (string | null)[];
      readonly columns: readonly { readonly problems: readonly string[] }[];
    };
    const compare = async (...revs: string[]): Promise<Answer> =>
      JSON.parse((await runCommandLine(repo, 'compare', 'churn', ...revs, '--json')).out) as Answer;
    repo.write('dvc.yaml', stage('')).write('params.yaml', 'lr: 0.2\n');
    lock({ dvclive: LIVE });
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
    cache(LIVE);
    rmSync(path.join(repo.dir, '.dvc/cache/files/md5', '..'), { recursive: true });
    put(folderDigest(entriesOf(LIVE)), formatManifest(entriesOf(LIVE)));
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
      lock({ dvclive: files });
      put(folderDigest(entriesOf(files)), formatManifest(entriesOf(files)));
      put(md5(files['plots/metrics/auc.tsv'] ?? ''), files['plots/metrics/auc.tsv'] ?? '');
      return repo.commit(`Run ${at}`);
    });
    put(md5('step\tloss\n0\t1\n'), 'step\tloss\n0\t1\n');
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
    lock({ results: { ...LIVE, 'notes.txt': 'not here' } });
    const one = repo.commit('Elsewhere');
    repo.write('dvc.yaml', `${elsewhere}# again\n`);
    const two = repo.commit('Again');
    const never = await compare(one, two);
    assert.deepEqual([never.curves, never.curvesUnknown], [undefined, undefined]);
  });

  it('bring the curves that Git LFS keeps, or say that they are not local', async () => {
    const text = 'step\tauc\n0\t0.5\n1\t0.7\n';
    const curve = 'dvclive/plots/metrics/auc.tsv';
    repo.dvcPointer('models/churn.pkl').write('dvclive/metrics.json', '{"auc": 0.7}');
    const away = repo.lfsPointer(curve, { content: `${text}2\t0.9\n` }).commit('Away');
    const here = repo.lfsPointer(curve, { content: text }).commit('Here');
    const oid = sha256(text);
    repo.write(`.git/lfs/objects/${oid.slice(0, 2)}/${oid.slice(2, 4)}/${oid}`, text);
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

  it('bring the curves that DVC keeps file by file, or say that they are not local', async () => {
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
      put(md5(other), other);
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

  it('bring the curves among the plots of a pipeline, and no plot that is none', async () => {
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
    for (const text of Object.values(plots)) put(md5(text), text);
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

  it('are not local where the manifest or the file is not, and never taken when damaged', async () => {
    repo.write('dvc.yaml', `${stage('')}metrics: [dvclive/metrics.json]\n`).write('params.yaml', 'lr: 0.2\n');
    lock({ dvclive: LIVE });
    repo.commit('Train');
    const reason = async (): Promise<string> => {
      const { metrics, unread } = await facts('churn');
      assert.deepEqual(metrics, {});
      return unread.map((each) => `${each.kind} ${each.file}: ${each.reason}`).join('; ');
    };
    assert.equal(await reason(), 'metrics dvclive/metrics.json: not local');
    put(folderDigest(entriesOf(LIVE)), formatManifest(entriesOf(LIVE)));
    assert.match(await reason(), /^metrics dvclive\/metrics\.json: not local/);
    put(md5(LIVE['metrics.json'] ?? ''), '{"auc": 1}');
    assert.match(await reason(), /^metrics dvclive\/metrics\.json: corrupt/);
    put(folderDigest(entriesOf(LIVE)), '[]');
    assert.match(await reason(), /^metrics dvclive\/metrics\.json: corrupt/);
  });

  it('say where a declared file is not in the folder', async () => {
    const files = { 'other.json': '{}' };
    repo.write('dvc.yaml', `${stage('')}metrics: [dvclive/gone.json]\n`);
    lock({ dvclive: files });
    repo.commit('Train');
    cache(files);
    assert.deepEqual((await facts('churn')).unread, [
      { kind: 'metrics', file: 'dvclive/gone.json', reason: 'not in this commit' },
    ]);
  });

  it('are read from whole folders of metrics, in Git and in the cache', async () => {
    repo.write(
      'dvc.yaml',
      stage('    metrics:\n    - scores: {cache: false}\n    - kept\n').replace(', dvclive', ''),
    );
    repo.write('scores/a.json', '{"a": 1}').write('scores/deep/b.yaml', 'b: 2\n').write('scores/x.png', 'x');
    const kept = { 'c.json': '{"c": 3}', 'd.txt': 'no values' };
    lock({ kept });
    repo.commit('Train');
    cache(kept);
    const { metrics, unread } = await facts('churn');
    assert.deepEqual(metrics, { a: 1, b: 2, c: 3 });
    assert.deepEqual(unread, []);
  });

  it('are found beside a model that no pipeline makes', async () => {
    repo.dvcPointer('churn/model.pkl').dvcPointer('churn/dvclive', { md5: folderDigest(entriesOf(LIVE)) });
    repo.dvcPointer('other/model.pkl').dvcPointer('other/metrics.json', { content: '{"auc": 0.4}' });
    repo.commit('Add');
    cache(LIVE);
    put(md5('{"auc": 0.4}'), '{"auc": 0.4}');
    const churn = await facts('churn/model.pkl');
    assert.deepEqual(churn.metrics, { auc: 0.9, step: 3 });
    assert.deepEqual(churn.parameters, { lr: 0.2, epochs: 3 });
    assert.deepEqual((await facts('other/model.pkl')).metrics, { auc: 0.4 });
  });

  it('are read from the Git LFS store', async () => {
    const text = '{"auc": 0.8}';
    repo.dvcPointer('models/churn.pkl').lfsPointer('models/metrics.json', { content: text }).commit('Add');
    assert.deepEqual((await facts('churn')).unread, [
      { kind: 'metrics', file: 'models/metrics.json', reason: 'not local' },
    ]);
    const oid = sha256(text);
    repo.write(`.git/lfs/objects/${oid.slice(0, 2)}/${oid.slice(2, 4)}/${oid}`, text);
    assert.deepEqual((await facts('churn')).metrics, { auc: 0.8 });
  });

  it('are not local where a partial clone lacks the file itself', async () => {
    repo.dvcPointer('models/churn.pkl').write('models/metrics.json', '{"auc": 1}').commit('Add');
    const blob = repo.git('rev-parse', 'HEAD:models/metrics.json');
    rmSync(repo.at('.git', 'objects', blob.slice(0, 2), blob.slice(2)));
    assert.deepEqual((await facts('churn')).unread, [
      { kind: 'metrics', file: 'models/metrics.json', reason: 'not local' },
    ]);
  });

  it('come from Python files as literals, and say what is none', async () => {
    repo.write(
      'dvc.yaml',
      'stages:\n  train:\n    cmd: x\n    params:\n    - params.py: [Train.lr, Train.batch]\n    - whole.py:\n    outs: [models/churn.pkl]\n',
    );
    repo
      .write('params.py', 'import os\nclass Train:\n    lr = 0.1\n    batch = 8 * 4\nother = 1\n')
      .write('whole.py', 'a = 1\nb = os.environ["B"]\n')
      .commit('Train');
    const { parameters, unread } = await facts('churn');
    assert.deepEqual(parameters, { 'Train.lr': 0.1, a: 1 });
    assert.deepEqual(
      unread.map(({ file, fields }) => [file, fields]),
      [
        ['params.py', ['Train.batch']],
        ['whole.py', ['b']],
      ],
    );
  });
});
