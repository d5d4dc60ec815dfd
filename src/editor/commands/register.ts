import * as vscode from 'vscode';
import type { CommandId, InternalCommands } from '../ids.js';
import type { Notifier } from '../notify.js';

/** Takes a command's id and what it does; the arguments are whatever the caller gave: rows, addresses, nothing. */
export type Register = (
  id: CommandId | (typeof InternalCommands)[keyof typeof InternalCommands],
  run: (argument: unknown, selection: unknown) => unknown,
  /** What failed, for the message: `Could not tag the version`. */
  failure?: string,
) => void;

/** Registers commands so that none fails silently; they end with the extension. */
export function registrar(notify: Notifier, disposables: vscode.Disposable[]): Register {
  return (id, run, failure = vscode.l10n.t('That did not work')) => {
    const command = vscode.commands.registerCommand(id, async (argument: unknown, selection: unknown) => {
      try {
        return await run(argument, selection);
      } catch (error) {
        notify.failed(failure, error);
        return undefined;
      }
    });
    disposables.push(command);
  };
}
