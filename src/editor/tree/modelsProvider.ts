import * as vscode from 'vscode';
import type { PinLookup } from '../pins/pinLookup.js';
import type { CatalogStore } from '../store/catalogStore.js';
import type { EarlyBranches, RepositoryEntry, Snapshot } from '../store/repositoryEntry.js';
import type { Where } from './branchChildren.js';
import { childrenOfBranch, diagnosticsNode, filteredModels, otherFiles, rowId } from './branchChildren.js';
import { childrenOfModel, olderTags } from './versionRows.js';
import type { BranchRow, FoldedRows } from './branchRows.js';
import { branchRows, experimentRows } from './branchRows.js';
import { belowEarly, earlyRows } from './earlyRows.js';
import { emptinessOf } from './emptyState.js';
import { treeItem } from './items.js';
import { Learning } from './learning.js';
import { childrenOfHeld, childrenOfRegistered, registeredNodes } from './modelChildren.js';
import type { BranchNode, ModelNodes, RepositoryNode } from './nodes.js';
import { firstPage } from './paging.js';
import { within } from './patience.js';
import { PinnedRows } from './pinnedRows.js';
import type { Redraw } from './redraw.js';
import { belowRepository, DrawnRows, worldOf } from './redraw.js';
import { stateNodes } from './stateNodes.js';
import { unreadOf } from './unreadRows.js';
import type { ReadParameters } from './tooltip.js';
import { resolveTooltip } from './tooltip.js';
import { childrenOfUnbound, unboundNodes } from './unboundRows.js';
import type { ViewOptions } from './viewOptions.js';

/** A small repository is read in this time (milliseconds): then its rows do not come in two steps. */
const FIRST_LOOK = 150;

/** Branches that are searched for a model before the view says that there is none. */
const MOST_SEARCHED = 100;

/** The rows of the Models view, composed from the catalogs when somebody unfolds them. */
export class ModelsProvider implements vscode.TreeDataProvider<ModelNodes>, vscode.Disposable {
  private readonly changed = new vscode.EventEmitter<ModelNodes | ModelNodes[] | undefined>();
  readonly onDidChangeTreeData = this.changed.event;
  private readonly composed = new vscode.EventEmitter<readonly ModelNodes[]>();
  /** Fires with the top rows whenever they were composed; none is an empty state, which has a welcome. */
  readonly onDidCompose = this.composed.event;
  private readonly learning: Learning;
  private readonly drawn = new DrawnRows((node) => this.getTreeItem(node));
  private readonly pinned: PinnedRows;
  /** First looks at repositories that are under way, and whether news came meanwhile. */
  private looking = 0;
  private missed = false;
  private readonly disposables: vscode.Disposable[];

  constructor(
    private readonly store: CatalogStore,
    private readonly options: ViewOptions,
    private readonly pins: PinLookup,
    private readonly readParameters: ReadParameters,
    private readonly log: vscode.LogOutputChannel,
  ) {
    this.pinned = new PinnedRows(pins);
    this.learning = new Learning(log, () => void this.refresh());
    this.disposables = [
      this.learning,
      this.changed,
      this.composed,
      options.onDidChange(() => this.changed.fire(undefined)),
      pins.onDidChange((entry) => {
        const rows = this.pinned.take(entry);
        if (rows.length > 0) this.changed.fire([...rows]);
      }),
    ];
  }

  /** Draws again what reads differently in the catalogs as they are now. */
  async refresh(): Promise<void> {
    // Rows that are on their way will say how things stand; drawn before, they would be drawn twice.
    if (this.looking > 0) {
      this.missed = true;
      return;
    }
    const entries = this.store.repositories?.entries ?? [];
    const [only] = entries;
    if (only === undefined || (entries.length === 1 && only.snapshot === null)) {
      this.changed.fire(undefined);
      return;
    }
    try {
      const roots = await this.roots();
      const redraw = await this.take(roots);
      if (redraw === 'all') this.changed.fire(undefined);
      else if (redraw !== 'nothing') this.changed.fire([...redraw]);
    } catch {
      // Drawing says what is wrong.
      this.changed.fire(undefined);
    }
  }

  getTreeItem(node: ModelNodes): vscode.TreeItem {
    return treeItem(node, {
      pins: this.pins,
      changes: ({ snapshot, row }) => this.learning.changes(snapshot.catalog, row),
    });
  }

  async resolveTreeItem(item: vscode.TreeItem, node: ModelNodes): Promise<vscode.TreeItem> {
    item.tooltip = await resolveTooltip(node, { pins: this.pins, readParameters: this.readParameters });
    return item;
  }

  async getChildren(node?: ModelNodes): Promise<ModelNodes[]> {
    try {
      if (node) {
        const rows = await this.below(node);
        this.pinned.keep(rows);
        return [...rows];
      }
      const roots = await this.roots();
      await this.take(roots);
      this.pinned.clear();
      this.pinned.keep(roots);
      this.composed.fire(roots);
      return [...roots];
    } catch (error) {
      this.log.error(error instanceof Error ? (error.stack ?? error.message) : String(error));
      return [{ kind: 'failed', id: `${node?.id ?? ''}\u0000failed`, entry: null, refused: null, error }];
    }
  }

  private async take(roots: readonly ModelNodes[]): Promise<Redraw> {
    const entries = this.store.repositories?.entries ?? [];
    const { grouping, onlyChanged } = this.options;
    const unread = new Map<RepositoryEntry, ReadonlyMap<string, string>>();
    for (const entry of entries)
      if (entry.snapshot) unread.set(entry, await unreadOf(entry.snapshot.catalog));
    const beside = (entry: RepositoryEntry): readonly unknown[] => [
      this.learning.count(entry),
      JSON.stringify([...(unread.get(entry) ?? [])]),
    ];
    const world = worldOf(entries, { grouping, onlyChanged });
    return this.drawn.take(
      roots,
      grouping === 'branch' ? world : [...world, ...entries.flatMap(beside)],
      (node) => {
        if (node.kind === 'repository') return [...belowRepository(node.entry), ...beside(node.entry)];
        return node.kind === 'branch' ? [unread.get(node.entry)?.get(node.row.branch.ref)] : [];
      },
    );
  }

  private async roots(): Promise<readonly ModelNodes[]> {
    return this.drawn.keep(await this.compose());
  }

  private async compose(): Promise<readonly ModelNodes[]> {
    const { entries, refused } = await this.store.wake();
    const failed = refused.map((one): ModelNodes => ({
      kind: 'failed',
      id: one.folder,
      entry: null,
      refused: one,
      error: one.error,
    }));
    const [only] = entries;
    if (!only) return failed.length === 0 ? [] : [...failed, retry('retry', ''), retry('log', '')];
    if (entries.length === 1) return [...(await this.ofRepository(only)), ...failed];
    const repositories = entries.map((entry): ModelNodes => ({
      kind: 'repository',
      id: entry.repository.root,
      entry,
    }));
    return [...repositories, ...failed];
  }

  private async below(node: ModelNodes): Promise<readonly ModelNodes[]> {
    const { text, onlyChanged } = this.filter;
    const isPinned = (name: string) => (version: { readonly tag: string }) =>
      'entry' in node &&
      node.entry !== null &&
      this.pins.of(node.entry, name)?.tags.has(version.tag) === true;
    switch (node.kind) {
      case 'repository': {
        const rows = await this.ofRepository(node.entry);
        // Among several, one without models has no welcome to say so.
        return rows.length > 0 ? rows : [this.nothingIn(node)];
      }
      case 'branch':
        return childrenOfBranch(node, node.row, { text, onlyChanged }, (review) => this.changed.fire(review));
      case 'earlyBranch':
        return belowEarly(node.id);
      case 'review':
        return otherFiles(node, node.row);
      case 'model':
        return childrenOfModel(node, isPinned(node.model.name));
      case 'olderTags':
        return olderTags(node);
      case 'registered':
        return childrenOfRegistered(node, this.rows(node.snapshot), isPinned(node.registered.name));
      case 'version':
      case 'unregistered':
        return childrenOfHeld(node);
      case 'more':
        return this.page(node.nodes, node);
      case 'unbound':
        return this.page(childrenOfUnbound(node), node);
      case 'diagnostics':
        return node.diagnostics.map((diagnostic, index) => ({
          entry: node.entry,
          snapshot: node.snapshot,
          kind: 'diagnostic',
          id: `${node.id}\u0000${String(index)}`,
          diagnostic,
          leftOut: node.leftOut,
        }));
      default:
        return [];
    }
  }

  private nothingIn({ id, entry }: RepositoryNode): ModelNodes {
    const unborn = entry.snapshot !== null && emptinessOf(entry.snapshot.catalog) === 'noCommits';
    const text = unborn ? 'noCommitsHere' : this.options.filter === '' ? 'noModelsHere' : 'noMatch';
    return { kind: 'message', id: `${id}\u0000${text}`, text };
  }

  private get filter(): { readonly text: string; readonly onlyChanged: boolean } {
    return { text: this.options.filter, onlyChanged: this.options.onlyChanged };
  }

  private async ofRepository(entry: RepositoryEntry): Promise<readonly ModelNodes[]> {
    entry.wake();
    if (!entry.snapshot) await this.firstLook(entry);
    const { state, snapshot } = entry;
    if (!snapshot) {
      const id = entry.repository.root;
      const early = state.kind === 'reading' ? this.early(entry, state.early) : [];
      if (early.length > 0) return early;
      if (state.kind !== 'failed') return [{ kind: 'message', id: `${id}\u0000reading`, text: 'reading' }];
      return [
        { kind: 'failed', id: `${id}\u0000failed`, entry, refused: null, error: state.error },
        retry('retry', id),
        retry('log', id),
      ];
    }
    const where: Where = { entry, snapshot };
    const failed: ModelNodes[] =
      state.kind === 'failed'
        ? [{ kind: 'failed', id: rowId(where, 'failed'), entry, refused: null, error: state.error }]
        : [];
    const nodes = this.options.grouping === 'model' ? await this.byModel(where) : await this.byBranch(where);
    const diagnostics = snapshot.catalog.diagnostics.filter(({ severity }) => severity !== 'info');
    if (nodes.length === 0 || !(await this.hasModels(where))) return failed;
    const filtered = this.options.filter !== '' || this.options.onlyChanged;
    return [
      ...failed,
      ...(await stateNodes(where)),
      ...nodes,
      ...this.experiments(where),
      ...(filtered ? [] : await unboundNodes(where)),
      ...(diagnostics.length === 0
        ? []
        : [await diagnosticsNode(where, rowId(where, 'problems'), diagnostics)]),
    ];
  }

  private async firstLook(entry: RepositoryEntry): Promise<void> {
    const { repositories } = this.store;
    this.looking += 1;
    // Whatever it fails with is in the entry's state.
    await within(
      FIRST_LOOK,
      entry.ready().catch(() => undefined),
    );
    this.looking -= 1;
    const others = (repositories?.entries.length ?? 0) > 1;
    if (this.looking > 0 || !this.missed) return;
    this.missed = false;
    if (others || this.store.repositories !== repositories) this.changed.fire(undefined);
  }

  /** Branches can be shown before the rest; models, and what matches a filter, cannot. */
  private early(entry: RepositoryEntry, early: EarlyBranches | null): readonly ModelNodes[] {
    const { grouping, filter, onlyChanged } = this.options;
    if (!early || grouping === 'model' || filter !== '' || onlyChanged) return [];
    return earlyRows(entry, early, this.options.rowOptions(early.list.settings));
  }

  /** DVC experiments in a group of their own, read when somebody unfolds them. */
  private experiments(where: Where): readonly ModelNodes[] {
    const rows = experimentRows(where.snapshot.catalog);
    if (rows.length === 0 || this.options.filter !== '' || this.options.onlyChanged) return [];
    const nodes = rows.map((row): BranchNode => ({
      ...where,
      kind: 'branch',
      id: rowId(where, 'experiment', row.branch.ref),
      row,
    }));
    return [{ ...where, kind: 'more', of: 'experiments', id: rowId(where, 'experiments'), nodes }];
  }

  /** Whether there is anything to show at all; many branches are not searched for it. */
  private async hasModels({ snapshot }: Where): Promise<boolean> {
    const { catalog } = snapshot;
    if (catalog.versions.size > 0) return true;
    const rows = this.rows(snapshot);
    if (rows.length > MOST_SEARCHED) return true;
    for (const row of rows) {
      if (row.branch.commit === null) continue;
      const { models, diagnostics } = await catalog.modelsOn(row.branch);
      if (models.length > 0 || diagnostics.length > 0) return true;
    }
    return false;
  }

  /** Branches that may be shown, in order; hidden ones are not among them. */
  rows(snapshot: Snapshot): readonly BranchRow[] {
    return branchRows(snapshot.catalog, snapshot.facts, this.options.rowOptions(snapshot.catalog.settings));
  }

  private async byModel(where: Where): Promise<readonly ModelNodes[]> {
    const { shown } = await this.folded(where);
    return this.page(await registeredNodes(where, shown, this.filter), null, where);
  }

  private async byBranch(where: Where): Promise<readonly ModelNodes[]> {
    const { shown, folded } = await this.folded(where);
    const node = (row: BranchRow): BranchNode => ({
      ...where,
      kind: 'branch',
      id: rowId(where, 'branch', row.branch.ref),
      row,
    });
    if (this.options.filter !== '' || this.options.onlyChanged) {
      const matching = await this.matching(where, [...shown, ...(this.options.filter === '' ? [] : folded)]);
      return this.page(matching.map(node), null, where);
    }
    const branches = this.page(shown.map(node), null, where);
    if (folded.length === 0) return branches;
    const more: ModelNodes = {
      ...where,
      kind: 'more',
      of: 'branches',
      id: rowId(where, 'folded'),
      nodes: folded.map(node),
    };
    return [...branches, more];
  }

  private async matching(where: Where, rows: readonly BranchRow[]): Promise<readonly BranchRow[]> {
    const matching: BranchRow[] = [];
    await where.snapshot.catalog.summarize(rows.map(({ branch }) => branch));
    for (const row of rows) {
      if (row.branch.commit === null) continue;
      // Without the versions that belong to them: those cost most, and a name is all that is asked for.
      const on = await where.snapshot.catalog.modelsAt(row.branch.commit);
      const models = await filteredModels(where, row, on.models, this.filter);
      if (models.length > 0 || (row.current && this.options.filter === '')) matching.push(row);
    }
    return matching;
  }

  private folded(where: Where): Promise<FoldedRows> {
    return this.learning.fold(where, this.rows(where.snapshot));
  }

  private page(
    nodes: readonly ModelNodes[],
    parent: ModelNodes | null,
    where?: Where,
  ): readonly ModelNodes[] {
    const { shown, rest } = firstPage(nodes);
    const around = where ?? (parent && 'snapshot' in parent ? parent : null);
    if (rest.length === 0 || !around) return nodes;
    const id = `${parent?.id ?? rowId(around, 'roots')}\u0000more`;
    return [
      ...shown,
      { entry: around.entry, snapshot: around.snapshot, kind: 'more', of: 'page', id, nodes: rest },
    ];
  }

  dispose(): void {
    for (const disposable of this.disposables) disposable.dispose();
  }
}

function retry(text: 'retry' | 'log', id: string): ModelNodes {
  return { kind: 'message', id: `${id}\u0000${text}`, text };
}
