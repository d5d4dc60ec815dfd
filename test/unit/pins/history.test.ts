import assert from 'node:assert/strict';
import { history } from '../../../src/cli/history.js';
import type { CommandContext, ParsedArguments } from '../../../src/cli/command.js';
import { openCatalog } from '../../../src/core/catalog/open.js';
import type { Diagnostic } from '../../../src/core/diagnostic.js';
import { gitEnvironment } from '../../../src/core/git/process.js';
import { openRepository } from '../../../src/core/git/repository.js';
import { pinHistory } from '../../../src/core/pins/history.js';
import type { PinHistory } from '../../../src/core/pins/history.js';
import type { GitRepo } from '../../fixtures/gitRepo.js';
import { catalogOf, churn } from './support.js';

const YAML = 'config/model.yaml';

describe('the history of pins', () => {
  let repo: GitRepo;
  beforeEach(() => void (repo = churn()));
  afterEach(() => repo.dispose());

  function pin(version: string): void {
    repo.write(YAML, `# what production loads\nmodel:\n  name: churn\n  version: ${version}\n`);
  }

  async function production(at: GitRepo = repo): Promise<PinHistory> {
    return pinHistory(await catalogOf(at), { environment: 'production' });
  }

  const steps = ({ changes }: PinHistory) => changes.map(({ before, after }) => [before, after]);

  it('tells every value, newest first, with who and when', async () => {
    pin('v2.0.0');
    const commit = repo.commit('pin v2', { author: { name: 'Eve', email: 'eve@example.com' } });
    repo.write(YAML, 'model: { version: v2.0.0 } # written differently\n').commit('format');
    const found = await production();
    assert.deepEqual(steps(found), [
      ['v1.0.0', 'v2.0.0'],
      [null, 'v1.0.0'],
    ]);
    const [newest] = found.changes;
    assert.deepEqual(
      [newest?.commit, newest?.author, newest?.email, newest?.file, newest?.ref, newest?.model],
      [commit, 'Eve', 'eve@example.com', YAML, 'main', 'churn'],
    );
    assert.equal(newest?.time, repo.git('show', '-s', '--format=%cI', commit));
    assert.deepEqual(found.diagnostics, []);
  });

  it('counts a change when it is merged, by whoever merged it', async () => {
    const base = repo.head();
    repo.switch('pin', base);
    pin('v2.0.0');
    repo.commit('try v2');
    pin('v3.0.0');
    repo.commit('no, v3');
    repo.switch('main').write('other.txt', 'x').commit('meanwhile');
    assert.equal((await production()).changes.length, 1);
    repo.git('merge', '-q', '--no-ff', '-m', 'Merge the pin', 'pin');
    const found = await production();
    assert.deepEqual(steps(found)[0], ['v1.0.0', 'v3.0.0']);
    assert.equal(found.changes[0]?.commit, repo.head());
  });

  it('sees pins that go and come back, and passes over what cannot be read', async () => {
    repo.remove(YAML).commit('gone');
    pin('v2.0.0');
    repo.commit('back');
    repo.write(YAML, '<<<<<<< HEAD\nmodel: {version: v1}\n=======\n>>>>>>> other\n').commit('half merged');
    pin('v3.0.0');
    repo.commit('mended');
    repo.write(YAML, 'model: {}\n').commit('unset');
    const found = await production();
    assert.deepEqual(steps(found), [
      ['v3.0.0', null],
      ['v2.0.0', 'v3.0.0'],
      [null, 'v2.0.0'],
      ['v1.0.0', null],
      [null, 'v1.0.0'],
    ]);
    assert.deepEqual(
      found.diagnostics.map(({ code, path }) => [code, path]),
      [['history-incomplete', YAML]],
    );
  });

  it('says where a clone’s history is cut off', async () => {
    pin('v2.0.0');
    repo.commit('pin v2');
    const clone = repo.clone('--depth', '1');
    const found = await production(clone);
    assert.deepEqual([steps(found), found.changes[0]?.cutOff], [[[null, 'v2.0.0']], true]);
    assert.match(found.diagnostics[0]?.message ?? '', /older history is not in this clone/);
    clone.dispose();
  });

  it('says of pins in services and on absent branches that Git cannot tell', async () => {
    repo.write(
      'modelkeep.yaml',
      'environments:\n  live: { model: churn, etcd: /models/churn, version: model }\n  far: { model: churn, file: config/model.yaml, version: model.version, ref: origin/release }\n',
    );
    const { changes, diagnostics } = await pinHistory(await catalogOf(repo));
    assert.deepEqual(changes, []);
    assert.deepEqual(
      diagnostics.map(({ code }) => code),
      ['pin-not-in-git', 'pin-ref-missing'],
    );
  });

  describe('on the command line', () => {
    async function run(
      positionals: readonly string[],
      values: ParsedArguments['values'] = {},
    ): Promise<{ out: string; events: readonly Record<string, unknown>[]; codes: readonly string[] }> {
      let out = '';
      let events: readonly Record<string, unknown>[] = [];
      const diagnostics: Diagnostic[] = [];
      const repository = await openRepository(repo.dir, { git: gitEnvironment(repo.env) });
      const context: CommandContext = {
        cwd: repo.dir,
        env: repo.env,
        json: values.format === undefined || values.format === 'json',
        color: false,
        verbose: false,
        signal: new AbortController().signal,
        out: (text) => Promise.resolve(void (out += text)),
        note: () => undefined,
        diagnose: (some) => void diagnostics.push(...some),
        answer: (fields) =>
          Promise.resolve(void (events = fields.events as readonly Record<string, unknown>[])),
        repository: () => Promise.resolve(repository),
        folder: () => Promise.resolve(''),
        catalog: (options) => openCatalog(repository, options),
      };
      assert.equal(await history.run(context, { values, positionals }), 0);
      return { out, events, codes: diagnostics.map(({ code }) => code) };
    }

    const told = (events: readonly Record<string, unknown>[]) =>
      events.map(({ kind, environment, stage, before, after }) => [
        kind,
        environment ?? stage,
        before,
        after,
      ]);

    it('merges pins and stages, newest first, and says that it is not deployment', async () => {
      pin('v2.0.0');
      repo.commit('pin v2');
      const { events, codes } = await run(['churn']);
      assert.deepEqual(told(events), [
        ['pin', 'production', 'v1.0.0', 'v2.0.0'],
        ['stage', 'prod', null, 'v2.0.0'],
        ['pin', 'production', null, 'v1.0.0'],
        ['pin', 'development', null, 'churn@v1.0.0'],
      ]);
      assert.ok(codes.includes('not-deployment-times'));
      assert.deepEqual(told((await run(['models/churn.pkl'])).events), told(events));
    });

    it('keeps to an environment, a time and a span', async () => {
      const first = repo.git('show', '-s', '--format=%cI', 'HEAD~2');
      pin('v2.0.0');
      repo.commit('pin v2');
      const now = repo.git('show', '-s', '--format=%cI', 'HEAD');
      assert.deepEqual(told((await run([], { env: 'development' })).events), [
        ['pin', 'development', null, 'churn@v1.0.0'],
      ]);
      const then = await run([], { env: 'production', at: first });
      assert.deepEqual(told(then.events), [['pin', 'production', null, 'v1.0.0']]);
      const today = await run([], { env: 'production', at: now });
      assert.deepEqual(told(today.events), [
        ['pin', 'production', 'v1.0.0', 'v2.0.0'],
        ['stage', 'prod', null, 'v2.0.0'],
      ]);
      assert.equal((await run([], { since: now })).events.length, 1);
    });

    it('writes tables that hold both', async () => {
      const csv = await run([], { format: 'csv' });
      const lines = csv.out.trimEnd().split('\r\n');
      assert.equal(lines.length, 4);
      assert.ok(lines.every((text) => text.split(',').length === 14));
      const markdown = await run([], { format: 'markdown' });
      assert.match(markdown.out, /not when it was deployed/);
    });
  });
});
