import path from 'node:path';
import * as vscode from 'vscode';
import type { ViewState } from '../ids.js';
import { ContextKeys, Views } from '../ids.js';
import { firstLine } from '../log.js';
import type { CatalogStore } from '../store/catalogStore.js';
import type { RepositoryEntry } from '../store/repositoryEntry.js';
import { emptinessOf } from './emptyState.js';
import type { ModelsProvider } from './modelsProvider.js';
import type { ModelNodes } from './nodes.js';
import type { ViewOptions } from './viewOptions.js';

/** What a repository that was read says in a welcome. */
const WELCOMING: ReadonlySet<ViewState> = new Set(['noCommits', 'noModels', 'noMatch']);

/** The Models view: its tree, its message, its progress and which welcome it shows when there are no rows. */
export class ModelsView implements vscode.Disposable {
  private readonly view: vscode.TreeView<ModelNodes>;
  private readonly disposables: vscode.Disposable[];
  private endProgress: (() => void) | undefined;
  /** There are no rows, and a welcome says why. */
  private welcomes = false;
  private rendered = new WeakMap<
    RepositoryEntry,
    { readonly shown: unknown; readonly unwatched: string | null }
  >();

  constructor(
    private readonly store: CatalogStore,
    private readonly provider: ModelsProvider,
    private readonly options: ViewOptions,
  ) {
    this.view = vscode.window.createTreeView(Views.models, {
      treeDataProvider: provider,
      canSelectMany: true,
      showCollapseAll: true,
    });
    this.disposables = [
      this.view,
      store.watchWhile(() => this.view.visible),
      store.onDidChange((entry) => this.update(entry)),
      options.onDidChange(() => this.describe()),
      provider.onDidCompose((roots) => this.setState(roots)),
      vscode.workspace.onDidGrantWorkspaceTrust(() => this.describe()),
      this.view.onDidChangeVisibility(({ visible }) => {
        if (visible) void store.show();
      }),
    ];
    this.describe();
  }

  /** Rows that a command run from elsewhere (a keyboard shortcut) works on. */
  get selection(): readonly ModelNodes[] {
    return this.view.selection;
  }

  private update(entry: RepositoryEntry | undefined): void {
    const entries = this.store.repositories?.entries ?? [];
    this.progress(entries.some(({ state }) => state.kind === 'reading'));
    // Rows change with the catalog, not with the news that one is being read.
    const shown = entry?.state.kind === 'failed' ? entry.state : (entry?.snapshot ?? null);
    if (entry) {
      const unwatched = entry.watchFailure;
      const before = this.rendered.get(entry);
      if (shown !== null && before?.shown === shown && before.unwatched === unwatched) return;
      this.rendered.set(entry, { shown, unwatched });
    }
    void this.provider.refresh();
    this.describe();
  }

  private setState(roots: readonly ModelNodes[]): void {
    const state = this.stateOf(roots);
    this.welcomes = WELCOMING.has(state);
    this.describe();
    void vscode.commands.executeCommand('setContext', ContextKeys.state, state);
    const partial = (this.store.repositories?.entries ?? []).some((entry) => entry.partial);
    void vscode.commands.executeCommand('setContext', ContextKeys.partialClone, partial);
  }

  private stateOf(roots: readonly ModelNodes[]): ViewState {
    if (vscode.workspace.workspaceFolders === undefined) return 'noFolder';
    const { entries = [], refused = [] } = this.store.repositories ?? {};
    if (roots.some(({ kind }) => kind === 'failed') || refused.length > 0) return 'failed';
    if (
      roots.some(
        (node) => node.kind === 'earlyBranch' || (node.kind === 'message' && node.text === 'reading'),
      )
    )
      return 'reading';
    if (roots.length > 0) return 'ready';
    if (entries.length === 0) return 'noRepository';
    if (entries.some(({ snapshot }) => snapshot === null)) return 'reading';
    const reasons = entries.flatMap(({ snapshot }) => (snapshot ? [emptinessOf(snapshot.catalog)] : []));
    if (reasons.every((reason) => reason === 'noCommits')) return 'noCommits';
    return this.options.filter === '' ? 'noModels' : 'noMatch';
  }

  /** What the view says above its rows: the filter, Restricted Mode, or what the current picture cannot show. */
  private describe(): void {
    // A message keeps the welcome of an empty view from showing.
    if (this.welcomes) {
      this.view.message = '';
      return;
    }
    const lines: string[] = [];
    if (!vscode.workspace.isTrusted)
      lines.push(vscode.l10n.t('Restricted Mode: models are shown, nothing is written.'));
    if (this.options.filter !== '') lines.push(vscode.l10n.t('Filter: "{0}"', this.options.filter));
    if (this.options.onlyChanged) lines.push(vscode.l10n.t('Only what differs from the default branch.'));
    const hasRows = (this.store.repositories?.entries ?? []).some(({ snapshot }) => snapshot !== null);
    this.view.message = hasRows ? lines.join(' ') : this.failure();
  }

  /** Why there is nothing to show, in full: a row would cut it off. */
  private failure(): string {
    const { entries = [], refused = [] } = this.store.repositories ?? {};
    const reasons = [
      ...refused.map(({ folder, error }) => ({ name: path.basename(folder), error })),
      ...entries.flatMap(({ name, state }) =>
        state.kind === 'failed' ? [{ name, error: state.error }] : [],
      ),
    ];
    return reasons
      .map(({ name, error }) => vscode.l10n.t('Could not read {0}: {1}', name, firstLine(error)))
      .join('\n');
  }

  private progress(busy: boolean): void {
    if (!busy) {
      this.endProgress?.();
      this.endProgress = undefined;
      return;
    }
    if (this.endProgress) return;
    void vscode.window.withProgress(
      { location: { viewId: Views.models } },
      () => new Promise<void>((resolve) => (this.endProgress = resolve)),
    );
  }

  dispose(): void {
    this.progress(false);
    for (const disposable of this.disposables) disposable.dispose();
  }
}
