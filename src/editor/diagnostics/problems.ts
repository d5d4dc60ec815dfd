import path from 'node:path';
import * as vscode from 'vscode';
import type { Diagnostic } from '../../core/diagnostic.js';
import type { CommitId } from '../../core/git/ids.js';
import type { Problem } from '../../core/tracking/problem.js';
import { homeBranch } from '../commands/targets.js';
import type { PinBoard, PinView } from '../pins/pinBoard.js';
import { readBlobAt } from '../../core/git/files.js';
import { unmergedPaths } from '../../core/git/unmerged.js';
import type { CatalogStore } from '../store/catalogStore.js';
import type { RepositoryEntry, Snapshot } from '../store/repositoryEntry.js';
import type { WorkingFiles } from './workingFiles.js';

const SEVERITIES: Readonly<Record<Diagnostic['severity'], vscode.DiagnosticSeverity>> = {
  error: vscode.DiagnosticSeverity.Error,
  warning: vscode.DiagnosticSeverity.Warning,
  info: vscode.DiagnosticSeverity.Information,
};

/** Who says so, in the Problems view. */
const SOURCE = 'Modelkeep';

/** What is wrong in the working copy, in the Problems view: pointer files, settings, and pins that have drifted. */
export class Problems implements vscode.Disposable {
  private readonly collection = vscode.languages.createDiagnosticCollection('modelkeep');
  private readonly disposables: vscode.Disposable[];
  private readonly shown = new WeakMap<RepositoryEntry, readonly vscode.Uri[]>();
  private readonly committed = new WeakMap<
    RepositoryEntry,
    { readonly commit: CommitId; readonly files: Map<string, Buffer | null> }
  >();
  /** The last run of each repository: what an earlier one finds late is not shown. */
  private readonly runs = new WeakMap<RepositoryEntry, number>();

  constructor(
    private readonly store: CatalogStore,
    private readonly board: PinBoard,
    private readonly working: WorkingFiles,
    private readonly log: vscode.LogOutputChannel,
  ) {
    this.disposables = [
      this.collection,
      store.onDidChange((entry) => {
        if (entry?.state.kind === 'ready') {
          this.update(entry);
          this.checkUnmerged(entry);
        } else if (!entry && store.repositories === null) this.collection.clear();
      }),
      board.onDidChange((entry) => this.update(entry)),
      working.onDidChange((files) => this.takeChecked(files)),
    ];
  }

  /** Conflicts that were there before the window was opened. */
  private checkUnmerged({ repository }: RepositoryEntry): void {
    unmergedPaths(repository).then(
      (paths) => {
        for (const file of paths) this.working.check(path.join(repository.root, ...file.split('/')));
      },
      (error: unknown) => this.log.error(`Problems: ${String(error)}`),
    );
  }

  /** Files that were checked: with the catalog of their repository where there is one, by themselves otherwise. */
  private takeChecked(files: readonly string[]): void {
    const entries = new Set<RepositoryEntry>();
    for (const file of files) {
      const entry = this.store.entryOf(file);
      if (entry?.snapshot) entries.add(entry);
      else {
        const problems = this.working.get(file)?.problems ?? [];
        this.collection.set(vscode.Uri.file(file), problems.map(inEditor));
      }
    }
    for (const entry of entries) this.update(entry);
  }

  private update(entry: RepositoryEntry): void {
    this.read(entry).catch((error: unknown) => this.log.error(`Problems: ${String(error)}`));
  }

  private async read(entry: RepositoryEntry): Promise<void> {
    const { snapshot } = entry;
    if (!snapshot || entry.repository.bare) return;
    const run = (this.runs.get(entry) ?? 0) + 1;
    this.runs.set(entry, run);
    const found = new Map<string, vscode.Diagnostic[]>();
    const add = (file: string, diagnostic: vscode.Diagnostic): void => {
      found.set(file, [...(found.get(file) ?? []), diagnostic]);
    };
    const committed = await committedDiagnostics(snapshot);
    const changed = await this.changedFiles(entry, snapshot, committed);
    for (const diagnostic of committed) {
      if (!changed.has(diagnostic.path ?? '')) add(diagnostic.path ?? '', inEditor(diagnostic));
    }
    for (const [file, problems] of changed) for (const problem of problems) add(file, inEditor(problem));
    for (const view of this.board.views(entry) ?? []) {
      for (const [file, diagnostic] of pinDiagnostics(view)) add(file, diagnostic);
    }
    if (this.runs.get(entry) !== run) return;
    if (this.store.entryOf(path.join(entry.repository.root, 'modelkeep.yaml')) !== entry) return;
    const inRoot = (file: string): vscode.Uri =>
      vscode.Uri.file(path.join(entry.repository.root, ...file.split('/')));
    const uris = [...found.keys()].map(inRoot);
    const now = new Set(uris.map(String));
    // With what was shown of a file by itself, before its repository was read.
    const checked = [...this.working.entries()]
      .filter(([file]) => this.store.entryOf(file) === entry)
      .map(([file]) => vscode.Uri.file(file));
    for (const uri of [...(this.shown.get(entry) ?? []), ...checked]) {
      if (!now.has(uri.toString())) this.collection.delete(uri);
    }
    for (const [file, diagnostics] of found) this.collection.set(inRoot(file), diagnostics);
    this.shown.set(entry, uris);
  }

  /** Files whose working copy is not what was committed, with what is wrong with them now; by repository path. */
  private async changedFiles(
    entry: RepositoryEntry,
    { catalog }: Snapshot,
    committed: readonly Diagnostic[],
  ): Promise<ReadonlyMap<string, readonly Problem[]>> {
    const { repository } = entry;
    const diagnosed = new Set(committed.map((diagnostic) => diagnostic.path));
    const changed = new Map<string, readonly Problem[]>();
    for (const diagnostic of committed) {
      const file = path.join(repository.root, ...(diagnostic.path ?? '').split('/'));
      if (this.working.get(file) !== undefined) continue;
      if (diagnostic.code === 'dvc-vars' && path.basename(file) !== 'dvc.yaml')
        this.working.checkVariables(file);
      else this.working.check(file);
    }
    for (const [file, now] of this.working.entries()) {
      if (this.store.entryOf(file) !== entry) continue;
      const inside = path.relative(repository.root, file).split(path.sep).join('/');
      // A file without a fault in the commit that has one now is another; for one with a fault Git is asked.
      const before = diagnosed.has(inside)
        ? await this.committedBytes(entry, catalog.head.commit, inside)
        : null;
      if (now === null || before?.equals(now.bytes) !== true) changed.set(inside, now?.problems ?? []);
    }
    return changed;
  }

  /** A file as the checked-out commit has it, read once. */
  private async committedBytes(
    entry: RepositoryEntry,
    commit: CommitId | null,
    file: string,
  ): Promise<Buffer | null> {
    if (commit === null) return null;
    let known = this.committed.get(entry);
    if (known?.commit !== commit) this.committed.set(entry, (known = { commit, files: new Map() }));
    let bytes = known.files.get(file);
    if (bytes === undefined) {
      bytes = await readBlobAt(entry.repository, commit, file);
      known.files.set(file, bytes);
    }
    return bytes;
  }

  dispose(): void {
    for (const disposable of this.disposables) disposable.dispose();
  }
}

/** A problem at its line, in the editor's terms. */
function inEditor({ severity, code, message, line = 1 }: Problem | Diagnostic): vscode.Diagnostic {
  const at = Math.max(0, line - 1);
  const diagnostic = new vscode.Diagnostic(new vscode.Range(at, 0, at, 1000), message, SEVERITIES[severity]);
  diagnostic.code = code;
  diagnostic.source = SOURCE;
  return diagnostic;
}

/** What is wrong with files of the checked-out commit, and with the settings. */
async function committedDiagnostics(snapshot: Snapshot): Promise<readonly Diagnostic[]> {
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
      diagnostic.source = SOURCE;
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
    diagnostic.source = SOURCE;
    return [[file, diagnostic] as const];
  });
}
