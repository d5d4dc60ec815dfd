import * as vscode from 'vscode';
import type { CommandId } from '../ids.js';
import { Commands } from '../ids.js';
import { ago, listed } from '../words.js';
import type { MessageNode, StateNode } from './nodes.js';
import { row } from './row.js';

const { None } = vscode.TreeItemCollapsibleState;

/** What a clone cannot know, and what can be done about it. */
export function stateItem(node: StateNode): vscode.TreeItem {
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

/** A row that says something, where there is nothing else to show. */
export function messageItem(node: MessageNode): vscode.TreeItem {
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
