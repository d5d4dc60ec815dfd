import path from 'node:path';
import * as vscode from 'vscode';
import type { TextEdit } from '../../core/pins/targets/finding.js';
import type { PinPlan } from '../../core/pins/plan.js';
import { mergeFiles } from '../../core/pins/write.js';
import type { Documents } from '../documents/documents.js';

/** What was written, and how to take exactly that back. */
export interface WrittenPins {
  readonly files: readonly vscode.Uri[];
  undo(): Promise<boolean>;
}

/**
 * Makes the edits through the editor: one undo takes them back, unsaved changes stay unsaved. A document that had
 * no unsaved changes is saved, so that what is pinned is what is on disk.
 */
export async function writePins(root: string, plans: readonly PinPlan[]): Promise<WrittenPins> {
  const edit = new vscode.WorkspaceEdit();
  const reverse: { readonly uri: vscode.Uri; readonly before: string; readonly after: string }[] = [];
  const save: vscode.TextDocument[] = [];
  for (const file of mergeFiles(plans)) {
    const uri = vscode.Uri.file(path.join(root, ...file.file.split('/')));
    const document = await vscode.workspace.openTextDocument(uri);
    const mark = byteOrderMark(file.text, document.getText());
    if (file.text.slice(mark) !== document.getText()) {
      throw new Error(vscode.l10n.t('{0} changed in the meantime: look again', file.file));
    }
    for (const change of file.edits) edit.replace(uri, rangeOf(document, change, mark), change.text);
    reverse.push({ uri, before: document.getText(), after: file.newText.slice(mark) });
    if (!document.isDirty) save.push(document);
  }
  if (!(await vscode.workspace.applyEdit(edit)))
    throw new Error(vscode.l10n.t('The editor did not take the change'));
  for (const document of save) await document.save();
  return {
    files: reverse.map(({ uri }) => uri),
    undo: () => takeBack(reverse, save),
  };
}

async function takeBack(
  files: readonly { readonly uri: vscode.Uri; readonly before: string; readonly after: string }[],
  save: readonly vscode.TextDocument[],
): Promise<boolean> {
  const edit = new vscode.WorkspaceEdit();
  for (const { uri, before, after } of files) {
    const document = await vscode.workspace.openTextDocument(uri);
    if (document.getText() !== after) return false;
    edit.replace(uri, new vscode.Range(document.positionAt(0), document.positionAt(after.length)), before);
  }
  if (!(await vscode.workspace.applyEdit(edit))) return false;
  for (const document of save) await document.save();
  return true;
}

function rangeOf(document: vscode.TextDocument, edit: TextEdit, mark: number): vscode.Range {
  const start = edit.offset - mark;
  return new vscode.Range(document.positionAt(start), document.positionAt(start + edit.length));
}

/** A file's byte order mark is part of its text on disk, and not of the editor's. */
function byteOrderMark(text: string, shown: string): number {
  return text.startsWith('\uFEFF') && !shown.startsWith('\uFEFF') ? 1 : 0;
}

/** Shows what would change, side by side, before it is. */
export async function showDifference(
  root: string,
  plans: readonly PinPlan[],
  documents: Documents,
): Promise<void> {
  for (const file of mergeFiles(plans)) {
    const name = path.posix.basename(file.file);
    const left = vscode.Uri.file(path.join(root, ...file.file.split('/')));
    const right = documents.preview(name, file.newText);
    await vscode.commands.executeCommand(
      'vscode.diff',
      left,
      right,
      vscode.l10n.t('{0} (proposed)', file.file),
      { preview: true },
    );
  }
}
