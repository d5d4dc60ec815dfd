import type { Branch, BranchChanges, BranchList, Catalog } from '../../core/catalog/catalog.js';
import type { AllBranchFacts, BranchFacts } from '../../core/git/branchFacts.js';

/** One row of the view: a local branch and its upstream together, or a remote branch alone. */
export interface BranchRow {
  /** The local branch where there is one. */
  readonly branch: Branch;
  /** The remote branch that the local one follows, or has the name of. */
  readonly upstream: Branch | null;
  readonly current: boolean;
  readonly isDefault: boolean;
  readonly protected: boolean;
  readonly facts: BranchFacts | null;
  readonly merged: boolean;
  /** A DVC experiment, shown like a branch: its commit is named by no branch. */
  readonly experiment?: true;
}

export interface RowOptions {
  readonly showRemote: boolean;
  readonly staleDays: number;
  /** Seconds since 1970. */
  readonly now: number;
  /** Compiled patterns of the settings. */
  readonly isHidden: (name: string) => boolean;
  readonly isProtected: (name: string) => boolean;
}

/** Every branch that may be shown, in the order of the view: current, default, protected, local, remote. */
export function branchRows(
  catalog: BranchList,
  facts: AllBranchFacts,
  options: RowOptions,
): readonly BranchRow[] {
  const remotes = new Map(
    catalog.branches.filter((branch) => branch.remote !== null).map((b) => [b.ref as string, b]),
  );
  const taken = new Set<string>();
  const rows: BranchRow[] = [];
  const row = (branch: Branch, upstream: Branch | null): void => {
    const current = branch.remote === null && isCurrent(catalog, branch);
    const isDefault = isDefaultBranch(catalog, branch, upstream);
    if (options.isHidden(branch.name) && !current && !isDefault) return;
    rows.push({
      branch,
      upstream,
      current,
      isDefault,
      protected: options.isProtected(branch.name),
      facts: facts.byRef.get(branch.ref) ?? null,
      merged: isMerged(catalog, facts, branch),
    });
  };
  for (const branch of catalog.branches) {
    if (branch.remote !== null) continue;
    const configured = facts.byRef.get(branch.ref)?.upstream ?? null;
    const upstream =
      remotes.get(configured ?? `refs/remotes/${catalog.settings.remote}/${branch.name}`) ?? null;
    if (upstream) taken.add(upstream.ref);
    row(branch, upstream);
  }
  if (options.showRemote) {
    for (const branch of remotes.values()) if (!taken.has(branch.ref)) row(branch, null);
  }
  return rows.sort((left, right) => rank(left) - rank(right) || byName(left, right));
}

export interface FoldedRows {
  readonly shown: readonly BranchRow[];
  /** Merged (squashed too), or remote and without a commit for long: below "N more". */
  readonly folded: readonly BranchRow[];
}

/**
 * Shows the current, default, protected and local branches, and those of remotes with a recent commit and a
 * model that differs; folds the rest, and what is merged.
 * @param changes what a branch changes; undefined while that is not known, which never hides it.
 */
export function foldRows(
  rows: readonly BranchRow[],
  options: Pick<RowOptions, 'staleDays' | 'now'>,
  changes: (row: BranchRow) => BranchChanges | undefined,
  isSquashed: (row: BranchRow) => boolean = () => false,
): FoldedRows {
  const shown: BranchRow[] = [];
  const folded: BranchRow[] = [];
  for (const row of rows) {
    const squashed = isSquashed(row) && !isKept(row);
    if (squashed) folded.push({ ...row, merged: true });
    else (isFolded(row, options, changes(row)) ? folded : shown).push(row);
  }
  return { shown, folded };
}

function isKept(row: BranchRow): boolean {
  return row.current || row.isDefault || row.protected || row.branch.commit === null;
}

function isFolded(
  row: BranchRow,
  options: Pick<RowOptions, 'staleDays' | 'now'>,
  changes: BranchChanges | undefined,
): boolean {
  if (isKept(row)) return false;
  if (row.merged) return true;
  if (row.branch.remote === null) return false;
  const time = row.facts?.time ?? null;
  if (time !== null && options.now - time > options.staleDays * 86_400) return true;
  return changes !== undefined && changes.changed.size === 0 && changes.removed.length === 0;
}

/** A branch at the default branch's own tip is new, not merged. */
function isMerged(catalog: BranchList, facts: AllBranchFacts, branch: Branch): boolean {
  return facts.merged.has(branch.ref) && branch.commit !== (catalog.defaultBranch?.branch.commit ?? null);
}

function isCurrent(catalog: BranchList, branch: Branch): boolean {
  return catalog.head.branch === null ? branch.name === 'HEAD' : branch.name === catalog.head.branch;
}

function isDefaultBranch(catalog: BranchList, branch: Branch, upstream: Branch | null): boolean {
  const ref = catalog.defaultBranch?.branch.ref;
  return ref !== undefined && (branch.ref === ref || upstream?.ref === ref);
}

function rank(row: BranchRow): number {
  if (row.current) return 0;
  if (row.isDefault) return 1;
  if (row.protected && row.branch.remote === null) return 2;
  return row.branch.remote === null ? 3 : 4;
}

function byName(left: BranchRow, right: BranchRow): number {
  const a = rowName(left).toLowerCase();
  const b = rowName(right).toLowerCase();
  return a === b ? 0 : a < b ? -1 : 1;
}

/** The DVC experiments as rows, by name. */
export function experimentRows({ experiments }: Pick<Catalog, 'experiments'>): readonly BranchRow[] {
  const rows = experiments.map(({ name, ref, commit }): BranchRow => ({
    branch: { name, remote: null, ref, commit },
    upstream: null,
    current: false,
    isDefault: false,
    protected: false,
    facts: null,
    merged: false,
    experiment: true,
  }));
  return rows.sort(byName);
}

/** What Git takes for the tip of a row. */
export function rowRev(row: BranchRow): string {
  return row.experiment ? (row.branch.commit ?? row.branch.ref) : rowName(row);
}

/** `experiment/x`, or `origin/experiment/x` for a remote branch without a local one. */
export function rowName(row: BranchRow): string {
  return row.branch.remote === null ? row.branch.name : `${row.branch.remote}/${row.branch.name}`;
}
