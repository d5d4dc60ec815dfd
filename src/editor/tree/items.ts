import * as vscode from 'vscode';
import type { BranchChanges } from '../../core/catalog/catalog.js';
import type { PinLookup } from '../pins/pinLookup.js';
import type { RepositoryEntry } from '../store/repositoryEntry.js';
import { branchItem, earlyBranchItem, holderItem } from './branchItems.js';
import { modelItem, reviewItem, unregisteredItem } from './modelItems.js';
import type { BranchNode, ModelNodes, MoreNode } from './nodes.js';
import { diagnosticItem, diagnosticsItem, failedItem } from './problemItems.js';
import { row } from './row.js';
import { messageItem, stateItem } from './stateItems.js';
import { plainTagItem, unboundItem, unboundNamesItem, versionItem } from './versionItems.js';

const { Collapsed, Expanded } = vscode.TreeItemCollapsibleState;

export interface ItemSources {
  readonly pins: PinLookup;
  /** What a branch changes, as far as it is known. */
  readonly changes: (node: BranchNode) => BranchChanges | undefined;
}

/** Draws one row. Called for every child of every expanded row at each refresh: nothing here waits or computes. */
export function treeItem(node: ModelNodes, sources: ItemSources): vscode.TreeItem {
  const item = draw(node, sources);
  item.id = node.id;
  return item;
}

function draw(node: ModelNodes, sources: ItemSources): vscode.TreeItem {
  switch (node.kind) {
    case 'repository':
      return row(node.entry.name, Expanded, {
        icon: 'repo',
        description: placeOf(node.entry),
        contextValue: 'repository',
      });
    case 'branch':
      return branchItem(node, sources.changes(node));
    case 'earlyBranch':
      return earlyBranchItem(node);
    case 'holder':
      return holderItem(node);
    case 'model':
    case 'registered':
      return modelItem(node, sources.pins);
    case 'unregistered':
      return unregisteredItem(node);
    case 'review':
      return reviewItem(node);
    case 'version':
      return versionItem(node);
    case 'plainTag':
      return plainTagItem(node);
    case 'olderTags':
      return row(vscode.l10n.t('{0} more tags', node.tags.length), Collapsed, {
        icon: 'ellipsis',
        contextValue: 'more',
      });
    case 'more':
      return moreItem(node);
    case 'unbound':
      return unboundNamesItem(node);
    case 'unboundName':
      return unboundItem(node);
    case 'diagnostics':
      return diagnosticsItem(node);
    case 'diagnostic':
      return diagnosticItem(node);
    case 'failed':
      return failedItem(node);
    case 'state':
      return stateItem(node);
    case 'message':
      return messageItem(node);
  }
}

/** What is folded: branches, a page of rows, or DVC's experiments. */
function moreItem({ of, nodes: { length } }: MoreNode): vscode.TreeItem {
  const { t } = vscode.l10n;
  const parts = { icon: 'ellipsis', contextValue: 'more' };
  switch (of) {
    case 'experiments':
      return row(t('DVC experiments'), Collapsed, { ...parts, icon: 'beaker', description: String(length) });
    case 'page':
      return row(t('{0} more', length), Collapsed, parts);
    case 'branches': {
      const label = length === 1 ? t('1 more branch') : t('{0} more branches', length);
      return row(label, Collapsed, { ...parts, description: t('merged, stale or without a changed model') });
    }
  }
}

/** Where a repository lies, as the workspace calls it; nothing where its name says it all. */
function placeOf({ name, repository }: RepositoryEntry): string {
  const place = vscode.workspace.asRelativePath(repository.root);
  return place === name ? '' : place;
}
