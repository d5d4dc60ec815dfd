import * as vscode from 'vscode';
import type { GitEnvironment } from '../../core/git/process.js';
import { gitEnvironment } from '../../core/git/process.js';
import type { Repository } from '../../core/git/repository.js';
import { SettingKeys } from '../ids.js';
import { discoverRepositories } from './discover.js';
import type { CatalogLoader } from './repositoryEntry.js';
import { RepositoryEntry } from './repositoryEntry.js';

/** A folder whose repository Git would not open. */
export interface RefusedFolder {
  readonly folder: string;
  readonly error: unknown;
}

export interface Repositories {
  readonly entries: readonly RepositoryEntry[];
  readonly refused: readonly RefusedFolder[];
}

const NONE: Repositories = { entries: [], refused: [] };

/**
 * The repositories of the workspace and their catalogs. Nothing is looked for, no Git is started, before
 * somebody asks; afterwards changes are followed only while something that shows them is visible.
 */
export class CatalogStore implements vscode.Disposable {
  private found: Promise<Repositories> | undefined;
  private known: Repositories | null = null;
  private readonly watchers = new Set<() => boolean>();
  private readonly changed = new vscode.EventEmitter<RepositoryEntry | undefined>();
  /** Fires with the repository whose state changed; with nothing when the set of repositories did. */
  readonly onDidChange = this.changed.event;
  private readonly disposables: vscode.Disposable[] = [this.changed];

  constructor(
    private readonly createLoader: (repository: Repository) => CatalogLoader,
    private readonly log: vscode.LogOutputChannel,
  ) {
    this.disposables.push(
      vscode.workspace.onDidChangeWorkspaceFolders(() => this.forget()),
      vscode.workspace.onDidGrantWorkspaceTrust(() => this.forget()),
      vscode.workspace.onDidChangeConfiguration((event) => {
        if (event.affectsConfiguration(SettingKeys.gitPath)) this.forget();
      }),
      vscode.window.onDidChangeWindowState((state) => {
        if (state.focused && this.isWatched()) this.onFocus();
      }),
    );
  }

  /** Repositories found so far, without looking: null before anybody asked. */
  get repositories(): Repositories | null {
    return this.known;
  }

  /** Says that something shows catalogs while `visible()` is true; then changes are followed as they come. */
  watchWhile(visible: () => boolean): vscode.Disposable {
    this.watchers.add(visible);
    return new vscode.Disposable(() => this.watchers.delete(visible));
  }

  /** Finds the repositories of the workspace, the first time or again after the folders changed. */
  async open(): Promise<Repositories> {
    this.found ??= this.discover();
    return this.found;
  }

  /** Opens all repositories and reads those that were not read, or changed while nobody looked. */
  async wake(): Promise<Repositories> {
    const repositories = await this.open();
    for (const entry of repositories.entries) entry.wake();
    return repositories;
  }

  /** The same, when something that shows catalogs comes into sight. */
  async show(): Promise<void> {
    const { entries } = await this.open();
    for (const entry of entries) entry.show();
  }

  /** Looks for repositories again and reads every catalog again. */
  async refresh(): Promise<void> {
    const before = this.known;
    if (before === null || before.entries.length === 0 || before.refused.length > 0) {
      this.forget();
      await this.wake();
      return;
    }
    for (const entry of before.entries) entry.refresh();
  }

  /** The repository around a file; undefined when none of the workspace's is. */
  entryOf(file: string): RepositoryEntry | undefined {
    const around = (this.known?.entries ?? []).filter(
      ({ repository }) => file === repository.root || file.startsWith(withSeparator(repository.root)),
    );
    return around.sort((a, b) => b.repository.root.length - a.repository.root.length)[0];
  }

  private async discover(): Promise<Repositories> {
    const folders = (vscode.workspace.workspaceFolders ?? []).filter(
      (folder) => folder.uri.scheme === 'file',
    );
    const found = await discoverRepositories(
      folders.map((folder) => folder.uri.fsPath),
      { git: git() },
    );
    const entries: RepositoryEntry[] = [];
    const refused: RefusedFolder[] = [];
    for (const one of found) {
      if ('error' in one) {
        this.log.error(`${one.folder}: ${String(one.error)}`);
        refused.push(one);
        continue;
      }
      const entry = new RepositoryEntry(
        one.repository,
        this.createLoader(one.repository),
        () => this.isWatched(),
        this.log,
      );
      entry.onDidChange(() => this.changed.fire(entry));
      entries.push(entry);
    }
    this.known = { entries, refused };
    this.changed.fire(undefined);
    return this.known;
  }

  private forget(): void {
    for (const entry of this.known?.entries ?? []) entry.dispose();
    this.found = undefined;
    this.known = null;
    this.changed.fire(undefined);
    if (this.isWatched()) void this.wake();
  }

  private onFocus(): void {
    for (const entry of (this.known ?? NONE).entries) if (entry.watchFailure !== null) entry.show();
  }

  private isWatched(): boolean {
    return [...this.watchers].some((visible) => visible());
  }

  dispose(): void {
    for (const entry of this.known?.entries ?? []) entry.dispose();
    for (const disposable of this.disposables) disposable.dispose();
  }
}

/** Git as the user's settings name it; a workspace cannot name a program (machine-scoped settings only). */
function git(): GitEnvironment {
  const configuration = vscode.workspace.getConfiguration();
  const own = configuration.inspect<string>(SettingKeys.gitPath)?.globalValue;
  const builtIn = configuration.inspect<string | readonly string[]>('git.path')?.globalValue;
  const program = own ?? (typeof builtIn === 'string' ? builtIn : builtIn?.[0]);
  return gitEnvironment(process.env, program || 'git');
}

function withSeparator(folder: string): string {
  return folder.endsWith('/') || folder.endsWith('\\')
    ? folder
    : `${folder}${process.platform === 'win32' ? '\\' : '/'}`;
}
