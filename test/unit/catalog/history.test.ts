import assert from 'node:assert/strict';
import type { RepositoryCatalog } from '../../../src/core/catalog/repositoryCatalog.js';
import { historyOf } from '../../../src/core/catalog/history.js';
import { openCatalog } from '../../../src/core/catalog/open.js';
import { findModel } from '../../../src/core/catalog/select.js';
import { gitEnvironment } from '../../../src/core/git/process.js';
import { openRepository } from '../../../src/core/git/repository.js';
import { GitRepo } from '../../fixtures/gitRepo.js';
import { dvcFile } from '../../fixtures/pointers.js';

describe('the history of a model', () => {
  let repo: GitRepo;
  beforeEach(() => {
    repo = GitRepo.create();
  });
  afterEach(() => repo.dispose());

  async function subjects(name: string, branch?: string): Promise<readonly string[]> {
    const catalog: RepositoryCatalog = await openCatalog(
      await openRepository(repo.dir, { git: gitEnvironment(repo.env) }),
    );
    const found = await findModel(catalog, name);
    assert.ok(found.kind === 'found', JSON.stringify(found));
    const only = catalog.branches.find((one) => one.name === branch);
    const entries = [];
    for await (const entry of historyOf(catalog, found.selected, only ? { branch: only } : {}))
      entries.push(entry.subject);
    return entries;
  }

  it('has one entry per change of digest, newest first, over all branches', async () => {
    repo.dvcPointer('models/a.pkl', { content: '1' }).commit('One');
    repo.dvcPointer('models/a.pkl', { content: '1', extra: { desc: 'same bits' } }).commit('Describe');
    repo.switch('experiment/a_x').dvcPointer('models/a.pkl', { content: '2' }).commit('Two');
    repo.switch('main').dvcPointer('models/a.pkl', { content: '3' }).commit('Three');
    assert.deepEqual(await subjects('a'), ['Three', 'Two', 'One']);
    assert.deepEqual(await subjects('a', 'main'), ['Three', 'One']);
  });

  it('leaves out commits that change only a neighbour in the same lock', async () => {
    const lock = (a: string, b: string): GitRepo =>
      repo.dvcLock('', {
        a: { cmd: 'a', outs: [{ path: 'models/a.pkl', content: a }] },
        b: { cmd: 'b', outs: [{ path: 'models/b.pkl', content: b }] },
      });
    repo.write(
      'dvc.yaml',
      'stages:\n  a: {cmd: a, outs: [models/a.pkl]}\n  b: {cmd: b, outs: [models/b.pkl]}\n',
    );
    lock('1', '1').commit('One');
    lock('1', '2').commit('Only b');
    lock('2', '2').commit('Only a');
    assert.deepEqual(await subjects('a'), ['Only a', 'One']);
  });

  it('takes a merge for a revision only when its bits are new', async () => {
    repo.dvcPointer('models/a.pkl', { content: '1' }).commit('One');
    repo.switch('side').dvcPointer('models/a.pkl', { content: '2' }).commit('Two');
    repo.switch('main').write('other', 'x').commit('Other');
    repo.merge('side', 'Merge side');
    assert.deepEqual(await subjects('a'), ['Two', 'One']);
  });

  it('shows no commit before those that build on it, also within one second', async () => {
    const date = 1_750_000_000;
    repo.dvcPointer('models/a.pkl', { content: '1' }).commit('One', { date });
    for (const side of ['left', 'right']) {
      repo.git('switch', '-qc', side, 'main');
      repo.dvcPointer('models/a.pkl', { content: side }).commit(`${side} 1`, { date });
      repo.dvcPointer('models/a.pkl', { content: `${side}2` }).commit(`${side} 2`, { date });
    }
    const order = await subjects('a');
    assert.equal(order.at(-1), 'One', order.join());
    for (const side of ['left', 'right'])
      assert.ok(order.indexOf(`${side} 2`) < order.indexOf(`${side} 1`), order.join());
  });

  it('tells of what only a plain tag or a detached HEAD still has, whatever tracked it there', async () => {
    const odd = (content: string): GitRepo =>
      repo.write('odd.dvc', dvcFile('a.pkl', { content }).replace('a.pkl', 'models/a.pkl'));
    repo.dvcPointer('models/a.pkl', { content: '1' }).commit('One');
    repo.git('switch', '-q', '--detach');
    repo.remove('models/a.pkl.dvc').commit('Gone');
    odd('2').commit('Tagged');
    repo.git('tag', 'nightly');
    odd('3').commit('Detached');
    assert.deepEqual(await subjects('a'), ['Detached', 'Tagged', 'Gone', 'One']);
    repo.git('switch', '-q', 'main');
    assert.deepEqual(await subjects('a'), ['Tagged', 'Gone', 'One']);
  });

  it('follows a file whose name changed with its place, and takes a move for no revision', async () => {
    repo.dvcPointer('models/old.pkl', { content: '1' }).dvcPointer('models/other.pkl', { content: '9' });
    repo.commit('One');
    repo.dvcPointer('models/old.pkl', { content: '2' }).commit('Two');
    repo.git('branch', 'unmoved');
    repo.remove('models/old.pkl.dvc').dvcPointer('models/new.pkl', { content: '2' }).commit('Move');
    repo.dvcPointer('models/new.pkl', { content: '3' }).commit('Three');
    assert.deepEqual(await subjects('new'), ['Three', 'Two', 'One']);
    repo.write('modelkeep.yaml', 'models: { names: { churn: models/new.pkl } }\n').commit('Name');
    assert.deepEqual(await subjects('churn'), ['Three', 'Two', 'One']);
    // A copy is no move: the file it was copied from has a history of its own.
    repo.dvcPointer('models/copy.pkl', { content: '9' }).commit('Copy');
    assert.deepEqual(await subjects('copy'), ['Copy']);
    // Nor is it one where two files with these bits went.
    repo.dvcPointer('models/twin.pkl', { content: '9' }).commit('Twin');
    for (const name of ['copy', 'twin', 'other']) repo.remove(`models/${name}.pkl.dvc`);
    repo.dvcPointer('models/last.pkl', { content: '9' }).commit('Which of them?');
    assert.deepEqual(await subjects('last'), ['Which of them?']);
  });

  it('takes what lay at the old path for the model only where the move comes after it', async () => {
    repo.dvcPointer('models/old.pkl', { content: '1' }).dvcPointer('models/new.pkl', { content: '9' });
    repo.commit('One, and another at the new path');
    repo.remove('models/new.pkl.dvc').dvcPointer('models/old.pkl', { content: '2' }).commit('Two');
    repo.remove('models/old.pkl.dvc').dvcPointer('models/new.pkl', { content: '2' }).commit('Move');
    repo.git('switch', '-qc', 'side');
    repo.remove('models/new.pkl.dvc').commit('Away');
    repo.dvcPointer('models/old.pkl', { content: '7' }).commit('Unrelated');
    repo.git('switch', '-q', 'main');
    repo.dvcPointer('models/new.pkl', { content: '3' }).commit('Three');
    assert.deepEqual(await subjects('models/new.pkl'), [
      'Three',
      'Away',
      'Two',
      'One, and another at the new path',
    ]);
  });

  it('follows an output whose name changed within one lock', async () => {
    const train = (name: string, content: string): GitRepo =>
      repo
        .write('dvc.yaml', `stages:\n  train: {cmd: x, outs: [models/${name}.pkl]}\n`)
        .dvcLock('', { train: { cmd: 'x', outs: [{ path: `models/${name}.pkl`, content }] } });
    train('old', '1').commit('One');
    train('old', '2').commit('Two');
    train('new', '2').commit('Rename');
    train('new', '3').commit('Three');
    assert.deepEqual(await subjects('new'), ['Three', 'Two', 'One']);
  });

  it('follows a file to where it was, and tells a removal', async () => {
    repo.dvcPointer('old/a.pkl', { content: '1' }).commit('One');
    repo.dvcPointer('old/a.pkl', { content: '2' }).commit('Two');
    repo.rename('old/a.pkl.dvc', 'new/a.pkl.dvc').commit('Move');
    repo.dvcPointer('new/a.pkl', { content: '3' }).commit('Three');
    repo.switch('dropped').remove('new/a.pkl.dvc').commit('Remove');
    assert.deepEqual(await subjects('a'), ['Remove', 'Three', 'Two', 'One']);
  });

  it('goes on before a gap in which the file was not tracked, whatever tracked it then', async () => {
    repo.lfsPointer('models/n.pkl').commit('LFS one');
    repo.lfsPointer('models/n.pkl', { content: 'two' }).commit('LFS two');
    repo.git('rm', '-q', 'models/n.pkl');
    repo.commit('Stopped');
    repo.dvcPointer('models/n.pkl', { content: 'three' }).commit('DVC three');
    assert.deepEqual(await subjects('n'), ['DVC three', 'Stopped', 'LFS two', 'LFS one']);
  });

  it('stays newest first where the file went into a pipeline and out of it again', async () => {
    const lock = (md5: string): string =>
      `schema: '2.0'\nstages:\n  t:\n    cmd: x\n    outs:\n    - path: models/p.pkl\n      md5: ${md5.repeat(32)}\n      size: 1\n`;
    repo.dvcPointer('models/p.pkl', { content: 'first' }).commit('First');
    repo.git('rm', '-q', 'models/p.pkl.dvc');
    repo.write('dvc.yaml', 'stages:\n  t:\n    cmd: x\n    outs: [models/p.pkl]\n');
    repo.write('dvc.lock', lock('a')).commit('Into the pipeline');
    repo.write('dvc.lock', lock('b')).commit('Trained');
    repo.git('rm', '-q', 'dvc.yaml', 'dvc.lock');
    repo.dvcPointer('models/p.pkl', { content: 'out' }).commit('Out of it');
    assert.deepEqual(await subjects('p'), ['Out of it', 'Trained', 'Into the pipeline', 'First']);
  });

  it('is there for every tracked file by its path', async () => {
    repo.lfsPointer('docs/big.png', { content: '1' }).dvcPointer('data/raw.csv').commit('One');
    repo.lfsPointer('docs/big.png', { content: '2' }).commit('Two');
    assert.deepEqual(await subjects('docs/big.png'), ['Two', 'One']);
    assert.deepEqual(await subjects('data/raw.csv'), ['One']);
  });

  it('is the same whatever Git is told to do when a person asks', async () => {
    repo.dvcPointer('old/a.pkl', { content: '1' }).commit('One');
    repo.rename('old/a.pkl.dvc', 'new/a.pkl.dvc').dvcPointer('new/a.pkl', { content: '2' }).commit('Move');
    repo.dvcPointer('new/a.pkl', { content: '3' }).commit('Three');
    const plain = await subjects('a');
    for (const [key, value] of [
      ['log.follow', 'true'],
      ['log.showSignature', 'true'],
      ['log.decorate', 'full'],
      ['color.ui', 'always'],
      ['format.pretty', 'oneline'],
      ['i18n.logOutputEncoding', 'UTF-16'],
      ['core.quotePath', 'false'],
    ] as const) {
      repo.git('config', key, value);
    }
    assert.deepEqual(await subjects('a'), plain);
    assert.deepEqual(plain, ['Three', 'Move', 'One']);
  });

  it('is there for what no branch has any more', async () => {
    repo.dvcPointer('data/old.csv', { content: '1' }).write('other', '').commit('One');
    repo.dvcPointer('data/old.csv', { content: '2' }).commit('Two');
    repo.remove('data/old.csv.dvc').commit('Remove');
    assert.deepEqual(await subjects('data/old.csv'), ['Remove', 'Two', 'One']);
  });

  it('ends where a pipeline no longer names the output, whatever the lock says', async () => {
    const yaml = (out: string): GitRepo => repo.write('dvc.yaml', `stages:\n  t: {cmd: t, outs: [${out}]}\n`);
    yaml('models/a.pkl').dvcLock('', { t: { outs: [{ path: 'models/a.pkl', content: '1' }] } });
    repo.commit('One');
    repo.branch('kept');
    yaml('models/b.pkl').commit('Rename the output');
    assert.deepEqual(await subjects('models/a.pkl'), ['Rename the output', 'One']);
  });

  it('changes with every file of a gathered folder, and with every shard', async () => {
    const shard = (at: number, content: string): GitRepo =>
      repo.lfsPointer(`models/w-0000${at}-of-00002.safetensors`, { content });
    repo.write('modelkeep.yaml', 'models: {names: {bert: bert}}\n').write('bert/config.json', '{}');
    repo.lfsPointer('bert/deep/weights.bin', { content: '1' });
    shard(1, '1');
    shard(2, '1').commit('One');
    repo.write('bert/config.json', '{"a": 1}').commit('Configuration');
    repo.lfsPointer('bert/deep/weights.bin', { content: '2' }).commit('Weights');
    shard(2, '2').commit('Shard');
    assert.deepEqual(await subjects('bert'), ['Weights', 'Configuration', 'One']);
    assert.deepEqual(await subjects('models/w.safetensors'), ['Shard', 'One']);
  });

  it('begins where a file of Git is declared', async () => {
    repo.write('models/rules.json', '{"v": 1}').commit('One');
    repo.write('models/rules.json', '{"v": 2}').commit('Two');
    repo.write('dvc.yaml', 'artifacts:\n  rules: {path: models/rules.json, type: model}\n').commit('Declare');
    repo.write('models/rules.json', '{"v": 3}').commit('Three');
    assert.deepEqual(await subjects('rules'), ['Three', 'Declare']);
  });
});
