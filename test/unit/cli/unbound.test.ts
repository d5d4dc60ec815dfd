import assert from 'node:assert/strict';
import { runCommandLine } from '../../fixtures/commandLine.js';
import { GitRepo } from '../../fixtures/gitRepo.js';
import { TAGGED, threeServices } from '../../fixtures/monorepo.js';

describe('registered versions that belong to no model', () => {
  let repo: GitRepo;
  afterEach(() => repo.dispose());

  const warnings = async (...args: string[]): Promise<readonly string[]> => {
    const { exit, out, err } = await runCommandLine(repo, ...args, '--json');
    assert.equal(exit, 0, err);
    const answer = JSON.parse(out) as { diagnostics?: { code: string; severity: string; message: string }[] };
    return (answer.diagnostics ?? [])
      .filter(({ code, severity }) => code === 'version-unbound' && severity === 'warning')
      .map(({ message }) => message);
  };
  const digests = async (name: string): Promise<readonly unknown[]> => {
    const { out } = await runCommandLine(repo, 'show', name, '--json');
    const { models } = JSON.parse(out) as { models: { versions: { digest: unknown }[] }[] };
    return models.flatMap(({ versions }) => versions.map(({ digest }) => digest));
  };

  it('are told by list and show, with the lines of modelkeep.yaml that bind them where no other can be meant', async () => {
    repo = threeServices();
    for (const command of ['list', 'show']) {
      const { exit, err } = await runCommandLine(repo, command);
      assert.equal(exit, 0, err);
      assert.deepEqual(err.split('\n'), [
        'warning: services/ads:ctr v1.0.0 belongs to no model: at its commit none has that name. Say under models.names in modelkeep.yaml which it is: services/ads/models/ctr.pkl, services/ads/models/nested/ctr.pkl (services/ads=ctr@v1.0.0)',
        'warning: services/fraud:model v1.1.0, v1.0.0 belong to no model: at their commits none has that name. Write under models.names in modelkeep.yaml: services/fraud:model: services/fraud/models/fraud.onnx (services/fraud=model@v1.1.0)',
        'warning: services/search:ranker v0.1.0 belongs to no model: at its commit none has that name. Write under models.names in modelkeep.yaml: services/search:ranker: services/search/models/ranker.pkl (services/search=ranker@v0.1.0)',
        'To bind them, write in modelkeep.yaml:',
        '  models:',
        '    names:',
        '      services/fraud:model: services/fraud/models/fraud.onnx',
        '      services/search:ranker: services/search/models/ranker.pkl',
        '',
      ]);
    }
    assert.match((await runCommandLine(repo, 'show', TAGGED.fraud)).out, /v1\.1\.0 \[prod\] .*no model/);
  });

  it('are bound by those very lines', async () => {
    repo = threeServices();
    const { err } = await runCommandLine(repo, 'show');
    const lines = err
      .split('\n')
      .slice(err.split('\n').indexOf('To bind them, write in modelkeep.yaml:') + 1);
    repo.write('modelkeep.yaml', lines.map((line) => line.slice(2)).join('\n'));
    assert.deepEqual(await warnings('show', TAGGED.fraud), []);
    assert.equal((await digests(TAGGED.fraud)).filter((digest) => digest !== null).length, 2);
    assert.match(
      (await runCommandLine(repo, 'list')).out,
      /^services\/fraud:model {2}services\/fraud=model@v1\.1\.0 \[prod\]/m,
    );
    assert.equal((await warnings('list')).length, 1);
  });

  it('are told where a command works on a name that only tags know, and once', async () => {
    repo = threeServices();
    const { exit, out, err } = await runCommandLine(repo, 'log', TAGGED.fraud);
    assert.equal(exit, 0);
    assert.equal(out, 'no revisions\n');
    assert.equal(err.split('\n').filter((line) => line.startsWith('warning: ')).length, 1);
    assert.match(err, / {6}services\/fraud:model: services\/fraud\/models\/fraud\.onnx\n/);
    assert.equal((await warnings('show', TAGGED.ranker)).length, 1);
  });

  it('are bound to what carries the name today, where it lay at the same path then', async () => {
    repo = threeServices();
    repo
      .write(
        'services/ads/dvc.yaml',
        'artifacts:\n  ctr:\n    path: models/nested/ctr.pkl\n    type: model\n',
      )
      .commit('Declare it, too late for its version');
    const [ads] = await warnings('show', TAGGED.ctr);
    assert.match(ads ?? '', /Write under .*: services\/ads:ctr: services\/ads\/models\/nested\/ctr\.pkl$/);
  });

  it('get no ready line where two names want the same file, or another name has it', async () => {
    repo = GitRepo.create().dvcPointer('a/one.pkl', { content: 'one' });
    repo.commit('One model');
    repo.registerVersion('a:first', 'v1.0.0');
    repo.registerVersion('a:second', 'v1.0.0');
    for (const warning of await warnings('show')) assert.match(warning, /which it is: a\/one\.pkl$/);
    repo.write('modelkeep.yaml', 'models: { names: { "a:first": a/one.pkl } }\n');
    const [only, ...more] = await warnings('show');
    assert.deepEqual(more, []);
    assert.match(only ?? '', /^a:second .*No model without a name of its own lies in a there/);
    repo.write('modelkeep.yaml', 'models: { names: { "a:first": a/gone.pkl, "a:second": a/one.pkl } }\n');
    assert.match(
      (await warnings('show')).join('\n'),
      /modelkeep\.yaml says a\/gone\.pkl, which is no model there/,
    );
  });

  it('are silent where they are deprecated or deregistered', async () => {
    repo = GitRepo.create().dvcPointer('a/one.pkl', { content: 'one' });
    repo.commit('One model');
    for (const name of ['a:gone', 'a:back']) repo.registerVersion(name, 'v1.0.0');
    assert.equal((await warnings('list')).length, 2);
    repo.annotatedTag('a=gone@deprecated');
    repo.annotatedTag('a=back@v1.0.0!');
    assert.deepEqual(await warnings('list'), []);
  });

  it('are counted where there are many', async () => {
    repo = GitRepo.create().write('README.md', 'only tags\n');
    repo.commit('First');
    for (let index = 0; index < 14; index += 1) repo.registerVersion(`team:model-${String(index)}`, 'v1.0.0');
    const told = await warnings('list');
    assert.equal(told.length, 11);
    assert.match(told.at(-1) ?? '', /^The versions of 4 more registered names belong to no model/);
    assert.match(told[0] ?? '', /lies in team there: .* artifacts: in team\/dvc\.yaml/);
  });
});
