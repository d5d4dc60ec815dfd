import { readFile } from 'node:fs/promises';
import path from 'node:path';
import * as vscode from 'vscode';
import { CHECKED_FILES, checkFile } from '../../core/tracking/checkFile.js';
import { checkVariables } from '../../core/tracking/dvc/variables.js';
import type { Problem } from '../../core/tracking/problem.js';

/** A pointer or pipeline file as it stands in the working copy, saved or not. */
export interface WorkingFile {
  readonly bytes: Buffer;
  readonly problems: readonly Problem[];
}

/** Milliseconds of quiet before changed files are checked. */
const QUIET = 200;

/** A checkout changes files by the thousand: then those of the new commit are checked with its catalog. */
const MOST_AT_ONCE = 200;

/**
 * Checks the pointer and pipeline files that are open, and those that change while the window is open: what is
 * wrong with one of them needs no Git, and is told before it is committed.
 */
export class WorkingFiles implements vscode.Disposable {
  /** null: checked, and not there. */
  private readonly files = new Map<string, WorkingFile | null>();
  private readonly waiting = new Set<string>();
  /** Files of variables: only a `dvc.yaml` tells which they are. */
  private readonly variables = new Set<string>();
  private timer: NodeJS.Timeout | undefined;
  private readonly changed = new vscode.EventEmitter<readonly string[]>();
  /** Fires with the paths that were checked. */
  readonly onDidChange = this.changed.event;
  private readonly disposables: vscode.Disposable[];

  constructor(private readonly log: vscode.LogOutputChannel) {
    const onDocument = ({ uri }: vscode.TextDocument): void => {
      if (uri.scheme === 'file') this.check(uri.fsPath);
    };
    this.disposables = [
      this.changed,
      ...this.watched(`**/${CHECKED_FILES}`),
      vscode.workspace.onDidOpenTextDocument(onDocument),
      vscode.workspace.onDidCloseTextDocument(onDocument),
      vscode.workspace.onDidChangeTextDocument(({ document }) => onDocument(document)),
    ];
    for (const document of vscode.workspace.textDocuments) onDocument(document);
  }

  /** A file as it was checked last; null for one that is not there, undefined for one that was not checked. */
  get(file: string): WorkingFile | null | undefined {
    return this.files.get(file);
  }

  /** Every file that was checked. */
  entries(): Iterable<readonly [string, WorkingFile | null]> {
    return this.files.entries();
  }

  /** Checks a file of variables soon, and from now on whenever it changes. */
  checkVariables(file: string): void {
    if (!this.variables.has(file)) {
      this.variables.add(file);
      const folder = vscode.Uri.file(path.dirname(file));
      const pattern = new vscode.RelativePattern(folder, globOf(path.basename(file)));
      this.disposables.push(vscode.Disposable.from(...this.watched(pattern)));
    }
    this.check(file);
  }

  private watched(pattern: vscode.GlobPattern): readonly vscode.Disposable[] {
    const watcher = vscode.workspace.createFileSystemWatcher(pattern);
    const onFile = ({ fsPath }: vscode.Uri): void => this.check(fsPath);
    return [watcher, watcher.onDidChange(onFile), watcher.onDidCreate(onFile), watcher.onDidDelete(onFile)];
  }

  /** Checks a file soon, if it is of a kind that is checked. */
  check(file: string): void {
    if (this.problemsOf(file, Buffer.of()) === undefined) return;
    this.waiting.add(file);
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.checkWaiting(), QUIET);
  }

  private async checkWaiting(): Promise<void> {
    const waiting = [...this.waiting].slice(0, MOST_AT_ONCE);
    if (this.waiting.size > MOST_AT_ONCE)
      this.log.debug(
        `${String(this.waiting.size)} files changed at once; ${String(MOST_AT_ONCE)} are checked`,
      );
    this.waiting.clear();
    for (const file of waiting) {
      const bytes = await content(file);
      this.files.set(file, bytes && { bytes, problems: this.problemsOf(file, bytes) ?? [] });
    }
    this.changed.fire(waiting);
  }

  private problemsOf(file: string, bytes: Buffer): readonly Problem[] | undefined {
    if (this.variables.has(file)) return checkVariables(path.basename(file), bytes);
    return checkFile(file, bytes);
  }

  dispose(): void {
    clearTimeout(this.timer);
    for (const disposable of this.disposables) disposable.dispose();
  }
}

/** A glob of that one name. */
function globOf(name: string): string {
  return name.replace(/[*?{}[\]]/g, '[$&]');
}

/** What an open editor holds, else what is on the disk; null where there is no file. */
async function content(file: string): Promise<Buffer | null> {
  const open = vscode.workspace.textDocuments.find(
    ({ uri, isClosed }) => uri.scheme === 'file' && uri.fsPath === file && !isClosed,
  );
  if (open?.isDirty === true) return Buffer.from(open.getText());
  return readFile(file).catch(() => null);
}
