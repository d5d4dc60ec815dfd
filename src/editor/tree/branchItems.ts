import * as vscode from 'vscode';
import type { BranchChanges } from '../../core/catalog/catalog.js';
import { misnamed } from '../branchVerdict.js';
import { RowScheme } from '../ids.js';
import { dots } from '../words.js';
import type { BranchRow } from './branchRows.js';
import { rowName } from './branchRows.js';
import { contextValue } from './contextValue.js';
import { branchDescription } from './labels.js';
import type { BranchNode, EarlyBranchNode, HolderNode } from './nodes.js';
import { row } from './row.js';

const { Collapsed, Expanded, None } = vscode.TreeItemCollapsibleState;

/** As the branch will look, without what is not known yet and without commands, which work on a catalog. */
export function earlyBranchItem({ row: branch }: EarlyBranchNode): vscode.TreeItem {
  return row(rowName(branch), branch.current ? Expanded : Collapsed, {
    icon: branchIcon(branch),
    description: branchDescription(branch, undefined),
    contextValue: 'reading',
  });
}

export function branchItem(node: BranchNode, changes: BranchChanges | undefined): vscode.TreeItem {
  const { row: branch } = node;
  if (branch.experiment) {
    return row(rowName(branch), Collapsed, {
      icon: 'beaker',
      description: branch.branch.commit?.slice(0, 8) ?? '',
      contextValue: 'experiment',
    });
  }
  const remoteOnly = branch.branch.remote !== null;
  const wrong = branch.merged ? null : misnamed(node.snapshot.catalog, branch);
  const item = row(rowName(branch), branch.current ? Expanded : Collapsed, {
    icon: branchIcon(branch),
    description: dots(branchDescription(branch, changes), wrong && vscode.l10n.t('not by the convention')),
    contextValue: contextValue('branch', {
      current: branch.current,
      remote: remoteOnly,
      unborn: branch.branch.commit === null,
      changed:
        !branch.isDefault && changes !== undefined && changes.changed.size + changes.removed.length > 0,
      default: branch.isDefault,
      merged: branch.merged,
      misnamed: wrong !== null,
    }),
  });
  if (wrong) item.resourceUri = vscode.Uri.from({ scheme: RowScheme, path: '/misnamed', query: node.id });
  return item;
}

export function holderItem(node: HolderNode): vscode.TreeItem {
  const { row: branch } = node;
  return row(rowName(branch), None, {
    icon: branchIcon(branch),
    description: branchDescription(branch, undefined),
    contextValue: contextValue('branch', { current: branch.current, remote: branch.branch.remote !== null }),
  });
}

function branchIcon(branch: BranchRow): string {
  return branch.current ? 'target' : branch.branch.remote === null ? 'git-branch' : 'cloud';
}

export function heldBy(holders: readonly BranchRow[]): string {
  const [only] = holders;
  return holders.length === 1 && only ? vscode.l10n.t('on {0}', rowName(only)) : branchCount(holders.length);
}

export function branchCount(count: number): string {
  if (count === 0) return vscode.l10n.t('on no branch shown here');
  return count === 1 ? vscode.l10n.t('on 1 branch') : vscode.l10n.t('on {0} branches', count);
}
