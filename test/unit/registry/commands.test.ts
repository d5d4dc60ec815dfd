import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { history } from '../../../src/cli/history.js';
import { deprecate } from '../../../src/cli/deprecate.js';
import { stage } from '../../../src/cli/stage.js';
import { tag } from '../../../src/cli/tag.js';
import { CommandError } from '../../../src/cli/command.js';
import type { Command, CommandContext, ParsedArguments } from '../../../src/cli/command.js';
import { openCatalog } from '../../../src/core/catalog/open.js';
import type { Diagnostic } from '../../../src/core/diagnostic.js';
import type { GitRepo } from '../../fixtures/gitRepo.js';
import { opened, refsOf, teamRepository } from './versions/team.js';

interface Ran {
  readonly exit: number;
  readonly out: string;
  readonly answer: Record<string, unknown>;
  readonly diagnostics: readonly Diagnostic[];
}

describe('the commands that write tags', () => {
  let repo: GitRepo;
  let remote: GitRepo;
  beforeEach(() => ({ repo, remote } = teamRepository()));
  afterEach(() => {
    repo.dispose();
    remote.dispose();
  });

  async function run(
    command: Command,
    positionals: readonly string[],
    values: ParsedArguments['values'] = {},
    json = true,
  ): Promise<Ran> {
    let out = '';
    let answer: Record<string, unknown> = {};
    const diagnostics: Diagnostic[] = [];
    const repository = await opened(repo);
    const context: CommandContext = {
      cwd: repo.dir,
      env: repo.env,
      json,
      color: false,
      verbose: false,
      signal: new AbortController().signal,
      out: (text) => Promise.resolve(void (out += text)),
      note: () => undefined,
      diagnose: (some) => void diagnostics.push(...some),
      answer: (fields) => Promise.resolve(void (answer = { ...fields })),
      repository: () => Promise.resolve(repository),
      folder: () => Promise.resolve(''),
      catalog: (options) => openCatalog(repository, options),
    };
    const exit = await command.run(context, { values, positionals });
    return { exit, out, answer, diagnostics };
  }

  async function refused(...args: Parameters<typeof run>): Promise<CommandError> {
    const before = refsOf(repo);
    try {
      await run(...args);
    } catch (error) {
      assert.ok(error instanceof CommandError, String(error));
      assert.equal(refsOf(repo), before);
      return error;
    }
    throw new Error('it was not refused');
  }

  it('tag registers HEAD as v0.0.1 and answers by the contract', async () => {
    const { exit, answer } = await run(tag, ['churn']);
    assert.equal(exit, 0);
    const { model, version, commit, digest, sameAs } = answer;
    assert.deepEqual(
      [answer.tag, model, version, commit, sameAs],
      ['churn@v0.0.1', 'churn', 'v0.0.1', repo.head(), []],
    );
    assert.equal((digest as { algorithm: string }).algorithm, 'md5');
    assert.equal(repo.git('cat-file', '-t', 'churn@v0.0.1'), 'tag');
  });

  it('tag --dry-run writes nothing and prints the command to copy', async () => {
    const before = refsOf(repo);
    const { out } = await run(
      tag,
      ['models/churn.pkl'],
      { 'dry-run': true, bump: 'major', push: true },
      false,
    );
    assert.equal(refsOf(repo), before);
    assert.match(out, /would have registered churn: tag churn@v1\.0\.0/);
    assert.match(
      out,
      /git tag -a -m 'Registering artifact churn version v1\.0\.0' churn@v1\.0\.0 [0-9a-f]{40}/,
    );
    assert.match(out, /git push origin refs\/tags\/churn@v1\.0\.0:refs\/tags\/churn@v1\.0\.0/);
  });

  it('tag takes GTO’s own message, unless one is given', async () => {
    await run(tag, ['churn'], { rev: 'HEAD~1' });
    const { answer } = await run(tag, ['churn'], { 'dry-run': true });
    const [written] = answer.written as readonly { message: string }[];
    assert.equal(written?.message, 'Registering artifact churn version v0.0.2');
    await run(tag, ['churn'], { message: 'mine' });
    assert.equal(repo.git('for-each-ref', '--format=%(contents)', 'refs/tags/churn@v0.0.2').trim(), 'mine');
  });

  it('tag --push pushes', async () => {
    const { answer } = await run(tag, ['churn'], { push: true });
    assert.equal(answer.pushed, true);
    assert.equal(remote.git('tag', '--list'), 'churn@v0.0.1');
  });

  it('tag exits 2 on wrong use and on what GTO refuses, 3 when the remote cannot be reached', async () => {
    assert.equal((await refused(tag, ['churn'], { bump: 'huge' })).code, 'usage');
    assert.equal((await refused(tag, ['churn'], { bump: 'major', version: 'v1.0.0' })).code, 'usage');
    assert.equal((await refused(tag, ['churn'], { rev: 'nowhere' })).code, 'revision-unknown');
    const unknown = await refused(tag, ['chrn']);
    assert.deepEqual([unknown.exitCode, unknown.candidates], [2, ['churn']]);
    repo.git('remote', 'set-url', 'origin', '/nowhere/at/all');
    assert.deepEqual((await refused(tag, ['churn'], { push: true })).exitCode, 3);
    await run(tag, ['churn']);
    const again = await refused(tag, ['churn']);
    assert.deepEqual([again.exitCode, again.code], [2, 'already-registered']);
  });

  it('stage assigns, moves, removes; deprecate takes a version back; history tells it all', async () => {
    await run(tag, ['churn'], { rev: 'HEAD~1' });
    await run(tag, ['churn'], { bump: 'minor' });
    const assigned = await run(stage, ['churn', 'prod'], { reason: 'best', 'approved-by': ['Bob'] });
    assert.deepEqual([assigned.answer.tags, assigned.answer.version], [['churn#prod#1'], 'v0.1.0']);
    await run(stage, ['churn', '#prod'], { version: '0.0.1' });
    const removed = await run(stage, ['churn', 'prod'], { remove: true });
    assert.deepEqual([removed.answer.tags, removed.answer.version], [['churn#prod!#3'], 'v0.0.1']);
    const back = await run(deprecate, ['churn', 'v0.1.0']);
    assert.deepEqual(back.answer.tags, ['churn@v0.1.0!']);

    const { answer } = await run(history, ['churn']);
    const events = answer.events as readonly Record<string, unknown>[];
    assert.deepEqual(
      events.map(({ before, after, reason }) => [before, after, reason]),
      [
        ['v0.1.0', null, undefined],
        ['v0.0.1', 'v0.1.0', undefined],
        ['v0.1.0', 'v0.0.1', undefined],
        [null, 'v0.1.0', 'best'],
      ],
    );
    assert.deepEqual(events.at(-1)?.approvedBy, ['Bob']);
    const lines = await run(history, ['churn'], {}, false);
    assert.match(lines.out, /churn#prod {2}none -> v0\.1\.0 {2}approved by Bob: best \(tagged by .+\)\n$/);
    const csv = await run(history, [], { format: 'csv' }, false);
    assert.equal(csv.out.split('\r\n').length, 6);
    const markdown = await run(history, [], { format: 'markdown' }, false);
    assert.match(markdown.out, /^\| time \| model \|/);
    assert.deepEqual((await run(history, [], { at: '2020-01-01' })).answer.events, []);
    assert.deepEqual((await run(history, [], { since: '2100-01-01' })).answer.events, []);
    assert.equal((await refused(history, [], { env: 'production' })).code, 'environment-unknown');
    assert.equal((await refused(history, [], { at: 'noon' })).code, 'usage');
  });

  it('stage --dry-run shows what differs between who holds the stage and who would, and writes nothing', async () => {
    const dryRun = { 'dry-run': true };
    await run(tag, ['churn'], { rev: 'HEAD~1' });
    const before = refsOf(repo);
    assert.match((await run(stage, ['churn', 'prod'], dryRun, false)).out, /#prod: nothing held it before/);
    assert.equal((await run(stage, ['churn', 'prod'], dryRun)).answer.differences, null);
    assert.equal(refsOf(repo), before);
    const first = await run(stage, ['churn', 'prod']);
    assert.equal('differences' in first.answer, false);
    // Registered by the same command: it has no tag to be compared by yet.
    const moved = await run(stage, ['churn', 'prod'], { ...dryRun, rev: 'HEAD' }, false);
    assert.match(
      moved.out,
      /what changes in #prod, v0\.0\.1 -> v0\.0\.2:\n {2}Model:\n {2}- size: 5 B -> 6 B/,
    );
    const { answer } = await run(stage, ['churn', 'prod'], { ...dryRun, rev: 'HEAD' });
    const { baseline, columns } = answer.differences as { baseline: string; columns: { commit: string }[] };
    assert.equal(baseline, 'v0.0.1');
    assert.deepEqual(
      columns.map(({ commit }) => commit),
      [repo.head('HEAD~1'), repo.head()],
    );
    const taken = await run(stage, ['churn', 'prod'], { ...dryRun, remove: true }, false);
    assert.match(taken.out, /#prod: nothing holds it afterwards/);
  });

  it('stage says who holds it now where a version was put there before', async () => {
    await run(tag, ['churn'], { rev: 'HEAD~1' });
    await run(stage, ['churn', 'prod']);
    await run(stage, ['churn', 'prod'], { rev: 'HEAD' });
    const { message } = await refused(stage, ['churn', 'prod'], { version: 'v0.0.1' });
    assert.match(message, /already in prod, where v0\.0\.2 was put later: take the stage from v0\.0\.2/);
  });

  it('tag --push says what CI has to run where a rule of the remote forbids the tag', async () => {
    const hooks = path.join(remote.dir, 'hooks');
    mkdirSync(hooks, { recursive: true });
    writeFileSync(path.join(hooks, 'pre-receive'), '#!/bin/sh\necho "only CI tags" >&2\nexit 1\n', {
      mode: 0o755,
    });
    const { code, message } = await refused(tag, ['churn'], { push: true });
    assert.equal(code, 'forbidden');
    assert.match(message, /only CI tags.*modelkeep tag churn --version v0\.0\.1 --rev [0-9a-f]{40} --push$/);
  });

  it('stage and deprecate exit 2 under a tag template, where tag goes on', async () => {
    repo.write('modelkeep.yaml', 'versions: { tags: "{model}/v{version}" }\n').commit('template');
    const staged = await refused(stage, ['churn', 'prod']);
    assert.deepEqual([staged.exitCode, staged.code], [2, 'stages-need-gto']);
    const withdrawn = await refused(deprecate, ['churn']);
    assert.deepEqual([withdrawn.exitCode, withdrawn.code], [2, 'deprecation-needs-gto']);
    assert.equal((await run(tag, ['churn'])).answer.tag, 'churn/v0.0.1');
    repo.dvcPointer('models/churn.pkl', { content: 'third one' }).commit('third');
    const next = await run(tag, ['churn'], { bump: 'minor' });
    const [written] = next.answer.written as readonly { message: string }[];
    assert.equal(next.answer.tag, 'churn/v0.1.0');
    assert.match(written?.message ?? '', /^\S.*v0\.1\.0$/);
  });

  it('stage --rev registers an unregistered commit first', async () => {
    const { answer } = await run(stage, ['churn', 'dev'], { rev: 'HEAD' });
    assert.deepEqual(answer.tags, ['churn@v0.0.1', 'churn#dev#1']);
  });

  it('deprecate works on a model that only tags know', async () => {
    repo.annotatedTag('ghost#prod#1');
    assert.deepEqual((await run(deprecate, ['ghost'])).answer.tags, ['ghost@deprecated']);
  });
});
