import path from 'node:path';
import * as vscode from 'vscode';
import type { BranchChanges } from '../../core/catalog/catalog.js';
import { shortDigest } from '../../core/digest.js';
import type { Diagnostic } from '../../core/diagnostic.js';
import { misnamed } from '../branchVerdict.js';
import type { CommandId } from '../ids.js';
import { Commands, InternalCommands, RowScheme } from '../ids.js';
import { firstLine } from '../log.js';
import type { PinLookup, PinSummary } from '../pins/pinLookup.js';
import type { RepositoryEntry } from '../store/repositoryEntry.js';
import { ago, dots, listed, size, trackingName } from '../words.js';
import type { BranchRow } from './branchRows.js';
import { rowName } from './branchRows.js';
import { contextValue } from './contextValue.js';
import { folderOfName } from './shortNames.js';
import { remedyText, unboundVersions } from './unboundRows.js';
import { branchDescription, modelDescription, plainTagLabel, versionDescription } from './labels.js';
import type {
  BranchNode,
  DiagnosticNode,
  DiagnosticsNode,
  EarlyBranchNode,
  FailedNode,
  HolderNode,
  ModelNode,
  ModelNodes,
  MessageNode,
  UnboundNameNode,
  RegisteredNode,
  ReviewNode,
  StateNode,
  VersionNode,
} from './nodes.js';

/** Names that a row of several tells. */
const MOST_NAMED = 5;

const { Collapsed, Expanded, None } = vscode.TreeItemCollapsibleState;
const WARNING = new vscode.ThemeColor('list.warningForeground');
const ERROR = new vscode.ThemeColor('list.errorForeground');

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
    case 'version':
      return versionItem(node);
    case 'plainTag': {
      const { label, description } = plainTagLabel(node);
      const flags = { tip: true, file: node.model.pointer !== null, digest: node.model.digest !== null };
      return row(label, None, {
        icon: 'bookmark',
        description,
        contextValue: contextValue('plainTag', flags),
      });
    }
    case 'olderTags':
      return row(vscode.l10n.t('{0} more tags', node.tags.length), Collapsed, {
        icon: 'ellipsis',
        contextValue: 'more',
      });
    case 'unregistered':
      return row(vscode.l10n.t('Unregistered'), Collapsed, {
        icon: 'circle-outline',
        description: dots(
          heldBy(node.holders),
          size(node.model.size),
          node.model.digest && shortDigest(node.model.digest),
        ),
        contextValue: contextValue('model', {
          tip: true,
          file: node.model.pointer !== null,
          digest: node.model.digest !== null,
        }),
      });
    case 'more':
      return row(
        node.of === 'experiments'
          ? vscode.l10n.t('DVC experiments')
          : node.of === 'page'
            ? vscode.l10n.t('{0} more', node.nodes.length)
            : node.nodes.length === 1
              ? vscode.l10n.t('1 more branch')
              : vscode.l10n.t('{0} more branches', node.nodes.length),
        Collapsed,
        {
          icon: node.of === 'experiments' ? 'beaker' : 'ellipsis',
          ...(node.of === 'experiments' ? { description: String(node.nodes.length) } : {}),
          ...(node.of === 'branches'
            ? { description: vscode.l10n.t('merged, stale or without a changed model') }
            : {}),
          contextValue: 'more',
        },
      );
    case 'review':
      return reviewItem(node);
    case 'unbound':
      return row(unboundLabel(node.names.length), Collapsed, {
        icon: 'debug-disconnect',
        description: node.names
          .slice(0, MOST_NAMED)
          .map(({ name }) => name)
          .join(', '),
        contextValue: 'unboundNames',
      });
    case 'unboundName':
      return unboundItem(node);
    case 'diagnostics': {
      const count = node.diagnostics.length;
      const worst = node.diagnostics.some((each) => each.severity !== 'info' && !isLeftOut(each, node));
      return row(count === 1 ? vscode.l10n.t('1 problem') : vscode.l10n.t('{0} problems', count), Collapsed, {
        icon: new vscode.ThemeIcon(worst ? 'warning' : 'info', worst ? WARNING : undefined),
        description: [...new Set(node.diagnostics.flatMap(({ path }) => path ?? []))].join(', '),
        contextValue: contextValue('diagnostics', { lacking: node.diagnostics.some(isLacking(node)) }),
      });
    }
    case 'diagnostic': {
      const { diagnostic } = node;
      const icons = { error: 'error', warning: 'warning', info: 'info' } as const;
      // That it is not fetched is as it should be.
      const severity = isLeftOut(diagnostic, node) ? 'info' : diagnostic.severity;
      const colour = severity === 'error' ? ERROR : severity === 'warning' ? WARNING : undefined;
      const place = diagnostic.path ?? diagnostic.ref;
      const line = diagnostic.line === undefined ? '' : `:${String(diagnostic.line)}`;
      return row(place === undefined ? diagnostic.message : `${place}${line}`, None, {
        icon: new vscode.ThemeIcon(icons[severity], colour),
        ...(place === undefined ? {} : { description: diagnosticText(node) }),
        contextValue: contextValue('diagnostic', { lacking: isLacking(node)(diagnostic) }),
        ...(diagnostic.path === undefined
          ? {}
          : { command: { command: InternalCommands.openAt, title: '', arguments: [node] } }),
      });
    }
    case 'state':
      return stateItem(node);
    case 'failed':
      return row(failedLabel(node), None, {
        icon: new vscode.ThemeIcon('error', ERROR),
        description: firstLine(node.error),
        contextValue: 'failed',
        command: { command: Commands.showLog, title: '' },
      });
    case 'message':
      return messageItem(node);
  }
}

/** Whether what is wrong is that a partial clone lacks what it can fetch. */
function isLacking(node: DiagnosticsNode | DiagnosticNode): (diagnostic: Diagnostic) => boolean {
  return (diagnostic) =>
    node.entry.partial && diagnostic.code === 'object-missing' && !isLeftOut(diagnostic, node);
}

/** Whether a file is missing that is never fetched, for it may be large. */
function isLeftOut({ code, path: file }: Diagnostic, { leftOut }: DiagnosticsNode | DiagnosticNode): boolean {
  return code === 'object-missing' && file !== undefined && leftOut.has(file);
}

function diagnosticText(node: DiagnosticNode): string {
  return isLeftOut(node.diagnostic, node)
    ? vscode.l10n.t('Not fetched, for it may be large')
    : node.diagnostic.message;
}

/** Where a repository lies, as the workspace calls it; nothing where its name says it all. */
function placeOf({ name, repository }: RepositoryEntry): string {
  const place = vscode.workspace.asRelativePath(repository.root);
  return place === name ? '' : place;
}

function failedLabel({ entry, refused }: FailedNode): string {
  const name = entry?.name ?? (refused && path.basename(refused.folder));
  return name === null ? vscode.l10n.t('Could not be read') : vscode.l10n.t('Could not read {0}', name);
}

interface RowParts {
  readonly icon?: string | vscode.ThemeIcon;
  readonly description?: string;
  readonly contextValue: string;
  readonly command?: vscode.Command;
}

function row(label: string, state: vscode.TreeItemCollapsibleState, parts: RowParts): vscode.TreeItem {
  const item = new vscode.TreeItem(label, state);
  if (parts.icon !== undefined) {
    item.iconPath = typeof parts.icon === 'string' ? new vscode.ThemeIcon(parts.icon) : parts.icon;
  }
  if (parts.description !== undefined) item.description = parts.description;
  if (parts.command) item.command = parts.command;
  item.contextValue = parts.contextValue;
  return item;
}

/** As the branch will look, without what is not known yet and without commands, which work on a catalog. */
function earlyBranchItem({ row: branch }: EarlyBranchNode): vscode.TreeItem {
  return row(rowName(branch), branch.current ? Expanded : Collapsed, {
    icon: branchIcon(branch),
    description: branchDescription(branch, undefined),
    contextValue: 'reading',
  });
}

function branchIcon(branch: BranchRow): string {
  return branch.current ? 'target' : branch.branch.remote === null ? 'git-branch' : 'cloud';
}

function branchItem(node: BranchNode, changes: BranchChanges | undefined): vscode.TreeItem {
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

function holderItem(node: HolderNode): vscode.TreeItem {
  const { row: branch } = node;
  return row(rowName(branch), None, {
    icon: branchIcon(branch),
    description: branchDescription(branch, undefined),
    contextValue: contextValue('branch', { current: branch.current, remote: branch.branch.remote !== null }),
  });
}

function modelItem(node: ModelNode | RegisteredNode, pins: PinLookup): vscode.TreeItem {
  if (node.kind === 'model' && node.other) {
    const { dir } = path.posix.parse(node.model.path ?? node.model.name);
    return row(node.label, None, {
      icon: 'file',
      // The folder last: it is the part that may be cut off.
      description: dots(size(node.model.size), trackingName(node.model.tracking), dir),
      contextValue: contextValue('tracked', {
        [node.model.tracking]: true,
        tip: true,
        file: node.model.pointer !== null,
        digest: node.model.digest !== null,
      }),
    });
  }
  const name = node.kind === 'model' ? node.model.name : node.registered.name;
  const pin =
    node.kind === 'registered' || node.row.current || node.row.isDefault ? pins.of(node.entry, name) : null;
  const { model } = node;
  const versioned =
    node.kind === 'model' ? node.model.versions.length > 0 : node.registered.versions.length > 0;
  const says = dots(
    // In words too: a colour alone says nothing in some themes and to some people.
    pin?.state === 'drifted' && vscode.l10n.t('drifted'),
    node.kind === 'model'
      ? modelDescription(node.model, node.snapshot)
      : dots(
          node.registered.latest ?? vscode.l10n.t('unregistered'),
          isUnbound(node) && vscode.l10n.t('no model'),
          !node.registered.active && vscode.l10n.t('deprecated'),
          model && size(model.size),
          model && trackingName(model.tracking),
        ),
  );
  const item = row(node.label, Collapsed, {
    icon: modelIcon(pin),
    // The folder last: it is the part that may be cut off.
    description: dots(says, node.label !== name && folderOfName(name)),
    contextValue: contextValue('model', {
      [model?.tracking ?? 'none']: true,
      pinned: pin !== null,
      versioned,
      tip: model !== null,
      file: model !== null && model.pointer !== null,
      digest: model !== null && model.digest !== null,
      unbound: node.kind === 'registered' && isUnbound(node),
    }),
  });
  if (node.label !== name) item.accessibilityInformation = { label: dots(name, says) };
  if (pin?.state === 'drifted')
    item.resourceUri = vscode.Uri.from({ scheme: RowScheme, path: '/drift', query: node.id });
  return item;
}

function unboundLabel(count: number): string {
  return count === 1
    ? vscode.l10n.t('1 name without a model')
    : vscode.l10n.t('{0} names without a model', count);
}

function unboundItem(node: UnboundNameNode): vscode.TreeItem {
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

/** Whether a name has versions, and none of them belongs to a model. */
function isUnbound({ registered: { versions } }: RegisteredNode): boolean {
  return versions.length > 0 && versions.every(({ model }) => model === null);
}

/** A pin where the model is pinned; in a warning's colour only when it has drifted. */
function modelIcon(pin: PinSummary | null): vscode.ThemeIcon {
  if (!pin) return new vscode.ThemeIcon('package');
  return pin.state === 'drifted' ? new vscode.ThemeIcon('pinned', WARNING) : new vscode.ThemeIcon('pinned');
}

function versionItem(node: VersionNode): vscode.TreeItem {
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

function reviewItem(node: ReviewNode): vscode.TreeItem {
  const { models, tracked } = node;
  const unfolds = tracked === null || tracked > models ? Collapsed : None;
  return row(tracked === null ? modelCount(models) : reviewLabel(models, tracked), unfolds, {
    icon: 'checklist',
    description: vscode.l10n.t('Review'),
    contextValue: 'review',
    command: { command: Commands.chooseModels, title: '', arguments: [node] },
  });
}

function modelCount(models: number): string {
  return models === 1 ? vscode.l10n.t('1 model') : vscode.l10n.t('{0} models', models);
}

function reviewLabel(models: number, tracked: number): string {
  if (tracked === 1) return vscode.l10n.t('{0} of 1 tracked file is a model', models);
  return vscode.l10n.t('{0} of {1} tracked files are models', models, tracked);
}

function heldBy(holders: readonly BranchRow[]): string {
  const [only] = holders;
  return holders.length === 1 && only ? vscode.l10n.t('on {0}', rowName(only)) : branchCount(holders.length);
}

function branchCount(count: number): string {
  if (count === 0) return vscode.l10n.t('on no branch shown here');
  return count === 1 ? vscode.l10n.t('on 1 branch') : vscode.l10n.t('on {0} branches', count);
}

function stateItem(node: StateNode): vscode.TreeItem {
  const { t } = vscode.l10n;
  const fetched = node.fetchedAt === null ? t('never fetched') : t('fetched {0}', ago(node.fetchedAt));
  const command = (id: CommandId): vscode.Command => ({ command: id, title: '', arguments: [node] });
  const unfetched = { description: fetched, contextValue: 'unfetched', command: command(Commands.fetch) };
  switch (node.state) {
    case 'tagless':
      return row(t('Tags not fetched'), None, { icon: 'question', ...unfetched });
    case 'shallow':
      return row(t('Shallow clone: older versions are unknown'), None, { icon: 'question', ...unfetched });
    case 'partial':
      return row(t('Objects not local'), None, {
        icon: 'question',
        description: t('partial clone: some files are unknown'),
        contextValue: 'lacking',
        command: command(Commands.fetchMissing),
      });
    case 'leftOut':
      return row(t('Large files not local'), None, {
        icon: 'info',
        description: listed(node.paths),
        contextValue: 'leftOut',
      });
    case 'unwatched':
      return row(t('Changes not watched'), None, {
        icon: 'eye-closed',
        description: t('read again when the window gets focus'),
        contextValue: 'unwatched',
        command: command(Commands.refresh),
      });
  }
}

function messageItem(node: MessageNode): vscode.TreeItem {
  switch (node.text) {
    case 'unborn':
      return row(vscode.l10n.t('No commits yet'), None, { contextValue: 'message' });
    case 'noCommitsHere':
      return row(vscode.l10n.t('No commits yet'), None, {
        contextValue: 'message',
        description: vscode.l10n.t('commit a model to see it here'),
      });
    case 'noModelsHere':
      return row(vscode.l10n.t('No models found'), None, { contextValue: 'message' });
    case 'noMatch':
      return row(vscode.l10n.t('No model matches the filter'), None, { contextValue: 'message' });
    case 'noModels':
      return row(vscode.l10n.t('No models on this branch'), None, { contextValue: 'message' });
    case 'noVersions':
      return row(vscode.l10n.t('No versions yet'), None, {
        contextValue: 'message',
        description: vscode.l10n.t('Tag Version registers the first'),
      });
    case 'onlyChanged':
      return row(vscode.l10n.t('No model differs from the default branch'), None, {
        contextValue: 'message',
      });
    case 'reading':
      return row(vscode.l10n.t('Reading…'), None, { icon: 'loading~spin', contextValue: 'message' });
    case 'readingModels':
      return row(vscode.l10n.t('Reading tags and models…'), None, {
        icon: 'loading~spin',
        contextValue: 'message',
      });
    case 'retry':
      return row(vscode.l10n.t('Try again'), None, {
        icon: 'refresh',
        contextValue: 'message',
        command: { command: Commands.refresh, title: '' },
      });
    case 'log':
      return row(vscode.l10n.t('Show the log'), None, {
        icon: 'output',
        contextValue: 'message',
        command: { command: Commands.showLog, title: '' },
      });
  }
}
