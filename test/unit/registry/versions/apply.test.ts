import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { applyPlan, undoPlan } from '../../../../src/core/registry/versions/apply.js';
import { readTrailers } from '../../../../src/core/registry/versions/messages.js';
import type { RegistryPlan, TagPlan } from '../../../../src/core/registry/versions/plan.js';
import { planStage } from '../../../../src/core/registry/versions/planStage.js';
import { readRegistry } from '../../../../src/core/registry/versions/registry.js';
import { RegistryError } from '../../../../src/core/registry/versions/registryError.js';
import { planTag } from '../../../../src/core/registry/versions/planTag.js';
import type { GitRepo } from '../../../fixtures/gitRepo.js';
import { gitIsAtLeast, skipWithout } from '../../../fixtures/needs.js';
import { catalogOf, CHURN, opened, refusal, refsOf, teamRepository } from './team.js';

describe('writing tags', () => {
  let repo: GitRepo;
  let remote: GitRepo;
  beforeEach(() => ({ repo, remote } = teamRepository()));
  afterEach(() => {
    repo.dispose();
    remote.dispose();
  });

  async function plan(rev = 'HEAD'): Promise<TagPlan> {
    return planTag({ catalog: await catalogOf(repo), model: CHURN, rev });
  }

  /** Applying this plan is refused, and every ref here and at the remote stays as it was. */
  async function refusedWithoutTrace(
    made: TagPlan,
    options: { push?: boolean; env?: NodeJS.ProcessEnv } = {},
  ) {
    const before = [refsOf(repo), refsOf(remote)];
    const error = await refusal(
      applyPlan(await opened(repo, options.env), made, { push: options.push === true }),
    );
    assert.deepEqual([refsOf(repo), refsOf(remote)], before);
    return error;
  }

  function hook(at: GitRepo, name: string, script: string): void {
    const folder = path.join(at.git('rev-parse', '--absolute-git-dir'), 'hooks');
    mkdirSync(folder, { recursive: true });
    writeFileSync(path.join(folder, name), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  }

  it('makes an annotated tag with the committer’s identity and pushes only that', async () => {
    repo.annotatedTag('unrelated', 'stays here');
    repo.git('config', 'push.followTags', 'true');
    repo.commit('local');
    const made = await applyPlan(await opened(repo, { GIT_COMMITTER_NAME: 'Eve' }), await plan(), {
      push: true,
    });
    assert.equal(made.pushed, true);
    assert.equal(repo.git('cat-file', '-t', 'churn@v0.0.1'), 'tag');
    assert.match(repo.git('cat-file', 'tag', 'churn@v0.0.1'), /^tagger Eve /m);
    assert.equal(
      repo.git('for-each-ref', '--format=%(contents)', 'refs/tags/churn@v0.0.1').trim(),
      'Registering artifact churn version v0.0.1',
    );
    assert.equal(remote.git('tag', '--list'), 'churn@v0.0.1');
    assert.equal(remote.git('rev-parse', 'churn@v0.0.1'), made.tags[0]?.id);
  });

  it('keeps lines of a message that begin with #', async () => {
    const planned = await planTag({
      catalog: await catalogOf(repo),
      model: CHURN,
      message: 'subject\n\n# 1 heading',
    });
    await applyPlan(await opened(repo), planned);
    assert.equal(
      repo.git('for-each-ref', '--format=%(contents)', 'refs/tags/churn@v0.0.1').trim(),
      'subject\n\n# 1 heading',
    );
  });

  it('makes registration and stage together, or neither', async () => {
    const staged = await planStage({
      catalog: await catalogOf(repo),
      model: CHURN,
      stage: 'prod',
      rev: 'HEAD',
    });
    hook(remote, 'update', 'case "$1" in *"#"*) echo "stages are protected" >&2; exit 1;; esac');
    const before = refsOf(repo);
    const error = await refusal(applyPlan(await opened(repo), staged, { push: true }));
    assert.equal(error.reason, 'forbidden');
    assert.match(error.message, /stages are protected/);
    assert.deepEqual([refsOf(repo), remote.git('tag', '--list')], [before, '']);
  });

  it('undoes exactly what it made, until it was pushed', async () => {
    const repository = await opened(repo);
    const before = refsOf(repo);
    const made = await applyPlan(repository, await plan());
    await undoPlan(repository, made);
    assert.equal(refsOf(repo), before);

    const replaced = await applyPlan(repository, await plan());
    repo.git('tag', '-d', 'churn@v0.0.1');
    repo.annotatedTag('churn@v0.0.1', 'somebody else’s');
    assert.equal((await refusal(undoPlan(repository, replaced))).reason, 'changed');
    assert.ok(repo.git('tag', '--list').includes('churn@v0.0.1'));
    repo.git('tag', '-d', 'churn@v0.0.1');

    const later = await applyPlan(repository, await plan());
    repo.git('push', '-q', 'origin', 'churn@v0.0.1');
    assert.equal((await refusal(undoPlan(repository, later))).reason, 'pushed');
  });

  it('refuses a plan once another window wrote a tag of the model', async () => {
    const [first, second] = [await plan(), await plan()];
    await applyPlan(await opened(repo), first);
    assert.equal((await refusedWithoutTrace(second)).reason, 'changed');
  });

  it('lets one of two writers win that start at once', async () => {
    const made = await plan();
    const repository = await opened(repo);
    const ends = await Promise.allSettled([applyPlan(repository, made), applyPlan(repository, made)]);
    assert.deepEqual(ends.map((one) => one.status).sort(), ['fulfilled', 'rejected']);
    assert.equal(repo.git('tag', '--list'), 'churn@v0.0.1');
    assert.equal(repo.git('rev-parse', 'churn@v0.0.1^{commit}'), repo.head());
  });

  it('waits for the next second where a tie would read against it', async () => {
    const now = Math.floor(Date.now() / 1000);
    repo.registerVersion('churn', 'v0.0.1', { date: now });
    repo.annotatedTag('churn@v0.0.1!', 'off', { date: now + 1 });
    const made = await plan();
    await applyPlan(await opened(repo), made);
    const seconds = Number(repo.git('for-each-ref', '--format=%(taggerdate:unix)', `refs/tags/${made.tag}`));
    assert.ok(seconds > now + 1, String(seconds - now));
  });

  it('offers the next number when another clone registered the same one first', async () => {
    const made = await plan();
    const other = remote.clone();
    other.registerVersion('churn', 'v0.0.1', { on: 'HEAD~1' });
    other.registerVersion('churn', 'v0.0.2', { on: 'HEAD' });
    other.git('push', '-q', '--tags');
    const error = await refusedWithoutTrace(made, { push: true });
    assert.deepEqual([error.reason, error.offer.version], ['rejected', 'v0.0.3']);
    assert.match(error.message, /already/);
    other.dispose();
  });

  it('names the rule that forbids the tag from here, with the command for where it may be made', async () => {
    hook(remote, 'pre-receive', 'echo "GL-HOOK-ERR: tags churn@* are protected" >&2; exit 1');
    const made = await plan();
    const error = await refusedWithoutTrace(made, { push: true });
    assert.equal(error.reason, 'forbidden');
    assert.match(error.message, /A rule of origin forbids .*GL-HOOK-ERR: tags churn@\* are protected/);
    const command = ['tag', 'churn', '--version', 'v0.0.1', '--rev', made.commit, '--push'];
    assert.deepEqual(error.offer.command, ['modelkeep', ...command]);
  });

  it('lets one of two clones win that register the same number at once, and offers the other the next', async () => {
    const other = remote.clone();
    other.dvcPointer(CHURN.path, { content: 'third' }).commit('third');
    // Both have asked the remote and found the number free; the slower one is told so only as it writes.
    hook(remote, 'update', 'touch "here-$$"; while [ $(ls here-* | wc -l) -lt 2 ]; do sleep 0.02; done');
    const [mine, theirs] = [
      await planTag({ catalog: await catalogOf(repo), model: CHURN, askRemote: true }),
      await planTag({ catalog: await catalogOf(other), model: CHURN, askRemote: true }),
    ];
    assert.equal(mine.tag, theirs.tag);
    const ended = await Promise.allSettled([
      applyPlan(await opened(repo), mine, { push: true }),
      applyPlan(await opened(other), theirs, { push: true }),
    ]);
    const lost = ended.flatMap((one) => (one.status === 'rejected' ? [one.reason as unknown] : []));
    const won = ended.flatMap((one) => (one.status === 'fulfilled' ? one.value.tags : []));
    assert.equal(lost.length, 1, String(lost));
    const [error] = lost;
    assert.ok(error instanceof RegistryError, String(error));
    assert.deepEqual([error.reason, error.offer.version], ['rejected', 'v0.0.2']);
    assert.equal(remote.git('rev-parse', 'refs/tags/churn@v0.0.1'), won[0]?.id);
    const loser = ended[0].status === 'rejected' ? repo : other;
    assert.equal(loser.git('tag', '--list'), '');
    other.dispose();
  });

  it('names a pre-push hook that refuses', async () => {
    hook(repo, 'pre-push', 'echo "no pushes on Fridays" >&2; exit 1');
    const error = await refusedWithoutTrace(await plan(), { push: true });
    assert.equal(error.reason, 'hook');
    assert.match(error.message, /no pushes on Fridays/);
  });

  it('names a reference-transaction hook that refuses', async () => {
    const made = await plan();
    hook(
      repo,
      'reference-transaction',
      '[ "$1" = prepared ] && { echo "tags are frozen" >&2; exit 1; }; exit 0',
    );
    const error = await refusedWithoutTrace(made);
    assert.equal(error.reason, 'hook');
    assert.match(error.message, /tags are frozen/);
  });

  it('says when there is nowhere to push, or nobody answers', async () => {
    const made = await plan();
    repo.git('remote', 'set-url', 'origin', '/nowhere/at/all');
    assert.equal((await refusedWithoutTrace(made, { push: true })).reason, 'unreachable');
    repo.git('remote', 'remove', 'origin');
    assert.equal((await refusal(applyPlan(await opened(repo), made, { push: true }))).reason, 'no-remote');
  });

  it('says when Git does not know who writes', async () => {
    repo.git('config', '--unset', 'user.email');
    repo.git('config', 'user.useConfigOnly', 'true');
    const error = await refusedWithoutTrace(await plan(), { env: { EMAIL: undefined } });
    assert.equal(error.reason, 'no-identity');
    assert.match(error.message, /user\.email/);
  });

  it('names the lock file that is in the way', async () => {
    const made = await plan();
    const lock = repo.at('.git', 'refs', 'tags', 'churn@v0.0.1.lock');
    writeFileSync(lock, '');
    const error = await refusedWithoutTrace(made);
    assert.equal(error.reason, 'locked');
    assert.match(error.message, /churn@v0\.0\.1\.lock/);
    assert.ok(existsSync(lock));
  });

  it('writes beside a held index.lock, which tags do not need', async () => {
    writeFileSync(repo.at('.git', 'index.lock'), '');
    await applyPlan(await opened(repo), await plan());
    assert.equal(repo.git('tag', '--list'), 'churn@v0.0.1');
  });

  it('says which tag is left when it cannot take it back', async () => {
    const made = await plan();
    hook(remote, 'pre-receive', 'exit 1');
    hook(repo, 'pre-push', 'touch .git/packed-refs.lock');
    const error = await refusal(applyPlan(await opened(repo), made, { push: true }));
    assert.equal(error.reason, 'locked');
    assert.match(error.message, /churn@v0\.0\.1 was made and could not be taken back.*packed-refs\.lock/);
  });

  it('says when the disk is full', async () => {
    const program = repo.at('.git', 'full.sh');
    writeFileSync(program, '#!/bin/sh\ntrap "" XFSZ\nulimit -f 0\nexec git "$@"\n', { mode: 0o755 });
    const made = await plan();
    const before = refsOf(repo);
    const error = await refusal(applyPlan(await opened(repo, {}, program), made));
    assert.equal(error.reason, 'disk');
    assert.equal(refsOf(repo), before);
  });

  it('says when the folder of tags cannot be written', async () => {
    const made = await plan();
    const before = refsOf(repo);
    // Stops the superuser too, whom a read-only folder does not.
    repo.git('pack-refs', '--all');
    rmSync(repo.at('.git', 'refs', 'tags'), { recursive: true });
    writeFileSync(repo.at('.git', 'refs', 'tags'), '');
    const error = await refusal(applyPlan(await opened(repo), made));
    assert.equal(error.reason, 'disk');
    rmSync(repo.at('.git', 'refs', 'tags'));
    assert.equal(refsOf(repo), before);
  });

  it('leaves no tag when Git is killed in the middle of writing it, and names the lock that stays', async () => {
    const made = await plan();
    const before = refsOf(repo);
    hook(repo, 'reference-transaction', '[ "$1" = prepared ] && kill -9 $PPID; exit 0');
    assert.equal((await refusal(applyPlan(await opened(repo), made))).reason, 'git');
    assert.equal(refsOf(repo), before);
    repo.remove('.git/hooks/reference-transaction');
    const error = await refusal(applyPlan(await opened(repo), made));
    assert.equal(error.reason, 'locked');
    const lock = /holds (\S+\.lock)/.exec(error.message)?.[1];
    assert.ok(lock, error.message);
    rmSync(lock);
    await applyPlan(await opened(repo), made);
    assert.equal(repo.git('tag', '--list'), 'churn@v0.0.1');
  });

  /** Writes a plan in a process of its own, which the hook kills at that moment of a ref's change. */
  function killedWhile(made: RegistryPlan, moment: string): void {
    hook(repo, 'reference-transaction', `[ "$1" = ${moment} ] && kill -9 $(cat .git/writer); exit 0`);
    const script = [
      `import { applyPlan } from './src/core/registry/versions/apply.ts';`,
      `import { openRepository } from './src/core/git/repository.ts';`,
      `import { gitEnvironment } from './src/core/git/process.ts';`,
      `import { writeFileSync } from 'node:fs';`,
      `writeFileSync(process.argv[1] + '/.git/writer', String(process.pid));`,
      `const repository = await openRepository(process.argv[1], { git: gitEnvironment(process.env) });`,
      `await applyPlan(repository, JSON.parse(process.argv[2]), { push: true });`,
    ].join('\n');
    const args = ['--import', 'tsx', '--input-type=module', '-e', script, repo.dir, JSON.stringify(made)];
    const ended = spawnSync(process.execPath, args, { env: repo.env });
    assert.equal(ended.signal, 'SIGKILL', ended.stderr.toString());
    repo.remove('.git/hooks/reference-transaction');
  }

  it('leaves a whole tag or none when Modelkeep itself is killed', async () => {
    killedWhile(await plan(), 'committed');
    assert.equal(repo.git('cat-file', '-t', 'churn@v0.0.1'), 'tag');
    assert.equal(repo.git('fsck', '--no-dangling'), '');
    assert.equal(remote.git('tag', '--list'), '');
  });

  it('leaves registration and stage together or neither when it is killed between them', async () => {
    for (const moment of ['prepared', 'committed']) {
      const catalog = await catalogOf(repo);
      killedWhile(await planStage({ catalog, model: CHURN, stage: 'prod', rev: 'HEAD' }), moment);
      // Git itself was not killed and may take a moment longer.
      for (let wait = 0; wait < 100 && repo.git('tag', '--list') === ''; wait += 1) await sleep(20);
      const tags = repo.git('tag', '--list');
      assert.ok(tags === '' || tags === 'churn#prod#1\nchurn@v0.0.1', tags);
      assert.equal(repo.git('fsck', '--no-dangling'), '');
      if (tags !== '') repo.git('tag', '-d', ...tags.split('\n'));
    }
  });

  it('makes several tags as git tag makes one', async () => {
    const catalog = await catalogOf(repo);
    const message = '# kept  \n\n\n\nas it is\n\n';
    const staged = await planStage({ catalog, model: CHURN, stage: 'prod', rev: 'HEAD', message });
    const env = { GIT_COMMITTER_NAME: 'Zoë Å', GIT_COMMITTER_DATE: '1750000000 +0530' };
    await applyPlan(await opened(repo, env), staged);
    const ours = staged.tags.map(({ tag }) => repo.git('rev-parse', `refs/tags/${tag}`));
    for (const [index, { tag, commit, message: text }] of staged.tags.entries()) {
      repo.git('tag', '-d', tag);
      const args = ['tag', '-a', '--cleanup=whitespace', '-F', '-', tag, commit];
      repo.run(args, { input: text, env });
      assert.equal(repo.git('rev-parse', `refs/tags/${tag}`), ours[index]);
    }
  });

  it('says when the tag cannot be signed as Git is told to', async () => {
    repo.git('config', 'tag.gpgSign', 'true');
    repo.git('config', 'gpg.program', '/bin/false');
    assert.equal((await refusedWithoutTrace(await plan())).reason, 'signing');
  });

  /** Has Git sign every tag with a key of the repository's own. */
  function sign(test: Mocha.Context): void {
    skipWithout(test, 'Git 2.34, the first that signs with SSH keys', gitIsAtLeast(2, 34));
    const key = repo.at('.git', 'key');
    const made = spawnSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', 'ada', '-f', key]);
    skipWithout(test, 'ssh-keygen of OpenSSH', made.error === undefined);
    const signers = repo.at('.git', 'signers');
    writeFileSync(signers, `* ${readFileSync(`${key}.pub`, 'utf8')}`);
    repo.git('config', 'gpg.format', 'ssh');
    repo.git('config', 'user.signingKey', `${key}.pub`);
    repo.git('config', 'gpg.ssh.allowedSignersFile', signers);
    repo.git('config', 'tag.gpgSign', 'true');
  }

  it('signs several tags and leaves them together or none when it is killed', async function () {
    sign(this);
    for (const moment of ['prepared', 'committed']) {
      const catalog = await catalogOf(repo);
      killedWhile(await planStage({ catalog, model: CHURN, stage: 'prod', rev: 'HEAD' }), moment);
      for (let wait = 0; wait < 100 && repo.git('tag', '--list') === ''; wait += 1) await sleep(20);
      const tags = repo.git('tag', '--list');
      assert.ok(tags === '' || tags === 'churn#prod#1\nchurn@v0.0.1', tags);
      for (const tag of tags.split('\n').filter((one) => one !== '')) {
        repo.git('verify-tag', tag); // fails where the signature is not good
        repo.git('tag', '-d', tag);
      }
      assert.equal(repo.git('fsck', '--no-dangling'), '');
    }
  });

  it('signs where Git is told to, and what is signed reads as before', async function () {
    sign(this);
    await applyPlan(await opened(repo), await plan(), { push: true });
    const staged = await planStage({
      ...{ catalog: await catalogOf(repo), model: CHURN, stage: 'prod' },
      ...{ reason: 'best', approvedBy: ['Bob'] },
    });
    await applyPlan(await opened(repo), staged, { push: true });
    for (const tag of ['churn@v0.0.1', 'churn#prod#1']) {
      assert.match(repo.git('cat-file', 'tag', tag), /-----BEGIN SSH SIGNATURE-----/);
      repo.git('verify-tag', tag); // fails where the signature is not good
      assert.equal(remote.git('rev-parse', `refs/tags/${tag}`), repo.git('rev-parse', `refs/tags/${tag}`));
    }
    const { state } = await readRegistry(await opened(repo));
    const [assigned] = state.artifacts.get('churn')?.events ?? [];
    assert.deepEqual(readTrailers(assigned?.message ?? ''), { reason: 'best', approvedBy: ['Bob'] });
  });

  it('leaves nothing behind when it is cancelled while signing or pushing', async () => {
    const before = [refsOf(repo), refsOf(remote)];
    const asleep = repo.at('.git', 'sleep.sh');
    writeFileSync(asleep, '#!/bin/sh\nexec sleep 30\n', { mode: 0o755 });
    const cancelled = async (): Promise<void> => {
      const stop = new AbortController();
      const write = applyPlan(await opened(repo), await plan(), { push: true, signal: stop.signal });
      void sleep(400).then(() => stop.abort(new Error('cancelled')));
      await assert.rejects(write, /cancelled/);
      assert.deepEqual([refsOf(repo), refsOf(remote)], before);
      assert.equal(repo.git('ls-files', '--others', '.git').includes('.lock'), false);
    };
    repo.git('config', 'tag.gpgSign', 'true');
    repo.git('config', 'gpg.program', asleep);
    await cancelled();
    repo.git('config', 'tag.gpgSign', 'false');
    hook(repo, 'pre-push', 'exec sleep 30');
    await cancelled();
  });
});
