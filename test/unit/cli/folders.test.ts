import assert from 'node:assert/strict';
import { mkdirSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import type { Outcome } from '../../fixtures/commandLine.js';
import { runCommandLineIn } from '../../fixtures/commandLine.js';
import type { GitRepo } from '../../fixtures/gitRepo.js';
import { threeServices } from '../../fixtures/monorepo.js';

describe('models of a monorepo, named from where one stands', () => {
  let repo: GitRepo;
  before(() => {
    repo = threeServices()
      .write('services/fraud/config/model.yaml', 'model:\n  version: v1.0.0\n')
      .write(
        'modelkeep.yaml',
        `models: { names: { "services/fraud:model": services/fraud/models/fraud.onnx } }
environments:
  production:
    ref: worktree
    pins:
      - { model: "services/fraud:model", file: services/fraud/config/model.yaml, version: model.version }
`,
      );
    repo.commit('Pin and name');
    repo.remove('services/ads/models/nested/ctr.pkl.dvc').commit('One less');
    mkdirSync(repo.at('services/ads/models/nested'), { recursive: true });
  });
  after(() => repo.dispose());

  const from = (folder: string, ...args: string[]): Promise<Outcome> =>
    runCommandLineIn(repo.at(folder), repo, ...args);
  const modelOf = async (folder: string, ...args: string[]): Promise<unknown> => {
    const { exit, out, err } = await from(folder, ...args, '--json');
    assert.ok(exit === 0 || exit === 1, err);
    const answer = JSON.parse(out) as {
      model?: string;
      models?: { name: string }[];
      pins?: { model: string }[];
    };
    return answer.model ?? answer.models?.[0]?.name ?? answer.pins?.[0]?.model;
  };

  it('takes a path from the current folder in every command that takes a model', async () => {
    for (const args of [
      ['log', 'models/fraud.onnx'],
      ['show', 'models/fraud.onnx'],
      ['compare', 'models/fraud.onnx', 'v1.0.0', 'v1.1.0'],
      ['tag', 'models/fraud.onnx', '--dry-run'],
      ['stage', 'models/fraud.onnx', 'staging', '--dry-run'],
      ['deprecate', 'models/fraud.onnx', '--dry-run'],
      ['pin', 'models/fraud.onnx', 'v1.1.0', '--dry-run'],
      ['rollback', 'models/fraud.onnx', '--to', 'v1.1.0', '--dry-run'],
    ])
      assert.equal(await modelOf('services/fraud', ...args), 'services/fraud:model', args.join(' '));
    const status = await from('services/fraud', 'status', 'models/fraud.onnx', '--json');
    assert.match(status.out, /"model":"services\/fraud:model"/, status.err);
    const branch = await from('services/fraud', 'branch', 'models/fraud.onnx', 'try it', '--dry-run');
    assert.equal(branch.exit, 0, branch.err);
    const history = await from('services/fraud', 'history', 'models/fraud.onnx');
    assert.match(history.out, /prod/, history.err);
  });

  it('prefers the current folder to the root, and takes the root where the folder has nothing', async () => {
    assert.equal(await modelOf('services/ads', 'log', 'models/ctr.pkl'), 'services/ads/models:ctr');
    assert.equal(await modelOf('services/search', 'log', 'models/ctr.pkl'), 'models:ctr');
    assert.equal(await modelOf('.', 'log', 'models/ctr.pkl'), 'models:ctr');
    assert.equal(
      await modelOf('services/search', 'log', 'services/ads/models/ctr.pkl'),
      'services/ads/models:ctr',
    );
  });

  it('takes paths up and down, absolute ones, pointer files and folders by a link', async () => {
    const expected = 'ranker';
    symlinkSync(repo.at('services/search'), path.join(repo.dir, '.git', 'by-link'));
    for (const [folder, written] of [
      ['services/fraud', '../search/models/ranker.pkl'],
      ['services/search/models', './ranker.pkl'],
      ['services/search/models/nested', '../ranker.pkl'],
      ['services/ads', repo.at('services/search/models/ranker.pkl')],
      ['services/search', 'models/ranker.pkl.dvc'],
      ['services/search', 'models//ranker.pkl'],
      ['.git/by-link', 'models/ranker.pkl'],
    ] as const)
      assert.equal(await modelOf(folder, 'log', written), expected, `${written} from ${folder}`);
  });

  it('finds what was at that path in the past too, and takes the folder of --repo from outside', async () => {
    assert.equal(
      await modelOf('services/ads', 'log', 'models/nested/ctr.pkl'),
      'services/ads/models/nested:ctr',
    );
    const outside = ['log', 'models/fraud.onnx', '--repo', repo.at('services/fraud'), '--json'];
    const { out, err } = await runCommandLineIn(path.dirname(repo.dir), repo, ...outside);
    assert.equal((JSON.parse(out) as { model: string }).model, 'services/fraud:model', err);
  });

  it('never leaves the repository by a path', async () => {
    const { exit, err } = await from('services/fraud', 'log', '../../../models/fraud.onnx');
    assert.equal(exit, 2, err);
    assert.match(err, /There is no model/);
  });

  it('answers a wrong name with the few that are near, and how to see all', async () => {
    const slip = await from('services/fraud', 'log', 'embeder');
    assert.equal(slip.exit, 2);
    assert.deepEqual(slip.err.split('\n'), [
      'modelkeep: There is no model "embeder" here; near it:',
      '  embedder',
      '"modelkeep list --all" lists every model, "modelkeep show" every registered name',
      '',
    ]);
    const elsewhere = await from('services/search', 'show', 'models/fraud.onnx');
    assert.deepEqual(elsewhere.err.split('\n').slice(0, 3), [
      'modelkeep: There is no model "models/fraud.onnx" here, neither from services/search nor from the repository\'s root; near it:',
      '  services/fraud/models/fraud.onnx',
      '"modelkeep list --all" lists every model, "modelkeep show" every registered name',
    ]);
    const far = await from('.', 'status', 'zzzzzz', '--json');
    const answer = JSON.parse(far.out) as { candidates?: unknown; hint: string };
    assert.equal(answer.candidates, undefined);
    assert.match(answer.hint, /modelkeep list --all/);
  });
});
