import { access } from 'node:fs/promises';
import path from 'node:path';
import * as vscode from 'vscode';
import { plainPath } from '../../core/artifacts/insidePath.js';
import { commitUri, fileUri } from '../documents/documents.js';
import { Commands, InternalCommands } from '../ids.js';
import { rowName } from '../tree/branchRows.js';
import type { RepositoryEntry, Snapshot } from '../store/repositoryEntry.js';
import type { Register } from './register.js';
import type { Services } from './services.js';
import { askPlace, askTarget, isNode, isRevisionNode } from './targets.js';

/** Looking at what rows stand for, and taking their names elsewhere. */
export function openCommands(register: Register, services: Services): void {
  const { t } = vscode.l10n;
  register(Commands.copyName, async (argument, selection) => {
    const rows = Array.isArray(selection) && selection.length > 0 ? selection : [argument];
    const names = rows.flatMap((row: unknown) => nameOf(row) ?? []);
    const target =
      names.length > 0 ? null : await askTarget(services, argument, t('Copy Name'), t('Whose name?'));
    if (target) names.push(target.name);
    if (names.length > 0) await vscode.env.clipboard.writeText(names.join('\n'));
  });

  register(Commands.copyDigest, async (argument, selection) => {
    const rows =
      Array.isArray(selection) && selection.length > 1 ? selection.filter(isRevisionNode) : [argument];
    const digests: string[] = [];
    for (const row of rows) {
      const target = await askTarget(services, row, t('Copy Digest'), t('Whose digest?'));
      if (target?.digest) digests.push(target.digest.value);
    }
    if (digests.length === 0) return;
    await vscode.env.clipboard.writeText(digests.join('\n'));
    vscode.window.setStatusBarMessage(t('Copied {0}', digests.join(', ')), 4000);
  });

  register(
    Commands.openPointer,
    async (argument) => {
      const target = await askTarget(services, argument, t('Open Pointer File'), t('Whose pointer file?'));
      if (!target) return;
      const pointer = target.model?.pointer ?? target.model?.path ?? null;
      if (pointer === null || !target.model) {
        throw new Error(t('{0} has no pointer file at {1}', target.name, target.label));
      }
      // The path of an LFS model is the model itself; what Git keeps there is the pointer.
      const here = target.model.tracking === 'dvc' && target.commit === target.snapshot.catalog.head.commit;
      await openFile(target.entry, target.commit, pointer, here);
    },
    t('Could not open the pointer file'),
  );

  register(
    Commands.revealCommit,
    async (argument) => {
      const commit =
        isNode(argument) && 'row' in argument && !isRevisionNode(argument) && argument.row
          ? { entry: argument.entry, commit: argument.row.branch.commit }
          : await askTarget(services, argument, t('Reveal Commit'), t('The commit of which model?'));
      if (!commit?.commit) return;
      await revealCommit(commit.entry, commit.commit);
    },
    t('Could not show the commit'),
  );

  register(InternalCommands.openAt, async (argument) => {
    if (!isNode(argument) || argument.kind !== 'diagnostic') return;
    const { diagnostic, entry, snapshot } = argument;
    if (diagnostic.path === undefined) return;
    const commit =
      diagnostic.commit ?? (diagnostic.ref === undefined ? null : commitOf(snapshot, diagnostic.ref));
    const here = commit === null || commit === snapshot.catalog.head.commit;
    await openFile(entry, commit ?? '', diagnostic.path, here, diagnostic.line);
  });

  register(
    Commands.openSettings,
    async (argument) => {
      const place = await askPlace(services.store, argument, t('Open modelkeep.yaml'));
      if (!place) return;
      const uri = vscode.Uri.file(path.join(place.entry.repository.root, 'modelkeep.yaml'));
      if (await exists(uri.fsPath)) {
        await vscode.window.showTextDocument(uri);
        return;
      }
      if (!vscode.workspace.isTrusted)
        throw new Error(t('There is no modelkeep.yaml here, and nothing is written in Restricted Mode'));
      const document = await vscode.workspace.openTextDocument(uri.with({ scheme: 'untitled' }));
      const editor = await vscode.window.showTextDocument(document);
      if (document.getText() === '')
        await editor.edit((edit) => edit.insert(new vscode.Position(0, 0), TEMPLATE));
    },
    t('Could not open modelkeep.yaml'),
  );
}

/** Opens a file of the working copy, or as a commit has it when the working copy has not. */
export async function openFile(
  entry: RepositoryEntry,
  commit: string,
  file: string,
  here: boolean,
  line?: number,
): Promise<void> {
  const inside = plainPath(file);
  if (!('path' in inside)) throw new Error(inside.refused);
  const local = path.join(entry.repository.root, ...inside.path.split('/'));
  const uri =
    here && (await exists(local))
      ? vscode.Uri.file(local)
      : fileUri(entry.repository.root, commit, inside.path);
  const at = line === undefined ? undefined : new vscode.Range(line - 1, 0, line - 1, 0);
  await vscode.window.showTextDocument(uri, { preview: true, ...(at ? { selection: at } : {}) });
}

/** Shows a commit: in the built-in Git extension where it can, else as a document of our own. */
export async function revealCommit(entry: RepositoryEntry, commit: string): Promise<void> {
  const { root } = entry.repository;
  // The built-in Git extension shows a commit best; it may be disabled, or not have opened this repository.
  if (vscode.extensions.getExtension('vscode.git')?.isActive === true) {
    try {
      await vscode.commands.executeCommand('git.viewCommit', vscode.Uri.file(root), commit);
      return;
    } catch {
      // Older versions have no such command: our own document says the same.
    }
  }
  await vscode.window.showTextDocument(commitUri(root, commit), { preview: true });
}

function nameOf(row: unknown): string | null {
  if (!isNode(row)) return null;
  switch (row.kind) {
    case 'branch':
    case 'holder':
      return rowName(row.row);
    case 'model':
      return row.model.name;
    case 'registered':
      return row.registered.name;
    case 'version':
      return row.version.tag;
    case 'plainTag':
      return row.tags.map((tag) => tag.name).join('\n');
    case 'unregistered':
      return row.name;
    default:
      return null;
  }
}

function commitOf(snapshot: Snapshot, ref: string): string | null {
  return snapshot.catalog.branches.find((branch) => branch.ref === ref)?.commit ?? null;
}

async function exists(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  );
}

const TEMPLATE = `# Settings that the team shares; every key is optional.
# models:
#   match: ["!experiments/scratch/**"]     # what is a model; read as in .gitignore, the last match decides
#   names: { churn: models/churn.pkl }
# branches:
#   conventions:
#     - { name: experiment, pattern: "experiment/{model}_{slug}" }
#     - { name: bugfix, pattern: "bugfix/{slug}" }
# environments:
#   production:
#     pins:
#       - { model: churn, file: config/model.yaml, version: model.version }
`;
