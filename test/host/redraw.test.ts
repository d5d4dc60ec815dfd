import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { setTimeout as pause } from 'node:timers/promises';
import * as vscode from 'vscode';
import { append } from '../../src/core/append.js';
import { CatalogSource } from '../../src/core/catalog/source.js';
import { PinBoard } from '../../src/editor/pins/pinBoard.js';
import { CatalogStore } from '../../src/editor/store/catalogStore.js';
import type { RepositoryEntry } from '../../src/editor/store/repositoryEntry.js';
import { ModelsProvider } from '../../src/editor/tree/modelsProvider.js';
import type { ModelNodes } from '../../src/editor/tree/nodes.js';
import { ViewOptions } from '../../src/editor/tree/viewOptions.js';

/** The rows of the Models view as VS Code asks for them, and what it is told to ask for again. */
describe('The rows of the Models view', () => {
  const folder = vscode.workspace.workspaceFolders?.[0]?.uri.fsPath ?? '';
  const git = (...args: string[]): string =>
    execFileSync('git', args, { cwd: folder, encoding: 'utf8' }).trim();
  const disposables: vscode.Disposable[] = [];
  const fired: (readonly string[] | 'all')[] = [];
  /** What of it news of pins brought about, and nothing else that is learnt meanwhile. */
  const firedForPins: (readonly string[] | 'all')[] = [];
  let pins: PinBoard;
  let provider: ModelsProvider;
  let entry: RepositoryEntry;
  let roots: readonly ModelNodes[];

  /** Everything that is unfolded at first, and one level below every branch. */
  const draw = async (): Promise<readonly ModelNodes[]> => {
    const top = await provider.getChildren();
    const below: ModelNodes[] = [];
    for (const node of top) if (node.kind === 'branch') append(below, await provider.getChildren(node));
    // Tracked files are counted after the models are shown.
    while (below.some((node) => node.kind === 'review' && node.tracked === null)) await pause(20);
    return top;
  };
  const refresh = async (): Promise<void> => {
    await entry.refreshed();
    await provider.refresh();
  };
  const branchNamed = (name: string): ModelNodes => {
    const found = roots.find((node) => node.kind === 'branch' && node.row.branch.name === name);
    assert.ok(found, `${name} is no row`);
    return found;
  };

  before(async () => {
    const log = vscode.window.createOutputChannel('Rows', { log: true });
    const store = new CatalogStore((repository) => new CatalogSource(repository), log);
    const memory: vscode.Memento = {
      keys: () => [],
      get: <T>(_key: string, otherwise?: T) => otherwise,
      update: () => Promise.resolve(),
    };
    const options = new ViewOptions(memory);
    pins = new PinBoard(store, log);
    let mark = 0;
    disposables.push(pins.onDidChange(() => (mark = fired.length)));
    const nothing = { parameters: {}, metrics: {} };
    provider = new ModelsProvider(store, options, pins, () => Promise.resolve(nothing), log);
    disposables.push(provider, pins, options, store, log);
    const [only] = (await store.wake()).entries;
    assert.ok(only);
    entry = only;
    await entry.ready();
    // The provider has heard of it by now: listeners are called in the order in which they came.
    const read = new Promise<void>((resolve) =>
      disposables.push(
        pins.onDidChange(() => {
          append(firedForPins, fired.slice(mark));
          resolve();
        }),
      ),
    );
    provider.onDidChangeTreeData((nodes) => {
      const rows = nodes === undefined ? 'all' : [nodes].flat().map((node) => labelOf(node));
      fired.push(rows);
    });
    roots = await draw();
    await read;
  });
  after(() => {
    for (const disposable of disposables) disposable.dispose();
  });

  const labelOf = (node: ModelNodes): string => {
    const { label } = provider.getTreeItem(node);
    return `${node.kind} ${typeof label === 'string' ? label : ''}`;
  };

  it('are drawn again for pins only where their model is pinned', () => {
    const pinned = (row: string): boolean =>
      row.startsWith('model ') && pins.of(entry, row.slice('model '.length)) !== null;
    for (const rows of firedForPins) assert.ok(rows !== 'all' && rows.every(pinned), String(rows));
    assert.ok(firedForPins.flat().some(pinned));
  });

  it('stay where a refresh finds nothing new', async () => {
    await refresh();
    fired.length = 0;
    for (let time = 0; time < 3; time += 1) await refresh();
    assert.deepEqual(fired, []);
  });

  it('are drawn again where a branch moved, and stay the rows they were', async () => {
    const name = git('for-each-ref', '--format=%(refname:short)', 'refs/heads')
      .split('\n')
      .find((branch) =>
        roots.some((node) => node.kind === 'branch' && node.row.branch.name === branch && !node.row.current),
      );
    assert.ok(name !== undefined);
    const row = branchNamed(name);
    const before = git('rev-parse', name);
    const parts = ['-p', before, '-m', 'Moved', `${before}^{tree}`];
    try {
      git(
        'update-ref',
        `refs/heads/${name}`,
        git('-c', 'user.name=Ada', '-c', 'user.email=a@example.org', 'commit-tree', ...parts),
      );
      await refresh();
      assert.deepEqual(fired, [[`branch ${name}`]]);
      roots = await draw();
      assert.equal(branchNamed(name), row);
    } finally {
      git('update-ref', `refs/heads/${name}`, before);
    }
  });
});
