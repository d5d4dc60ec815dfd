import { findMerged } from '../../core/branches/merged.js';
import type { BranchChanges } from '../../core/catalog/catalog.js';
import type { CommitId } from '../../core/git/ids.js';
import type { EditorCatalog } from '../store/repositoryEntry.js';
import type { BranchRow } from './branchRows.js';

/** Branches whose trees are read in one pass before the editor's host gets its breath back. */
const CHUNK = 100;

/** What branches change against one default branch, by commit: commits never change. */
interface Measured {
  readonly key: string;
  readonly changes: Map<CommitId, BranchChanges>;
  /** The same as far as it can be told here, with the catalog that tried: the next one tries again. */
  readonly unsure: Map<CommitId, { readonly catalog: EditorCatalog; readonly changes: BranchChanges }>;
}

/** Which branches are merged into one default branch, here or at its remote. */
interface Judged {
  readonly key: string;
  readonly judged: Set<CommitId>;
  readonly merged: Set<CommitId>;
}

/**
 * What branches change and which are merged (squashed too): learnt in the background after the rows are shown, many
 * branches in one pass, and kept from one catalog to the next for every branch that did not move.
 */
export class Insights {
  private readonly measured = new Map<string, Measured>();
  private readonly judged = new Map<string, Judged>();

  /** What a branch changes; undefined while that is not known. */
  changes(catalog: EditorCatalog, row: BranchRow): BranchChanges | undefined {
    const { commit } = row.branch;
    if (commit === null) return undefined;
    const { changes, unsure } = this.measure(catalog);
    const known = changes.get(commit) ?? unsure.get(commit)?.changes;
    return known?.unsure === 'unread' ? undefined : known;
  }

  /** Whether all the work of a branch is in the default branch; false while that is not known. */
  isMerged(catalog: EditorCatalog, row: BranchRow): boolean {
    const { commit } = row.branch;
    return commit !== null && this.judge(catalog).merged.has(commit);
  }

  /** The branches of which nothing is known yet. */
  missing(catalog: EditorCatalog, rows: readonly BranchRow[]): readonly BranchRow[] {
    const { judged } = this.judge(catalog);
    return rows.filter(({ branch: { commit } }) => {
      return commit !== null && !(this.isMeasured(catalog, commit) && judged.has(commit));
    });
  }

  private isMeasured(catalog: EditorCatalog, commit: CommitId): boolean {
    const { changes, unsure } = this.measure(catalog);
    return changes.has(commit) || unsure.get(commit)?.catalog === catalog;
  }

  /** Learns what is missing, the first rows first; calls `progressed` when the first are known. */
  async learn(
    catalog: EditorCatalog,
    rows: readonly BranchRow[],
    progressed: () => void,
    options: { readonly signal?: AbortSignal } = {},
  ): Promise<void> {
    const { changes, unsure } = this.measure(catalog);
    const unmeasured = rows.flatMap(({ branch }) =>
      branch.commit === null || this.isMeasured(catalog, branch.commit) ? [] : branch,
    );
    for (let start = 0; start < unmeasured.length; start += CHUNK) {
      const branches = unmeasured.slice(start, start + CHUNK);
      await catalog.summarize(branches, options);
      for (const branch of branches) {
        if (branch.commit === null) continue;
        const found = await catalog.changesOn(branch, options);
        if (found.unsure === null) changes.set(branch.commit, found);
        else unsure.set(branch.commit, { catalog, changes: found });
      }
      if (start === 0 && unmeasured.length > CHUNK) progressed();
      await new Promise((resolve) => setImmediate(resolve));
    }
    const { judged, merged } = this.judge(catalog);
    const bases = basesOf(catalog);
    // A branch at the default branch's own tip is new, not merged.
    let open = rows.flatMap(({ branch: { commit } }) => commit ?? []).filter((tip) => !bases.includes(tip));
    for (const base of bases) {
      if (open.length === 0) break;
      const found = await findMerged(catalog.repository, base, open, options);
      for (const tip of found.keys()) merged.add(tip);
      open = open.filter((tip) => !found.has(tip));
    }
    for (const { branch } of rows) if (branch.commit !== null) judged.add(branch.commit);
  }

  private measure(catalog: EditorCatalog): Measured {
    const { repository, settings } = catalog;
    const base = catalog.defaultBranch?.branch.commit ?? '';
    const key = JSON.stringify([base, settings.models]);
    const known = this.measured.get(repository.root);
    if (known?.key === key) return known;
    const fresh: Measured = { key, changes: new Map(), unsure: new Map() };
    this.measured.set(repository.root, fresh);
    return fresh;
  }

  private judge(catalog: EditorCatalog): Judged {
    const { root } = catalog.repository;
    const key = basesOf(catalog).join(' ');
    const known = this.judged.get(root);
    if (known?.key === key) return known;
    const fresh: Judged = { key, judged: new Set(), merged: new Set() };
    this.judged.set(root, fresh);
    return fresh;
  }
}

/** The default branch, and the same branch at the remote: what was merged there is merged before it is pulled. */
function basesOf({ branches, defaultBranch, settings }: EditorCatalog): readonly CommitId[] {
  const standard = defaultBranch?.branch;
  if (!standard) return [];
  const remote = branches.find(({ name, remote: of }) => of === settings.remote && name === standard.name);
  const tips = [standard.commit, remote?.commit ?? null].flatMap((commit) => commit ?? []);
  return [...new Set(tips)];
}
