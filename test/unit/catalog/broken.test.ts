import assert from 'node:assert/strict';
import { readdirSync, rmSync, writeFileSync, chmodSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { Diagnostic } from '../../../src/core/diagnostic.js';
import { openCatalog } from '../../../src/core/catalog/open.js';
import { CatalogSource } from '../../../src/core/catalog/source.js';
import { gitEnvironment } from '../../../src/core/git/process.js';
import { openRepository } from '../../../src/core/git/repository.js';
import { GitRepo } from '../../fixtures/gitRepo.js';

interface Listing {
  readonly models: Readonly<Record<string, readonly string[]>>;
  readonly diagnostics: readonly Diagnostic[];
}

async function list(repo: GitRepo): Promise<Listing> {
  const repository = await openRepository(repo.dir, { git: gitEnvironment(repo.env) });
  const catalog = await openCatalog(repository);
  const models: Record<string, readonly string[]> = {};
  const diagnostics = [...catalog.diagnostics];
  for (const branch of catalog.branches) {
    const on = await catalog.modelsOn(branch);
    models[branch.name] = on.models.map(({ name }) => name);
    diagnostics.push(...on.diagnostics);
  }
  return { models, diagnostics };
}

/** Where Git keeps a loose object. */
function objectFile(repo: GitRepo, id: string): string {
  return repo.at('.git', 'objects', id.slice(0, 2), id.slice(2));
}

describe('a repository with broken parts', () => {
  let repo: GitRepo;
  beforeEach(() => {
    repo = GitRepo.create();
  });
  afterEach(() => repo.dispose());

  it('lists everything else and names each of the five', async () => {
    repo.dvcPointer('models/good.pkl', { content: 'good' });
    repo.write('models/broken.pkl.dvc', 'outs:\n- md5: [unclosed\n');
    repo.write('dvc.yaml', 'stages:\n  train:\n    cmd: train\n    outs:\n    - models/made.pkl\n');
    repo.write('dvc.lock', "schema: '2.0'\n<<<<<<< HEAD\nstages: {}\n=======\nstages:\n>>>>>>> theirs\n");
    repo.write(
      'models/passwd.pkl.dvc',
      'outs:\n- md5: a304afb96060aad90176268345e10355\n  size: 1\n  hash: md5\n  path: ../../../etc/passwd\n',
    );
    repo.dvcPointer('models/gone.pkl', { content: 'gone' });
    repo.lfsPointer('models/lfs.onnx', { content: 'lfs' });
    repo.commit('One');
    repo.branch('other');
    rmSync(objectFile(repo, repo.git('rev-parse', 'HEAD:models/gone.pkl.dvc')));
    writeFileSync(repo.at('.git', 'refs', 'heads', 'lost'), `${'d'.repeat(40)}\n`);

    const { models, diagnostics } = await list(repo);
    assert.deepEqual(models, { lost: [], main: ['good', 'lfs', 'made'], other: ['good', 'lfs', 'made'] });
    const said = new Set(diagnostics.map(({ code, path: file, ref }) => `${code} ${file ?? ref ?? ''}`));
    assert.ok(
      [...said].some((one) => one.endsWith('models/broken.pkl.dvc')),
      [...said].join('\n'),
    );
    assert.ok(said.has('conflict-markers dvc.lock'), [...said].join('\n'));
    assert.ok(said.has('path-outside-repository models/passwd.pkl.dvc'), [...said].join('\n'));
    assert.ok(said.has('object-missing models/gone.pkl.dvc'), [...said].join('\n'));
    assert.ok(said.has('ref-missing refs/heads/lost'), [...said].join('\n'));
  });

  it('tells of refs that are damaged themselves, HEAD among them, and calls no branch unborn for it', async () => {
    repo.dvcPointer('models/good.pkl').commit('One');
    repo.branch('other').branch('empty').branch('junk');
    writeFileSync(path.join(repo.at('.git'), 'refs', 'heads', 'empty'), '');
    writeFileSync(path.join(repo.at('.git'), 'refs', 'heads', 'junk'), 'no id\n');
    const told = async (): Promise<readonly string[]> =>
      (await list(repo)).diagnostics.map(({ code, ref }) => `${code} ${ref ?? ''}`);
    assert.deepEqual(await told(), ['ref-corrupt refs/heads/empty', 'ref-corrupt refs/heads/junk']);
    writeFileSync(path.join(repo.at('.git'), 'refs', 'heads', 'main'), '');
    const { models, diagnostics } = await list(repo);
    assert.deepEqual(models, { other: ['good'] });
    assert.equal(diagnostics.length, 3);
  });

  it('tells of every tag whose commit is gone, whether it is annotated or not', async () => {
    repo.dvcPointer('models/good.pkl').commit('One');
    repo.switch('gone', 'main').write('x', 'x').commit('Two');
    repo.tag('light').annotatedTag('baseline');
    repo.annotatedTag('good@v1.0.0');
    const lost = objectFile(repo, repo.head());
    repo.switch('main').git('branch', '-qD', 'gone');
    rmSync(lost);
    const { models, diagnostics } = await list(repo);
    assert.deepEqual(models, { main: ['good'] });
    assert.deepEqual(
      diagnostics.map(({ code, ref }) => `${code} ${ref ?? ''}`).sort(),
      ['baseline', 'good@v1.0.0', 'light'].map((name) => `ref-missing refs/tags/${name}`),
    );
  });

  it('goes on behind a corrupt blob, a corrupt tree and a corrupt tag', async () => {
    repo.dvcPointer('a/one.pkl', { content: 'one' });
    repo.dvcPointer('b/two.pkl', { content: 'two' });
    repo.dvcPointer('c/three.pkl', { content: 'three' });
    repo.commit('One');
    const tag = repo.annotatedTag('two@v1.0.0');
    for (const id of [repo.git('rev-parse', 'HEAD:a/one.pkl.dvc'), repo.git('rev-parse', 'HEAD:b'), tag]) {
      const file = objectFile(repo, id);
      chmodSync(file, 0o644);
      writeFileSync(file, 'not zlib at all');
    }
    const { models, diagnostics } = await list(repo);
    assert.deepEqual(models, { main: ['three'] });
    const said = diagnostics.map(({ code, path: file, ref }) => `${code} ${file ?? ref ?? ''}`).sort();
    assert.deepEqual(said, [
      'object-corrupt a/one.pkl.dvc',
      'object-corrupt b',
      'ref-corrupt refs/tags/two@v1.0.0',
    ]);
  });

  it('says that a pointer file over 10 MB is too large, without reading it', async () => {
    repo.write('models/huge.pkl.dvc', Buffer.alloc(11 * 1024 * 1024, 32));
    repo.dvcPointer('models/good.pkl');
    repo.commit('One');
    const { models, diagnostics } = await list(repo);
    assert.deepEqual(models, { main: ['good'] });
    assert.deepEqual(
      diagnostics.map(({ code, path: file }) => [code, file]),
      [['file-too-large', 'models/huge.pkl.dvc']],
    );
  });

  it('reads what is there now after what was missing has come', async () => {
    repo.dvcPointer('models/gone.pkl', { content: 'gone' });
    repo.commit('One');
    const file = objectFile(repo, repo.git('rev-parse', 'HEAD:models/gone.pkl.dvc'));
    const kept = readFileSync(file);
    rmSync(file);
    const cacheFolder = path.join(repo.at('.git'), 'cache');
    const source = new CatalogSource(await openRepository(repo.dir, { git: gitEnvironment(repo.env) }), {
      cacheFolder,
    });
    const before = await source.load({ branches: (view) => view.branches });
    await source.save();
    assert.deepEqual(await names(before), []);
    writeFileSync(file, kept);
    assert.deepEqual(await names(await source.load({ branches: (view) => view.branches })), ['gone']);
  });

  it('knows a version after its tag, or the commit behind it, has come', async () => {
    repo.dvcPointer('models/a.pkl').commit('One');
    const tag = repo.registerVersion('a', 'v1.0.0');
    const tagged = repo.head();
    repo.dvcPointer('models/a.pkl', { content: 'two' }).commit('Two');
    for (const object of [tag, tagged]) {
      const file = objectFile(repo, object);
      const kept = readFileSync(file);
      rmSync(file);
      const source = new CatalogSource(await openRepository(repo.dir, { git: gitEnvironment(repo.env) }), {
        cacheFolder: path.join(repo.at('.git'), `cache-${object}`),
      });
      const before = await source.load();
      await source.save();
      assert.equal(before.versions.get('a@v1.0.0')?.digest ?? null, null);
      writeFileSync(file, kept);
      assert.notEqual((await source.load()).versions.get('a@v1.0.0')?.digest ?? null, null);
    }
  });

  async function names(catalog: Awaited<ReturnType<typeof openCatalog>>): Promise<readonly string[]> {
    const [branch] = catalog.branches;
    assert.ok(branch);
    return (await catalog.modelsOn(branch)).models.map(({ name }) => name);
  }

  it('tells a file that should be a Git LFS pointer and is none', async () => {
    repo.write('.gitattributes', '*.onnx filter=lfs diff=lfs merge=lfs -text\n');
    repo
      .lfsPointer('models/good.onnx')
      .write('models/raw.onnx', 'the bytes themselves')
      .write('models/empty.onnx', '');
    repo.write('exempt/.gitattributes', '*.onnx !filter\n').write('exempt/small.onnx', 'meant to be here');
    repo.git('config', 'filter.lfs.required', 'false');
    repo.commit('One');
    const { models, diagnostics } = await list(repo);
    assert.deepEqual(models, { main: ['good'] });
    assert.deepEqual(
      diagnostics.map(({ code, path: file }) => [code, file]),
      [['lfs-not-a-pointer', 'models/raw.onnx']],
    );
  });

  it('names the lines about Git LFS that Git ignores, and lines of paths that leave the repository', async () => {
    repo.write(
      'sub/.gitattributes',
      '# ok\n*.bin filter=lfs bad$name\n!*.pt filter=lfs\n*.txt text bad$name\n',
    );
    repo.write(
      'a.dvc',
      `outs:\n- path: a\n  md5: ${'a'.repeat(32)}\n- path: ../b\n  md5: ${'b'.repeat(32)}\n`,
    );
    repo.commit('One');
    const { diagnostics } = await list(repo);
    assert.deepEqual(diagnostics.map(({ code, path: file, line }) => [code, file, line]).sort(), [
      ['attributes-syntax', 'sub/.gitattributes', 2],
      ['attributes-syntax', 'sub/.gitattributes', 3],
      ['path-outside-repository', 'a.dvc', 4],
    ]);
  });

  it('tells of a broken file of variables once, and of what a template put in on the line that asks for it', async () => {
    const items = Array.from({ length: 150 }, (_, at) => at).join(', ');
    repo.write(
      'dvc.yaml',
      `stages:\n  t:\n    foreach: [${items}]\n    do:\n      cmd: x \${item}\n      vars: [v.yaml]\n`,
    );
    repo.write('v.yaml', 'a: 1\nb: [1\nc: 2\n');
    repo.write('sub/dvc.yaml', 'artifacts:\n  m: ${art}\n');
    repo.write('sub/params.yaml', '\n\n\nart:\n  path: m.pkl\n  labels: 5\n');
    repo.commit('One');
    const { diagnostics } = await list(repo);
    assert.deepEqual(
      diagnostics.map(({ code, path: file, line }) => `${file ?? ''}:${line ?? ''} ${code}`),
      ['v.yaml:3 dvc-vars', 'sub/dvc.yaml:2 dvc-wrong-type'],
    );
  });

  it('names the line that asks for variables, and that of a broken file of them', async () => {
    repo.write(
      'a/dvc.yaml',
      [
        'vars:',
        '- good.yaml',
        '- gone.yaml',
        '- broken.yaml',
        '- ../shared.toml',
        'stages:',
        '  train:',
        '    cmd: train ${lr}',
        '    vars:',
        '    - local.yaml:lr',
        '    - more.json',
        '    - nowhere.json',
        '    outs:',
        '    - a.pkl',
        '    - ${nothing}.pkl',
        'metrics:',
        '- m.json',
        '- ${nothing}.json',
        'plots: [p.csv, "${nothing}.csv"]',
        'params:',
        '  - ${nothing}.yaml',
        '',
      ].join('\n'),
    );
    repo
      .write('a/good.yaml', 'a: 1\n')
      .write('a/local.yaml', 'lr: 1\n')
      .write('a/broken.yaml', 'x: 1\ny: [1\nz: 2\n');
    repo.write('a/more.json', '{"x": 1,\n ]\n').write('shared.toml', 'a = 1\n\nb =\n');
    repo.write('b/params.yaml', 'a: 1\n\tb: 2\na: {\n').write('b/dvc.yaml', 'stages: {x: {cmd: "${a}"}}\n');
    repo
      .write('c/params.py', 'a = (1\nb = 2\n')
      .write('c/dvc.yaml', 'vars: [params.py]\nmetrics: ["${a}"]\n');
    repo.commit('One');
    const { diagnostics } = await list(repo);
    assert.deepEqual(
      diagnostics.map(({ code, path: file, line }) => `${file ?? ''}:${line ?? ''} ${code}`),
      [
        'a/dvc.yaml:3 dvc-vars',
        'a/broken.yaml:3 dvc-vars',
        'shared.toml:3 dvc-vars',
        'a/more.json:2 dvc-vars',
        'a/dvc.yaml:18 dvc-template',
        'a/dvc.yaml:19 dvc-template',
        'a/dvc.yaml:21 dvc-template',
        'b/params.yaml:2 dvc-vars',
        'b/dvc.yaml:1 dvc-template',
        'c/params.py:1 dvc-vars',
        'c/dvc.yaml:2 dvc-template',
      ],
    );
  });

  it('names the line of a name that GTO forbids', async () => {
    repo.dvcPointer('models/a.pkl').dvcPointer('models/b.pkl');
    repo.write(
      'dvc.yaml',
      'artifacts:\n  good:\n    path: models/a.pkl\n  not good:\n    path: models/b.pkl\n',
    );
    repo.write('artifacts.yaml', 'fine: {path: models/a.pkl}\n_a: {path: models/a.pkl}\n');
    repo.write('sub/dvc.yaml', '\nartifacts: {"x.y": {path: x.pkl, type: model}}\n');
    repo.write('modelkeep.yaml', 'models:\n  names:\n    b: models/b.pkl\n    b b: models/a.pkl\n');
    repo.commit('One');
    const { diagnostics } = await list(repo);
    assert.deepEqual(diagnostics.map(({ code, path: file, line }) => [code, file, line]).sort(), [
      ['name-not-allowed', 'artifacts.yaml', 2],
      ['name-not-allowed', 'dvc.yaml', 4],
      ['name-not-allowed', 'modelkeep.yaml', 4],
      ['name-not-allowed', 'sub/dvc.yaml', 2],
    ]);
  });

  it('names the line on which a path is tracked for the second time', async () => {
    const md5 = 'a'.repeat(32);
    const out = (file: string): string => `- path: ${file}\n  md5: ${md5}\n  hash: md5\n`;
    repo.write('twice.dvc', `outs:\n${out('one.pkl')}${out('two.pkl')}${out('one.pkl')}`);
    repo.write(
      'dvc.yaml',
      'stages:\n  train:\n    cmd: x\n    outs:\n    - new.pkl\n    - one.pkl\n    - two.pkl:\n        cache: true\n',
    );
    repo.write(
      'dvc.lock',
      `schema: '2.0'\nstages:\n  train:\n    cmd: x\n    outs:\n    - path: new.pkl\n      md5: ${md5}\n    - path: two.pkl\n      md5: ${md5}\n`,
    );
    repo.commit('One');
    const { diagnostics } = await list(repo);
    assert.deepEqual(
      diagnostics.map(({ code, path: file, line }) => [code, file, line]),
      [
        ['tracked-twice', 'twice.dvc', 8],
        ['tracked-twice', 'dvc.yaml', 6],
        ['tracked-twice', 'dvc.lock', 8],
      ],
    );
  });

  it('matches attributes whatever the case where the clone ignores it', async () => {
    repo.write('.gitattributes', '*.ONNX filter=lfs\n').write('models/raw.onnx', 'the bytes themselves');
    repo.commit('One');
    assert.deepEqual((await list(repo)).diagnostics, []);
    for (const [value, expected] of [
      ['true', ['lfs-not-a-pointer']],
      ['no', []],
      ['ON', ['lfs-not-a-pointer']],
    ] as const) {
      repo.git('config', 'core.ignoreCase', value);
      const { diagnostics } = await list(repo);
      assert.deepEqual(
        diagnostics.map(({ code }) => code),
        expected,
      );
    }
  });

  it('shows names that are no UTF-8, and says so', async () => {
    repo.dvcPointer('models/good.pkl');
    repo.commit('One');
    const blob = repo.git('rev-parse', 'HEAD:models/good.pkl.dvc');
    const entry = Buffer.concat([
      Buffer.from('100644 '),
      Buffer.from([0xff, 0xfe]),
      Buffer.from('.dvc\0'),
      Buffer.from(blob, 'hex'),
    ]);
    const tree = repo
      .run(['hash-object', '-t', 'tree', '-w', '--stdin', '--literally'], { input: entry })
      .toString()
      .trim();
    const commit = repo.git('commit-tree', tree, '-m', 'Two');
    repo.git('update-ref', 'refs/heads/main', commit);
    const { diagnostics } = await list(repo);
    assert.deepEqual(
      diagnostics.map(({ code }) => code),
      ['path-not-utf8'],
    );
    assert.ok(readdirSync(repo.dir).length > 0);
  });

  it('looks at nothing that leads out of the repository or into its Git directory, and says so', async () => {
    repo.lfsPointer('models/good.onnx').commit('One');
    const blob = repo.git('rev-parse', 'HEAD:models/good.onnx').trim();
    const folder = repo.git('rev-parse', 'HEAD:models').trim();
    const entries = ['..', '.', '.git', '.GIT', 'git~1', 'models', 'models/x'].map((name) =>
      entryOf('40000', name, folder),
    );
    const tree = Buffer.concat([...entries, entryOf('100644', 'x/../../../z.onnx', blob)]);
    const id = repo.run(['hash-object', '-t', 'tree', '-w', '--stdin', '--literally'], { input: tree });
    repo.git('update-ref', 'refs/heads/main', repo.git('commit-tree', id.toString().trim(), '-m', 'Two'));
    const { models, diagnostics } = await list(repo);
    assert.deepEqual(models, { main: ['good'] });
    assert.deepEqual(
      diagnostics.map(({ code }) => code),
      new Array(7).fill('path-outside-repository'),
    );
    assert.match(diagnostics[0]?.message ?? '', /^The root folder holds an entry named "\.\."/);
  });
});

function entryOf(mode: string, name: string, id: string): Buffer {
  return Buffer.concat([Buffer.from(`${mode} ${name}\0`), Buffer.from(id, 'hex')]);
}
