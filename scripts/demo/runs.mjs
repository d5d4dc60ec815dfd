// The team's training runs, in order: what was tried and how it went.

const base = {
  seed: 'v1.0.0',
  params: {
    prepare: { seed: 42, test_share: 0.2 },
    featurize: { velocity: false, graph: false, window_hours: 24 },
    train: { loss: 'bce', learning_rate: 0.1, epochs: 20, batch_size: 256, l2: 0.001, class_weight: 1 },
    evaluate: { threshold: 0.82 },
  },
  metrics: scores(0.1912, 19, {
    auc: 0.9124,
    recall_at_1pct_fpr: 0.6081,
    precision: 0.7432,
    log_loss: 0.1841,
    latency_p95_ms: 11.2,
  }),
};

/** The pipeline's parameters and metrics for every version and experiment. */
export const RUNS = {
  'v1.0.0': base,
  'v1.1.0': next(base, 'v1.1.0', { train: { class_weight: 8, epochs: 30 } }, 0.1743, {
    auc: 0.9213,
    recall_at_1pct_fpr: 0.6427,
    precision: 0.7385,
    log_loss: 0.1738,
    latency_p95_ms: 11.3,
  }),
};
RUNS['v2.0.0'] = next(
  RUNS['v1.1.0'],
  'v2.0.0',
  { featurize: { velocity: true }, train: { l2: 0.0005 } },
  0.1486,
  {
    auc: 0.9442,
    recall_at_1pct_fpr: 0.7114,
    precision: 0.7821,
    log_loss: 0.1497,
    latency_p95_ms: 13.1,
  },
);
RUNS['v2.1.0'] = next(RUNS['v2.0.0'], 'v2.1.0', { train: { learning_rate: 0.05, epochs: 40 } }, 0.1391, {
  auc: 0.9508,
  recall_at_1pct_fpr: 0.7383,
  precision: 0.7906,
  log_loss: 0.1426,
  latency_p95_ms: 13.2,
});
RUNS.focal = next(RUNS['v2.1.0'], 'focal', { train: { loss: 'focal', class_weight: 1 } }, 0.0522, {
  auc: 0.9517,
  recall_at_1pct_fpr: 0.7594,
  precision: 0.7712,
  log_loss: 0.1713,
  latency_p95_ms: 13.2,
});
RUNS['focal-tuned'] = next(
  RUNS.focal,
  'focal-tuned',
  { train: { learning_rate: 0.03, epochs: 60 } },
  0.0488,
  {
    auc: 0.9536,
    recall_at_1pct_fpr: 0.7668,
    precision: 0.7745,
    log_loss: 0.1652,
    latency_p95_ms: 13.3,
  },
);
RUNS.graph = next(RUNS['v2.1.0'], 'graph', { featurize: { graph: true, window_hours: 72 } }, 0.1304, {
  auc: 0.9571,
  recall_at_1pct_fpr: 0.7702,
  precision: 0.8011,
  log_loss: 0.1352,
  latency_p95_ms: 21.7,
});
RUNS['graph-short'] = next(RUNS.graph, 'graph-short', { featurize: { window_hours: 48 } }, 0.1311, {
  auc: 0.9566,
  recall_at_1pct_fpr: 0.7689,
  precision: 0.8004,
  log_loss: 0.1358,
  latency_p95_ms: 17.9,
});
RUNS['no-weights'] = next(RUNS['v2.0.0'], 'no-weights', { train: { class_weight: 1 } }, 0.1502, {
  auc: 0.9418,
  recall_at_1pct_fpr: 0.6903,
  precision: 0.7914,
  log_loss: 0.1469,
  latency_p95_ms: 13.1,
});

function next(run, seed, changes, loss, evaluate) {
  const params = Object.fromEntries(
    Object.entries(run.params).map(([section, values]) => [section, { ...values, ...changes[section] }]),
  );
  return { seed, params, metrics: scores(loss, params.train.epochs - 1, evaluate) };
}

function scores(loss, step, evaluate) {
  return { train: { train: { loss }, step }, evaluate };
}
