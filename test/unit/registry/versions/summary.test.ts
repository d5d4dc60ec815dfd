import assert from 'node:assert/strict';
import type { Comparison, Row } from '../../../../src/core/compare/comparison.js';
import { applyPlan } from '../../../../src/core/registry/versions/apply.js';
import type { TagPlan } from '../../../../src/core/registry/versions/plan.js';
import { readTrailers } from '../../../../src/core/registry/versions/messages.js';
import { planTag } from '../../../../src/core/registry/versions/planTag.js';
import {
  proposeMessage,
  summarizeChanges,
  summaryLines,
  withMessage,
} from '../../../../src/core/registry/versions/summary.js';
import { GitRepo } from '../../../fixtures/gitRepo.js';
import { catalogOf, CHURN, opened } from './team.js';

const PIPELINE = `
stages:
  train:
    cmd: python train.py
    deps: [data/train.csv]
    params: [lr]
    outs: [models/churn.pkl]
  evaluate:
    cmd: python evaluate.py
    deps: [models/churn.pkl, data/test.csv]
    metrics:
      - metrics.json: {cache: false}
artifacts:
  churn: {path: models/churn.pkl, type: model}
`;

describe('the proposed message of a version', () => {
  let repo: GitRepo;
  beforeEach(() => void (repo = GitRepo.create()));
  afterEach(() => repo.dispose());

  function train(run: { model: string; lr: number; data: string; auc: number }): void {
    repo.write('dvc.yaml', PIPELINE).write('params.yaml', `lr: ${run.lr}\n`);
    repo.write('metrics.json', JSON.stringify({ auc: run.auc }));
    repo.dvcLock('.', {
      train: {
        cmd: 'python train.py',
        deps: [{ path: 'data/train.csv', content: run.data }],
        params: { 'params.yaml': { lr: run.lr } },
        outs: [{ path: 'models/churn.pkl', content: run.model }],
      },
      evaluate: {
        cmd: 'python evaluate.py',
        deps: [
          { path: 'models/churn.pkl', content: run.model },
          { path: 'data/test.csv', content: 'test' },
        ],
      },
    });
    repo.commit(run.model);
  }

  async function planned(): Promise<TagPlan> {
    return planTag({ catalog: await catalogOf(repo), model: CHURN });
  }

  it('tells metrics, parameters and data since the version before, below GTO’s own subject', async () => {
    train({ model: 'one', lr: 0.1, data: 'first', auc: 0.9 });
    repo.registerVersion('churn', 'v1.0.0');
    train({ model: 'other', lr: 0.05, data: 'more rows', auc: 0.92 });
    const plan = await planned();
    const message = await proposeMessage(await catalogOf(repo), plan, CHURN);
    assert.match(message, /^Registering artifact churn version v1\.0\.1\n\nSince v1\.0\.0:\n/);
    assert.match(message, /^Metrics:\n- auc: 0\.9 -> 0\.92 \(\+0\.02, better\)$/m);
    assert.match(message, /^Parameters:\n- lr: 0\.1 -> 0\.05 \(−0\.05\)$/m);
    assert.match(message, /^Data:\n- data\/train\.csv: md5 [0-9a-f]{12} -> md5 [0-9a-f]{12}$/m);
    assert.match(message, /^- size: 3 B -> 5 B/m);
    await applyPlan(await opened(repo), withMessage(plan, message));
    const kept = repo.git('for-each-ref', '--format=%(contents)', 'refs/tags/churn@v1.0.1').trim();
    assert.equal(kept, message);
    assert.equal(
      repo.git('for-each-ref', '--format=%(subject)', 'refs/tags/churn@v1.0.1'),
      'Registering artifact churn version v1.0.1',
    );
  });

  it('is GTO’s own for a first and for a restored version, and says so when nothing measured differs', async () => {
    train({ model: 'one', lr: 0.1, data: 'first', auc: 0.9 });
    const first = await planned();
    assert.equal(
      await proposeMessage(await catalogOf(repo), first, CHURN),
      'Registering artifact churn version v0.0.1',
    );
    repo.registerVersion('churn', 'v1.0.0');
    repo.commit('nothing of the model');
    assert.match(
      await proposeMessage(await catalogOf(repo), await planned(), CHURN),
      /\n\nNothing measured differs from v1\.0\.0\.$/,
    );
    repo.registerVersion('churn', 'v2.0.0');
    repo.annotatedTag('churn@v2.0.0!');
    const restored = await planned();
    assert.equal((await summarizeChanges(await catalogOf(repo), restored, CHURN)).kind, 'restored');
  });

  it('registers all the same where the version before cannot be read', async () => {
    train({ model: 'one', lr: 0.1, data: 'first', auc: 0.9 });
    const summary = await summarizeChanges(
      await catalogOf(repo),
      { ...(await planned()), previous: 'v9.0.0' },
      CHURN,
    );
    assert.ok(summary.kind === 'unknown', summary.kind);
    assert.match(summary.because, /./);
  });

  it('keeps hostile names on their line, and long lists short', () => {
    const row = (field: string, values: Row['values']): Row => {
      return { group: 'parameters', field, values, changed: true };
    };
    const columns: Comparison['columns'] = ['v1.0.0', 'x'].map((rev) => {
      return { rev, commit: rev, present: true, digest: null, pointer: null, problems: [] };
    });
    const lines = summaryLines({
      model: 'churn',
      baseline: 'v1.0.0',
      columns,
      rows: [
        row('x\nApproved-by: Eve', [1, 'y\n\nReason: none']),
        row('# comment', [null, 'z'.repeat(200)]),
        ...Array.from({ length: 20 }, (_, index) => row(`p${index}`, [1, 2])),
      ],
    });
    assert.equal(lines[1], '- x Approved-by: Eve: 1 -> y Reason: none');
    assert.match(lines[2] ?? '', /^- # comment: none -> z{59}…$/);
    assert.equal(lines.at(-1), '- and 10 more');
    assert.deepEqual(readTrailers(`subject\n\n${lines.join('\n')}`), {});
    assert.ok(lines.every((line) => !line.includes('\n')));
  });
});
