import * as vscode from 'vscode';
import { Commands } from '../ids.js';
import { dots } from '../words.js';
import { branchCount } from './branchItems.js';
import { contextValue } from './contextValue.js';
import { plainTagLabel, versionDescription } from './labels.js';
import type { PlainTagNode, UnboundNameNode, UnboundNode, VersionNode } from './nodes.js';
import { row } from './row.js';
import { folderOfName } from './shortNames.js';
import { remedyText, unboundVersions } from './unboundRows.js';

/** Names that a row of several tells. */
const MOST_NAMED = 5;

const { Collapsed, None } = vscode.TreeItemCollapsibleState;

export function versionItem(node: VersionNode): vscode.TreeItem {
  const { version } = node;
  const icon = node.pinned ? 'pinned' : !version.active ? 'circle-slash' : node.atTip ? 'tag-add' : 'tag';
  const holders = node.holders;
  return row(version.version, holders !== null && holders.length > 0 ? Collapsed : None, {
    icon: icon === 'tag-add' ? 'tag' : icon,
    description: dots(
      node.atTip && vscode.l10n.t('here'),
      versionDescription(node),
      holders !== null && branchCount(holders.length),
    ),
    contextValue: contextValue('version', {
      [version.kind]: true,
      active: version.active,
      staged: version.stages.length > 0,
      previous: node.previous !== null,
      pinned: node.pinned,
      tip: true,
      file: version.model?.path != null,
      digest: version.digest !== null,
    }),
  });
}

export function plainTagItem(node: PlainTagNode): vscode.TreeItem {
  const { label, description } = plainTagLabel(node);
  const flags = { tip: true, file: node.model.pointer !== null, digest: node.model.digest !== null };
  return row(label, None, {
    icon: 'bookmark',
    description,
    contextValue: contextValue('plainTag', flags),
  });
}

/** Names with versions that belong to no model, as one row. */
export function unboundNamesItem(node: UnboundNode): vscode.TreeItem {
  return row(unboundLabel(node.names.length), Collapsed, {
    icon: 'debug-disconnect',
    description: node.names
      .slice(0, MOST_NAMED)
      .map(({ name }) => name)
      .join(', '),
    contextValue: 'unboundNames',
  });
}

function unboundLabel(count: number): string {
  return count === 1
    ? vscode.l10n.t('1 name without a model')
    : vscode.l10n.t('{0} names without a model', count);
}

export function unboundItem(node: UnboundNameNode): vscode.TreeItem {
  const { name } = node.unbound;
  const says = dots(unboundVersions(node.unbound), remedyText(node.unbound));
  const item = row(node.label, None, {
    icon: 'tag',
    description: dots(says, node.label !== name && folderOfName(name)),
    contextValue: 'unbound',
    command: { command: Commands.bindVersions, title: '', arguments: [node] },
  });
  item.accessibilityInformation = { label: dots(name, says) };
  return item;
}
