import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { readFileSync, utimesSync } from 'node:fs';
import type { PinStatus, StatusOptions } from '../../../src/core/pins/status/status.js';
import { pinStatus } from '../../../src/core/pins/status/status.js';
import type { PinState, Reason } from '../../../src/core/pins/status/side.js';
import { REASONS, stateOf } from '../../../src/core/pins/status/side.js';
import { askService } from '../../../src/core/pins/status/ask.js';
import { checkRemote } from '../../../src/core/pins/status/remote.js';
import type { GitRepo } from '../../fixtures/gitRepo.js';
import { catalogOf, churn } from './support.js';

const YAML = 'config/model.yaml';
const codes = (status: PinStatus): readonly string[] => status.reasons.map(({ code }) => code);

async function one(repo: GitRepo, options: StatusOptions = {}): Promise<PinStatus> {
  const [status, ...others] = await pinStatus(await catalogOf(repo), {
    environment: 'production',
    ...options,
  });
  assert.ok(status && others.length === 0);
  return status;
}

/** Settings with one pin of churn in production; further fields of the environment and of the pin. */
const settings = (environment: string, pin = ''): string =>
  `environments:\n  production:\n    ${environment}\n    pins:\n      - {model: churn, file: ${YAML}, version: model.version${pin}}\n`;

describe('the status of a pin', () => {
  let repo: GitRepo;
  afterEach(() => repo.dispose());
  const write = (version: string, more = ''): GitRepo =>
    repo.write(YAML, `model:\n  version: ${version}\n${more}`);
  const pin = (version: string): void => void write(version).commit(`pin ${version}`);

  it('is in sync when the version is active and holds the stage, and says who approved it', async () => {
    repo = churn();
    pin('v2.0.0');
    const status = await one(repo);
    assert.equal(status.state, 'in sync', JSON.stringify(status.reasons));
    assert.deepEqual(status.targets, [YAML]);
    assert.deepEqual([status.pinned.value, status.pinned.source], ['v2.0.0', `${YAML} on main`]);
    const { stage, value, state, source } = status.registry;
    assert.deepEqual([value, state, source], ['v2.0.0', 'ok', 'churn@v2.0.0']);
    assert.deepEqual([stage?.holder, stage?.by, stage?.name], ['v2.0.0', 'Ada Tester', 'prod']);
    assert.match(stage?.at ?? '', /^2025-01-06T/);
    assert.deepEqual([status.disk.state, status.service.state], ['n/a', 'n/a']);
  });

  it('names those who approved the stage before the tagger', async () => {
    repo = churn();
    pin('v2.0.0');
    const message = 'Assigning stage prod to artifact churn version v2.0.0\n\nReason: best';
    const commit = repo.git('rev-parse', 'churn@v2.0.0^{commit}');
    const tag = (name: string, text: string): void =>
      void repo.git('-c', 'user.name=Release robot', 'tag', '-a', name, '-m', text, commit);
    tag('churn#prod#9', `${message}\nApproved-by: Grace\nApproved-by: Bob`);
    const { stage } = (await one(repo)).registry;
    assert.deepEqual(
      [stage?.by, stage?.approvedBy, stage?.tagger],
      ['Grace, Bob', ['Grace', 'Bob'], 'Release robot'],
    );
    repo.git('tag', '-d', 'churn#prod#9');
    tag('churn#prod#9', message);
    const unnamed = (await one(repo)).registry.stage;
    assert.deepEqual(
      [unnamed?.by, unnamed?.approvedBy, unnamed?.tagger],
      ['Release robot', undefined, undefined],
    );
  });

  it('is read where it is deployed; another value here is a remark, no alarm', async () => {
    repo = churn();
    pin('v2.0.0');
    write('v1.0.0');
    const status = await one(repo);
    assert.equal(status.state, 'in sync');
    assert.deepEqual(
      [status.pinned.value, status.pinned.here, codes(status)],
      ['v2.0.0', 'v1.0.0', ['here-differs']],
    );
    assert.equal(status.reasons[0]?.message, 'v2.0.0 on main, here v1.0.0');
  });

  it('drifts for each reason of the registry by its own name', async () => {
    repo = churn();
    pin('v1.0.0');
    assert.deepEqual(codes(await one(repo)), ['not-approved']);
    pin('v9.9.9');
    assert.deepEqual([codes(await one(repo)), (await one(repo)).state], [['not-registered'], 'drifted']);
    repo.write('other', 'x');
    pin(repo.commit('no version'));
    assert.equal((await one(repo)).state, 'drifted');
    repo.annotatedTag('churn@v2.0.0!', 'Deregistering', { on: 'churn@v2.0.0' });
    pin('v2.0.0');
    assert.ok(codes(await one(repo)).includes('deregistered'));
  });

  it('says that a tag moved when the digest pinned beside it is another one', async () => {
    repo = churn(settings('ref: main', ', digest: model.md5'));
    write('v2.0.0', `  md5: ${'0'.repeat(32)}\n`).commit('pin');
    assert.deepEqual(codes(await one(repo)), ['tag-moved']);
    write('v2.0.0', `  md5: ${'0'.repeat(64)}\n`).commit('another algorithm');
    assert.deepEqual(
      [codes(await one(repo)), (await one(repo)).state],
      [['digest-not-comparable'], 'unknown'],
    );
    const digest = (await one(repo)).registry.digest?.value ?? '';
    write('v2.0.0', `  md5: md5:${digest}\n`).commit('right');
    assert.equal((await one(repo)).state, 'in sync');
  });

  it('takes a plain tag and a commit for the version with their bits', async () => {
    repo = churn(settings('ref: main'));
    for (const value of ['baseline', repo.head('churn@v1.0.0'), 'churn@v1.0.0', '1.0.0']) {
      pin(value);
      assert.equal((await one(repo)).state, 'in sync', value);
    }
  });

  it('is unknown while it floats, is empty, ambiguous or cannot be read', async () => {
    repo = churn(settings('ref: main'));
    for (const [value, code] of [
      ['main', 'floating-pin'],
      ['latest', 'floating-pin'],
      ['""', 'empty-pin'],
      ['{a: 1}', 'unreadable-pin'],
    ] as const) {
      pin(value);
      const status = await one(repo);
      assert.deepEqual([status.state, codes(status)], ['unknown', [code]], value);
    }
    pin('prod');
    assert.match((await one(repo)).reasons[0]?.message ?? '', /stage, now v2\.0\.0/);
    repo.tag('v2.0.0', 'baseline');
    pin('v2.0.0');
    assert.deepEqual(codes(await one(repo)), ['ambiguous-pin']);
  });

  it('drifts when the files that must agree do not', async () => {
    repo = churn(
      `environments:\n  production:\n    ref: main\n    pins:\n      - {model: churn, file: [a.yaml, b.yaml], version: v}\n`,
    );
    repo.write('a.yaml', 'v: v1.0.0\n').write('b.yaml', 'v: v2.0.0\n').commit('two');
    const status = await one(repo);
    assert.deepEqual([status.state, codes(status)], ['drifted', ['files-disagree']]);
    repo.write('b.yaml', 'v: v1.0.0\n').commit('agree');
    assert.equal((await one(repo)).state, 'in sync');
  });

  it('compares the pointer beside the code when the application opens that', async () => {
    repo = churn(settings('ref: main', ', loads: checkout'));
    pin('v2.0.0');
    const status = await one(repo);
    assert.deepEqual(
      [status.state, codes(status), status.pointer?.state],
      ['drifted', ['pointer-differs'], 'differs'],
    );
    pin('v3.0.0');
    assert.deepEqual([(await one(repo)).state, (await one(repo)).pointer?.state], ['in sync', 'ok']);
  });

  it('reads a model that is registered in another repository', async () => {
    repo = churn();
    const application = churn(settings('ref: main', `, repository: ${repo.dir}`));
    try {
      application.git('tag', '-d', 'churn@v2.0.0');
      application.write(YAML, 'model:\n  version: v2.0.0\n').commit('pin');
      assert.equal((await one(application)).state, 'in sync');
      application.write('modelkeep.yaml', settings('ref: main', ', repository: ../nowhere')).commit('moved');
      assert.deepEqual(codes(await one(application)), ['registry-unavailable']);
      application.write(
        'modelkeep.yaml',
        settings('ref: main', ', repository: "https://user:secret@example.com/m.git"'),
      );
      const [reason] = (await one(application)).reasons;
      assert.match(reason?.message ?? '', /https:\/\/example\.com/);
    } finally {
      application.dispose();
    }
  });
});

describe('the status of a pin in a clone', () => {
  let origin: GitRepo;
  let clone: GitRepo;
  beforeEach(() => (origin = churn(settings('stage: prod'))));
  afterEach(() => {
    origin.dispose();
    clone.dispose();
  });

  it('is that of the default branch at its remote, as of the last fetch', async () => {
    origin.write(YAML, 'model:\n  version: v2.0.0\n').commit('pin');
    clone = origin.clone();
    clone.switch('old', 'HEAD~1');
    const status = await one(clone);
    assert.deepEqual(
      [status.state, status.pinned.value, status.pinned.here],
      ['in sync', 'v2.0.0', 'v1.0.0'],
    );
    assert.match(status.pinned.source, /on origin\/main$/);
    assert.ok(status.pinned.asOf);
  });

  it('never calls a version unregistered whose tag may only not be fetched', async () => {
    origin.write(YAML, 'model:\n  version: v4.0.0\n').commit('pin');
    clone = origin.clone();
    assert.deepEqual(codes(await one(clone)), ['not-registered']);
    for (const how of [['--depth=1'], ['--no-tags'], ['--single-branch']]) {
      const poor = origin.clone(...how);
      const status = await one(poor);
      assert.deepEqual([status.state, codes(status)], ['unknown', ['tags-not-fetched']], how.join());
      poor.dispose();
    }
    // Written here just now, after the last fetch: somebody may have tagged it since.
    utimesSync(clone.at('.git/refs/remotes/origin/HEAD'), 1_000_000_000, 1_000_000_000);
    clone.write('modelkeep.yaml', settings('ref: worktree')).write(YAML, 'model:\n  version: v5.0.0\n');
    assert.deepEqual(codes(await one(clone)), ['tags-not-fetched']);
  });

  it('is unknown for a ref that is not here', async () => {
    origin.write('modelkeep.yaml', settings('ref: origin/release')).commit('release');
    clone = origin.clone();
    const status = await one(clone);
    assert.deepEqual([status.state, codes(status)], ['unknown', ['unknown-ref']]);
  });
});

describe('the disk side of a pin', () => {
  let repo: GitRepo;
  beforeEach(() => {
    repo = churn(settings('ref: worktree'));
    repo.write('.gitignore', '/models/churn.pkl\n').write(YAML, 'model:\n  version: v3.0.0\n');
  });
  afterEach(() => repo.dispose());

  it('goes by size and pointer for status, by the bytes for verify', async () => {
    assert.deepEqual(codes(await one(repo)), ['not-local']);
    repo.write('models/churn.pkl', 'third one');
    for (const hash of [false, true]) assert.equal((await one(repo, { hash })).state, 'in sync');
    repo.write('models/churn.pkl', 'THIRD ONE');
    assert.equal((await one(repo)).state, 'in sync');
    const verified = await one(repo, { hash: true });
    assert.deepEqual([verified.state, codes(verified)], ['drifted', ['disk-differs']]);
    repo.write('models/churn.pkl', 'third');
    assert.deepEqual(codes(await one(repo)), ['disk-differs']);
  });

  it('hashes where the pointer is that of another version', async () => {
    repo.dvcPointer('models/churn.pkl', { content: 'other one' }).write('models/churn.pkl', 'third one');
    assert.equal((await one(repo)).state, 'in sync');
    repo.write('models/churn.pkl', 'other one');
    assert.deepEqual(codes(await one(repo)), ['disk-differs']);
  });

  it('does not take an LFS pointer for the bytes', async () => {
    repo
      .remove('models/churn.pkl.dvc')
      .write('.gitignore', '')
      .lfsPointer('models/churn.pkl', { content: 'five' });
    repo.commit('lfs');
    repo.registerVersion('churn', 'v5.0.0');
    repo.write(YAML, 'model:\n  version: v5.0.0\n');
    assert.deepEqual(codes(await one(repo)), ['not-local']);
    repo.write('models/churn.pkl', 'five');
    assert.equal((await one(repo, { hash: true })).state, 'in sync');
    repo.lfsPointer('models/churn.pkl', { content: 'nine' });
    assert.deepEqual(codes(await one(repo)), ['disk-differs']);
  });

  it('asks a DVC remote that is a folder whether it has the bytes', async () => {
    repo.write('models/churn.pkl', 'third one');
    repo.write('.dvc/config', '[core]\n    remote = store\n[\'remote "store"\']\n    url = ../store\n');
    const digest = (await one(repo)).registry.digest?.value ?? '';
    assert.deepEqual(codes(await one(repo, { remote: checkRemote })), ['remote-unknown']);
    repo.write('store/files/md5/ab/x', '');
    assert.deepEqual(codes(await one(repo, { remote: checkRemote })), ['not-on-remote']);
    repo.write(`store/files/md5/${digest.slice(0, 2)}/${digest.slice(2)}`, 'third one');
    assert.equal((await one(repo, { remote: checkRemote })).state, 'in sync');
    repo.write('.dvc/config', '[core]\n    remote = store\n[\'remote "store"\']\n    url = s3://bucket/x\n');
    const status = await one(repo, { remote: checkRemote });
    assert.deepEqual([status.state, codes(status)], ['unknown', ['remote-unknown']]);
  });

  it('asks the remote that the output names for itself, in its pointer or its pipeline', async () => {
    const remote = (name: string): string => `['remote "${name}"']\n    url = ../${name}\n`;
    const config = `[core]\n    remote = store\n${remote('store')}${remote('archive')}`;
    const pipeline =
      'vars: [{place: Archive}]\nstages:\n  train:\n    cmd: x\n    outs: [models/churn.pkl: {remote: "${place}"}]\n';
    const pointed = readFileSync(repo.at('models/churn.pkl.dvc'), 'utf8').trimEnd();
    const ways = {
      'v6.0.0': () => repo.write('models/churn.pkl.dvc', `${pointed}\n  remote: archive\n`),
      'v7.0.0': () =>
        repo
          .remove('models/churn.pkl.dvc')
          .write('dvc.yaml', pipeline)
          .dvcLock('.', { train: { outs: [{ path: 'models/churn.pkl', content: 'third one' }] } }),
    };
    for (const [version, write] of Object.entries(ways)) {
      repo
        .write('.dvc/config', config)
        .write('archive/x', '')
        .write('store/x', '')
        .remove('archive')
        .remove('store');
      write();
      repo.commit(version);
      repo.registerVersion('churn', version);
      repo.write(YAML, `model:\n  version: ${version}\n`).write('models/churn.pkl', 'third one');
      const digest = (await one(repo)).registry.digest?.value ?? '';
      const file = `files/md5/${digest.slice(0, 2)}/${digest.slice(2)}`;
      repo.write(`store/${file}`, 'third one').write('archive/files/md5/ab/x', '');
      const lost = await one(repo, { remote: checkRemote });
      assert.deepEqual(codes(lost), ['not-on-remote'], version);
      assert.match(lost.reasons[0]?.message ?? '', /remote archive lacks/i);
      repo.write(`archive/${file}`, 'third one');
      assert.equal((await one(repo, { remote: checkRemote })).state, 'in sync', version);
      repo.write('.dvc/config', `[core]\n    remote = store\n${remote('store')}`);
      const unknown = await one(repo, { remote: checkRemote });
      assert.deepEqual([unknown.state, codes(unknown)], ['unknown', ['remote-unknown']]);
      assert.match(
        unknown.reasons[0]?.message ?? '',
        /No DVC remote "archive", which the output names, is set/i,
      );
    }
  });
});

describe('the service side of a pin', () => {
  let repo: GitRepo;
  const servers: Server[] = [];
  afterEach(async () => {
    for (const server of servers.splice(0)) {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    }
  });

  /** A server on loopback that answers every request so; its address. */
  async function serve(answer: unknown, status = 200, headers: Record<string, string> = {}): Promise<string> {
    const server = createServer((_request, response) => {
      if (answer === undefined) return;
      response.writeHead(status, headers).end(typeof answer === 'string' ? answer : JSON.stringify(answer));
    });
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}/model`;
  }

  before(() => {
    repo = churn(settings('ref: main'));
    repo.write(YAML, 'model:\n  version: v2.0.0\n').commit('pin');
  });
  after(() => repo.dispose());

  async function running(
    addresses: readonly string[],
    reports = '',
    options: StatusOptions = {},
  ): Promise<PinStatus> {
    const service = `, service: [${addresses.map((one) => JSON.stringify(one)).join(', ')}]${reports}`;
    repo.write('modelkeep.yaml', settings('ref: main', service));
    const status = await one(repo, { ask: { timeout: 500 }, ...options });
    return status;
  }

  for (const [name, answer, reports, state] of [
    ['the pinned version', { version: 'v2.0.0' }, '', 'in sync'],
    ['the same version in another form', { version: '2.0.0' }, '', 'in sync'],
    ['a place of its own', { a: [{ 'b.c': 'churn@v2.0.0' }] }, `, reports: 'a[0]["b.c"]'`, 'in sync'],
    ['Open Inference Protocol', { name: 'churn', versions: ['2.0.0'] }, '', 'in sync'],
    ['another version', { version: 'v1.0.0' }, '', 'drifted'],
    ['a version nobody knows', { version: 'v7.0.0' }, '', 'drifted'],
    ['several versions loaded at once', { versions: ['1.0.0', '2.0.0'] }, '', 'rolling out'],
    ['a stage', { version: 'prod' }, '', 'unknown'],
    ['nothing of the kind', { status: 'up' }, '', 'unknown'],
    ['no JSON', 'v2.0.0', '', 'unknown'],
    ['more than anyone should', `"${'x'.repeat(2 * 1024 * 1024)}"`, '', 'unknown'],
    ['nothing at the place', { version: 'v2.0.0' }, ', reports: model.version', 'unknown'],
  ] as const) {
    it(`reports ${name}: ${state}`, async () => {
      const status = await running([await serve(answer)], reports);
      assert.equal(status.state, state, JSON.stringify(status.reasons));
    });
  }

  it('is unknown when it refuses, fails, redirects or does not answer, and never in sync', async () => {
    const closed = await serve({});
    servers.pop()?.close();
    for (const address of [
      closed,
      await serve({ version: 'v2.0.0' }, 500),
      await serve('', 302, { location: 'http://u:p@elsewhere.example/' }),
      await serve(undefined),
    ]) {
      const status = await running([address]);
      assert.deepEqual(
        [status.state, status.service.state, codes(status)],
        ['unknown', 'unknown', ['service-unreachable']],
        address,
      );
      assert.doesNotMatch(JSON.stringify(status), /u:p@/);
    }
    assert.deepEqual(codes(await running([closed], '', { offline: true })), ['service-not-asked']);
  });

  it('of several instances is a set with counts', async () => {
    const [old, now] = [await serve({ version: 'v1.0.0' }), await serve({ version: 'v2.0.0' })];
    const mixed = await running([now, now, old]);
    assert.deepEqual([mixed.state, codes(mixed)], ['rolling out', ['rolling-out']]);
    assert.equal(mixed.service.value, '2 of 3 v2.0.0, 1 of 3 v1.0.0');
    assert.deepEqual(mixed.service.counts, { 'v1.0.0': 1, 'v2.0.0': 2 });
    assert.equal((await running([old, old])).state, 'drifted');
    assert.equal((await running([now, await serve('', 503)])).state, 'unknown');
    assert.equal((await running([now, old, await serve('', 503)])).state, 'rolling out');
  });

  it('is asked only where that is allowed', async () => {
    const refused = await running([await serve({ version: 'v2.0.0' })], '', { mayContact: () => false });
    assert.deepEqual([refused.state, codes(refused)], ['unknown', ['service-unreachable']]);
  });

  it('takes the password of its address along without showing it, and no address that is none', async () => {
    let seen: string | undefined;
    const server = createServer((request, response) => {
      seen = request.headers.authorization;
      response.end('{"version": "v2.0.0"}');
    });
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const answer = await askService(`http://user:secret@127.0.0.1:${port}/`);
    assert.deepEqual(answer, { address: `http://127.0.0.1:${port}/`, values: ['v2.0.0'] });
    assert.equal(seen, `Basic ${Buffer.from('user:secret').toString('base64')}`);
    for (const address of ['ftp://127.0.0.1/x', 'nonsense', 'file:///etc/passwd']) {
      const { values, error } = await askService(address);
      assert.ok(values.length === 0 && error !== undefined, address);
    }
  });
});

describe('the state that reasons add up to', () => {
  it('is drift before unknown before a roll-out before in sync', () => {
    const state = (...given: (keyof typeof REASONS)[]): PinState =>
      stateOf(given.map((code): Reason => ({ code, message: '' })));
    assert.equal(state(), 'in sync');
    assert.equal(state('here-differs'), 'in sync');
    assert.equal(state('rolling-out'), 'rolling out');
    assert.equal(state('rolling-out', 'service-unreachable'), 'rolling out');
    assert.equal(state('rolling-out', 'not-local'), 'unknown');
    assert.equal(state('rolling-out', 'not-local', 'not-approved'), 'drifted');
    for (const [code, weight] of Object.entries(REASONS)) {
      if (weight === 'unknown') assert.equal(state(code as keyof typeof REASONS), 'unknown');
    }
  });
});
