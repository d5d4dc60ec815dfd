import assert from 'node:assert/strict';
import type { Model } from '../../../../src/core/catalog/catalog.js';
import { nextVersions } from '../../../../src/core/registry/versions/numbers.js';
import { equivalentCommands, renderCommand } from '../../../../src/core/registry/versions/plan.js';
import { planTag } from '../../../../src/core/registry/versions/planTag.js';
import type { TagRequest } from '../../../../src/core/registry/versions/planTag.js';
import { checkArtifactName, readRegistry } from '../../../../src/core/registry/versions/registry.js';
import { RegistryError } from '../../../../src/core/registry/versions/registryError.js';
import type { GitRepo } from '../../../fixtures/gitRepo.js';
import { catalogOf, CHURN, opened, refusal, refsOf, teamRepository } from './team.js';

const unnamed: Model = {
  name: '',
  path: null,
  tracking: 'none',
  pointer: null,
  declared: true,
  digest: null,
  size: null,
};

describe('planning a registration', () => {
  let repo: GitRepo;
  let remote: GitRepo;
  beforeEach(() => ({ repo, remote } = teamRepository()));
  afterEach(() => {
    repo.dispose();
    remote.dispose();
  });

  async function plan(request: Partial<TagRequest> = {}): ReturnType<typeof planTag> {
    return planTag({ catalog: await catalogOf(repo), model: CHURN, ...request });
  }

  it('starts at v0.0.1 and shows the exact tag, commit, message and command, writing nothing', async () => {
    const before = refsOf(repo);
    const made = await plan();
    assert.equal(made.tag, 'churn@v0.0.1');
    assert.equal(made.tags[0]?.ref, 'refs/tags/churn@v0.0.1');
    assert.equal(made.commit, repo.head());
    assert.equal(made.tags[0]?.message, 'Registering artifact churn version v0.0.1');
    assert.equal(made.digest?.algorithm, 'md5');
    assert.deepEqual(made.effects, [{ stage: null, before: null, after: 'v0.0.1' }]);
    assert.deepEqual(made.warnings, []);
    assert.deepEqual(
      equivalentCommands(made, { push: true }).map((args) => renderCommand(args)),
      [
        `git tag -a -m 'Registering artifact churn version v0.0.1' churn@v0.0.1 ${repo.head()}`,
        'git push origin refs/tags/churn@v0.0.1:refs/tags/churn@v0.0.1',
      ],
    );
    assert.equal(refsOf(repo), before);
  });

  it('counts up the part that is asked for, from the highest active version', async () => {
    repo.registerVersion('churn', 'v1.2.3', { on: 'HEAD~1' });
    assert.equal((await plan()).version, 'v1.2.4');
    assert.equal((await plan({ version: { bump: 'minor' } })).version, 'v1.3.0');
    assert.equal((await plan({ version: { bump: 'major' } })).version, 'v2.0.0');
    assert.equal((await plan({ version: { exact: '2.0.0-rc.1' } })).tag, 'churn@v2.0.0-rc.1');
    assert.equal((await plan()).previous, 'v1.2.3');
    const registry = await readRegistry(await opened(repo));
    assert.deepEqual(nextVersions(registry, 'churn'), { major: 'v2.0.0', minor: 'v1.3.0', patch: 'v1.2.4' });
  });

  it('takes the next free number where a tag is in the way, lightweight or deregistered', async () => {
    repo.registerVersion('churn', 'v1.0.0', { on: 'HEAD~1' });
    repo.tag('churn@v1.0.1').tag('churn@v1.0.2!');
    assert.equal((await plan()).version, 'v1.0.3');
  });

  it('takes the next number that is free at the remote too, when it is asked', async () => {
    const other = remote.clone();
    other.registerVersion('churn', 'v0.0.1', { on: 'HEAD~1' });
    other.git('push', '-q', 'origin', 'churn@v0.0.1');
    assert.equal((await plan()).version, 'v0.0.1');
    assert.equal((await plan({ askRemote: true })).version, 'v0.0.2');
    other.dispose();
  });

  it('refuses what the remote has and was not fetched', async () => {
    const other = remote.clone();
    other.registerVersion('churn', 'v3.0.0');
    other.git('push', '-q', 'origin', 'churn@v3.0.0');
    const same = await refusal(plan({ askRemote: true }));
    assert.deepEqual([same.reason, same.offer.version], ['registered-on-remote', 'v3.0.0']);
    const number = await refusal(plan({ askRemote: true, rev: 'HEAD~1', version: { exact: 'v3.0.0' } }));
    assert.deepEqual([number.reason, number.offer.version], ['registered-on-remote', 'v0.0.1']);
    other.dispose();
  });

  it('goes on with a warning when the remote does not answer', async () => {
    repo.git('remote', 'set-url', 'origin', '/nowhere/at/all');
    const made = await plan({ askRemote: true });
    assert.deepEqual(
      made.warnings.map((one) => one.code),
      ['remote-unreachable'],
    );
  });

  it('shows a local tag that differs from the remote’s as a conflict', async () => {
    const other = remote.clone();
    other.annotatedTag('churn#dev#1', 'theirs');
    other.git('push', '-q', 'origin', 'churn#dev#1');
    repo.annotatedTag('churn#dev#1', 'ours');
    const made = await plan({ askRemote: true });
    assert.deepEqual(
      made.warnings.map((one) => [one.code, one.ref]),
      [['tag-conflict', 'refs/tags/churn#dev#1']],
    );
    other.dispose();
  });

  it('refuses a commit with an active version, and a version of another commit', async () => {
    repo.registerVersion('churn', 'v1.0.0');
    assert.equal((await refusal(plan())).reason, 'already-registered');
    const elsewhere = await refusal(plan({ rev: 'HEAD~1', version: { exact: 'v1.0.0' } }));
    assert.deepEqual([elsewhere.reason, elsewhere.offer.commit], ['registered-elsewhere', repo.head()]);
  });

  it('gives a commit whose version was deregistered only that version back, with a counter', async () => {
    repo.registerVersion('churn', 'v0.0.1');
    repo.annotatedTag('churn@v0.0.1!');
    const made = await plan();
    assert.deepEqual([made.tag, made.tags[0]?.what], ['churn@v0.0.1#1', 'restore']);
    assert.equal((await refusal(plan({ version: { exact: 'v0.0.2' } }))).reason, 'only-restore');
  });

  it('refuses a commit with two versions, on which GTO fails', async () => {
    repo.registerVersion('churn', 'v1.0.0');
    repo.registerVersion('churn', 'v2.0.0');
    assert.equal((await refusal(plan())).reason, 'two-versions');
  });

  it('refuses what is no version, and a model that the commit does not have', async () => {
    assert.equal((await refusal(plan({ version: { exact: 'v1' } }))).reason, 'not-semver');
    repo.git('rm', '-q', 'models/churn.pkl.dvc');
    repo.commit('gone');
    assert.equal((await refusal(plan())).reason, 'not-at-commit');
  });

  it('refuses a tag that Git cannot hold beside another, and one that ends in .lock', async () => {
    repo.tag('churn@v5.0.0/x');
    assert.equal((await refusal(plan({ version: { exact: 'v5.0.0' } }))).reason, 'name-in-the-way');
    assert.equal((await refusal(plan({ version: { exact: 'v5.0.1-a.lock' } }))).reason, 'invalid-name');
  });

  it('warns of equal bits', async () => {
    repo.registerVersion('churn', 'v1.0.0');
    repo.commit('nothing of the model');
    const made = await plan();
    assert.deepEqual(made.sameAs, ['churn@v1.0.0']);
    assert.ok(made.warnings.some((one) => one.code === 'same-bits'));
  });

  it('says when a commit is not on the default branch, and offers the one there with the same bits', async () => {
    repo.switch('experiment');
    repo.dvcPointer(CHURN.path, { content: 'third' }).commit('third');
    const tip = repo.head();
    repo.switch('main');
    const squashed = repo.squashMerge('experiment');
    repo.write('README.md', 'more').commit('later');
    repo.git('push', '-q', 'origin', 'main');
    const made = await plan({ rev: tip });
    assert.deepEqual(
      made.warnings.map((one) => [one.code, one.better]),
      [
        ['not-on-default-branch', squashed],
        ['commit-on-no-remote', undefined],
      ],
    );
    assert.deepEqual((await plan({ rev: squashed })).warnings, []);
    // Once that one has a version, it can have no other.
    repo.registerVersion('churn', 'v0.0.1', { on: squashed });
    const [, off] = (await plan({ rev: tip })).warnings;
    assert.deepEqual([off?.code, off?.better], ['not-on-default-branch', undefined]);
    assert.match(off?.message ?? '', /there has the same bits and is v0\.0\.1\.$/);
  });

  it('says when the commit is on no remote branch, with the command that pushes it', async () => {
    repo.git('fetch', '-q', 'origin');
    repo.commit('local');
    const [warning] = (await plan()).warnings.filter(({ code }) => code === 'commit-on-no-remote');
    assert.deepEqual(warning?.remedy, ['git', 'push', 'origin', 'main']);
    assert.match(warning.message, /git push origin main/);
    repo.git('switch', '-q', '--detach');
    repo.commit('on no branch');
    const [other] = (await plan()).warnings.filter(({ code }) => code === 'commit-on-no-remote');
    assert.deepEqual([other?.code, other?.remedy], ['commit-on-no-remote', undefined]);
  });

  it('follows a tag template of the team', async () => {
    repo.commit('nothing of the model');
    repo.tag('churn/v1.0.0', 'HEAD~1').annotatedTag('churn/v1.1.0', 'x', { on: 'HEAD~2' });
    const catalog = await catalogOf(repo);
    const { repository, versions, branches, head, defaultBranch } = catalog;
    const settings = { ...catalog.settings, versions: { tags: '{model}/v{version}', ignore: [] } };
    const modelsAt: typeof catalog.modelsAt = (commit, options) => catalog.modelsAt(commit, options);
    const team = { repository, settings, versions, branches, head, defaultBranch, modelsAt };
    const made = await plan({ catalog: team });
    assert.deepEqual([made.tag, made.previous], ['churn/v1.1.1', 'v1.1.0']);
    assert.equal((await refusal(plan({ catalog: team, rev: 'HEAD~1' }))).reason, 'already-registered');
    const ambiguous = {
      ...team,
      settings: { ...settings, versions: { tags: 'v{version}-{model}', ignore: [] } },
    };
    const model = { name: 'a-b', path: null };
    const named = {
      ...ambiguous,
      modelsAt: () => Promise.resolve({ models: [], others: [{ ...unnamed, name: 'a-b' }], diagnostics: [] }),
    };
    assert.equal((await refusal(plan({ catalog: named, model }))).reason, 'invalid-name');
  });

  it('refuses names that pass GTO’s grammar and make no valid ref', () => {
    for (const name of [
      'a//b:m',
      '/abs:m',
      './x:m',
      'x/.y:m',
      'a..b:m',
      '-x:m',
      'x.lock/y:m',
      'm_',
      'm.x',
      'a b',
      '',
    ]) {
      assert.throws(() => checkArtifactName(name), RegistryError, name);
    }
    for (const name of ['m', 'sub/dir:m', 'a.b/c:m/n']) checkArtifactName(name);
  });

  it('refuses a tag that would count as older than what it changes', async () => {
    const ahead = Math.floor(Date.now() / 1000) + 3600;
    repo.registerVersion('churn', 'v1.0.0', { date: ahead });
    repo.annotatedTag('churn@v1.0.0!', 'x', { date: ahead + 1 });
    assert.equal((await refusal(plan())).reason, 'clock-behind');
  });

  it('quotes commands for the shell they are pasted into', () => {
    assert.equal(renderCommand(['git', 'tag', "it's", 'm#prod!#1']), `git tag 'it'\\''s' 'm#prod!#1'`);
    assert.equal(renderCommand(['git', "it's", '@x'], 'powershell'), `git 'it''s' '@x'`);
  });
});
