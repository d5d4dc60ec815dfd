import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { GitRepo } from '../fixtures/gitRepo.js';
import { modelkeep } from './cli.js';
import { dvcEnvironment, dvcIn } from './dvcIn.js';
import { describeWith } from './tools.js';

interface Answer {
  readonly pins: readonly {
    readonly state: string;
    readonly remote: { readonly source: string };
    readonly reasons: readonly { readonly code: string }[];
  }[];
}

/** Where `dvc push` puts what it pushes, `verify --remote` must look. */
describeWith('dvc', 'the remote of an output', (dvcProgram) => {
  let repo: GitRepo;
  afterEach(() => repo.dispose());

  const env = (): NodeJS.ProcessEnv => dvcEnvironment(dvcProgram, repo);
  const dvc = (...args: string[]): void => dvcIn(dvcProgram, repo, ...args);
  const verify = (model: string): Answer['pins'][number] => {
    const args = ['verify', model, '--remote', '--json'];
    const { stdout, stderr } = modelkeep(args, { cwd: repo.dir, env: env() });
    const [pin] = (JSON.parse(stdout) as Answer).pins;
    assert.ok(pin, stderr);
    return pin;
  };

  it('is the one that DVC pushes to: its own, else the default', () => {
    repo = GitRepo.create();
    dvc('init', '-q');
    dvc('remote', 'add', '-q', '-d', 'store', path.join(path.dirname(repo.dir), 'store'));
    dvc('remote', 'add', '-q', 'archive', path.join(path.dirname(repo.dir), 'archive'));
    repo.write('models/plain.pkl', 'plain').write('models/own.pkl', 'own');
    dvc('add', '-q', 'models/plain.pkl', 'models/own.pkl');
    const pointer = readFileSync(repo.at('models/own.pkl.dvc'), 'utf8').trimEnd();
    repo.write('models/own.pkl.dvc', `${pointer}\n  remote: archive\n`);
    const stage = 'mkdir -p out && echo made > out/made.pkl';
    repo.write(
      'dvc.yaml',
      `vars: [{place: archive}]\nstages:\n  train:\n    cmd: ${stage}\n    outs:\n      - out/made.pkl: {remote: "\${place}"}\n`,
    );
    dvc('repro', '-q');
    const models = ['plain', 'own', 'made'];
    const pins = models.map(
      (model) => `      - {model: ${model}, file: pins/${model}.yaml, version: version}\n`,
    );
    repo.write(
      'modelkeep.yaml',
      `models: {names: {made: out/made.pkl}}\nenvironments:\n  development:\n    ref: worktree\n    pins:\n${pins.join('')}`,
    );
    for (const model of models) repo.write(`pins/${model}.yaml`, 'version: v1.0.0\n');
    repo.commit('Train');
    for (const model of models) repo.registerVersion(model, 'v1.0.0');

    dvc('push', '-q');
    for (const model of models) {
      const { state, reasons, remote } = verify(model);
      assert.deepEqual([state, reasons], ['in sync', []], model);
      assert.match(remote.source, model === 'plain' ? /DVC remote store/ : /DVC remote archive/);
    }
    // Only the default remote has them now, where DVC does not look for these two.
    repo.rename('../archive', '../gone');
    dvc('push', '-q', '-r', 'store');
    repo.write('../archive/files/md5/ab/x', '');
    assert.deepEqual(
      models.map((model) => verify(model).reasons.map(({ code }) => code)),
      [[], ['not-on-remote'], ['not-on-remote']],
    );
    dvc('push', '-q');
    assert.deepEqual(
      models.map((model) => verify(model).state),
      ['in sync', 'in sync', 'in sync'],
    );
  });
});
