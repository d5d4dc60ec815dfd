import path from 'node:path';
import * as vscode from 'vscode';
import type { Diagnostic } from '../../core/diagnostic.js';
import { homeBranch } from '../commands/targets.js';
import type { PinBoard, PinView } from '../pins/pinBoard.js';
import type { CatalogStore } from '../store/catalogStore.js';
import type { RepositoryEntry, Snapshot } from '../store/repositoryEntry.js';

const SEVERITIES: Readonly<Record<Diagnostic['severity'], vscode.DiagnosticSeverity>> = {
  error: vscode.DiagnosticSeverity.Error,
  warning: vscode.DiagnosticSeverity.Warning,
  info: vscode.DiagnosticSeverity.Information,
};

/** What is wrong in the working copy, in the Problems view: pointer files, settings, and pins that have drifted. */
export class Problems implements vscode.Disposable {
  private readonly collection = vscode.languages.createDiagnosticCollection('modelkeep');
  private readonly disposables: vscode.Disposable[];
  private readonly shown = new WeakMap<RepositoryEntry, readonly vscode.Uri[]>();

  constructor(
    private readonly store: CatalogStore,
    private readonly board: PinBoard,
    private readonly log: vscode.LogOutputChannel,
  ) {
    this.disposables = [
      this.collection,
      store.onDidChange((entry) => {
        if (entry?.state.kind === 'ready') this.update(entry);
        else if (!entry && store.repositories === null) this.collection.clear();
      }),
      board.onDidChange((entry) => this.update(entry)),
    ];
  }

  private update(entry: RepositoryEntry): void {
    this.read(entry).catch((error: unknown) => this.log.error(`Problems: ${String(error)}`));
  }

  private async read(entry: RepositoryEntry): Promise<void> {
    const { snapshot } = entry;
    if (!snapshot || entry.repository.bare) return;
    const found = new Map<string, vscode.Diagnostic[]>();
    const add = (file: string, diagnostic: vscode.Diagnostic): void => {
      diagnostic.source = 'Modelkeep';
      found.set(file, [...(found.get(file) ?? []), diagnostic]);
    };
    for (const diagnostic of await workingCopyDiagnostics(snapshot)) {
      const line = Math.max(0, (diagnostic.line ?? 1) - 1);
      const shown = new vscode.Diagnostic(
        new vscode.Range(line, 0, line, 1000),
        diagnostic.message,
        SEVERITIES[diagnostic.severity],
      );
      shown.code = diagnostic.code;
      add(diagnostic.path ?? '', shown);
    }
    for (const view of this.board.views(entry) ?? []) {
      for (const [file, diagnostic] of pinDiagnostics(view)) add(file, diagnostic);
    }
    if (this.store.entryOf(path.join(entry.repository.root, 'modelkeep.yaml')) !== entry) return;
    for (const uri of this.shown.get(entry) ?? []) this.collection.delete(uri);
    const uris: vscode.Uri[] = [];
    for (const [file, diagnostics] of found) {
      const uri = vscode.Uri.file(path.join(entry.repository.root, ...file.split('/')));
      uris.push(uri);
      this.collection.set(uri, diagnostics);
    }
    this.shown.set(entry, uris);
  }

  dispose(): void {
    for (const disposable of this.disposables) disposable.dispose();
  }
}

/** What is wrong with files of the checked-out commit, and with the settings. */
async function workingCopyDiagnostics(snapshot: Snapshot): Promise<readonly Diagnostic[]> {
  const { catalog } = snapshot;
  const branch = homeBranch(snapshot);
  const here = branch !== null && branch.commit === catalog.head.commit;
  const inTree = here ? (await catalog.modelsOn(branch)).diagnostics : [];
  return [...catalog.diagnostics, ...inTree].filter(({ path: file }) => file !== undefined);
}

/** A drifted pin at its own line, with the first reason; what is merely unknown is no problem of the file. */
function pinDiagnostics(view: PinView): readonly (readonly [string, vscode.Diagnostic])[] {
  return view.reading.files.flatMap(({ file, here }) => {
    if (here.kind === 'problem') {
      const line = Math.max(0, ('line' in here.problem ? (here.problem.line ?? 1) : 1) - 1);
      const range = new vscode.Range(line, 0, line, 1000);
      const diagnostic = new vscode.Diagnostic(
        range,
        here.problem.message,
        vscode.DiagnosticSeverity.Warning,
      );
      diagnostic.code = here.problem.code;
      return [[file, diagnostic] as const];
    }
    if (view.state !== 'drifted') return [];
    const line = here.line - 1;
    const [reason] = view.reasons;
    const message = `${view.environment.name}: ${reason?.message ?? ''}`;
    const diagnostic = new vscode.Diagnostic(
      new vscode.Range(line, 0, line, 1000),
      message,
      vscode.DiagnosticSeverity.Warning,
    );
    diagnostic.code = reason?.code ?? 'drifted';
    return [[file, diagnostic] as const];
  });
}
