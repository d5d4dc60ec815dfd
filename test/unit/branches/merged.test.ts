import assert from 'node:assert/strict';
import { findMerged } from '../../../src/core/branches/merged.js';
import type { Merged } from '../../../src/core/branches/merged.js';
import { commitId } from '../../../src/core/git/ids.js';
import { gitEnvironment } from '../../../src/core/git/process.js';
import { openRepository } from '../../../src/core/git/repository.js';
import { GitRepo } from '../../fixtures/gitRepo.js';

const LINES = Array.from({ length: 40 }, (_, index) => `line ${String(index)}\n`);

describe('merged branches', () => {
  let repo: GitRepo;
  const lines = (changes: Readonly<Record<number, string>>): string =>
    LINES.map((line, index) => changes[index] ?? line).join('');
  const how = async (...branches: string[]): Promise<(Merged['how'] | undefined)[]> => {
    const opened = await openRepository(repo.dir, { git: gitEnvironment(repo.env) });
    const tips = branches.map((branch) => repo.head(branch));
    const merged = await findMerged(opened, repo.head('main'), tips);
    return tips.map((tip) => merged.get(tip)?.how);
  };

  beforeEach(() => {
    repo = GitRepo.create();
    repo.write('a.txt', lines({})).write('params.yaml', 'lr: 0.1\n').commit('start');
  });
  afterEach(() => repo.dispose());

  it('are those whose tip is contained, and those that were squashed', async () => {
    repo.switch('plain');
    repo.write('params.yaml', 'lr: 0.2\n').commit('plain');
    repo.switch('squashed', 'main');
    repo.write('b.txt', '1\n').commit('one');
    repo.write('b.txt', '2\n').write('c.txt', 'c\n').commit('two');
    repo.switch('open', 'main');
    repo.write('b.txt', 'mine\n').commit('open');
    repo.switch('main');
    repo.merge('plain');
    repo.squashMerge('squashed');
    repo.write('b.txt', 'later\n').commit('goes on');
    assert.deepEqual(await how('main', 'plain', 'squashed', 'open'), [
      'contained',
      'contained',
      'squashed',
      undefined,
    ]);
  });

  it('are found though the base changed other lines of the same file', async () => {
    repo.switch('squashed');
    repo.write('a.txt', lines({ 30: 'branch\n' })).commit('one');
    repo.write('a.txt', lines({ 30: 'branch\n', 31: 'more\n' })).commit('two');
    repo.switch('main');
    repo.write('a.txt', lines({ 2: 'base\n' })).commit('base');
    repo.squashMerge('squashed');
    assert.deepEqual(await how('squashed'), ['squashed']);
  });

  it('are found after a rebase merge, and after the branch took the base in', async () => {
    repo.switch('rebased');
    repo.write('b.txt', 'b\n').commit('one');
    repo.write('c.txt', 'c\n').commit('two');
    repo.switch('updated', 'main');
    repo.write('d.txt', 'd\n').commit('three');
    repo.switch('main');
    repo.write('params.yaml', 'lr: 0.3\n').commit('base');
    repo.git('cherry-pick', 'main..rebased');
    repo.switch('updated');
    repo.merge('main');
    repo.write('d.txt', 'dd\n').commit('four');
    repo.switch('main');
    repo.squashMerge('updated');
    assert.deepEqual(await how('rebased', 'updated'), ['squashed', 'squashed']);
  });

  it('are not those that go back to what the base once had', async () => {
    repo.write('params.yaml', 'lr: 0.5\n').commit('base');
    repo.switch('revert');
    repo.write('params.yaml', 'lr: 0.1\n').commit('back');
    repo.switch('main');
    repo.write('b.txt', 'b\n').commit('other');
    assert.deepEqual(await how('revert'), [undefined]);
  });

  it('are not those of which only a part came in, nor those without a common history', async () => {
    repo.switch('part');
    repo.write('b.txt', 'b\n').commit('one');
    repo.write('c.txt', 'c\n').commit('two');
    repo.git('switch', '-q', '--orphan', 'orphan');
    repo.write('z.txt', 'z\n').commit('orphan');
    repo.switch('main');
    repo.git('cherry-pick', 'part~1');
    assert.deepEqual(await how('part', 'orphan'), [undefined, undefined]);
    const opened = await openRepository(repo.dir, { git: gitEnvironment(repo.env) });
    assert.equal((await findMerged(opened, repo.head('main'), [commitId('1'.repeat(40))])).size, 0);
  });

  it('are told from what is here in a partial clone: nothing is fetched for them', async () => {
    repo.switch('squashed');
    repo.write('a.txt', lines({ 30: 'branch\n' })).commit('one');
    repo.switch('whole', 'main');
    repo.write('b.txt', 'b\n').commit('two');
    repo.switch('main');
    repo.write('a.txt', lines({ 2: 'base\n' })).commit('base');
    repo.squashMerge('squashed');
    repo.squashMerge('whole');
    repo.git('config', 'uploadpack.allowFilter', 'true');
    repo.git('config', 'uploadpack.allowAnySHA1InWant', 'true');
    const answers = [];
    for (const filter of ['blob:none', 'tree:0']) {
      const partial = repo.clone('--no-local', '--no-checkout', `--filter=${filter}`);
      const before = partial.git('count-objects', '-v');
      const opened = await openRepository(partial.dir, { git: gitEnvironment(partial.env) });
      const tips = ['squashed', 'whole'].map((branch) => repo.head(branch));
      const merged = await findMerged(opened, repo.head('main'), tips);
      answers.push(tips.map((tip) => merged.get(tip)?.how));
      assert.equal(partial.git('count-objects', '-v'), before);
      partial.dispose();
    }
    // Without blobs no patch can be compared, without trees nothing at all: not shown to be merged is the safe side.
    assert.deepEqual(answers, [
      [undefined, 'squashed'],
      [undefined, undefined],
    ]);
  });
});
