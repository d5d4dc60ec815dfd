import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import type { GitRepo } from '../fixtures/gitRepo.js';
import { threeServices } from '../fixtures/monorepo.js';
import type { OpenWindow } from './harness/index.js';
import { openWindow } from './harness/index.js';
import { Keyboard } from './harness/keyboard.js';
import { eventually } from './waiting.js';

/** Versions of a monorepo without declarations: said which belong to no model, and bound in a few clicks. */
describe('Names without a model', function () {
  this.timeout(180_000);
  let repo: GitRepo;
  let window: OpenWindow;

  const rows = async (): Promise<readonly string[]> =>
    (await window.workbench.treeRows()).map(({ level, label, description }) =>
      `${'  '.repeat(level - 1)}${label}: ${description}`.trimEnd(),
    );
  const seen = (...expected: readonly string[]): Promise<void> =>
    eventually(async () => {
      const found = await rows();
      for (const row of expected) assert.ok(found.includes(row), `${row} is not in ${found.join('\n')}`);
    });
  const pictures = (name: string): Promise<void> => window.workbench.pictures(`unbound-${name}`);

  before(async () => {
    repo = threeServices();
    window = await openWindow({ folder: repo.dir, theme: 'light', size: { width: 1300, height: 640 } });
    await window.workbench.openView();
  });
  after(async () => {
    await window?.close();
    repo.dispose();
  });

  it('stand below the branches, with what they could mean', async () => {
    await seen('3 names without a model: services/ads:ctr, services/fraud:model, services/search:ranker');
    await window.workbench.expand('3 names without a model');
    await seen(
      '  ads:ctr: v1.0.0 · one of 2 models is meant · services/ads',
      '  fraud:model: v1.1.0, v1.0.0 · meant is services/fraud/models/fraud.onnx · services/fraud',
      '  search:ranker: v0.1.0 · meant is services/search/models/ranker.pkl · services/search',
    );
    await pictures('rows');
    await window.workbench.treeRow('fraud:model').hover();
    await eventually(async () =>
      assert.match(
        (await window.workbench.page.locator('.monaco-hover:visible').allTextContents()).join(' '),
        /services\/fraud:model: services\/fraud\/models\/fraud\.onnx/,
      ),
    );
    await window.workbench.screenshot('unbound-tooltip-light');
    await window.workbench.page.mouse.move(900, 300);
  });

  it('are bound by a click and a choice, in one line of modelkeep.yaml', async () => {
    assert.ok(!existsSync(repo.at('modelkeep.yaml')));
    await window.workbench.treeRow('fraud:model').click();
    await eventually(async () =>
      assert.match(
        (await window.workbench.quickInputRows())[0] ?? '',
        /^services\/fraud\/models\/fraud\.onnx/,
      ),
    );
    await window.workbench.screenshot('unbound-choice-light');
    await new Keyboard(window.workbench).enter();
    await eventually(() =>
      assert.equal(
        readFileSync(repo.at('modelkeep.yaml'), 'utf8'),
        'models:\n  names:\n    services/fraud:model: services/fraud/models/fraud.onnx\n',
      ),
    );
    await eventually(async () =>
      assert.ok((await rows()).some((row) => row.startsWith('  fraud:model: v1.1.0 · prod · '))),
    );
    await seen('2 names without a model: services/ads:ctr, services/search:ranker');
    await pictures('bound');
  });

  it('are marked when grouped by model, and bound from there and from the palette', async () => {
    await window.workbench.runCommand('Modelkeep: Bind Versions to a Model…');
    await eventually(async () =>
      assert.match((await window.workbench.quickInputRows()).join('\n'), /services\/search:ranker/),
    );
    await window.workbench.type('ranker', { accept: true });
    await eventually(async () =>
      assert.match(
        (await window.workbench.quickInputRows())[0] ?? '',
        /^services\/search\/models\/ranker\.pkl/,
      ),
    );
    await new Keyboard(window.workbench).press('Escape');
    await window.workbench.sideBar.locator('.action-label[aria-label*="Group by Model"]').first().click();
    await seen('search:ranker: v0.1.0 · no model · services/search');
    await pictures('by-model');
  });
});
