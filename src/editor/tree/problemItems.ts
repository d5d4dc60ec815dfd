import path from 'node:path';
import * as vscode from 'vscode';
import type { Diagnostic } from '../../core/diagnostic.js';
import { Commands, InternalCommands } from '../ids.js';
import { firstLine } from '../log.js';
import { contextValue } from './contextValue.js';
import type { DiagnosticNode, DiagnosticsNode, FailedNode } from './nodes.js';
import { ERROR, row, WARNING } from './row.js';

const { Collapsed, None } = vscode.TreeItemCollapsibleState;

export function diagnosticsItem(node: DiagnosticsNode): vscode.TreeItem {
  const count = node.diagnostics.length;
  const worst = node.diagnostics.some((each) => each.severity !== 'info' && !isLeftOut(each, node));
  return row(count === 1 ? vscode.l10n.t('1 problem') : vscode.l10n.t('{0} problems', count), Collapsed, {
    icon: new vscode.ThemeIcon(worst ? 'warning' : 'info', worst ? WARNING : undefined),
    description: [...new Set(node.diagnostics.flatMap(({ path }) => path ?? []))].join(', '),
    contextValue: contextValue('diagnostics', { lacking: node.diagnostics.some(isLacking(node)) }),
  });
}

export function diagnosticItem(node: DiagnosticNode): vscode.TreeItem {
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

/** A repository that could not be read at all. */
export function failedItem(node: FailedNode): vscode.TreeItem {
  return row(failedLabel(node), None, {
    icon: new vscode.ThemeIcon('error', ERROR),
    description: firstLine(node.error),
    contextValue: 'failed',
    command: { command: Commands.showLog, title: '' },
  });
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

function failedLabel({ entry, refused }: FailedNode): string {
  const name = entry?.name ?? (refused && path.basename(refused.folder));
  return name === null ? vscode.l10n.t('Could not be read') : vscode.l10n.t('Could not read {0}', name);
}
