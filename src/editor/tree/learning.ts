import type * as vscode from 'vscode';
import type { BranchChanges } from '../../core/catalog/catalog.js';
import type { EditorCatalog, RepositoryEntry, Snapshot } from '../store/repositoryEntry.js';
import type { Where } from './branchChildren.js';
import type { BranchRow, FoldedRows } from './branchRows.js';
import { foldRows } from './branchRows.js';
import { Insights } from './insights.js';
import { within } from './patience.js';

/** What branches change decides where they are shown; longer than this (milliseconds) the view does not wait. */
const PATIENCE = 250;

/** More branches than this are not learnt about in that time: then nobody waits at all. */
const MOST_AWAITED = 100;

/** Learns in the background what branches change, and folds their rows by what is known of it. */
export class Learning implements vscode.Disposable {
  private readonly insights = new Insights();
  private readonly running = new Map<
    string,
    { readonly snapshot: Snapshot; readonly stop: AbortController }
  >();
  private readonly counts = new Map<string, number>();

  constructor(
    private readonly log: vscode.LogOutputChannel,
    /** Called when something was learnt after the rows had been drawn. */
    private readonly onLate: () => void,
  ) {}

  /** How often something was learnt of a repository's branches after its rows had been drawn. */
  count({ repository }: RepositoryEntry): number {
    return this.counts.get(repository.root) ?? 0;
  }

  /** What a branch changes, as far as it is known. */
  changes(catalog: EditorCatalog, row: BranchRow): BranchChanges | undefined {
    return this.insights.changes(catalog, row);
  }

  /** The rows that are shown and those that are folded; waits for what is not known as long as nobody notices. */
  async fold(where: Where, rows: readonly BranchRow[]): Promise<FoldedRows> {
    const { catalog } = where.snapshot;
    const asked = rows.filter((row) => !row.isDefault && !row.merged);
    const missing = this.insights.missing(catalog, asked);
    if (missing.length > 0) await this.learn(where, missing);
    return foldRows(
      rows,
      (row) => this.insights.changes(catalog, row),
      (row) => this.insights.isMerged(catalog, row),
    );
  }

  private async learn({ entry, snapshot }: Where, rows: readonly BranchRow[]): Promise<void> {
    const { root } = entry.repository;
    const running = this.running.get(root);
    if (running?.snapshot === snapshot) return;
    running?.stop.abort();
    const stop = new AbortController();
    this.running.set(root, { snapshot, stop });
    let late = false;
    const progressed = (): void => {
      if (!late || stop.signal.aborted) return;
      this.counts.set(root, this.count(entry) + 1);
      this.onLate();
    };
    const work = this.insights
      .learn(snapshot.catalog, rows, progressed, { signal: stop.signal })
      .then(progressed, (error: unknown) => {
        if (!stop.signal.aborted) this.log.warn(`${entry.name}: ${String(error)}`);
      })
      .then(() => entry.saveLater());
    if (rows.length <= MOST_AWAITED) await within(PATIENCE, work);
    late = true;
  }

  dispose(): void {
    for (const { stop } of this.running.values()) stop.abort();
  }
}
