import assert from 'node:assert/strict';
import { chmodSync, readFileSync, readdirSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { openRepository } from '../../../src/core/git/repository.js';
import { resolvePin } from '../../../src/core/pins/forms.js';
import { PinError } from '../../../src/core/pins/pinError.js';
import { planPin } from '../../../src/core/pins/plan.js';
import { applyPins, commitPins } from '../../../src/core/pins/write.js';
import type { GitRepo } from '../../fixtures/gitRepo.js';
import { catalogOf, churn } from './support.js';

const YAML = 'config/model.yaml';

async function plan(
  repo: GitRepo,
  version: string,
  environment?: string,
  buffers?: ReadonlyMap<string, string>,
) {
  const plans = await planPin(await catalogOf(repo), {
    model: 'churn',
    version,
    ...(environment === undefined ? {} : { environment }),
    ...(buffers ? { buffers } : {}),
  });
  assert.equal(plans.length, 1);
  const [only] = plans;
  assert.ok(only);
  return only;
}

const refused = (reason: string, message?: RegExp) => (error: unknown) => {
  assert.ok(error instanceof PinError, String(error));
  assert.equal(error.reason, reason, error.message);
  if (message) assert.match(error.message, message);
  return true;
};

describe('a pin', () => {
  let repo: GitRepo;
  beforeEach(() => (repo = churn()));
  afterEach(() => repo.dispose());
  const text = (file = YAML): string => readFileSync(repo.at(file), 'utf8');

  it('means a version, a plain tag or a commit; a branch, a stage and latest only float', async () => {
    const catalog = await catalogOf(repo);
    const first = repo.head('baseline');
    for (const [value, form] of [
      ['v1.0.0', 'version'],
      ['1.0.0', 'bare'],
      ['churn@v1.0.0', 'tag'],
      ['baseline', 'tag'],
      [first, 'commit'],
      [first.slice(0, 9), 'commit'],
    ] as const) {
      const found = await resolvePin(catalog, 'churn', value);
      assert.equal(found.kind, 'fixed', value);
      assert.ok(
        found.kind === 'fixed' && found.form === form && found.commit === first && found.digest,
        value,
      );
    }
    for (const [value, what, version] of [
      ['prod', 'stage', 'v2.0.0'],
      ['#prod', 'stage', 'v2.0.0'],
      ['churn#prod', 'stage', 'v2.0.0'],
      ['latest', 'latest', 'v3.0.0'],
    ] as const) {
      const found = await resolvePin(catalog, 'churn', value);
      assert.ok(
        found.kind === 'floating' && found.what === what && found.now?.version?.version === version,
        value,
      );
    }
    const branch = await resolvePin(catalog, 'churn', 'main');
    assert.ok(branch.kind === 'floating' && branch.what === 'branch' && branch.now?.commit === repo.head());
    assert.equal((await resolvePin(catalog, 'churn', 'v9.0.0')).kind, 'unresolved');
    assert.equal((await resolvePin(catalog, 'churn', ' ')).kind, 'empty');
    assert.equal((await resolvePin(catalog, 'churn', '--all')).kind, 'unresolved');
  });

  it('is ambiguous when a tag of the same name holds other bits, and is then written so that it is not', async () => {
    repo.tag('v2.0.0', 'baseline');
    const found = await resolvePin(await catalogOf(repo), 'churn', 'v2.0.0');
    assert.equal(found.kind, 'ambiguous');
    await assert.rejects(plan(repo, 'v2.0.0', 'production'), refused('ambiguous-version'));
    const planned = await plan(repo, 'churn@v2.0.0', 'production');
    assert.equal(planned.after, 'churn@v2.0.0');
  });

  it('of the same name and the same bits is not ambiguous', async () => {
    repo.tag('v2.0.0', 'churn@v2.0.0');
    assert.equal((await resolvePin(await catalogOf(repo), 'churn', 'v2.0.0')).kind, 'fixed');
  });

  it('keeps its form when it is written; an empty one gets the tag', async () => {
    for (const [before, wanted, after] of [
      ['v1.0.0', 'v2.0.0', 'v2.0.0'],
      ['1.0.0', 'v2.0.0', '2.0.0'],
      ['churn@v1.0.0', '2.0.0', 'churn@v2.0.0'],
      ['baseline', 'v2.0.0', 'churn@v2.0.0'],
      [repo.head('baseline').slice(0, 12), 'v2.0.0', repo.head('churn@v2.0.0')],
      ['', 'v2.0.0', 'churn@v2.0.0'],
      ['prod', 'v2.0.0', 'churn@v2.0.0'],
      ['v0.9.9', 'v2.0.0', 'v2.0.0'],
      ['v1.0.0', 'baseline', 'baseline'],
      ['v1.0.0', '#prod', 'v2.0.0'],
      ['v1.0.0', repo.head('churn@v2.0.0').slice(0, 8), repo.head('churn@v2.0.0')],
    ] as const) {
      repo.write(YAML, `model:\n  version: ${before}\n`);
      assert.equal((await plan(repo, wanted, 'production')).after, after, `${before} to ${wanted}`);
    }
  });

  it('is planned as one minimal edit with a diff, and written byte for byte else', async () => {
    const planned = await plan(repo, 'v2.0.0', 'production');
    assert.equal(planned.before, 'v1.0.0');
    assert.deepEqual(planned.targets, [YAML]);
    assert.match(
      planned.diff,
      /^--- a\/config\/model\.yaml\n\+\+\+ b\/config\/model\.yaml\n@@ -1,4 \+1,4 @@\n/,
    );
    assert.match(planned.diff, /\n- {2}version: v1\.0\.0 # pinned\n\+ {2}version: v2\.0\.0 # pinned\n$/);
    assert.deepEqual(planned.warnings, []);
    chmodSync(repo.at(YAML), 0o640);
    const before = text();
    await applyPins(await openRepository(repo.dir), [planned]);
    assert.equal(text(), before.replace('v1.0.0', 'v2.0.0'));
    assert.equal(statSync(repo.at(YAML)).mode & 0o777, 0o640);
    assert.deepEqual(readdirSync(repo.at('config')).sort(), ['dev.env', 'model.yaml']);
    assert.equal((await plan(repo, 'v2.0.0', 'production')).files.length, 0);
  });

  it('says when the version is not approved, not registered or deregistered', async () => {
    assert.deepEqual(
      (await plan(repo, 'v3.0.0', 'production')).warnings.map(({ code }) => code),
      ['not-approved'],
    );
    assert.deepEqual(
      (await plan(repo, 'baseline', 'production')).warnings.map(({ code }) => code),
      ['not-registered'],
    );
    repo.annotatedTag('churn@v2.0.0!', 'Deregistering artifact churn version v2.0.0', { on: 'churn@v2.0.0' });
    const codes = (await plan(repo, 'v2.0.0', 'development')).warnings.map(({ code }) => code);
    assert.deepEqual(codes, ['deregistered']);
  });

  it('goes by the unsaved text of an editor where there is one', async () => {
    const buffer = '\n\nmodel: {version: "1.0.0"}\n';
    const planned = await plan(repo, 'v2.0.0', 'production', new Map([[YAML, buffer]]));
    assert.deepEqual(planned.files[0]?.edits, [{ offset: 19, length: 7, text: '"2.0.0"' }]);
    await assert.rejects(applyPins(await openRepository(repo.dir), [planned]), refused('changed'));
  });

  it('is refused with what could have been meant', async () => {
    await assert.rejects(plan(repo, 'v2.0.0'), refused('several-pins', /--env/));
    await assert.rejects(plan(repo, 'v2.0.0', 'staging'), refused('no-pin', /staging/));
    await assert.rejects(plan(repo, 'v9.0.0', 'production'), refused('unknown-version', /v9\.0\.0/));
    await assert.rejects(plan(repo, 'main', 'production'), refused('moving-version'));
    repo.write('modelkeep.yaml', 'models: {}\n');
    await assert.rejects(plan(repo, 'v2.0.0'), refused('no-pin', /environments:\n {2}production:/));
  });

  it('is refused, with file and line, where the file cannot be edited', async () => {
    repo.write(YAML, 'a: 1\n<<<<<<< HEAD\nb: 1\n=======\nb: 2\n>>>>>>> other\n');
    await assert.rejects(
      plan(repo, 'v2.0.0', 'production'),
      refused('unreadable', /model\.yaml:2: .*conflict/),
    );
    repo.write(YAML, 'model: {}\n');
    await assert.rejects(
      plan(repo, 'v2.0.0', 'production'),
      refused('unreadable', /model\.yaml:1: .*model\.version/),
    );
    repo.write(YAML, new Uint8Array([0xff, 0xfe, 0x61, 0x00]));
    await assert.rejects(plan(repo, 'v2.0.0', 'production'), refused('unreadable', /UTF-8/));
    repo.remove(YAML);
    await assert.rejects(plan(repo, 'v2.0.0', 'production'), refused('unreadable', /no config\/model\.yaml/));
  });

  it('is never written through a link that leaves the repository, and through one that stays the link remains', async () => {
    repo.remove(YAML);
    writeFileSync(`${tmpdir()}/modelkeep-outside.yaml`, 'model: {version: v1.0.0}\n');
    symlinkSync(`${tmpdir()}/modelkeep-outside.yaml`, repo.at(YAML));
    await assert.rejects(plan(repo, 'v2.0.0', 'production'), refused('unreadable', /link/));
    repo.remove(YAML).write('shared/model.yaml', 'model: {version: v1.0.0}\n');
    symlinkSync('../shared/model.yaml', repo.at(YAML));
    await applyPins(await openRepository(repo.dir), [await plan(repo, 'v2.0.0', 'production')]);
    assert.equal(text('shared/model.yaml'), 'model: {version: v2.0.0}\n');
    assert.deepEqual(
      repo
        .git('status', '--porcelain')
        .split('\n')
        .filter((line) => line.includes('tmp')),
      [],
    );
  });

  it('is committed alone, and not when the file holds other changes', async () => {
    repo.write('other.txt', 'x').git('add', 'other.txt');
    const repository = await openRepository(repo.dir);
    repo.git('config', 'user.name', 'Ada');
    const commit = await commitPins(
      repository,
      [await plan(repo, 'v2.0.0', 'production')],
      'Pin churn v2.0.0',
    );
    assert.equal(repo.git('show', '--format=%s', '--name-only', commit), `Pin churn v2.0.0\n\n${YAML}`);
    assert.equal(repo.git('status', '--porcelain'), 'A  other.txt');
    repo.write(YAML, `${text()}extra: 1\n`);
    const before = text();
    await assert.rejects(
      commitPins(repository, [await plan(repo, 'v3.0.0', 'production')], 'x'),
      refused('changed'),
    );
    assert.equal(text(), before);
  });
});

describe('committing a pin', () => {
  let repo: GitRepo;
  beforeEach(() => (repo = churn()));
  afterEach(() => repo.dispose());

  it('leaves everything as it was when a hook or a lock refuses', async () => {
    const repository = await openRepository(repo.dir);
    const planned = await plan(repo, 'v2.0.0', 'production');
    const before = repo.git('rev-parse', 'HEAD');
    const left = (): readonly string[] => [repo.git('rev-parse', 'HEAD'), repo.git('status', '--porcelain')];
    repo.write('.git/hooks/pre-commit', '#!/bin/sh\necho "not on Fridays" >&2\nexit 1\n');
    chmodSync(repo.at('.git/hooks/pre-commit'), 0o755);
    await assert.rejects(commitPins(repository, [planned], 'Pin'), /Fridays/);
    assert.deepEqual(left(), [before, '']);
    repo.remove('.git/hooks/pre-commit').write('.git/index.lock', '');
    await assert.rejects(commitPins(repository, [planned], 'Pin'), /index\.lock/);
    repo.remove('.git/index.lock');
    assert.deepEqual(left(), [before, '']);
    await commitPins(repository, [planned], 'Pin');
    assert.equal(repo.git('log', '-1', '--format=%s %an'), 'Pin Ada Tester');
  });
});

describe('a pin of several places', () => {
  let repo: GitRepo;
  afterEach(() => repo.dispose());

  it('writes every file that must agree, each in its own form, and the digest beside it', async () => {
    repo = churn(
      'environments:\n  production:\n    ref: main\n    pins:\n      - {model: churn, file: [a.json, b.toml], version: m.v, digest: m.md5}\n',
    );
    repo
      .write('a.json', '{"m": {"v": "1.0.0", "md5": "md5:0"}}')
      .write('b.toml', '[m]\nv = "churn@v1.0.0"\nmd5 = ""\n');
    const planned = await plan(repo, 'v2.0.0');
    await applyPins(await openRepository(repo.dir), [planned]);
    const md5 = planned.meaning.digest?.value ?? '';
    assert.equal(md5.length, 32);
    assert.equal(readFileSync(repo.at('a.json'), 'utf8'), `{"m": {"v": "2.0.0", "md5": "md5:${md5}"}}`);
    assert.equal(readFileSync(repo.at('b.toml'), 'utf8'), `[m]\nv = "churn@v2.0.0"\nmd5 = "${md5}"\n`);
  });

  it('writes two values of one file together', async () => {
    repo = churn(
      'environments:\n  production:\n    ref: main\n    pins:\n      - {model: churn, file: a.yaml, version: one}\n      - {model: churn, file: a.yaml, version: two}\n',
    );
    repo.write('a.yaml', 'one: 1.0.0\ntwo: # by tag\n');
    const plans = await planPin(await catalogOf(repo), { model: 'churn', version: 'v2.0.0' });
    assert.equal(plans.length, 2);
    await applyPins(await openRepository(repo.dir), plans);
    assert.equal(readFileSync(repo.at('a.yaml'), 'utf8'), 'one: 2.0.0\ntwo: churn@v2.0.0 # by tag\n');
  });

  it('puts nothing in place when one of the files cannot be', async () => {
    repo = churn(
      'environments:\n  production:\n    ref: main\n    pins:\n      - {model: churn, file: [a.json, b.json], version: v}\n',
    );
    repo.write('a.json', '{"v": "v1.0.0"}').write('b.json', '{"v": "v1.0.0"}');
    const planned = await plan(repo, 'v2.0.0');
    repo.write('b.json', '{"v": "v3.0.0"}');
    await assert.rejects(applyPins(await openRepository(repo.dir), [planned]), refused('changed', /b\.json/));
    assert.equal(readFileSync(repo.at('a.json'), 'utf8'), '{"v": "v1.0.0"}');
    assert.equal(repo.git('status', '--porcelain', '-uall'), '?? a.json\n?? b.json');
  });
});

describe('a pin whose application opens the file beside the code', () => {
  let repo: GitRepo;
  afterEach(() => repo.dispose());
  const settings = (model = 'churn'): string =>
    `environments:\n  production:\n    ref: worktree\n    pins:\n      - {model: ${model}, file: config/model.yaml, version: model.version, loads: checkout}\n`;

  it('brings the pointer of the version with it', async () => {
    repo = churn(settings());
    const planned = await plan(repo, 'v2.0.0');
    assert.deepEqual(
      planned.files.map(({ file }) => file),
      [YAML, 'models/churn.pkl.dvc'],
    );
    await applyPins(await openRepository(repo.dir), [planned]);
    assert.equal(repo.git('diff', '--stat', 'churn@v2.0.0', '--', 'models'), '');
  });

  it('restores an LFS pointer through Git, and not over changes', async () => {
    repo = churn(settings());
    repo.remove('models/churn.pkl.dvc').lfsPointer('models/churn.pkl', { content: 'four' }).commit('lfs');
    repo.registerVersion('churn', 'v4.0.0');
    repo.lfsPointer('models/churn.pkl', { content: 'five' }).commit('lfs again');
    const planned = await plan(repo, 'v4.0.0');
    assert.deepEqual(
      planned.restore.map(({ path }) => path),
      ['models/churn.pkl'],
    );
    repo.write('models/churn.pkl', 'trained just now');
    const repository = await openRepository(repo.dir);
    await assert.rejects(applyPins(repository, [planned]), refused('changed', /models\/churn\.pkl/));
    assert.equal(readFileSync(repo.at(YAML), 'utf8').includes('v1.0.0'), true);
    repo.git('restore', 'models/churn.pkl');
    await applyPins(repository, [planned]);
    assert.equal(repo.git('diff', '--stat', 'churn@v4.0.0', '--', 'models'), '');
  });

  it('is refused for a pipeline output, with the way out', async () => {
    repo = churn(settings('trees'));
    repo.write('dvc.yaml', 'stages:\n  train:\n    cmd: train\n    outs: [models/trees.pkl]\n');
    repo.dvcLock('.', {
      train: { cmd: 'train', outs: [{ path: 'models/trees.pkl', md5: 'a'.repeat(32), size: 3 }] },
    });
    repo.commit('pipeline');
    repo.registerVersion('trees', 'v1.0.0');
    const catalog = await catalogOf(repo);
    await assert.rejects(
      planPin(catalog, { model: 'trees', version: 'v1.0.0' }),
      refused('pipeline-output', /dvc repro/),
    );
  });
});
