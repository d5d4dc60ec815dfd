import path from 'node:path';
import * as vscode from 'vscode';
import { shortDigest } from '../../core/digest.js';
import { Commands, RowScheme } from '../ids.js';
import type { PinLookup, PinSummary } from '../pins/pinLookup.js';
import { dots, size, trackingName } from '../words.js';
import { heldBy } from './branchItems.js';
import { contextValue } from './contextValue.js';
import { modelDescription } from './labels.js';
import type { ModelNode, RegisteredNode, ReviewNode, UnregisteredNode } from './nodes.js';
import { row, WARNING } from './row.js';
import { folderOfName } from './shortNames.js';

const { Collapsed, None } = vscode.TreeItemCollapsibleState;

export function modelItem(node: ModelNode | RegisteredNode, pins: PinLookup): vscode.TreeItem {
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

/** The bits of a model that no version has, or that nobody can tell. */
export function unregisteredItem(node: UnregisteredNode): vscode.TreeItem {
  const known = node.model.digest !== null;
  return row(known ? vscode.l10n.t('Unregistered') : vscode.l10n.t('Digest unknown'), Collapsed, {
    icon: 'circle-outline',
    description: dots(
      heldBy(node.holders),
      size(node.model.size),
      node.model.digest && shortDigest(node.model.digest),
    ),
    contextValue: contextValue('model', {
      tip: true,
      file: node.model.pointer !== null,
      digest: known,
    }),
  });
}

export function reviewItem(node: ReviewNode): vscode.TreeItem {
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

/** Whether a name has versions, and none of them belongs to a model. */
function isUnbound({ registered: { versions } }: RegisteredNode): boolean {
  return versions.length > 0 && versions.every(({ model }) => model === null);
}

/** A pin where the model is pinned; in a warning's colour only when it has drifted. */
function modelIcon(pin: PinSummary | null): vscode.ThemeIcon {
  if (!pin) return new vscode.ThemeIcon('package');
  return pin.state === 'drifted' ? new vscode.ThemeIcon('pinned', WARNING) : new vscode.ThemeIcon('pinned');
}
