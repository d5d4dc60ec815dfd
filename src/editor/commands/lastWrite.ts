import * as vscode from 'vscode';
import { ContextKeys } from '../ids.js';
import type { Action, Notifier } from '../notify.js';

/** A write that can be taken back. */
export interface Undo {
  /** What was made, for messages: `churn@v1.0.0`. */
  readonly what: string;
  run(): Promise<unknown>;
}

/** The newest write that nobody else can have yet: taken back by its message's button, or from the palette later. */
export class LastWrite {
  private last: Undo | null = null;

  constructor(private readonly notify: Notifier) {}

  /** Keeps how to take a write back, and returns the button for its message. */
  keep(undo: Undo): Action {
    this.set(undo);
    return { title: vscode.l10n.t('Undo'), run: () => this.takeBack(undo) };
  }

  /** The newest write is one that cannot be taken back. */
  forget(): void {
    this.set(null);
  }

  async undo(): Promise<void> {
    if (this.last === null) throw new Error(vscode.l10n.t('Nothing was made here that could be taken back'));
    await this.takeBack(this.last);
  }

  private async takeBack(undo: Undo): Promise<void> {
    try {
      await undo.run();
      this.notify.done(vscode.l10n.t('Took {0} back', undo.what));
      if (this.last === undo) this.set(null);
    } catch (error) {
      this.notify.failed(vscode.l10n.t('Could not take {0} back', undo.what), error);
    }
  }

  private set(undo: Undo | null): void {
    this.last = undo;
    void vscode.commands.executeCommand('setContext', ContextKeys.canUndo, undo !== null);
  }
}
