import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import type { Outcome } from '../../fixtures/commandLine.js';
import { runCommandLine } from '../../fixtures/commandLine.js';
import type { GitRepo } from '../../fixtures/gitRepo.js';
import { churn } from './support.js';

interface PinOutcome extends Outcome {
  /** The JSON answer, where there is one. */
  readonly json: Record<string, unknown> & { readonly pins: readonly Record<string, unknown>[] };
}

async function modelkeep(repo: GitRepo, ...args: readonly string[]): Promise<PinOutcome> {
  const outcome = await runCommandLine(repo, ...args);
  const json: unknown = args.includes('--json') ? JSON.parse(outcome.out) : {};
  return { ...outcome, json: json as PinOutcome['json'] };
}

const YAML = 'config/model.yaml';

describe('pin, rollback, status and verify on the command line', () => {
  let repo: GitRepo;
  beforeEach(() => (repo = churn()));
  afterEach(() => repo.dispose());
  const pinned = (): string => /version: (\S*)/.exec(readFileSync(repo.at(YAML), 'utf8'))?.[1] ?? '';

  it('pins a version and says so, with the diff', async () => {
    const { exit, json } = await modelkeep(repo, 'pin', 'churn', 'v2.0.0', '--env', 'production', '--json');
    assert.equal(exit, 0);
    const [pin, ...others] = json.pins;
    assert.ok(pin && others.length === 0);
    const { environment, model, target, before, after, diff } = pin;
    assert.deepEqual(
      { schema: json.schema, environment, model, target, before, after, diff },
      {
        schema: 1,
        environment: 'production',
        model: 'churn',
        target: YAML,
        before: 'v1.0.0',
        after: 'v2.0.0',
        diff: `--- a/${YAML}\n+++ b/${YAML}\n@@ -1,4 +1,4 @@\n # what production loads\n model:\n   name: churn\n-  version: v1.0.0 # pinned\n+  version: v2.0.0 # pinned\n`,
      },
    );
    assert.equal(pinned(), 'v2.0.0');
  });

  it('changes nothing with --dry-run, and commits only the pin with --commit', async () => {
    const dry = await modelkeep(repo, 'pin', 'models/churn.pkl', '2.0.0', '--env', 'production', '--dry-run');
    assert.equal(dry.exit, 0);
    assert.match(
      dry.out,
      /^would pin churn in production: v1\.0\.0 -> v2\.0\.0 \(config\/model\.yaml\)\n--- a/,
    );
    assert.equal(pinned(), 'v1.0.0');
    repo.write('new.txt', 'x').git('add', 'new.txt');
    const { exit, out } = await modelkeep(repo, 'pin', 'churn', 'v2.0.0', '--env', 'production', '--commit');
    assert.equal(exit, 0, out);
    assert.equal(repo.git('log', '-1', '--format=%s'), 'Pin churn to v2.0.0 in production');
    assert.equal(repo.git('status', '--porcelain'), 'A  new.txt');
    const again = await modelkeep(repo, 'pin', 'churn', 'v2.0.0', '--env', 'production', '--commit');
    assert.match(again.out, /already/);
  });

  it('refuses with exit 2 and what could have been meant', async () => {
    for (const [args, message] of [
      [['pin', 'churn', 'v2.0.0'], /--env[^]*production: config\/model\.yaml[^]*development/],
      [['pin', 'chrun', 'v2.0.0'], /no model "chrun"[^]*churn/],
      [['pin', 'churn', 'v9.0.0', '--env', 'production'], /v9\.0\.0[^]*v3\.0\.0/],
      [['pin', 'churn', 'v2.0.0', '--env', 'nowhere'], /nowhere[^]*production/],
      [['pin', 'churn'], /pin MODEL VERSION/],
      [['rollback', 'churn', '--env', 'production'], /never pinned/],
      [['status', '--env', 'nowhere'], /nowhere/],
    ] as const) {
      const { exit, err } = await modelkeep(repo, ...args);
      assert.equal(exit, 2, args.join(' '));
      assert.match(err, message);
    }
  });

  it('tells who has configured nothing what to write', async () => {
    repo.remove('modelkeep.yaml');
    repo.commit('no settings');
    const { exit, err } = await modelkeep(repo, 'pin', 'churn', 'v2.0.0');
    assert.equal(exit, 2);
    assert.match(
      err,
      /modelkeep\.yaml:\nenvironments:\n {2}production: \{ model: "churn", file: config\/model\.yaml/,
    );
    assert.deepEqual(
      [(await modelkeep(repo, 'status')).exit, (await modelkeep(repo, 'verify')).exit],
      [0, 2],
    );
  });

  it('rolls back what was pinned', async () => {
    await modelkeep(repo, 'pin', 'churn', 'v2.0.0', '--env', 'production', '--commit');
    const { exit, json } = await modelkeep(repo, 'rollback', 'churn', '--env', 'production', '--json');
    assert.deepEqual([exit, json.pins[0]?.['after'], pinned()], [0, 'v1.0.0', 'v1.0.0']);
    await modelkeep(repo, 'rollback', '--env', 'production', '--to', 'v3.0.0');
    assert.equal(pinned(), 'v3.0.0');
  });

  it('is no pass while a mistake in modelkeep.yaml may hide a pin', async () => {
    const settings = readFileSync(repo.at('modelkeep.yaml'), 'utf8');
    await modelkeep(repo, 'pin', 'churn', 'v2.0.0', '--env', 'production', '--commit');
    repo.write('modelkeep.yaml', `${settings.trimEnd()}\n  lost: { model: churn, fil: x, version: y }\n`);
    for (const command of ['status', 'verify']) {
      const { exit, json, err } = await modelkeep(repo, command, '--env', 'production', '--json');
      assert.equal(exit, 2, err);
      assert.deepEqual([json.pins.length, json.pins[0]?.['state']], [1, 'in sync']);
    }
  });

  it('gives the verdict as its exit code', async () => {
    repo.write('.gitignore', '/models/churn.pkl\n');
    const states = async (command: string): Promise<unknown> => {
      const { exit, json } = await modelkeep(repo, command, '--json');
      return [exit, json.pins.map(({ environment, state }) => `${String(environment)} ${String(state)}`)];
    };
    assert.deepEqual(await states('status'), [1, ['production drifted', 'development unknown']]);
    await modelkeep(repo, 'pin', 'churn', 'v2.0.0', '--env', 'production', '--commit');
    assert.deepEqual(await states('status'), [3, ['production in sync', 'development unknown']]);
    repo.write('models/churn.pkl', 'one');
    assert.deepEqual(await states('verify'), [0, ['production in sync', 'development in sync']]);
    repo.write('models/churn.pkl', 'ONE');
    assert.deepEqual(await states('verify'), [1, ['production in sync', 'development drifted']]);
    const { out } = await modelkeep(repo, 'status', '--env', 'production');
    assert.equal(
      out,
      'churn in production: in sync\n  pinned    ok       v2.0.0  config/model.yaml on main\n  registry  ok       v2.0.0  churn@v2.0.0, prod: v2.0.0\n',
    );
  });

  it('answers with every side of the contract', async () => {
    const { json } = await modelkeep(repo, 'status', '--json', '--env', 'development');
    assert.deepEqual(Object.keys(json.pins[0] ?? {}), [
      'environment',
      'model',
      'targets',
      'pinned',
      'registry',
      'disk',
      'service',
      'state',
      'reasons',
    ]);
  });
});
