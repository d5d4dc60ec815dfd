import * as vscode from 'vscode';

/** The extension's own log; every message on screen leads to it, none repeats it. */
export function createLog(): vscode.LogOutputChannel {
  return vscode.window.createOutputChannel('Modelkeep', { log: true });
}

/** The first line of what went wrong, as the tool itself said it. */
export function firstLine(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return text.split('\n', 1)[0]?.trim() ?? '';
}

/** Whether an error only says that somebody cancelled. */
export function isCancellation(error: unknown): boolean {
  return (
    error instanceof vscode.CancellationError ||
    (error instanceof Error && (error.name === 'AbortError' || error.name === 'Canceled'))
  );
}
