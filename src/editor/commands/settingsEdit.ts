import path from 'node:path';
import * as vscode from 'vscode';
import type { TextEdit } from '../../core/pins/targets/finding.js';
import type { Place } from './targets.js';

/**
 * Changes a repository's `modelkeep.yaml` in one edit, which one undo takes back, and saves it; it is made where there
 * is none. Answers with its address.
 * @param change the edit of the text as it is; null where none can be made, and then `refusal` is thrown.
 */
export async function editSettings(
  { entry }: Place,
  change: (before: string) => TextEdit | null,
  refusal: string,
): Promise<vscode.Uri> {
  const uri = vscode.Uri.file(path.join(entry.repository.root, 'modelkeep.yaml'));
  const edit = new vscode.WorkspaceEdit();
  edit.createFile(uri, { ignoreIfExists: true });
  const before = await vscode.workspace.openTextDocument(uri).then(
    (document) => document.getText(),
    () => '',
  );
  const changed = change(before);
  if (!changed) throw new Error(refusal);
  const at = (offset: number): vscode.Position => {
    const lines = before.slice(0, offset).split('\n');
    return new vscode.Position(lines.length - 1, lines.at(-1)?.length ?? 0);
  };
  const range = new vscode.Range(at(changed.offset), at(changed.offset + changed.length));
  edit.replace(uri, range, changed.text);
  if (!(await vscode.workspace.applyEdit(edit)))
    throw new Error(vscode.l10n.t('The editor did not take the change'));
  await (await vscode.workspace.openTextDocument(uri)).save();
  entry.refresh();
  return uri;
}
