import { findMerged } from '../../core/branches/merged.js';
import type { BranchChanges } from '../../core/catalog/catalog.js';
import type { CommitId } from '../../core/git/ids.js';
import type { EditorCatalog } from '../store/repositoryEntry.js';
import type { BranchRow } from './branchRows.js';

/** Branches whose trees are read in one pass before the editor's host gets its breath back. */
const CHUNK = 100;

/** What is known of one repository's branches against one default branch, by commit: commits never change. */
interface Known {
  readonly key: string;
  readonly changes: Map<CommitId, BranchChanges>;
  readonly judged: Set<CommitId>;
  readonly merged: Set<CommitId>;
}

/**
 * What branches change and which are merged (squashed too): learnt in the background after the rows are shown, many
 * branches in one pass, and kept from one catalog to the next for every branch that did not move.
 */
export class Insights {
  private readonly byRoot = new Map<string, Known>();

  /** What a branch changes; undefined while that is not known. */
  changes(catalog: EditorCatalog, row: BranchRow): BranchChanges | undefined {
    const { commit } = row.branch;
    return commit === null ? undefined : this.known(catalog).changes.get(commit);
  }

  /** Whether all the work of a branch is in the default branch; false while that is not known. */
  isMerged(catalog: EditorCatalog, row: BranchRow): boolean {
    const { commit } = row.branch;
    return commit !== null && this.known(catalog).merged.has(commit);
  }

  /** The branches of which nothing is known yet. */
  missing(catalog: EditorCatalog, rows: readonly BranchRow[]): readonly BranchRow[] {
    const { changes, judged } = this.known(catalog);
    return rows.filter(
      ({ branch: { commit } }) => commit !== null && !(changes.has(commit) && judged.has(commit)),
    );
  }

  /** Learns what is missing, the first rows first; calls `progressed` when the first are known. */
  async learn(
    catalog: EditorCatalog,
    rows: readonly BranchRow[],
    progressed: () => void,
    options: { readonly signal?: AbortSignal } = {},
  ): Promise<void> {
    const { changes, judged, merged } = this.known(catalog);
    for (let start = 0; start < rows.length; start += CHUNK) {
      const branches = rows.slice(start, start + CHUNK).map(({ branch }) => branch);
      await catalog.summarize(branches, options);
      for (const branch of branches) {
        if (branch.commit !== null) changes.set(branch.commit, await catalog.changesOn(branch, options));
      }
      if (start === 0 && rows.length > CHUNK) progressed();
      await new Promise((resolve) => setImmediate(resolve));
    }
    const base = catalog.defaultBranch?.branch.commit ?? null;
    const tips = rows.flatMap(({ branch: { commit } }) => commit ?? []);
    const found = base === null ? new Map() : await findMerged(catalog.repository, base, tips, options);
    for (const tip of tips) {
      judged.add(tip);
      // A branch at the default branch's own tip is new, not merged.
      if (found.has(tip) && tip !== base) merged.add(tip);
    }
  }

  private known(catalog: EditorCatalog): Known {
    const { repository, settings } = catalog;
    const base = catalog.defaultBranch?.branch.commit ?? '';
    const key = JSON.stringify([base, settings.models]);
    const known = this.byRoot.get(repository.root);
    if (known?.key === key) return known;
    const fresh: Known = { key, changes: new Map(), judged: new Set(), merged: new Set() };
    this.byRoot.set(repository.root, fresh);
    return fresh;
  }
}
