import type * as vscode from 'vscode';
import type { EditorCatalog, RepositoryEntry } from '../store/repositoryEntry.js';
import type { Grouping } from './viewOptions.js';
import type { ModelNodes } from './nodes.js';

/** What a person reads of a row, and which commands it has. */
type RowText = Pick<vscode.TreeItem, 'label' | 'description' | 'contextValue'>;

/** What has to be drawn again: rows by themselves, everything, or nothing. */
export type Redraw = readonly ModelNodes[] | 'all' | 'nothing';

/**
 * Remembers the outermost rows as they were drawn. A row keeps its object from one catalog to the next, and only
 * what reads differently is drawn again: a row drawn anew under an open menu is lost to the command chosen there.
 */
export class DrawnRows {
  private readonly kept = new Map<string, ModelNodes>();
  private ids = '';
  private rows = new Map<string, { readonly signature: string; readonly below: readonly unknown[] }>();
  private world: readonly unknown[] = [];

  constructor(private readonly draw: (node: ModelNodes) => RowText) {}

  /** The rows, each in the object it had before, which now says what the fresh one says. */
  keep(roots: readonly ModelNodes[]): readonly ModelNodes[] {
    return roots.map((fresh) => {
      const known = this.kept.get(fresh.id);
      if (known?.kind === fresh.kind) return Object.assign(known, fresh);
      this.kept.set(fresh.id, fresh);
      return fresh;
    });
  }

  /**
   * Takes the rows and what all of them depend on as drawn, and says what differs from what was drawn before.
   * @param below what the rows below a row depend on, where its own text does not tell
   */
  take(
    roots: readonly ModelNodes[],
    world: readonly unknown[],
    below: (node: ModelNodes) => readonly unknown[] = () => [],
  ): Redraw {
    const ids = roots.map(({ id }) => id).join('\n');
    const rows = new Map(
      roots.map((node) => [node.id, { signature: this.signature(node), below: below(node) }]),
    );
    const same = ids === this.ids && equal(world, this.world);
    const changed = roots.filter(({ id }) => {
      const [now, before] = [rows.get(id), this.rows.get(id)];
      return !now || !before || now.signature !== before.signature || !equal(now.below, before.below);
    });
    this.ids = ids;
    this.rows = rows;
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
            : node.kind === 'unbound'
              ? node.names
              : null;
    return JSON.stringify([node.id, label, description, contextValue, below]);
  }
}

function equal(left: readonly unknown[], right: readonly unknown[]): boolean {
  return left.length === right.length && left.every((part, index) => part === right[index]);
}

export interface WorldOptions {
  readonly grouping: Grouping;
  /** Rows below a branch are those that differ from the default branch. */
  readonly onlyChanged: boolean;
}

/**
 * What every row of the only repository depends on, in parts that are equal while nothing about it changed: tags,
 * shared settings, what is checked out. Where rows are no branches, every branch is a part too. Of several
 * repositories each row stands for itself.
 */
export function worldOf(entries: readonly RepositoryEntry[], options: WorldOptions): readonly unknown[] {
  const [only] = entries;
  if (!only || entries.length > 1) return [entries.length];
  const { snapshot, state } = only;
  if (!snapshot) return [state.kind];
  const { catalog } = snapshot;
  return [
    ...common(catalog),
    ...(options.onlyChanged ? [catalog.defaultBranch?.branch.commit] : []),
    ...(options.grouping === 'branch' ? [] : [tips(catalog)]),
  ];
}

/** What the rows below a repository depend on, all of it. */
export function belowRepository({ snapshot, state }: RepositoryEntry): readonly unknown[] {
  const failure = state.kind === 'failed' ? state.error : null;
  if (!snapshot) return [state.kind, state.kind === 'reading' ? state.early : null, failure];
  const { catalog } = snapshot;
  return [...common(catalog), tips(catalog), JSON.stringify(catalog.diagnostics), failure];
}

function common(catalog: EditorCatalog): readonly unknown[] {
  return [
    text(catalog.versions, () => [...catalog.versions.values()]),
    text(catalog.plainTags, () => catalog.plainTags),
    JSON.stringify(catalog.settings),
    catalog.head.branch,
  ];
}

function tips({ branches }: EditorCatalog): string {
  return branches.map(({ ref, commit }) => `${ref} ${String(commit)}`).join('\n');
}

const texts = new WeakMap<object, string>();

/** As text, made once an object: the tags of a clone that lacks something are read anew for each catalog. */
function text(object: object, content: () => unknown): string {
  let known = texts.get(object);
  if (known === undefined) texts.set(object, (known = JSON.stringify(content())));
  return known;
}
