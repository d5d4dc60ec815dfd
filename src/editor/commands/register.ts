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

export interface Registrar {
  /** For commands that only look. */
  readonly reading: Register;
  /** For commands that write, or contact a server: refused in an untrusted workspace, however they are called. */
  readonly writing: Register;
}

/** Registers commands so that none fails silently; they end with the extension. */
export function registrar(notify: Notifier, disposables: vscode.Disposable[]): Registrar {
  const register =
    (writes: boolean): Register =>
    (id, run, failure = vscode.l10n.t('That did not work')) => {
      const command = vscode.commands.registerCommand(id, async (first: unknown, second: unknown) => {
        // A row that was drawn anew while its menu was open arrives as nothing, in the selection too: what is left
        // is used, and where nothing is left the command asks.
        const selection = Array.isArray(second) ? second.filter((row) => row != null) : second;
        const argument: unknown =
          first ?? (Array.isArray(selection) && selection.length === 1 ? selection[0] : undefined);
        try {
          // `enablement` hides a command; it does not keep another extension or a key from running it.
          if (writes && !vscode.workspace.isTrusted) {
            throw new Error(vscode.l10n.t('This workspace is not trusted, so nothing is written in it'));
          }
          return await run(argument, selection);
        } catch (error) {
          notify.failed(failure, error);
          return undefined;
        }
      });
      disposables.push(command);
    };
  return { reading: register(false), writing: register(true) };
}
