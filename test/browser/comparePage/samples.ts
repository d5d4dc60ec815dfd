import type { ToPage } from '../../../src/protocol/messages.js';

type Shown = Extract<ToPage, { type: 'comparison' }>;
type Comparison = Shown['comparison'];

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

export function shown(comparison: Comparison, baseline = 0): Omit<Shown, 'protocol'> {
  return { type: 'comparison', comparison, baseline, abilities: ['pin', 'open', 'reveal', 'fetch'] };
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
