import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { appendFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { makeDemo } from '../../scripts/dev/demo.mjs';
import { openWindow } from './harness/index.js';
import type { OpenWindow } from './harness/index.js';
import { Keyboard } from './harness/keyboard.js';
import { chosenThemes } from './harness/workbench.js';
import { eventually, eventuallyHas } from './waiting.js';

const run = promisify(execFile);

const PREVIEW = 'Nothing is written before you choose';

/** The daily acts of a team, from F1 to what Git has afterwards, without a mouse. */
for (const theme of chosenThemes('light')) {
  describe(`By keyboard alone (${theme})`, function () {
    this.timeout(180_000);
    let home: string;
    let folder: string;
    let remote: string;
    let other: string;
    let window: OpenWindow;
    let keys: Keyboard;

    const gitIn = async (place: string, ...args: string[]): Promise<string> =>
      (await run('git', ['-C', place, ...args])).stdout.trim();
    const git = (...args: string[]): Promise<string> => gitIn(folder, ...args);
    const picture = (name: string): Promise<string> => window.workbench.screenshot(`keys-${name}-${theme}`);
    const offered = (...texts: string[]): Promise<void> =>
      eventuallyHas(async () => (await window.workbench.quickInputRows()).join('\n'), ...texts);
    const told = (...texts: string[]): Promise<void> =>
      eventuallyHas(async () => (await window.workbench.notifications()).join('\n'), ...texts);
    const says = (...texts: string[]): Promise<void> =>
      eventuallyHas(() => window.workbench.quickInputMessage(), ...texts);
    const hasRef = async (name: string, place = folder): Promise<boolean> =>
      (await gitIn(place, 'for-each-ref', name)) !== '';
    const onBranch = (name: string): Promise<void> =>
      eventually(async () => assert.equal(await git('symbolic-ref', '--short', 'HEAD'), name));
    const refuse = async (words: string): Promise<void> => {
      await mkdir(path.join(remote, 'hooks'), { recursive: true });
      const script = `#!/bin/sh\necho ${JSON.stringify(words)} >&2\nexit 1\n`;
      await writeFile(path.join(remote, 'hooks/pre-receive'), script, { mode: 0o755 });
    };
    const allow = (): Promise<void> => rm(path.join(remote, 'hooks/pre-receive'));
    const messageOf = (tag: string): Promise<string> =>
      git('for-each-ref', '--format=%(contents)', `refs/tags/${tag}`);

    before(async () => {
      home = await mkdtemp(path.join(tmpdir(), 'modelkeep-keys-'));
      folder = path.join(home, 'fraud-service');
      other = path.join(home, 'colleague');
      await makeDemo(folder);
      remote = await git('remote', 'get-url', 'origin');
      await gitIn(home, 'clone', '--quiet', remote, other);
      await gitIn(other, 'config', 'user.name', 'Grace Colleague');
      await gitIn(other, 'config', 'user.email', 'grace@example.org');
      await writeFile(path.join(folder, '.gto'), 'stages: [dev, staging, prod, archive]\n');
      window = await openWindow({ folder, theme, size: { width: 1280, height: 900 } });
      keys = new Keyboard(window.workbench);
      await window.workbench.openView();
      await window.workbench.treeRow('fraud-detector').waitFor();
    });
    afterEach(async function () {
      if (this.currentTest?.state === 'failed') await picture('failed');
    });
    after(async () => {
      await window?.close();
      await rm(home, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
    });

    describe('branches', () => {
      const SHORTER = 'experiment/note-summarizer_shorter-notes';

      async function describeBranch(model: string, words: string): Promise<void> {
        await keys.command('Modelkeep: Create Experiment Branch');
        await keys.step('(1/3)');
        await keys.choose(model);
        await keys.step('(2/3)');
        await keys.type(words);
      }

      it('are created in four inputs, and taken back', async () => {
        await describeBranch('note-summarizer', 'Shorter notes');
        await says(`Creates ${SHORTER}`);
        await picture('01-branch-words');
        await keys.enter();
        await keys.step('(3/3)');
        await keys.onRow(`Create ${SHORTER} and switch to it`);
        await picture('02-branch-preview');
        await keys.enter();
        assert.equal(keys.inputs, 4);
        await onBranch(SHORTER);
        await told(`You are on ${SHORTER}, from main`);
        await picture('03-branch-done');
        await keys.answerMessage(`You are on ${SHORTER}`, 'Undo');
        await onBranch('main');
        await eventually(async () => assert.equal(await hasRef(`refs/heads/${SHORTER}`), false));
      });

      it('leave it to the person what becomes of changes, which an undo brings back', async () => {
        await appendFile(path.join(folder, 'README.md'), 'changed\n');
        await describeBranch('note-summarizer', 'Shorter notes');
        await keys.enter();
        await keys.step('(3/3)');
        await offered(
          'from main; 1 changed file comes along',
          'Stash my changes first',
          'Create in a linked worktree',
        );
        await picture('04-branch-dirty');
        await keys.choose('Stash my changes first');
        await onBranch(SHORTER);
        await told('your changes are in the stash');
        assert.doesNotMatch(await git('status', '--porcelain'), /README/);
        await keys.command('Modelkeep: Undo Last Branch or Tag');
        await onBranch('main');
        await eventuallyHas(() => readFile(path.join(folder, 'README.md'), 'utf8'), 'changed\n');
        await eventually(async () => assert.equal(await git('stash', 'list'), ''));
        await told(`Took ${SHORTER} back`);
        await git('checkout', '--', 'README.md');
      });

      it('get another name where the name is taken', async () => {
        await describeBranch('fraud-detector', 'focal loss');
        await says('experiment/fraud-detector_focal-loss exists here', 'Enter takes "focal loss 2"');
        await picture('05-branch-taken');
        await keys.enter();
        await says('Creates experiment/fraud-detector_focal-loss-2');
        await keys.enter();
        await keys.step('(3/3)');
        await keys.choose('Create without switching');
        await eventually(async () =>
          assert.equal(await hasRef('refs/heads/experiment/fraud-detector_focal-loss-2'), true),
        );
        await onBranch('main');
      });

      it('lie in a linked worktree, which is offered first the next time', async () => {
        const linked = path.join(home, 'fraud-service.worktrees/experiment-text-encoder_smaller');
        await describeBranch('text-encoder', 'smaller');
        await keys.enter();
        await keys.step('(3/3)');
        await keys.choose('Create in a linked worktree');
        await told('Created experiment/text-encoder_smaller from main in');
        assert.ok(existsSync(linked));
        await picture('06-worktree');
        await keys.answerMessage('Created experiment/text-encoder_smaller', 'Undo');
        await eventually(() => assert.equal(existsSync(linked), false));
        await describeBranch('text-encoder', 'smaller');
        await keys.enter();
        await keys.step('(3/3)');
        await keys.onRow('Create in a linked worktree');
        await keys.press('ArrowUp', 2);
        await keys.onRow('Create experiment/text-encoder_smaller and switch to it');
        await keys.enter();
        await onBranch('experiment/text-encoder_smaller');
        await keys.command('Modelkeep: Undo Last Branch or Tag');
        await onBranch('main');
      });

      it('are published without a switch to them, when that is wanted', async () => {
        await describeBranch('text-encoder', 'shared');
        await keys.enter();
        await keys.step('(3/3)');
        await keys.choose('Create without switching and publish to origin');
        await eventuallyHas(() => git('ls-remote', 'origin'), 'refs/heads/experiment/text-encoder_shared');
        await onBranch('main');
        assert.equal(await hasRef('refs/heads/experiment/text-encoder_shared'), true);
      });

      it('stay here unpublished where the remote refuses them, when that is wanted', async () => {
        await refuse('branches are frozen until Monday');
        await describeBranch('text-encoder', 'frozen');
        await keys.enter();
        await keys.step('(3/3)');
        await keys.choose('Create, switch and publish to origin');
        await told('branches are frozen until Monday');
        await onBranch('main');
        assert.equal(await hasRef('refs/heads/experiment/text-encoder_frozen'), false);
        await picture('07-publish-refused');
        await keys.answerMessage('branches are frozen', 'Create Without Publishing');
        await onBranch('experiment/text-encoder_frozen');
        await allow();
        await keys.command('Modelkeep: Undo Last Branch or Tag');
        await onBranch('main');
      });

      it('start from any version, branch, tag or DVC experiment', async () => {
        const tip = await git('rev-parse', 'main');
        await git('update-ref', `refs/exps/${tip.slice(0, 2)}/${tip.slice(2)}/tidy-elk`, 'main~1');
        await window.workbench.treeRow('DVC experiments').waitFor();
        await describeBranch('fraud-detector', 'from an older version');
        await keys.enter();
        await keys.choose('Start from main', 'Nothing is done before you choose');
        await keys.asked('Start from what?');
        await offered('What is checked out', 'The default branch', 'v2.0.0');
        await keys.type('tidy');
        await keys.onRow('tidy-elk');
        await picture('09-start-from');
        await keys.choose('v2.0.0', 'Start from what?');
        await keys.asked('Nothing is done before you choose');
        await offered('Start from fraud-detector@v2.0.0');
        await keys.choose('Create without switching');
        await eventually(async () =>
          assert.equal(
            await git('rev-parse', 'experiment/fraud-detector_from-an-older-version'),
            await git('rev-parse', 'fraud-detector@v2.0.0^{commit}'),
          ),
        );
      });

      it('are deleted where they are merged, and brought back', async () => {
        const merged = 'refs/heads/experiment/merchant-risk_calibrated';
        await keys.command('Modelkeep: Delete Merged Branches');
        await keys.asked('Deletes the ticked branches here');
        await offered(
          'experiment/merchant-risk_calibrated',
          'experiment/fraud-detector_from-an-older-version, nothing was committed on it yet',
        );
        await picture('09-merged');
        await keys.enter();
        await eventually(async () => assert.equal(await hasRef(merged), false));
        assert.ok(await hasRef('refs/heads/experiment/fraud-detector_from-an-older-version'));
        await keys.answerMessage('Deleted', 'Undo');
        await eventually(async () => assert.equal(await hasRef(merged), true));
      });

      it('are opened in a linked worktree', async () => {
        const branch = 'experiment/fraud-detector_graph-features';
        await keys.command('Modelkeep: Open Worktree');
        await keys.choose(branch, 'Which branch?');
        await keys.asked(`${branch} is checked out nowhere`);
        await picture('09-worktree');
        const opened = window.workbench.page.context().waitForEvent('page');
        await keys.enter();
        const other = await opened;
        const folder = path.join(home, 'fraud-service.worktrees', branch.replaceAll('/', '-'));
        assert.equal(new URL(other.url()).searchParams.get('folder'), folder);
        await other.close();
        assert.equal(await gitIn(folder, 'symbolic-ref', '--short', 'HEAD'), branch);
        await git('worktree', 'remove', folder);
      });

      it('are renamed to the repaired name, and back', async () => {
        await keys.command('Modelkeep: Rename Branch');
        await keys.step('Rename Branch');
        await keys.choose('Priya-test2');
        await says('Renames Priya-test2 to experiment/priya_test2');
        await picture('08-rename');
        await keys.enter();
        await eventually(async () => assert.equal(await hasRef('refs/heads/experiment/priya_test2'), true));
        await keys.answerMessage('Renamed Priya-test2', 'Undo');
        await eventually(async () => assert.equal(await hasRef('refs/heads/Priya-test2'), true));
        assert.equal(await hasRef('refs/heads/experiment/priya_test2'), false);
      });
    });

    describe('versions', () => {
      /** Up to the preview, with the next patch and no message. */
      async function tagVersion(model: string): Promise<void> {
        await keys.command('Modelkeep: Tag Version');
        await keys.step('(1/4)');
        await keys.choose(model);
        await keys.step('(2/4)');
        await offered('patch');
        await keys.enter();
        await keys.step('(3/4)');
        await keys.enter();
        await keys.step('(4/4)');
        await offered(`Tag ${model}@`);
      }

      it('with the bits of an earlier one say so, and are taken back', async () => {
        await keys.command('Modelkeep: Tag Version');
        await keys.step('(1/4)');
        await keys.choose('device-fingerprint');
        await keys.step('(2/4)');
        await offered('v1.1.1', 'Same bits as v1.1.0');
        await picture('10-version-number');
        await keys.enter();
        await keys.step('(3/4)');
        await picture('11-version-message');
        await keys.enter();
        await keys.step('(4/4)');
        await offered('device-fingerprint has the same bits here as in device-fingerprint@v1.1.0');
        await picture('12-version-preview');
        await keys.enter();
        await eventually(async () => assert.equal(await hasRef('refs/tags/device-fingerprint@v1.1.1'), true));
        await told('Tagged device-fingerprint@v1.1.1');
        await keys.answerMessage('Tagged device-fingerprint@v1.1.1', 'Undo');
        await eventually(async () =>
          assert.equal(await hasRef('refs/tags/device-fingerprint@v1.1.1'), false),
        );
      });

      it('off the default branch or unpublished say so, and offer to push first', async () => {
        const branch = 'experiment/fraud-detector_focal-loss';
        await git('switch', '--quiet', branch);
        await git('checkout', 'main', '--', 'models/note-summarizer.gguf');
        await git('commit', '--quiet', '-m', 'Take the new summarizer along');
        const tip = await git('rev-parse', 'HEAD');
        await eventually(() =>
          window.workbench
            .treeRow(branch)
            .locator('.label-description', { hasText: 'current' })
            .waitFor({ timeout: 500 }),
        );
        await tagVersion('fraud-detector');
        await offered('is not on main', 'No remote branch that was fetched has the commit');
        await picture('13-version-warnings');
        await keys.choose('First run git push');
        await eventually(async () => assert.equal(await gitIn(remote, 'rev-parse', branch), tip));
        await eventually(async () => {
          const rows = (await window.workbench.quickInputRows()).join('\n');
          assert.ok(rows.includes('is not on main') && !rows.includes('No remote branch'), rows);
        });
        await keys.press('Escape');

        await tagVersion('note-summarizer');
        await offered('there has the same bits and could be registered instead');
        await picture('13-version-elsewhere');
        await keys.choose('Register commit', PREVIEW);
        const [better = ''] = (await git('rev-list', 'main', '--', 'models/note-summarizer*')).split('\n');
        await offered(`on commit ${better}`);
        assert.doesNotMatch((await window.workbench.quickInputRows()).join('\n'), /is not on main/);
        await keys.press('Escape');
        await git('switch', '--quiet', 'main');
      });

      it('get the next number when a colleague took it a moment before', async () => {
        await tagVersion('note-summarizer');
        await offered('Tag and push it to origin, note-summarizer@v0.3.1');
        await gitIn(other, 'tag', '-a', '-m', 'Registering', 'note-summarizer@v0.3.1', 'HEAD~1');
        await gitIn(other, 'push', '--quiet', 'origin', 'note-summarizer@v0.3.1');
        await keys.choose('Tag and push it to origin', PREVIEW);
        await told('already', 'v0.3.2');
        assert.equal(await hasRef('refs/tags/note-summarizer@v0.3.1'), false);
        await picture('14-push-rejected');
        await keys.answerMessage('The next free number', 'Take v0.3.2 Instead');
        await offered('Tag and push it to origin, note-summarizer@v0.3.2');
        await picture('15-next-number');
        await keys.choose('Tag and push it to origin', PREVIEW);
        await eventually(async () =>
          assert.equal(await hasRef('refs/tags/note-summarizer@v0.3.2', remote), true),
        );
      });

      it('that a rule of the remote forbids are left to CI', async () => {
        await refuse('GL-HOOK-ERR: tags text-encoder@* are protected');
        await tagVersion('text-encoder');
        await keys.choose('Tag and push it to origin', PREVIEW);
        await told('A rule of origin forbids the tag', 'text-encoder@* are protected');
        await picture('16-forbidden');
        await keys.answerMessage('A rule of origin', 'Copy the Command for CI');
        const commit = await git('rev-parse', 'main');
        await eventually(async () => {
          const copied = await window.workbench.page.evaluate(() => navigator.clipboard.readText());
          assert.ok(
            copied.startsWith(`modelkeep tag text-encoder --version v0.2.1 --rev ${commit} `),
            copied,
          );
        });
        assert.equal(await hasRef('refs/tags/text-encoder@v0.2.1'), false);
        await allow();
      });

      it('that are others at the remote are shown as a conflict', async () => {
        await gitIn(other, 'tag', '-a', '-m', 'Registering', 'text-encoder@v0.3.0', 'HEAD');
        await gitIn(other, 'push', '--quiet', 'origin', 'text-encoder@v0.3.0');
        await git('tag', '-a', '-m', 'Registering artifact', 'text-encoder@v0.3.0', 'main~1');
        await tagVersion('text-encoder');
        await offered('The tag text-encoder@v0.3.0 is not the same here and at origin');
        await picture('17-conflict');
        await keys.press('Escape');
        await keys.command('Modelkeep: Fetch Branches and Tags');
        await told('Not the same here and at origin: text-encoder@v0.3.0');
        await picture('18-conflict-fetched');
        await git('tag', '-d', 'text-encoder@v0.3.0');
      });
    });

    describe('stages', () => {
      it('are promoted with the differences in sight, a reason and who agreed', async () => {
        await keys.command('Modelkeep: Promote to Next Stage');
        await keys.choose('merchant-risk', 'Which model?');
        await keys.choose('staging', 'Which stage of merchant-risk?');
        await offered(
          'Tag merchant-risk#prod#3',
          'prod: v1.0.0 → v1.2.0',
          '- auc: 0.811 -> 0.829 (+0.018, better)',
        );
        await picture('20-promotion');
        await keys.choose('Reason', PREVIEW);
        await says('Why?');
        await keys.type('Fewer false alarms on new merchants');
        await keys.enter();
        await keys.choose('Approved by', PREVIEW);
        await says('Who agreed?');
        await keys.type('Priya Nair, Jonas Weber');
        await picture('21-approved-by');
        await keys.enter();
        await offered('Fewer false alarms on new merchants', 'Priya Nair, Jonas Weber');
        await picture('22-promotion-agreed');
        await keys.choose('Tag merchant-risk#prod#3', PREVIEW);
        await eventually(async () => assert.equal(await hasRef('refs/tags/merchant-risk#prod#3'), true));
        assert.match(
          await messageOf('merchant-risk#prod#3'),
          /\n\nReason: Fewer false alarms on new merchants\nApproved-by: Priya Nair\nApproved-by: Jonas Weber$/,
        );
      });

      it('tell who put what where: who agreed before who tagged', async () => {
        await keys.command('Modelkeep: Show Stage History');
        await keys.choose('merchant-risk', 'Which model?');
        await offered(
          'prod: v1.0.0 → v1.2.0',
          'approved by Priya Nair, Jonas Weber · Fewer false alarms on new merchants · tagged by Maya Chen',
        );
        await picture('23-history');
        await keys.press('Escape');
      });

      it('are rolled back to who held them before, and that is taken back', async () => {
        await keys.command('Modelkeep: Roll Back Stage');
        await keys.choose('merchant-risk', 'Which model?');
        await keys.choose('prod', 'Which stage of merchant-risk?');
        await offered('Tag merchant-risk#prod!#4', 'prod: v1.2.0 → v1.0.0', '- auc: 0.829 -> 0.811');
        await picture('24-roll-back');
        await keys.asked(PREVIEW);
        await keys.enter();
        await eventually(async () => assert.equal(await hasRef('refs/tags/merchant-risk#prod!#4'), true));
        await keys.answerMessage('Tagged merchant-risk#prod!#4', 'Undo');
        await eventually(async () => assert.equal(await hasRef('refs/tags/merchant-risk#prod!#4'), false));
      });

      it('are assigned and removed', async () => {
        await keys.command('Modelkeep: Assign Stage');
        await keys.choose('device-fingerprint', 'Which model?');
        await keys.step('(1/3)');
        await keys.choose('v1.1.0', 'Which version of device-fingerprint?');
        await keys.step('(2/3)');
        await offered('dev', 'staging', 'prod', 'archive');
        await picture('25-assign-stage');
        await keys.choose('staging');
        await keys.step('(3/3)');
        await offered('Tag device-fingerprint#staging#1');
        await picture('26-assign-preview');
        await keys.asked(PREVIEW);
        await keys.enter();
        await eventually(async () =>
          assert.equal(await hasRef('refs/tags/device-fingerprint#staging#1'), true),
        );
        await keys.command('Modelkeep: Remove Stage');
        await keys.choose('device-fingerprint', 'Which model?');
        await keys.choose('v1.1.0', 'Which version of device-fingerprint?');
        await keys.choose('staging', 'Remove which stage from v1.1.0?');
        await offered('Tag device-fingerprint#staging!#2');
        await picture('27-remove-preview');
        await keys.asked(PREVIEW);
        await keys.enter();
        await eventually(async () =>
          assert.equal(await hasRef('refs/tags/device-fingerprint#staging!#2'), true),
        );
      });
    });

    describe('the end of versions', () => {
      it('is a tag with its reason, after which the version can be restored', async () => {
        await keys.command('Modelkeep: Deregister Version');
        await keys.choose('device-fingerprint', 'Which model?');
        await keys.choose('v1.0.0', 'Which version of device-fingerprint?');
        await offered('Tag device-fingerprint@v1.0.0!');
        await keys.choose('Reason', PREVIEW);
        await says('Why?');
        await keys.type('Trained on leaked data');
        await keys.enter();
        await offered('Trained on leaked data');
        await picture('30-deregister');
        await keys.choose('Tag device-fingerprint@v1.0.0', PREVIEW);
        await eventually(async () =>
          assert.equal(await hasRef('refs/tags/device-fingerprint@v1.0.0!'), true),
        );
        assert.match(await messageOf('device-fingerprint@v1.0.0!'), /\n\nReason: Trained on leaked data$/);

        await eventually(async () => {
          await keys.command('Modelkeep: Restore Version');
          await keys.choose('device-fingerprint', 'Which model?');
          await offered('v1.0.0');
        });
        await picture('31-restore-which');
        await keys.choose('v1.0.0', 'Which version of device-fingerprint?');
        await offered('Tag device-fingerprint@v1.0.0#');
        await picture('32-restore');
        await keys.asked(PREVIEW);
        await keys.enter();
        await eventually(async () =>
          assert.equal(await hasRef('refs/tags/device-fingerprint@v1.0.0#*'), true),
        );
      });

      it('of a model is a tag too, which the palette takes back', async () => {
        await keys.command('Modelkeep: Deprecate Model');
        await keys.choose('text-encoder', 'Which model?');
        await offered('Tag text-encoder@deprecated', 'latest: v0.2.0 → none');
        await picture('33-deprecate');
        await keys.asked(PREVIEW);
        await keys.enter();
        await eventually(async () => assert.equal(await hasRef('refs/tags/text-encoder@deprecated'), true));
        await keys.command('Modelkeep: Undo Last Branch or Tag');
        await eventually(async () => assert.equal(await hasRef('refs/tags/text-encoder@deprecated'), false));
        await told('Took text-encoder@deprecated back');
        await picture('34-undone');
      });
    });
  });
}
