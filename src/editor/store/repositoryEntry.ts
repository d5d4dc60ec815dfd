import path from 'node:path';
import * as vscode from 'vscode';
import type { Branch, BranchList, BranchModels, Catalog } from '../../core/catalog/catalog.js';
import type { BranchSummary } from '../../core/catalog/repositoryCatalog.js';
import type { AllBranchFacts } from '../../core/git/branchFacts.js';
import { readBranchFacts } from '../../core/git/branchFacts.js';
import { isPartialClone } from '../../core/git/localObjects.js';
import type { Repository } from '../../core/git/repository.js';
import { firstLine, isCancellation } from '../log.js';
import { Coalescer } from './coalesce.js';
import type { RepositoryWatch } from './watchRepository.js';
import { watchRepository } from './watchRepository.js';

/** A catalog that can also tell every tracked file of a branch, whatever its name. */
export interface EditorCatalog extends Catalog {
  trackedOn(branch: Branch): Promise<BranchModels>;
  /** Reads the trees of many branches, and of where they parted, in one pass; `changesOn` then answers at once. */
  summarize(
    branches: readonly Branch[],
    options?: { readonly signal?: AbortSignal },
  ): Promise<ReadonlyMap<Branch, BranchSummary>>;
}

/** A catalog with what the view needs beside it. */
export interface Snapshot {
  readonly catalog: EditorCatalog;
  readonly facts: AllBranchFacts;
  /** Milliseconds since 1970. */
  readonly readAt: number;
}

/** What can be shown of the branches while tags and trees are still being read. */
export interface EarlyBranches {
  readonly list: BranchList;
  readonly facts: AllBranchFacts;
}

/** What is known of one repository. An old snapshot is kept while the next is read, and when that fails. */
export type EntryState =
  | { readonly kind: 'idle' }
  | { readonly kind: 'reading'; readonly snapshot: Snapshot | null; readonly early: EarlyBranches | null }
  | { readonly kind: 'ready'; readonly snapshot: Snapshot }
  | { readonly kind: 'failed'; readonly snapshot: Snapshot | null; readonly error: unknown };

/** Reads the catalog of one repository again and again, each time costing what changed. */
export interface CatalogLoader {
  load(options: {
    readonly signal: AbortSignal;
    /** Told as soon as the branches are known. */
    readonly onBranches: (list: BranchList) => void;
  }): Promise<EditorCatalog>;
  /** Leaves what was read for the next window and the command line. */
  save(): Promise<void>;
}

/** No single reading of a repository takes longer; a hanging disk or network drive is a failure with a name. */
const TIME_LIMIT = 120_000;

/** Milliseconds without a new catalog after which what was read is left in the cache. */
const SAVE_AFTER = 3_000;

/** One repository of the workspace: its catalog, kept up to date while somebody looks. */
export class RepositoryEntry implements vscode.Disposable {
  private current: EntryState = { kind: 'idle' };
  private readonly changed = new vscode.EventEmitter<void>();
  readonly onDidChange = this.changed.event;
  private readonly refreshes = new Coalescer((signal) => this.read(signal));
  private watch: RepositoryWatch | undefined;
  /** Why changes cannot be watched; null while they are. */
  watchFailure: string | null = null;
  /** Something changed while nobody looked. */
  private stale = false;
  private saving: NodeJS.Timeout | undefined;
  private disposed = false;
  /** Objects may be missing because a remote promises them. */
  readonly partial: boolean;

  constructor(
    readonly repository: Repository,
    private readonly loader: CatalogLoader,
    private readonly isWatched: () => boolean,
    private readonly log: vscode.LogOutputChannel,
  ) {
    this.partial = isPartialClone(repository.commonDir);
  }

  get name(): string {
    return path.basename(this.repository.root);
  }

  get state(): EntryState {
    return this.current;
  }

  get snapshot(): Snapshot | null {
    return this.current.kind === 'idle' ? null : this.current.snapshot;
  }

  /** Reads the catalog if it was never read, or if something changed while nobody looked. */
  wake(): void {
    if (this.current.kind !== 'idle' && !this.stale) return;
    if (this.current.kind === 'idle') this.set({ kind: 'reading', snapshot: null, early: null });
    this.stale = false;
    this.refreshes.now();
  }

  /** Somebody begins to look: what could not be watched meanwhile is read again. */
  show(): void {
    if (this.watchFailure === null) this.wake();
    else this.refresh();
  }

  /** Reads again now, whatever is known. */
  refresh(): void {
    this.refreshes.now();
  }

  /** The next settled catalog: what a command works on. Rejects with what reading failed with. */
  async ready(): Promise<Snapshot> {
    this.wake();
    for (;;) {
      const state = this.current;
      if (state.kind === 'ready') return state.snapshot;
      if (state.kind === 'failed') throw state.error;
      if (state.kind === 'reading' && state.snapshot !== null) return state.snapshot;
      await new Promise<void>((resolve) => {
        const once = this.changed.event(() => {
          once.dispose();
          resolve();
        });
      });
    }
  }

  /** Reads again and answers with a catalog that has seen everything done until now. */
  async refreshed(): Promise<Snapshot> {
    const before = this.snapshot;
    this.refresh();
    for (;;) {
      await new Promise<void>((resolve) => {
        const once = this.changed.event(() => {
          once.dispose();
          resolve();
        });
      });
      const state = this.current;
      if (state.kind === 'ready' && state.snapshot !== before) return state.snapshot;
      if (state.kind === 'failed') throw state.error;
    }
  }

  private event(what: string): void {
    this.log.trace(`${this.name}: ${what} changed`);
    if (this.isWatched()) this.refreshes.event();
    else this.stale = true;
  }

  private async read(signal: AbortSignal): Promise<void> {
    const previous = this.snapshot;
    this.set({ kind: 'reading', snapshot: previous, early: this.early });
    const started = performance.now();
    const limited = AbortSignal.any([signal, AbortSignal.timeout(TIME_LIMIT)]);
    // The loader tells the branches once in every load.
    let facts: Promise<AllBranchFacts> | undefined;
    const readFacts = (list: BranchList): Promise<AllBranchFacts> =>
      (facts ??= readBranchFacts(this.repository, list.defaultBranch?.branch.commit ?? null, {
        signal: limited,
      }));
    try {
      // First, so that nothing changes unseen between reading and watching.
      await this.startWatching();
      const catalog = await this.loader.load({
        signal: limited,
        onBranches: (list) => this.showEarly(list, readFacts(list), limited),
      });
      const snapshot = { catalog, facts: await readFacts(catalog), readAt: Date.now() };
      signal.throwIfAborted();
      this.log.info(`${this.name}: read in ${(performance.now() - started).toFixed(0)} ms`);
      this.watch?.follow(watchedFiles(this.repository, catalog));
      this.set({ kind: 'ready', snapshot });
      this.saveLater();
    } catch (error) {
      // A newer run follows a cancelled one: it will say how things stand.
      if (signal.aborted || isCancellation(error)) return;
      this.log.error(
        `${this.name}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
      );
      this.set({ kind: 'failed', snapshot: previous, error });
    }
  }

  private get early(): EarlyBranches | null {
    return this.current.kind === 'reading' ? this.current.early : null;
  }

  /** Where nothing is shown yet, the branches are, while tags and trees are read. */
  private showEarly(list: BranchList, facts: Promise<AllBranchFacts>, signal: AbortSignal): void {
    facts.then(
      (known) => {
        if (signal.aborted || this.current.kind !== 'reading' || this.current.snapshot !== null) return;
        this.set({ kind: 'reading', snapshot: null, early: { list, facts: known } });
      },
      () => undefined, // `read` waits for them too, and says so
    );
  }

  /** Writes the cache once things are quiet; the branches that were looked at since are in it too. */
  saveLater(): void {
    clearTimeout(this.saving);
    this.saving = setTimeout(() => void this.loader.save(), SAVE_AFTER);
  }

  /** Once, and again after it failed. */
  private async startWatching(): Promise<void> {
    if (this.disposed || (this.watch && this.watchFailure === null)) return;
    this.watch?.dispose();
    let failure: string | null = null;
    this.watch = watchRepository(this.repository, watchedFiles(this.repository, null), {
      changed: (what) => this.event(what),
      failed: (reason) => {
        failure = reason;
        if (this.watchFailure === reason) return;
        this.watchFailure = reason;
        this.log.warn(
          `${this.name}: changes cannot be watched (${reason}); looking again when the window gets focus`,
        );
        this.changed.fire();
      },
    });
    await this.watch.ready;
    this.watchFailure = failure;
  }

  private set(state: EntryState): void {
    this.current = state;
    this.changed.fire();
  }

  dispose(): void {
    this.disposed = true;
    clearTimeout(this.saving);
    this.refreshes.dispose();
    this.watch?.dispose();
    this.changed.dispose();
  }
}

/** Files of the working copy that the catalog or a pin is read from; without a catalog those of any repository. */
function watchedFiles({ bare, root }: Repository, catalog: Catalog | null): readonly string[] {
  if (bare) return [];
  const files = new Set(['modelkeep.yaml', '.gto', 'artifacts.yaml']);
  for (const environment of catalog?.settings.environments ?? []) {
    for (const pin of environment.pins) {
      if (pin.target.kind === 'file') for (const file of pin.target.files) files.add(file);
    }
  }
  return [...files].map((file) => path.resolve(root, file));
}

/** What a failed entry says first. */
export function failureOf(state: EntryState): string | null {
  return state.kind === 'failed' ? firstLine(state.error) : null;
}
