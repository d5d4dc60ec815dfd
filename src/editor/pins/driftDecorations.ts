import path from 'node:path';
import * as vscode from 'vscode';
import { RowScheme } from '../ids.js';
import type { CatalogStore } from '../store/catalogStore.js';
import type { PinBoard } from './pinBoard.js';

/** Marks what has drifted, and nothing else: pin files in the explorer, rows of the view. */
export class DriftDecorations implements vscode.FileDecorationProvider, vscode.Disposable {
  private readonly changed = new vscode.EventEmitter<undefined>();
  readonly onDidChangeFileDecorations = this.changed.event;
  private readonly disposables: vscode.Disposable[];

  constructor(
    private readonly store: CatalogStore,
    private readonly board: PinBoard,
  ) {
    this.disposables = [
      this.changed,
      board.onDidChange(() => this.changed.fire(undefined)),
      vscode.window.registerFileDecorationProvider(this),
    ];
  }

  provideFileDecoration(uri: vscode.Uri): vscode.FileDecoration | undefined {
    const color = new vscode.ThemeColor('list.warningForeground');
    if (uri.scheme === RowScheme) return { color, propagate: false };
    const entry = uri.scheme === 'file' ? this.store.entryOf(uri.fsPath) : undefined;
    const views = entry && this.board.views(entry);
    if (!entry || !views) return undefined;
    const inside = path.relative(entry.repository.root, uri.fsPath).split(path.sep).join('/');
    const drifted = views.find(
      ({ state, reading }) => state === 'drifted' && reading.files.some(({ file }) => file === inside),
    );
    if (!drifted) return undefined;
    const tooltip = drifted.reasons[0]?.message ?? '';
    return { badge: '!', color, tooltip, propagate: false };
  }

  dispose(): void {
    for (const disposable of this.disposables) disposable.dispose();
  }
}
