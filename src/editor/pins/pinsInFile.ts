import path from 'node:path';
import * as vscode from 'vscode';
import type { CatalogStore } from '../store/catalogStore.js';
import type { RepositoryEntry } from '../store/repositoryEntry.js';
import type { PinBoard, PinView } from './pinBoard.js';

/** A pin at its place in a file. */
export interface PinInFile {
  readonly entry: RepositoryEntry;
  /** All environments that read this value; the one of the working copy first. */
  readonly views: readonly PinView[];
  readonly range: vscode.Range;
}

/** The pins whose value stands in a document, one per value; none while the catalog is not read. */
export function pinsIn(
  document: vscode.TextDocument,
  store: CatalogStore,
  board: PinBoard,
): readonly PinInFile[] {
  const entry = document.uri.scheme === 'file' ? store.entryOf(document.uri.fsPath) : undefined;
  const views = entry && board.views(entry);
  if (!entry || !views) return [];
  const inside = path.relative(entry.repository.root, document.uri.fsPath).split(path.sep).join('/');
  const places = new Map<number, PinInFile>();
  for (const view of views) {
    const here = view.reading.files.find(({ file }) => file === inside)?.here;
    if (here?.kind !== 'value') continue;
    const { offset, length } = here.range;
    const range = new vscode.Range(document.positionAt(offset), document.positionAt(offset + length));
    const known = places.get(offset)?.views ?? [];
    places.set(offset, { entry, range, views: [...known, view].sort(byWorktree) });
  }
  return [...places.values()];
}

function byWorktree(left: PinView, right: PinView): number {
  return Number(right.reading.ref.worktree) - Number(left.reading.ref.worktree);
}
