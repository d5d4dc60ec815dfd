import assert from 'node:assert/strict';
import { GitRepo } from '../fixtures/gitRepo.js';
import { openWindow } from './harness/index.js';
import type { OpenWindow } from './harness/index.js';
import { Keyboard } from './harness/keyboard.js';
import { chosenThemes } from './harness/workbench.js';
import { eventually, eventuallyHas } from './waiting.js';

const MODEL = 'customer-lifetime-value-regression-for-european-markets-with-seasonality';
const CANARY = 'canary-deployment-frankfurt-central-2';
const PRODUCTION = 'production-of-all-european-markets';
const PREVIEW = 'Nothing is written before you choose';

/** Names as long as large companies have them: every question stays readable and says which one is meant. */
for (const theme of chosenThemes('dark')) {
  describe(`Long names (${theme})`, function () {
    this.timeout(120_000);
    let repo: GitRepo;
    let remote: GitRepo;
    let window: OpenWindow;
    let keys: Keyboard;
    const picture = (name: string): Promise<string> => window.workbench.screenshot(`long-${name}-${theme}`);
    const offered = (...texts: string[]): Promise<void> =>
      eventuallyHas(async () => (await window.workbench.quickInputRows()).join('\n'), ...texts);
    const hasTag = (name: string): Promise<void> =>
      eventually(() => assert.equal(repo.git('tag', '--list', name), name));

    before(async () => {
      repo = GitRepo.create();
      repo
        .write('.gto', `stages: [${CANARY}, ${PRODUCTION}]\n`)
        .dvcPointer(`models/${MODEL}.pkl`, { content: 'one', size: 48_000_000 })
        .commit('First');
      repo.registerVersion(MODEL, 'v1.0.0');
      repo.assignStage(MODEL, PRODUCTION);
      remote = repo.bare();
      repo.dvcPointer(`models/${MODEL}.pkl`, { content: 'two', size: 64_000_000 }).commit('Second');
      repo.registerVersion(MODEL, 'v1.1.0-rc.1');
      repo.assignStage(MODEL, CANARY);
      repo.commit('Third');
      window = await openWindow({ folder: repo.dir, theme, size: { width: 1100, height: 800 } });
      keys = new Keyboard(window.workbench);
      await window.workbench.openView();
      await window.workbench.treeRow('customer-lif…asonality').waitFor();
    });
    afterEach(async function () {
      if (this.currentTest?.state === 'failed') await picture('failed');
    });
    after(async () => {
      await window?.close();
      repo.dispose();
      remote.dispose();
    });

    it('make a branch', async () => {
      const name = `experiment/${MODEL}_seasonality-of-the-northern-markets-and-a-lower-learning-rate`;
      await keys.command('Modelkeep: Create Experiment Branch');
      await keys.step('(1/2)');
      await keys.type('Seasonality of the northern markets, and a lower learning rate');
      await eventuallyHas(() => window.workbench.quickInputMessage(), name);
      await picture('1-branch-words');
      await keys.enter();
      await keys.step('(2/2)');
      await keys.onRow(`Create ${name} and switch to it`);
      await picture('2-branch-preview');
      await keys.press('Escape');
    });

    it('are registered', async () => {
      await keys.command('Modelkeep: Tag Version');
      await keys.step('(1/3)');
      await offered('v1.1.0', 'Same bits as v1.1.0-rc.1');
      await picture('3-version-number');
      await keys.choose('minor');
      await keys.step('(2/3)');
      await picture('4-version-message');
      await keys.enter();
      await keys.step('(3/3)');
      await offered('No remote branch that was fetched has the commit');
      await picture('5-version-preview');
      await keys.asked(PREVIEW);
      await keys.enter();
      await eventuallyHas(
        async () => (await window.workbench.notifications()).join('\n'),
        `Tagged ${MODEL}@`,
      );
      await picture('6-version-done');
    });

    it('are promoted, and their history is told', async () => {
      await keys.command('Modelkeep: Promote to Next Stage');
      await keys.choose(CANARY, 'Which stage of');
      await offered(`Tag ${MODEL}#${PRODUCTION}#3`, 'size: 48 MB -> 64 MB');
      await picture('7-promotion');
      await keys.choose('Approved by', PREVIEW);
      await eventuallyHas(() => window.workbench.quickInputMessage(), 'Who agreed?');
      await keys.type('Wilhelmina Vandenberghe-Achterberg, Bartholomäus Oberhuber-Schwarzenbach');
      await keys.enter();
      await keys.choose(`Tag ${MODEL}#${PRODUCTION}#3`, PREVIEW);
      await hasTag(`${MODEL}#${PRODUCTION}#3`);
      await keys.command('Modelkeep: Show Stage History');
      await offered(`${PRODUCTION}: v1.0.0 → v1.1.0-rc.1`, 'approved by Wilhelmina');
      await picture('8-history');
      await keys.press('Escape');
    });
  });
}
