import assert from 'node:assert/strict';
import { CatalogSource } from '../../../src/core/catalog/source.js';
import { openRepository } from '../../../src/core/git/repository.js';
import type { PinSummary } from '../../../src/editor/pins/pinLookup.js';
import type { RepositoryEntry } from '../../../src/editor/store/repositoryEntry.js';
import type { BranchNode, ModelNode, ModelNodes, RepositoryNode } from '../../../src/editor/tree/nodes.js';
import { PinnedRows } from '../../../src/editor/tree/pinnedRows.js';
import type { Redraw } from '../../../src/editor/tree/redraw.js';
import { belowRepository, DrawnRows, worldOf } from '../../../src/editor/tree/redraw.js';
import { GitRepo } from '../../fixtures/gitRepo.js';

const draw = ({ id, kind }: ModelNodes) => ({ label: id, contextValue: kind });

/** A repository of the workspace as far as rows ask for it. */
class Entry {
  readonly source: Promise<CatalogSource>;
  entry = {} as RepositoryEntry;

  constructor(readonly repo: GitRepo) {
    this.source = openRepository(repo.dir).then((repository) => new CatalogSource(repository));
  }

  async refresh(): Promise<void> {
    const source = await this.source;
    const snapshot = { catalog: await source.load() };
    Object.assign(this.entry, {
      repository: source.repository,
      snapshot,
      state: { kind: 'ready', snapshot },
    });
  }

  branches(): readonly BranchNode[] {
    return (this.entry.snapshot?.catalog.branches ?? []).map(
      (branch) =>
        ({ kind: 'branch', id: branch.ref, entry: this.entry, row: { branch } }) as unknown as BranchNode,
    );
  }
}

describe('what is drawn again after a refresh', () => {
  let one: Entry;
  let two: Entry;

  beforeEach(async () => {
    [one, two] = [new Entry(GitRepo.create()), new Entry(GitRepo.create())];
    for (const { repo } of [one, two]) {
      repo.dvcPointer('models/churn.pkl', { content: 'one' }).commit('One');
      repo.registerVersion('churn', 'v1.0.0');
      repo.git('branch', '-q', 'work');
    }
    await Promise.all([one.refresh(), two.refresh()]);
  });
  afterEach(() => {
    one.repo.dispose();
    two.repo.dispose();
  });

  const named = (redraw: Redraw): unknown =>
    typeof redraw === 'string' ? redraw : redraw.map(({ id }) => id);

  describe('in the only repository', () => {
    const rows = new DrawnRows(draw);
    let onlyChanged: boolean;
    const refresh = async (): Promise<unknown> => {
      await one.refresh();
      const world = worldOf([one.entry], { grouping: 'branch', onlyChanged });
      return named(rows.take(rows.keep(one.branches()), world));
    };

    beforeEach(async () => {
      onlyChanged = false;
      await refresh();
    });

    it('is nothing where nothing changed', async () => {
      assert.equal(await refresh(), 'nothing');
    });

    it('is the row of the branch that moved, the default one too', async () => {
      for (const branch of ['work', 'main']) {
        one.repo.git('switch', '-q', branch);
        await refresh();
        one.repo.dvcPointer('models/churn.pkl', { content: branch }).commit('Moved');
        assert.deepEqual(await refresh(), [`refs/heads/${branch}`]);
      }
    });

    it('is all where every row is measured against the branch that moved', async () => {
      onlyChanged = true;
      await refresh();
      one.repo.dvcPointer('models/churn.pkl', { content: 'two' }).commit('Moved');
      assert.equal(await refresh(), 'all');
    });

    for (const [what, change] of Object.entries({
      'a branch came': (repo: GitRepo) => repo.git('branch', '-q', 'third'),
      'a version came': (repo: GitRepo) => repo.registerVersion('churn', 'v1.1.0'),
      'a plain tag came': (repo: GitRepo) => repo.tag('baseline'),
      'another branch was checked out': (repo: GitRepo) => repo.git('switch', '-q', 'work'),
      'the settings changed': (repo: GitRepo) => repo.write('modelkeep.yaml', 'models: { match: ["!**"] }\n'),
    })) {
      it(`is all where ${what}`, async () => {
        change(one.repo);
        assert.equal(await refresh(), 'all');
        assert.equal(await refresh(), 'nothing');
      });
    }
  });

  it('is nothing in a partial clone that did not change, although it is read anew', async () => {
    one.repo.git('config', 'uploadpack.allowFilter', 'true');
    one.repo.git('switch', '-q', 'work');
    one.repo.dvcPointer('models/churn.pkl', { content: 'two' }).commit('Two');
    one.repo.registerVersion('churn', 'v2.0.0');
    one.repo.git('switch', '-q', 'main');
    const clone = new Entry(one.repo.clone('--no-local', '--filter=blob:none'));
    const rows = new DrawnRows(draw);
    const refresh = async (): Promise<unknown> => {
      await clone.refresh();
      const world = worldOf([clone.entry], { grouping: 'branch', onlyChanged: false });
      return named(rows.take(rows.keep(clone.branches()), world));
    };
    assert.equal(await refresh(), 'all');
    assert.equal(await refresh(), 'nothing');
    clone.repo.dispose();
  });

  it('is, of several repositories, the row of the one that changed', async () => {
    const rows = new DrawnRows(draw);
    const refresh = async (): Promise<unknown> => {
      await Promise.all([one.refresh(), two.refresh()]);
      const entries = [one.entry, two.entry];
      const roots = entries.map((entry): RepositoryNode => ({
        kind: 'repository',
        id: entry.repository.root,
        entry,
      }));
      const world = worldOf(entries, { grouping: 'branch', onlyChanged: false });
      return named(
        rows.take(rows.keep(roots), world, (node) =>
          node.kind === 'repository' ? belowRepository(node.entry) : [],
        ),
      );
    };
    assert.equal(await refresh(), 'all');
    assert.equal(await refresh(), 'nothing');
    two.repo.dvcPointer('models/churn.pkl', { content: 'two' }).commit('Moved');
    assert.deepEqual(await refresh(), [two.repo.dir]);
    one.repo.registerVersion('churn', 'v1.1.0');
    assert.deepEqual(await refresh(), [one.repo.dir]);
  });

  it('is, of the pins, the rows of the models that they pin', () => {
    const pins = new Map<string, PinSummary>();
    const rows = new PinnedRows({ of: (_entry, model) => pins.get(model) ?? null });
    const model = (entry: RepositoryEntry, name: string): ModelNode =>
      ({
        kind: 'model',
        id: `${entry.repository.root} ${name}`,
        entry,
        model: { name },
      }) as unknown as ModelNode;
    rows.keep([
      ...one.branches(),
      model(one.entry, 'churn'),
      model(one.entry, 'fraud'),
      model(two.entry, 'churn'),
    ]);
    const taken = (): readonly string[] => rows.take(one.entry).map((node) => (node as ModelNode).model.name);
    assert.deepEqual(taken(), []);
    pins.set('churn', { state: 'ok', tags: new Set(['churn@v1.0.0']), lines: ['v1.0.0 in production'] });
    assert.deepEqual(taken(), ['churn']);
    assert.deepEqual(taken(), []);
    pins.set('churn', { state: 'drifted', tags: new Set(['churn@v1.0.0']), lines: ['v1.0.0 in production'] });
    assert.deepEqual(taken(), ['churn']);
  });
});
