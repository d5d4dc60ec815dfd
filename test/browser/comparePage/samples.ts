import type { ToPage } from '../../../src/protocol/messages.js';

type Shown = Extract<ToPage, { type: 'comparison' }>;
type Comparison = Shown['comparison'];
type Curves = Shown['curves'];

const column = (rev: string, at: number): Comparison['columns'][number] => ({
  rev,
  commit: String(at + 1).repeat(40),
  time: new Date(Date.UTC(2025, at, 1)).toISOString(),
  present: true,
  digest: `md5:${String(at).repeat(32)}`,
  pointer: 'dvc.lock',
  problems: [],
});

/** Three versions with something in every group that the tests look at. */
export function sample(): Comparison {
  return {
    model: 'churn',
    columns: ['v1.0.0', 'v1.1.0', 'experiment/churn_deeper'].map(column),
    fields: [
      {
        group: 'identity',
        field: 'path',
        values: ['models/churn.pkl', 'models/churn.pkl', 'models/churn.pkl'],
      },
      { group: 'identity', field: 'size', values: [48_000_000, 48_000_000, 61_000_000] },
      { group: 'metrics', field: 'auc', values: [0.9, 0.95, 0.93], direction: 'higher' },
      { group: 'metrics', field: 'log_loss', values: [0.3, 0.2, 0.4], direction: 'lower' },
      { group: 'metrics', field: 'f1', values: [0.7, 0.8, 0.9], direction: 'higher', basis: ['a', 'a', 'b'] },
      { group: 'parameters', field: 'train.lr', values: [0.1, 0.05, 0.05] },
      {
        group: 'parameters',
        field: 'features',
        values: [['age', 'plan'], ['age', 'plan', 'region'], ['plan']],
      },
      { group: 'commit', field: 'author', values: ['Ada', 'Ada', 'Grace'] },
    ],
  };
}

const NO_CURVES: Curves = { list: [], unknown: [], total: 0 };

export function shown(
  comparison: Comparison,
  baseline = 0,
  curves: Curves = NO_CURVES,
): Omit<Shown, 'protocol'> {
  return { type: 'comparison', comparison, curves, baseline, abilities: ['pin', 'open', 'reveal', 'fetch'] };
}

type Points = [number, number][];

/** A loss that falls from `from` towards `to`, with some noise that is the same at every run. */
function falling(from: number, to: number, steps: number, seed: number): Points {
  return Array.from({ length: steps }, (_, step) => {
    const noise = Math.sin(step * 12.9898 + seed * 78.233) * 0.02 * (from - to);
    return [step, to + (from - to) * Math.exp((-5 * step) / steps) + noise];
  });
}

/** Curves of the three versions: all have one, one lacks the next, one run went wrong, one was never a number. */
export function curves(): Curves {
  const auc = (seed: number): Points =>
    falling(0.5, 0.1, 40, seed).map(([step, value]) => [step, Number((1 - value).toFixed(4))]);
  const broken = falling(2, 0.6, 300, 3).filter(([step]) => step < 120 || (step > 150 && step < 240));
  return {
    list: [
      {
        metric: 'train.loss',
        direction: 'lower',
        series: [falling(1.4, 0.4, 300, 1), falling(1.3, 0.3, 250, 2), broken],
        gaps: [
          [],
          [],
          [
            [120, 150, 31],
            [240, 299, 60],
          ],
        ],
      },
      {
        metric: 'auc',
        direction: 'higher',
        series: [auc(1), auc(2), null],
        unknown: [null, null, 'not local'],
      },
      {
        metric: 'train.the_learning_rate_of_the_second_parameter_group_after_the_warm_up.of_the_scheduler',
        series: [
          [[0, 0.00012]],
          [
            [0, 0.00012],
            [1, 0.00009],
            [2, 0.00003],
          ],
          null,
        ],
        unknown: [null, null, 'damaged'],
      },
      {
        metric: 'grad_norm',
        series: [[], null, null],
        gaps: [[[0, 9, 10]], [], []],
        unknown: [null, null, 'not local'],
      },
      {
        metric: 'tokens',
        series: [
          [
            [0, 1_000_000],
            [10, 40_500_000],
          ],
          [
            [0, 2_000_000],
            [5, 25_000_000],
          ],
          [[0, 0]],
        ],
      },
    ],
    unknown: [null, null, 'not local'],
    total: 5,
  };
}

/** Twelve versions of a thousand points each. */
export function manyCurves(metrics = 1): Curves {
  const series = Array.from({ length: 12 }, (_, at) => falling(2 + at / 4, 0.2 + at / 8, 1000, at));
  const list = Array.from({ length: metrics }, (_, at) => ({ metric: `loss_${at}`, series }));
  return { list, unknown: [], total: metrics };
}

/** Twelve versions of a thousand fields. */
export function large(): Comparison {
  const columns = Array.from({ length: 12 }, (_, at) => column(`v1.${at}.0`, at % 9));
  const fields = Array.from({ length: 1000 }, (_, at) => ({
    group: at < 50 ? ('metrics' as const) : ('parameters' as const),
    field: `field_${at}`,
    values: columns.map((_each, index) => at * index),
  }));
  return { model: 'churn', columns, fields };
}

/** Twelve versions without many fields. */
export function twelve(): Comparison {
  const columns = Array.from({ length: 12 }, (_, at) => column(`v1.${at}.0`, at % 9));
  return {
    model: 'churn',
    columns,
    fields: [{ group: 'metrics', field: 'loss', values: columns.map(() => 1) }],
  };
}
