import picomatch from 'picomatch';
import * as vscode from 'vscode';
import type { Settings } from '../../core/settings/settings.js';
import { ContextKeys, SettingKeys } from '../ids.js';
import type { RowOptions } from './branchRows.js';

export type Grouping = 'branch' | 'model';

const ONLY_CHANGED = 'onlyChanged';

/** How the view shows what there is: a person's own choices, remembered. */
export class ViewOptions implements vscode.Disposable {
  private readonly changed = new vscode.EventEmitter<void>();
  readonly onDidChange = this.changed.event;
  private readonly configuration: vscode.Disposable;
  private text = '';

  constructor(private readonly memory: vscode.Memento) {
    this.configuration = vscode.workspace.onDidChangeConfiguration((event) => {
      const ours = [SettingKeys.grouping, SettingKeys.remoteBranches, SettingKeys.staleDays];
      if (ours.some((key) => event.affectsConfiguration(key))) this.tell();
    });
    this.tell();
  }

  get grouping(): Grouping {
    return vscode.workspace.getConfiguration().get<string>(SettingKeys.grouping) === 'model'
      ? 'model'
      : 'branch';
  }

  get showRemote(): boolean {
    return vscode.workspace.getConfiguration().get<boolean>(SettingKeys.remoteBranches) ?? true;
  }

  get onlyChanged(): boolean {
    return this.memory.get<boolean>(ONLY_CHANGED) ?? false;
  }

  /** Lowercase text that a branch's or a model's name must contain; empty for all. */
  get filter(): string {
    return this.text;
  }

  async setGrouping(grouping: Grouping): Promise<void> {
    await remember(SettingKeys.grouping, grouping);
  }

  async setShowRemote(show: boolean): Promise<void> {
    await remember(SettingKeys.remoteBranches, show);
  }

  async setOnlyChanged(only: boolean): Promise<void> {
    await this.memory.update(ONLY_CHANGED, only);
    this.tell();
  }

  setFilter(text: string): void {
    this.text = text.trim().toLowerCase();
    this.tell();
  }

  /** What decides which branches are shown, under a team's settings. */
  rowOptions(settings: Settings): RowOptions {
    const days = vscode.workspace.getConfiguration().get<number>(SettingKeys.staleDays) ?? 90;
    return {
      showRemote: this.showRemote,
      staleDays: days,
      now: Date.now() / 1000,
      isHidden: matcher(settings.branches.hide),
      isProtected: matcher(settings.branches.protected),
    };
  }

  private tell(): void {
    const keys: readonly (readonly [string, unknown])[] = [
      [ContextKeys.grouping, this.grouping],
      [ContextKeys.remoteShown, this.showRemote],
      [ContextKeys.onlyChanged, this.onlyChanged],
      [ContextKeys.filtered, this.text !== ''],
    ];
    for (const [key, value] of keys) void vscode.commands.executeCommand('setContext', key, value);
    this.changed.fire();
  }

  dispose(): void {
    this.configuration.dispose();
    this.changed.dispose();
  }
}

/** A workspace that has a value of its own keeps deciding; else the choice is the person's, everywhere. */
async function remember(key: string, value: unknown): Promise<void> {
  const configuration = vscode.workspace.getConfiguration();
  const here = configuration.inspect(key)?.workspaceValue !== undefined;
  await configuration.update(
    key,
    value,
    here ? vscode.ConfigurationTarget.Workspace : vscode.ConfigurationTarget.Global,
  );
}

function matcher(patterns: readonly string[]): (name: string) => boolean {
  const tests = patterns.map((pattern) => picomatch(pattern, { dot: true }));
  return (name) => tests.some((test) => test(name));
}
