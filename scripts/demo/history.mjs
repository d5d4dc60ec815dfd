// The demo team's half year, commit by commit.
import { cpSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  architecturePicture,
  deviceFingerprint,
  merchantRisk,
  noteSummarizer,
  scoresPicture,
  textEncoder,
} from './artifacts.mjs';
import { runPipeline, trackTransactions } from './pipeline.mjs';
import { predictionLogs } from './predictions.mjs';
import { RUNS } from './runs.mjs';

const FILES = path.join(path.dirname(fileURLToPath(import.meta.url)), 'files');
const MAYA = { name: 'Maya Chen', email: 'maya.chen@example.com' };
const TOMAS = { name: 'Tomás Ferreira', email: 'tomas.ferreira@example.com' };
const PRIYA = { name: 'Priya Nair', email: 'priya.nair@example.com' };
const JONAS = { name: 'Jonas Weber', email: 'jonas.weber@example.com' };
const BOT = { name: 'dependabot[bot]', email: 'support@example.com' };

/** Tells the whole story in an empty working copy on `main`, whose remote `origin` is there and empty. */
export function tell(workspace) {
  const demo = new Story(workspace);
  demo.firstVersions();
  demo.leakedLabels();
  demo.secondGeneration();
  demo.squashedExperiment();
  demo.nowInProduction();
  demo.openBranches();
  demo.settle();
}

class Story {
  /** What DVC has in the working copy of `main`: path to `{path, md5, size, files?}`. */
  tracked = new Map();
  pushed = new Set();

  constructor(workspace) {
    this.workspace = workspace;
  }

  firstVersions() {
    const { workspace: w } = this;
    this.copy('README.md', 'service');
    cpSync(path.join(FILES, 'gitignore'), w.at('.gitignore'));
    w.commit('Start the fraud scoring service', MAYA, 214, '09:12');
    w.write(
      '.dvc/config',
      `[core]\n    remote = storage\n['remote "storage"']\n    url = ../../.remotes/storage\n`,
    );
    w.write('.dvc/.gitignore', '/config.local\n/tmp\n/cache\n');
    w.write('.dvcignore', '# Folders that DVC need not look into.\n/logs\n');
    this.keep(trackTransactions(w, w.months(10, 8)));
    w.commit('Track the labelled transactions with DVC', MAYA, 212, '14:40');
    this.copy('src', 'dvc.yaml');
    this.run('v1.0.0');
    w.commit('Train a first fraud detector: prepare, featurize, train, evaluate', PRIYA, 208, '16:05');
    this.register('fraud-detector', 'v1.0.0', PRIYA, 207, '10:00');
    this.merchantRisk('v1.0.0', { trees: 40, calibrated: false }, { auc: 0.811, brier: 0.142 });
    w.commit('Add the merchant risk model', TOMAS, 205, '11:31');
    this.register('merchant-risk', 'v1.0.0', TOMAS, 205, '11:45');
    this.copy('config', 'docs', 'jobs');
    cpSync(path.join(FILES, 'gitattributes'), w.at('.gitattributes'));
    w.lfs('docs/images/architecture.png', architecturePicture());
    w.lfs('docs/images/scores.png', scoresPicture('v1.0.0'));
    w.commit('Pin the model version the service loads', JONAS, 200, '13:20');
    for (const stage of ['dev', 'staging', 'prod'])
      this.assign('fraud-detector', stage, 'v1.0.0', MAYA, 199, '09:30');
    this.assign('merchant-risk', 'prod', 'v1.0.0', MAYA, 199, '09:40');
    w.lfs('models/device-fingerprint.onnx', deviceFingerprint({ version: 1, inputs: 96 }));
    w.commit('Add the device fingerprint model from the platform team', TOMAS, 190, '15:02');
    this.register('device-fingerprint', 'v1.0.0', TOMAS, 190, '15:10');
    w.annotate('v1.0', 'Release 1.0: first payments scored in production', JONAS, 188, '17:00');

    this.keep(trackTransactions(w, w.months(10, 7)));
    this.run('v1.1.0');
    w.commit('Retrain with one more month and weigh fraud higher', PRIYA, 165, '10:44');
    this.register('fraud-detector', 'v1.1.0', PRIYA, 164, '09:05');
    this.assign('fraud-detector', 'staging', 'v1.1.0', PRIYA, 160, '11:00');
    this.assign('fraud-detector', 'prod', 'v1.1.0', MAYA, 155, '09:15');
    this.pin('v1.0.0', 'v1.1.0');
    w.commit('Serve fraud-detector v1.1.0', JONAS, 155, '10:02');
    this.encoder('v0.1.0', { layers: 3, hidden: 96 }, { intent_accuracy: 0.874, latency_ms: 9.8 });
    w.commit('Add an encoder for payment notes', TOMAS, 150, '16:18');
    this.register('text-encoder', 'v0.1.0', TOMAS, 150, '16:30');
    this.copy('modelkeep.yaml');
    w.commit('Say how branches are named and where versions are pinned', JONAS, 140, '09:50');
  }

  leakedLabels() {
    const { workspace: w } = this;
    this.merchantRisk('v1.1.0', { trees: 60, calibrated: false }, { auc: 0.938, brier: 0.061 });
    w.commit('Retrain the merchant risk model with chargebacks', TOMAS, 132, '12:10');
    this.register('merchant-risk', 'v1.1.0', TOMAS, 132, '12:30');
    w.edit('jobs/rescoring/settings.toml', 'version = "v1.0.0"', 'version = "v1.1.0"');
    w.commit('Score merchants with merchant-risk v1.1.0', TOMAS, 130, '08:55');
    w.annotate(
      'merchant-risk@v1.1.0!',
      'Deregistering artifact merchant-risk version v1.1.0',
      MAYA,
      126,
      '15:20',
      'merchant-risk@v1.1.0',
    );
    this.merchantRisk('v1.0.0', { trees: 40, calibrated: false }, { auc: 0.811, brier: 0.142 });
    w.commit('Take the merchant risk model back: chargebacks leaked the label', MAYA, 125, '09:35');
  }

  secondGeneration() {
    const { workspace: w } = this;
    w.edit(
      'src/featurize.py',
      '        "fraud": int',
      '        "count_1h": float(row["device"][1:]) % 5,\n        "new_device": float(row["device"] > "d9000"),\n        "fraud": int',
    );
    this.run('v2.0.0');
    w.lfs('docs/images/scores.png', scoresPicture('v2.0.0'));
    w.commit('Add velocity features: payments per hour and day, new devices', PRIYA, 110, '17:26');
    this.register('fraud-detector', 'v2.0.0', PRIYA, 109, '09:10');
    this.assign('fraud-detector', 'dev', 'v2.0.0', PRIYA, 109, '09:12');
    this.assign('fraud-detector', 'staging', 'v2.0.0', PRIYA, 104, '10:30');
    this.assign('fraud-detector', 'prod', 'v2.0.0', MAYA, 98, '09:00');
    this.pin('v1.1.0', 'v2.0.0');
    w.commit('Serve fraud-detector v2.0.0', JONAS, 98, '09:45');
    w.annotate('v2.0', 'Release 2.0: velocity features in production', JONAS, 97, '16:00');
    w.lfs('models/note-summarizer.gguf', noteSummarizer({ name: 'f16', fileType: 1, count: 60000 }));
    w.commit('Add the note summarizer for the review desk', TOMAS, 90, '14:14');
    this.register('note-summarizer', 'v0.3.0', TOMAS, 90, '14:20');
    this.publish('main');
  }

  squashedExperiment() {
    const { workspace: w } = this;
    w.git(['switch', '-q', '-c', 'experiment/merchant-risk_calibrated']);
    this.merchantRisk('isotonic', { trees: 40, calibrated: true }, { auc: 0.812, brier: 0.118 });
    w.commit('Try isotonic calibration on the merchant risk scores', TOMAS, 75, '11:08');
    const { auc, brier } = { auc: 0.829, brier: 0.109 };
    this.merchantRisk('v1.2.0', { trees: 55, calibrated: true }, { auc, brier });
    w.commit('Calibrate with more trees', TOMAS, 68, '18:21');
    this.register('merchant-risk', 'v1.2.0-rc.1', TOMAS, 66, '10:10');
    this.publish('experiment/merchant-risk_calibrated');
    w.git(['switch', '-q', 'main']);
    w.git(['merge', '-q', '--squash', 'experiment/merchant-risk_calibrated']);
    w.commit('Calibrate the merchant risk scores (#41)', MAYA, 60, '09:58');
    this.merchantRisk('v1.2.0', { trees: 55, calibrated: true }, { auc, brier });
    this.register('merchant-risk', 'v1.2.0', TOMAS, 59, '10:20');
    this.assign('merchant-risk', 'staging', 'v1.2.0', TOMAS, 58, '10:25');
  }

  nowInProduction() {
    const { workspace: w } = this;
    w.lfs('models/device-fingerprint.onnx', deviceFingerprint({ version: 2, inputs: 128 }));
    w.commit('Take the device fingerprint with more signals', TOMAS, 55, '13:33');
    this.register('device-fingerprint', 'v1.1.0', TOMAS, 55, '13:40');
    this.encoder('v0.2.0', { layers: 4, hidden: 96 }, { intent_accuracy: 0.902, latency_ms: 12.6 });
    w.commit('Fine-tune the note encoder on newer notes', TOMAS, 48, '17:02');
    this.register('text-encoder', 'v0.2.0', TOMAS, 48, '17:10');
    this.assign('text-encoder', 'staging', 'v0.2.0', TOMAS, 47, '09:00');
    this.keep(trackTransactions(w, w.months(10, 4)));
    this.run('v2.1.0');
    w.lfs('docs/images/scores.png', scoresPicture('v2.1.0'));
    w.commit('Retrain on half a year with a slower learning rate', PRIYA, 40, '15:47');
    this.register('fraud-detector', 'v2.1.0', PRIYA, 39, '09:20');
    this.assign('fraud-detector', 'staging', 'v2.1.0', PRIYA, 38, '11:10');
    this.assign('fraud-detector', 'prod', 'v2.1.0', MAYA, 30, '09:05');
    this.pin('v2.0.0', 'v2.1.0');
    w.commit('Serve fraud-detector v2.1.0', JONAS, 30, '09:40');
    w.lfs('models/note-summarizer.gguf', noteSummarizer({ name: 'q4', fileType: 2, count: 16000 }));
    w.commit('Quantise the note summarizer to four bits', TOMAS, 18, '16:40');
    w.edit(
      'docs/releasing.md',
      'After a week of shadow',
      'After a week, and at least 10,000 payments, of shadow',
    );
    w.commit('Say how much shadow traffic a version needs', MAYA, 14, '10:15');
    this.publish('main');
  }

  openBranches() {
    const { workspace: w } = this;
    const serving = w.git(['rev-parse', 'main~2']);

    this.start('experiment/fraud-detector_focal-loss', serving);
    this.run('focal', false);
    w.commit('Try focal loss instead of class weights', PRIYA, 26, '15:11');
    this.run('focal-tuned', false);
    w.commit('Train longer and slower', PRIYA, 19, '17:48');
    this.publish('experiment/fraud-detector_focal-loss');

    this.start('experiment/fraud-detector_graph-features', 'main');
    this.run('graph', false);
    w.commit('Add features from shared cards and devices', MAYA, 11, '12:25');
    const shared = w.git(['rev-parse', 'HEAD']);
    this.run('graph-short', false);
    w.commit('Look back 48 hours: as good, and four milliseconds faster', MAYA, 4, '09:31');
    this.publish('experiment/fraud-detector_graph-features');
    this.local('experiment/fraud-detector_graph-features', shared);

    this.start('experiment/text-encoder_distilled', 'main');
    this.encoder('distilled', { layers: 2, hidden: 64 }, { intent_accuracy: 0.893, latency_ms: 4.1 }, false);
    w.commit('Distil the note encoder into two layers', TOMAS, 7, '18:06');

    this.start('bugfix/missing-merchant', serving);
    w.edit('service/server.mjs', 'Number(payment[name] ?? 0)', 'Number(payment[name] || 0)');
    w.commit('Score payments without a merchant', JONAS, 9, '11:52');
    this.publish('bugfix/missing-merchant');
    this.merchantRisk(
      'unknown-merchants',
      { trees: 55, calibrated: true },
      { auc: 0.831, brier: 0.108 },
      false,
    );
    w.commit('Give unknown merchants a leaf of their own', JONAS, 2, '16:33');

    this.start('Priya-test2', 'v2.0');
    this.run('no-weights', false);
    w.commit('wip', PRIYA, 33, '19:20');

    this.start('feature/batch-scoring', 'main');
    w.edit('jobs/rescoring/settings.toml', 'batch_size = 5000', 'batch_size = 20000');
    w.lfs('models/device-fingerprint.onnx', deviceFingerprint({ version: 3, inputs: 128 }));
    w.commit('Score merchants in larger batches', MAYA, 5, '13:05');
    this.elsewhere('feature/batch-scoring');

    this.start('dependabot/docker/node-24', 'main');
    w.write(
      'Dockerfile',
      'FROM node:24-slim\nCOPY . /app\nWORKDIR /app\nCMD ["node", "service/server.mjs"]\n',
    );
    w.commit('Bump node from 22-slim to 24-slim', BOT, 6, '04:00');
    this.elsewhere('dependabot/docker/node-24');
  }

  /** Leaves `main` checked out with its own bytes beside it, as after `git switch main` and `dvc checkout`. */
  settle() {
    const { workspace: w } = this;
    w.git(['switch', '-q', 'main']);
    w.dvcCheckout([...this.tracked.values()]);
    for (const md5 of this.pushed) w.dvcPush(md5);
    for (const [file, text] of Object.entries(predictionLogs(w.midnight))) w.write(file, text);
    w.git(['push', '-q', 'origin', '--tags']);
    w.git(['fetch', '-q', 'origin']);
    w.git(['remote', 'set-head', 'origin', 'main']);
  }

  copy(...names) {
    for (const name of names) cpSync(path.join(FILES, name), this.workspace.at(name), { recursive: true });
  }

  keep(...tracked) {
    for (const each of tracked) {
      this.tracked.set(each.path, each);
      this.pushed.add(each.md5);
    }
  }

  run(name, kept = true) {
    const outs = runPipeline(this.workspace, RUNS[name]);
    if (kept) this.keep(...outs);
  }

  merchantRisk(seed, { trees, calibrated }, metrics, kept = true) {
    const { workspace: w } = this;
    const stored = w.dvcStore('models/merchant-risk.pkl', merchantRisk({ seed, trees, calibrated }));
    w.dvcFile(stored, '  desc: Chance that a merchant disputes its next payments\n  type: model\n');
    w.write('reports/merchant-risk.json', `${JSON.stringify(metrics, null, 2)}\n`);
    if (kept) this.keep(stored);
  }

  encoder(seed, shape, metrics, kept = true) {
    const { workspace: w } = this;
    const stored = w.dvcStoreFolder('models/text-encoder', textEncoder({ seed, ...shape }));
    w.dvcFile(stored);
    w.write('reports/text-encoder.json', `${JSON.stringify(metrics, null, 2)}\n`);
    if (kept) this.keep(stored);
  }

  pin(before, after) {
    this.workspace.edit('config/model.yaml', `version: ${before} `, `version: ${after} `);
  }

  register(model, version, person, days, time) {
    this.workspace.annotate(
      `${model}@${version}`,
      `Registering artifact ${model} version ${version}`,
      person,
      days,
      time,
    );
  }

  assign(model, stage, version, person, days, time) {
    const tags = this.workspace.git(['tag', '--list', `${model}[@#]*`]).split('\n');
    const counter = 1 + Math.max(0, ...tags.map((tag) => Number(/#(\d+)$/.exec(tag)?.[1] ?? 0)));
    const message = `Assigning stage ${stage} to artifact ${model} version ${version}`;
    this.workspace.annotate(
      `${model}#${stage}#${counter}`,
      message,
      person,
      days,
      time,
      `${model}@${version}`,
    );
  }

  start(branch, from) {
    this.workspace.git(['switch', '-q', '--no-track', '-c', branch, from]);
  }

  publish(branch) {
    this.workspace.git(['push', '-q', '--set-upstream', 'origin', branch]);
  }

  /** The local branch stays behind what a colleague has pushed. */
  local(branch, commit) {
    this.workspace.git(['switch', '-q', 'main']);
    this.workspace.git(['branch', '-f', branch, commit]);
  }

  /** Published by somebody else: only the remote has it. */
  elsewhere(branch) {
    this.workspace.git(['push', '-q', 'origin', branch]);
    this.workspace.git(['switch', '-q', 'main']);
    this.workspace.git(['branch', '-q', '-D', branch]);
  }
}
