import path from 'node:path';
import * as vscode from 'vscode';

/** Unsaved texts of open documents inside a repository, by repository path: they stand for the working copy. */
export function dirtyBuffers(root: string): ReadonlyMap<string, string> {
  const buffers = new Map<string, string>();
  for (const document of vscode.workspace.textDocuments) {
    if (!document.isDirty || document.uri.scheme !== 'file') continue;
    const inside = path.relative(root, document.uri.fsPath);
    if (inside.startsWith('..') || path.isAbsolute(inside)) continue;
    // Edits are counted in the file's own text, which may have a mark that the editor does not show.
    buffers.set(inside.split(path.sep).join('/'), document.getText());
  }
  return buffers;
}
