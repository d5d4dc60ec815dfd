// One run of the demo's pipeline: what `dvc repro` leaves behind for given parameters.
import {
  FEATURES,
  GRAPH,
  VELOCITY,
  featureTable,
  fraudDetector,
  prepared,
  transactions,
} from './artifacts.mjs';
import { randomFrom } from './random.mjs';

/** Puts `data/transactions.csv` in place with the months given, and its `.dvc` file. */
export function trackTransactions(workspace, months) {
  const data = workspace.dvcStore('data/transactions.csv', transactions(months));
  workspace.dvcFile(data);
  return data;
}

/**
 * Writes `params.yaml`, `dvc.lock`, metrics, the training curve and the outputs of a run.
 * `run`: `{seed, params: {prepare, featurize, train, evaluate}, metrics: {train, evaluate}}`.
 */
export function runPipeline(workspace, run) {
  const { params, metrics } = run;
  const features = [
    ...FEATURES,
    ...(params.featurize.velocity ? VELOCITY : []),
    ...(params.featurize.graph ? GRAPH : []),
  ];
  workspace.write('params.yaml', parametersFile(params));

  const data = workspace.describe('data/transactions.csv');
  const csv = workspace.read('data/transactions.csv');
  const split = workspace.dvcStoreFolder('data/prepared', prepared(csv));
  const table = workspace.dvcStore('data/features.csv', featureTable(csv, features));
  const model = workspace.dvcStore(
    'models/fraud-detector.safetensors',
    fraudDetector({ seed: run.seed, features, loss: params.train.loss }),
  );
  workspace.write('dvclive/metrics.json', json(metrics.train));
  workspace.write(
    'dvclive/plots/metrics/train/loss.tsv',
    curve(run.seed, params.train.epochs, metrics.train.train.loss),
  );
  workspace.write('metrics/evaluate.json', json(metrics.evaluate));

  const file = (name) => workspace.describe(name);
  workspace.write(
    'dvc.lock',
    `schema: '2.0'\nstages:\n${[
      stage('prepare', [data, file('src/prepare.py')], params, [split]),
      stage('featurize', [split, file('src/featurize.py')], params, [table]),
      stage('train', [table, file('src/train.py')], params, [
        file('dvclive/metrics.json'),
        file('dvclive/plots/metrics/train/loss.tsv'),
        model,
      ]),
      stage('evaluate', [table, model, file('src/evaluate.py')], params, [file('metrics/evaluate.json')]),
    ].join('')}`,
  );
  return [split, table, model];
}

function stage(name, deps, params, outs) {
  const values = Object.entries(params[name]).map(
    ([key, value]) => `        ${name}.${key}: ${scalar(value)}\n`,
  );
  return `  ${name}:
    cmd: python src/${name}.py
    deps:
${deps.map(entry).join('')}    params:
      params.yaml:
${values.sort().join('')}    outs:
${outs.map(entry).join('')}`;
}

function entry({ path, md5, size, files }) {
  const count = files === undefined ? '' : `      nfiles: ${files}\n`;
  return `    - path: ${path}\n      hash: md5\n      md5: ${md5}\n      size: ${size}\n${count}`;
}

function parametersFile(params) {
  const sections = Object.entries(params).map(([name, values]) => {
    const lines = Object.entries(values).map(([key, value]) => `  ${key}: ${scalar(value)}\n`);
    return `${name}:\n${lines.join('')}`;
  });
  return `# Parameters of the training pipeline; every change is a new run (dvc repro).\n${sections.join('')}`;
}

/** YAML 1.1 as DVC reads it takes 1e-05 for text, so small numbers are written out. */
function scalar(value) {
  return typeof value === 'number' && Math.abs(value) < 1e-4 && value !== 0
    ? value.toFixed(8).replace(/0+$/, '')
    : String(value);
}

function curve(seed, epochs, last) {
  const random = randomFrom(`curve/${seed}`);
  const lines = Array.from({ length: epochs }, (_, step) => {
    const rest = step === epochs - 1 ? 0 : Math.exp((-4 * step) / epochs) * 0.5 + random() * 0.008;
    return `${step}\t${(last + rest).toFixed(5)}\n`;
  });
  return `step\tloss\n${lines.join('')}`;
}

function json(value) {
  return `${JSON.stringify(value, null, 4)}\n`;
}
