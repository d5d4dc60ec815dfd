import * as vscode from 'vscode';

/**
 * Runs something that may take long: a notification with Cancel appears only if it does. Cancelling aborts the
 * signal; what was cancelled rejects with the signal's reason. What is reported stands beside the title.
 */
export async function withProgress<T>(
  title: string,
  task: (signal: AbortSignal, report: (message: string) => void) => Promise<T>,
): Promise<T> {
  const controller = new AbortController();
  let message = '';
  let show: (message: string) => void = () => undefined;
  const work = task(controller.signal, (text) => {
    message = text;
    show(text);
  });
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
    (progress, token) => {
      show = (text) => progress.report({ message: text });
      if (message !== '') show(message);
      token.onCancellationRequested(() => controller.abort());
      return work;
    },
  );
}
