import path from 'node:path';
import * as vscode from 'vscode';
import type { CommitId } from '../../core/git/ids.js';
import { runGit } from '../../core/git/process.js';
import type { Repository } from '../../core/git/repository.js';
import { fileUri } from '../documents/documents.js';
import type { Place } from './targets.js';

/** A file that differs between two commits. */
export interface ChangedFile {
  readonly path: string;
  readonly kind: 'added' | 'deleted' | 'modified';
}

/** More files than this are not opened side by side. */
const MOST_FILES = 200;

/** The files that differ between two commits, renames as one deleted and one added. */
export async function changedFiles(
  repository: Repository,
  from: CommitId,
  to: CommitId,
): Promise<readonly ChangedFile[]> {
  const args = ['diff-tree', '-r', '-z', '--no-renames', '--name-status', '--end-of-options', from, to, '--'];
  const { stdout } = await runGit(repository.git, args, { cwd: repository.root });
  const parts = stdout.toString('utf8').split('\0');
  const files: ChangedFile[] = [];
  for (let index = 0; index + 1 < parts.length; index += 2) {
    const [status, file] = [parts[index], parts[index + 1]];
    if (file === undefined || file === '') continue;
    files.push({ path: file, kind: status === 'A' ? 'added' : status === 'D' ? 'deleted' : 'modified' });
  }
  return files;
}

/** Opens the differences of files in one editor, as source control does. */
export async function openFiles(
  { entry }: Place,
  title: string,
  from: CommitId,
  to: CommitId,
  files: readonly ChangedFile[],
): Promise<void> {
  const { root } = entry.repository;
  const resources = files
    .slice(0, MOST_FILES)
    .map(({ path: file, kind }) => [
      vscode.Uri.file(path.join(root, ...file.split('/'))),
      kind === 'added' ? undefined : fileUri(root, from, file),
      kind === 'deleted' ? undefined : fileUri(root, to, file),
    ]);
  await vscode.commands.executeCommand('vscode.changes', title, resources);
}
