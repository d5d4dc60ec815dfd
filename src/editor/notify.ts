import * as vscode from 'vscode';
import { GitError } from '../core/git/process.js';
import type { GitFailure } from '../core/git/process.js';
import { firstLine, isCancellation } from './log.js';

/** Something a person can do about a message. */
export interface Action {
  readonly title: string;
  run(): unknown;
}

/** Messages to the person, one at a time: what failed, why in the tool's own words, and what to do next. */
export class Notifier {
  private showing: Promise<unknown> = Promise.resolve();

  constructor(private readonly log: vscode.LogOutputChannel) {}

  /** Says that something is done; waits for nothing. */
  done(message: string, ...actions: readonly Action[]): void {
    this.log.info(message);
    this.queue(
      () => vscode.window.showInformationMessage(message, ...actions.map(({ title }) => title)),
      actions,
    );
  }

  warn(message: string, ...actions: readonly Action[]): void {
    this.log.warn(message);
    this.queue(
      () => vscode.window.showWarningMessage(message, ...actions.map(({ title }) => title)),
      actions,
    );
  }

  /** Says what failed and why. Somebody's own cancelling is no failure. */
  failed(what: string, error: unknown, ...actions: readonly Action[]): void {
    if (isCancellation(error)) return;
    this.log.error(`${what}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
    if (error instanceof GitError && error.stderr !== '') this.log.error(error.stderr.trimEnd());
    const next = error instanceof GitError ? advice(error) : null;
    const message = [`${what}: ${sentence(firstLine(error))}`, next].filter(Boolean).join(' ');
    const all = [...actions, { title: vscode.l10n.t('Show Log'), run: () => this.log.show() }];
    this.queue(() => vscode.window.showErrorMessage(message, ...all.map(({ title }) => title)), all);
  }

  private queue(show: () => Thenable<string | undefined>, actions: readonly Action[]): void {
    // The next message waits for this one, but not so long that what was just done seems not to be.
    const limit = new Promise((resolve) => setTimeout(resolve, 3000));
    this.showing = this.showing.then(() => {
      const chosen = show().then((title) => actions.find((action) => action.title === title)?.run());
      chosen.then(undefined, (error: unknown) => this.log.error(String(error)));
      return Promise.race([chosen, limit]);
    });
  }
}

function sentence(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`;
}

/** What to do next, by the reason Git gave. */
function advice({ reason, stderr }: GitError): string | null {
  const { t } = vscode.l10n;
  // A rule of the remote said no, in its own words: fetching changes nothing.
  if (reason === 'rejected' && /hook declined|protected|rule violations/.test(stderr)) return null;
  const texts: Readonly<Record<GitFailure, string | null>> = {
    'not-found': t('Install Git, or set its path in the settings.'),
    'not-a-repository': null,
    'unsafe-repository': t(
      "The folder belongs to somebody else: add it to Git's safe.directory if you trust it.",
    ),
    locked: t('Another Git is at work here; try again when it is done.'),
    unsupported: t('Install a newer Git, or set its path in the settings.'),
    'no-identity': t('Tell Git who you are: git config user.name and user.email.'),
    rejected: t('The remote did not take it; nothing was overwritten. Fetch and try again.'),
    hook: t('A hook of this repository refused; its output is in the log.'),
    exists: null,
    'not-found-ref': t('It may not be fetched yet.'),
    network: t('Check the connection to the remote, then try again.'),
    disk: t('The disk is full or may not be written.'),
    timeout: t('Git took too long; the log has the command.'),
    killed: t('Nothing is broken; try again.'),
    failed: null,
  };
  return texts[reason];
}
