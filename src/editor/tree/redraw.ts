import type * as vscode from 'vscode';
import type { RepositoryEntry } from '../store/repositoryEntry.js';
import type { Grouping } from './viewOptions.js';
import type { ModelNodes } from './nodes.js';

/** What has to be drawn again: rows by themselves, everything, or nothing. */
export type Redraw = readonly ModelNodes[] | 'all' | 'nothing';

/**
 * Remembers the outermost rows as they were drawn. A row keeps its object from one catalog to the next, and only
 * what reads differently is drawn again: a row drawn anew under an open menu is lost to the command chosen there.
 */
export class DrawnRows {
  private readonly kept = new Map<string, ModelNodes>();
  private ids = '';
  private signatures = new Map<string, string>();
  private world: readonly unknown[] = [];

  constructor(private readonly draw: (node: ModelNodes) => vscode.TreeItem) {}

  /** The rows, each in the object it had before, which now says what the fresh one says. */
  keep(roots: readonly ModelNodes[]): readonly ModelNodes[] {
    return roots.map((fresh) => {
      const known = this.kept.get(fresh.id);
      if (known?.kind === fresh.kind) return Object.assign(known, fresh);
      this.kept.set(fresh.id, fresh);
      return fresh;
    });
  }

  /** Takes the rows and what all of them depend on as drawn, and says what differs from what was drawn before. */
  take(roots: readonly ModelNodes[], world: readonly unknown[]): Redraw {
    const ids = roots.map(({ id }) => id).join('\n');
    const signatures = new Map(roots.map((node) => [node.id, this.signature(node)]));
    const same =
      ids === this.ids &&
      world.length === this.world.length &&
      world.every((part, i) => part === this.world[i]);
    const changed = roots.filter((node) => signatures.get(node.id) !== this.signatures.get(node.id));
    this.ids = ids;
    this.signatures = signatures;
    this.world = world;
    if (!same) return 'all';
    return changed.length === 0 ? 'nothing' : changed;
  }

  private signature(node: ModelNodes): string {
    const { label, description, contextValue } = this.draw(node);
    const below =
      node.kind === 'branch'
        ? node.row.branch.commit
        : node.kind === 'more'
          ? node.nodes.map((other) => this.signature(other))
          : node.kind === 'diagnostics'
            ? node.diagnostics
            : null;
    return JSON.stringify([node.id, label, description, contextValue, below]);
  }
}

/**
 * What every row depends on, in parts that are the same object or text while nothing about it changed: tags, shared
 * settings, what is checked out. Where rows are no branches, every branch is a part too.
 */
export function worldOf(entries: readonly RepositoryEntry[], grouping: Grouping): readonly unknown[] {
  const flat = grouping === 'branch' && entries.length === 1;
  return entries.flatMap(({ snapshot, state }): readonly unknown[] => {
    if (!snapshot) return [state.kind];
    const { catalog } = snapshot;
    return [
      catalog.versions,
      catalog.plainTags,
      JSON.stringify(catalog.settings),
      catalog.head.branch,
      catalog.defaultBranch?.branch.commit,
      catalog.diagnostics.length,
      ...(flat ? [] : [catalog.branches.map(({ ref, commit }) => `${ref} ${String(commit)}`).join('\n')]),
    ];
  });
}
