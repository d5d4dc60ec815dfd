import * as vscode from 'vscode';

/**
 * Runs something that may take long: a notification with Cancel appears only if it does. Cancelling aborts the
 * signal; what was cancelled rejects with the signal's reason.
 */
export async function withProgress<T>(title: string, task: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  const work = task(controller.signal);
  const quick = new Promise<'slow'>((resolve) => setTimeout(() => resolve('slow'), 400));
  const first = await Promise.race([
    work.then(
      () => 'done' as const,
      () => 'done' as const,
    ),
    quick,
  ]);
  if (first === 'done') return work;
  return vscode.window.withProgress(
    { location: vscode.ProgressLocation.Notification, title, cancellable: true },
    (_progress, token) => {
      token.onCancellationRequested(() => controller.abort());
      return work;
    },
  );
}
