import { access } from 'node:fs/promises';
import path from 'node:path';
import * as vscode from 'vscode';
import { Commands, SettingKeys } from '../ids.js';
import type { PinBoard, PinView } from '../pins/pinBoard.js';
import { nearestPin } from '../pins/nearest.js';
import type { CatalogStore } from '../store/catalogStore.js';
import type { RepositoryEntry } from '../store/repositoryEntry.js';
import { pinTooltip } from './pinTooltip.js';

/** The pin that the status bar shows now. */
export interface ShownPin {
  readonly entry: RepositoryEntry;
  readonly view: PinView;
}

/**
 * One item: the pin of the nearest folder above the active file. Git is started for it only once an editor shows a
 * file of a repository that has a `modelkeep.yaml`; a window that was merely opened starts none.
 */
export class PinStatusBar implements vscode.Disposable {
  private readonly item: vscode.StatusBarItem;
  private readonly disposables: vscode.Disposable[];
  private current: ShownPin | null = null;
  private wanted = false;

  constructor(
    private readonly store: CatalogStore,
    private readonly pins: PinBoard,
    private readonly log: vscode.LogOutputChannel,
  ) {
    this.item = vscode.window.createStatusBarItem('pin', vscode.StatusBarAlignment.Left, 90);
    this.item.name = vscode.l10n.t('Pinned Model Version');
    this.item.command = Commands.showPinActions;
    const update = (): void => void this.update();
    this.disposables = [
      this.item,
      store.watchWhile(() => this.wanted),
      store.onDidChange(update),
      pins.onDidChange(update),
      vscode.window.onDidChangeActiveTextEditor(update),
      vscode.workspace.onDidChangeConfiguration((event) => {
        if (event.affectsConfiguration(SettingKeys.statusBar)) update();
      }),
    ];
    update();
  }

  /** What is shown, for the command that the item runs. */
  get shown(): ShownPin | null {
    return this.current;
  }

  private async update(): Promise<void> {
    try {
      const enabled = vscode.workspace.getConfiguration().get<boolean>(SettingKeys.statusBar) ?? true;
      const uri = vscode.window.activeTextEditor?.document.uri;
      const file = uri?.scheme === 'file' ? uri.fsPath : null;
      if (!enabled) return this.hide();
      // Another view may have read the repositories already; else a settings file is the reason to.
      if (this.store.repositories === null && (file === null || !(await hasSettingsAbove(file))))
        return this.hide();
      this.wanted = file !== null;
      const { entries } = this.wanted
        ? await this.store.wake()
        : (this.store.repositories ?? { entries: [] });
      const entry =
        file === null ? (entries.length === 1 ? entries[0] : undefined) : this.store.entryOf(file);
      if (!entry) return this.hide();
      this.show(entry, file);
    } catch (error) {
      this.log.error(`Status bar: ${String(error)}`);
      this.hide();
    }
  }

  private show(entry: RepositoryEntry, file: string | null): void {
    const views = this.pins.views(entry);
    if (views === null) return; // what was shown stays until the next is known
    const inside =
      file === null ? null : path.relative(entry.repository.root, file).split(path.sep).join('/');
    const placed = views.map((view) => ({
      view,
      files: view.pin.target.kind === 'file' ? view.pin.target.files : [''],
      worktree: view.reading.ref.worktree,
    }));
    const view = nearestPin(placed, inside)?.view;
    if (!view) return this.hide();
    this.current = { entry, view };
    const mark = {
      'in sync': '',
      drifted: ' $(warning)',
      'rolling out': ' $(sync)',
      unknown: ' $(question)',
    }[view.state];
    const { here, value } = view.status.pinned;
    const both = here !== undefined && value !== undefined;
    const text = both ? vscode.l10n.t('{0} · here {1}', value, view.label) : view.label;
    // Repository text could hold $(icon) of its own.
    this.item.text = `$(pinned) ${plain(view.status.model)} ${plain(text)}${mark}`;
    this.item.backgroundColor =
      view.state === 'drifted' ? new vscode.ThemeColor('statusBarItem.warningBackground') : undefined;
    this.item.tooltip = pinTooltip(view);
    this.item.accessibilityInformation = {
      label: vscode.l10n.t('Pinned model {0} {1}, {2}', view.status.model, text, stateText(view)),
    };
    this.item.show();
  }

  private hide(): void {
    this.current = null;
    this.item.hide();
  }

  dispose(): void {
    for (const disposable of this.disposables) disposable.dispose();
  }
}

/** `in sync`, `drifted`, … in the editor's language. */
export function stateText({ state }: Pick<PinView, 'state'>): string {
  const { t } = vscode.l10n;
  return {
    'in sync': t('in sync'),
    drifted: t('drifted'),
    'rolling out': t('rolling out'),
    unknown: t('unknown'),
  }[state];
}

function plain(text: string): string {
  return text.replaceAll('$(', '$\u200b(');
}

/** Looks upwards from a file for a team's settings, without asking Git. */
async function hasSettingsAbove(file: string): Promise<boolean> {
  let folder = path.dirname(file);
  for (;;) {
    const found = await access(path.join(folder, 'modelkeep.yaml')).then(
      () => true,
      () => false,
    );
    if (found) return true;
    const above = path.dirname(folder);
    if (above === folder) return false;
    folder = above;
  }
}
