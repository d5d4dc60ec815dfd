import * as vscode from 'vscode';

export const WARNING = new vscode.ThemeColor('list.warningForeground');
export const ERROR = new vscode.ThemeColor('list.errorForeground');

interface RowParts {
  readonly icon?: string | vscode.ThemeIcon;
  readonly description?: string;
  readonly contextValue: string;
  readonly command?: vscode.Command;
}

/** Makes a row of its parts. */
export function row(label: string, state: vscode.TreeItemCollapsibleState, parts: RowParts): vscode.TreeItem {
  const item = new vscode.TreeItem(label, state);
  if (parts.icon !== undefined) {
    item.iconPath = typeof parts.icon === 'string' ? new vscode.ThemeIcon(parts.icon) : parts.icon;
  }
  if (parts.description !== undefined) item.description = parts.description;
  if (parts.command) item.command = parts.command;
  item.contextValue = parts.contextValue;
  return item;
}
