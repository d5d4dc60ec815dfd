import type * as vscode from 'vscode';
import type { RepositoryEntry } from '../store/repositoryEntry.js';

/** What the tree and the status bar say about the pins of one model. */
export interface PinSummary {
  readonly state: 'ok' | 'drifted' | 'unknown';
  /** Tags that pins of this model mean. */
  readonly tags: ReadonlySet<string>;
  /** One line for a tooltip: `v2.1.0 in production, drifted: …`. */
  readonly lines: readonly string[];
}

/** Where rows learn whether their model is pinned; answers from what is known, never by waiting. */
export interface PinLookup {
  readonly onDidChange: vscode.Event<RepositoryEntry>;
  of(entry: RepositoryEntry, model: string): PinSummary | null;
}
