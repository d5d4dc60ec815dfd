import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import {
  NIGHTS,
  SERVICES,
  STALE,
  writeFork,
  writeKedro,
  writeLfsPictures,
  writeMonorepo,
  writeNightlyTags,
  writeSquashWorkflow,
  writeStaleRemotes,
} from '../fixtures/shapes/index.js';
import type { OpenWindow } from './harness/index.js';
import { openWindow } from './harness/index.js';
import { eventually } from './waiting.js';

/** Repositories in the shape of real ones: what their owners see first, and a picture of it. */
describe('What the owner of a repository sees first', function () {
  this.timeout(180_000);
  let home: string;
  let window: OpenWindow;

  const open = async (
    name: string,
    write: (folder: string, now: number) => Promise<void>,
  ): Promise<OpenWindow> => {
    const folder = path.join(home, name);
    await write(folder, Math.floor(Date.now() / 1000));
    await window.openFolder(folder);
    await window.workbench.setTheme('light');
    await window.workbench.openView();
    return window;
  };
  const rows = async (): Promise<string[]> =>
    (await window.workbench.treeRows()).map(({ level, label, description }) =>
      `${'  '.repeat(level - 1)}${label}: ${description}`.trimEnd(),
    );
  /** Waits until the rows from the top are these; a row may be told by a pattern where it says how old something is. */
  const seen = (...expected: readonly (string | RegExp)[]): Promise<void> =>
    eventually(async () => {
      const found = await rows();
      const same = expected.every((row, index) =>
        typeof row === 'string' ? row === found[index] : row.test(found[index] ?? ''),
      );
      if (!same) assert.deepEqual(found.slice(0, expected.length), expected);
    });
  const pictures = (name: string): Promise<void> => window.workbench.pictures(`shape-${name}`);

  before(async () => {
    home = await mkdtemp(path.join(tmpdir(), 'modelkeep-shapes-'));
    window = await openWindow({ theme: 'light', size: { width: 1100, height: 720 } });
    await window.workbench.openView();
    await window.workbench.widenSideBar(420);
  });
  after(async () => {
    await window?.close();
    await rm(home, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  });

  it('squash merges: own work and main, with the version that was tagged before its squash', async () => {
    const { workbench } = await open('churn', writeSquashWorkflow);
    await seen(
      'experiment/churn_focal-loss: current · 1 model changed · ↑1',
      '  churn: unregistered, after v2.2.0 · 48 MB · DVC',
      '  1 of 2 tracked files are models: Review',
      'main: default · ↓1',
      'origin/experiment/churn_catboost: 2 models changed',
      '9 more branches: merged, stale or without a changed model',
    );
    await workbench.expand('main');
    await workbench.expand('9 more branches');
    await workbench.expand('churn', 2);
    await seen(
      'experiment/churn_focal-loss: current · 1 model changed · ↑1',
      '  churn: unregistered, after v2.2.0 · 48 MB · DVC',
      '  1 of 2 tracked files are models: Review',
      'main: default · ↓1',
      '  churn: v2.3.0 · staging · 48 MB · DVC',
      /^ {4}v2\.3\.0: here · staging · last month$|^ {4}v2\.3\.0: here · staging · \d weeks ago$/,
      /^ {4}v2\.2\.0: prod · /,
    );
    const found = await rows();
    assert.deepEqual(found.slice(found.findIndex((row) => row.startsWith('9 more'))), [
      '9 more branches: merged, stale or without a changed model',
      '  bugfix/leaky-split: merged · upstream gone',
      '  experiment/churn_calibrated: merged · upstream gone',
      '  experiment/churn_class-weights: merged · upstream gone',
      '  experiment/churn_deeper: merged',
      '  experiment/churn_early-stopping: merged · upstream gone',
      '  experiment/churn_monotone-price: merged · upstream gone',
      '  experiment/churn_more-trees: merged',
      '  feature/tenure-buckets: merged',
      '  origin/chore/pre-commit:',
    ]);
    await pictures('squash');
  });

  it('300 stale remote branches: the three that live, the rest under one row, by age', async () => {
    const { workbench } = await open('defects', writeStaleRemotes);
    const top = [
      'main: current · default',
      '  detector: unregistered · 91 MB · DVC',
      '  1 of 2 tracked files are models: Review',
      'sara/defect-labels-v4: 1 model changed',
      'origin/exp/tiling_priya: 1 model changed',
      'origin/exp/yolo11_jonas: 2 models changed',
    ];
    const more = `${String(STALE + 40)} more branches`;
    await seen(...top, `${more}: merged, stale or without a changed model`);
    await workbench.expand(more);
    await seen(
      ...top,
      `${more}: merged, stale or without a changed model`,
      /^ {2}origin\/exp\/augment_priya_1: 1 model changed · \d years ago$/,
    );
    await pictures('stale');
    await workbench.runCommand('Modelkeep: Filter Models…');
    await workbench.type('exp/augment_priya_1', { accept: true });
    await seen(/^origin\/exp\/augment_priya_1: 1 model changed · \d years ago$/);
    await workbench.screenshot('shape-stale-filter-dark');
  });

  it('a fork: own work, then main, the project’s main before all other remote branches', async () => {
    const { workbench } = await open('voices', writeFork);
    const top = [
      'feature/russian-voice: current · 1 model changed',
      '  amy: v1.0.0 · 63 MB · LFS',
      '  davefx: unregistered · 63 MB · LFS',
      '  irina: unregistered · 63 MB · LFS',
      '  mls: unregistered · 76 MB · LFS',
      '  siwis: unregistered · 28 MB · LFS',
      '  thorsten: v1.1.0 · 63 MB · LFS',
      '  6 of 6 tracked files are models: Review',
      'main: default',
      'upstream/main: 3 models changed',
      'upstream/release/1.0: merged · last year',
      'upstream/streaming: 3 models changed',
      '1 more branch: merged, stale or without a changed model',
    ];
    await seen(...top);
    await workbench.expand('1 more branch');
    await seen(...top, '  bugfix/clipping: merged');
    await pictures('fork');
  });

  it('nightly tags: versions and releases first, the nights under one row', async () => {
    const { workbench } = await open('demand', (folder, now) =>
      writeNightlyTags(folder, now, { ignore: false }),
    );
    const top = [
      'main: current · default',
      '  demand: unregistered, after v1.6.0 · 12 MB · DVC',
      /^ {4}v1\.6\.0: prod · /,
      ...['v1.5.0', 'v1.4.0', 'v1.3.0', 'v1.2.0', 'v1.1.0', 'v1.0.0'].map(
        (version) => new RegExp(`^ {4}${version}: `),
      ),
      /^ {4}release-2026\.5, nightly-\d{8}: tags · same bits as v1\.6\.0 · /,
      ...['2026.3', '2026.1', '2025.7', '2025.5', '2025.3', '2025.1'].map(
        (release) =>
          new RegExp(`^ {4}release-${release.replace('.', '\\.')}, nightly-\\d{8}: tags · same bits as v1`),
      ),
      /^ {4}nightly-\d{8}: here · tag · /,
    ];
    await seen('main: current · default', '  demand: unregistered, after v1.6.0 · 12 MB · DVC');
    await workbench.expand('demand');
    await seen(...top);
    const more = (await rows()).find((row) => row.endsWith(' more tags:'))?.trim();
    assert.equal(more, `${String(NIGHTS + 7 - 17)} more tags:`);
    await pictures('nightly');
    await workbench.expand(more.slice(0, -1));
    await eventually(async () =>
      assert.ok((await rows()).filter((row) => row.includes('nightly')).length > 12),
    );
  });

  it('nightly tags that the settings ignore: none of them', async () => {
    const { workbench } = await open('demand-ignored', (folder, now) =>
      writeNightlyTags(folder, now, { ignore: true }),
    );
    await workbench.expand('demand');
    await eventually(async () => assert.match((await rows()).join('\n'), /release-2025\.1: tag/));
    assert.doesNotMatch((await rows()).join('\n'), /nightly/);
    await pictures('nightly-ignored');
  });

  it('LFS pictures beside LFS models: the models, and how many files are none', async () => {
    const { workbench } = await open('zoo', writeLfsPictures);
    const top = [
      'main: current · default',
      '  candy-9: unregistered · 7 MB · LFS',
      '  mobilenetv2-12: unregistered · 14 MB · LFS',
      '  model: unregistered · 2.2 GB · LFS',
      '  mosaic-9: unregistered · 7 MB · LFS',
      '  pointilism-9: unregistered · 7 MB · LFS',
      '  resnet18-v1-7: unregistered · 98 MB · LFS',
      '  resnet50-v1-7: unregistered · 98 MB · LFS',
      '  squeezenet1: unregistered · 5 MB · LFS',
      '  ssd-12: unregistered · 80 MB · LFS',
      '  yolov4: unregistered · 65 MB · LFS',
      '  10 of 95 tracked files are models: Review',
    ];
    await seen(...top, 'docs/new-pictures:');
    await workbench.expand('10 of 95 tracked files are models');
    await seen(...top, '    card.png: 200 kB · LFS · text/tiny-llama/images');
    await pictures('lfs');
  });

  it('Kedro: only the layer of models holds models', async () => {
    const { workbench } = await open('spaceflights', writeKedro);
    await seen(
      'experiment/regressor_gradient-boosting: current · 1 model changed',
      '  regressor: unregistered, after v0.2.0 · 901 kB · DVC',
      '  scaler: unregistered · 4.2 kB · DVC',
      '  2 of 11 tracked files are models: Review',
      'main: default',
      'develop: 1 model changed',
    );
    await workbench.expand('main');
    await workbench.expand('2 of 11 tracked files are models');
    await seen(
      'experiment/regressor_gradient-boosting: current · 1 model changed',
      '  regressor: unregistered, after v0.2.0 · 901 kB · DVC',
      '  scaler: unregistered · 4.2 kB · DVC',
      '  2 of 11 tracked files are models: Review',
      '    companies.csv: 2.1 MB · DVC · data/01_raw',
    );
    await eventually(async () =>
      assert.ok((await rows()).includes('  regressor: v0.2.0 · prod · 902 kB · DVC')),
    );
    await pictures('kedro');
  });

  it('a monorepo: each service’s model under its own name, with its version and its pin', async () => {
    const { workbench } = await open('decisions', writeMonorepo);
    await seen(
      'main: current · default',
      '  churn:model: v1.1.0 · prod · 48 MB · DVC · services/churn',
      '  fraud:scorer: v1.2.0 · prod · 192 MB · DVC · services/fraud',
      '  pricing:model: v1.1.0 · prod · 9 MB · DVC · services/pricing',
      '  3 of 6 tracked files are models: Review',
      'experiment/churn-pricing_shared-encoder: 3 models changed',
      'experiment/fraud_graph-features: 1 model changed',
      'origin/release/2026.1:',
    );
    await workbench.expand('pricing:model');
    await eventually(async () => assert.match((await rows()).join('\n'), / {4}v1\.0\.0: pinned · /));
    await pictures('monorepo');
    await workbench.runCommand('Modelkeep: Filter Models…');
    await workbench.type('fraud', { accept: true });
    await eventually(async () => assert.match((await rows())[1] ?? '', /fraud:scorer/));
    assert.equal((await rows()).filter((row) => row.includes(' · services/')).length, 1);
    assert.equal(SERVICES.length, 3);
  });
});
