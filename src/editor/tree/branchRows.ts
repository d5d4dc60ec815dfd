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
  /** Only at a remote, and without a commit for long. */
  readonly stale: boolean;
  /** The default branch once more, at another remote, with nothing of its own: a fork's own main. */
  readonly again: boolean;
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
      stale: isStale(branch, facts, options),
      again: isAgain(catalog, facts, branch, isDefault),
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
  changes: (row: BranchRow) => BranchChanges | undefined,
  isSquashed: (row: BranchRow) => boolean = () => false,
): FoldedRows {
  const shown: BranchRow[] = [];
  const folded: BranchRow[] = [];
  const changesSomething = (row: BranchRow): boolean => {
    const { changed, removed } = changes(row) ?? { changed: new Set(), removed: [] };
    return changed.size + removed.length > 0;
  };
  for (const row of rows) {
    const judged = isSquashed(row) && !row.isDefault ? { ...row, merged: true } : row;
    (isFolded(judged, changes(row)) ? folded : shown).push(judged);
  }
  // Of what somebody unfolds, branches that change a model are looked for, not those of a bot.
  const last = (row: BranchRow): number => (row.branch.remote === null || changesSomething(row) ? 0 : 1);
  return { shown, folded: folded.sort((left, right) => last(left) - last(right)) };
}

function isKept(row: BranchRow): boolean {
  return row.current || row.isDefault || row.protected || row.branch.commit === null;
}

function isFolded(row: BranchRow, changes: BranchChanges | undefined): boolean {
  if (row.again) return true;
  if (isKept(row)) return false;
  if (row.merged || row.stale) return true;
  if (row.branch.remote === null) return false;
  return changes !== undefined && changes.changed.size === 0 && changes.removed.length === 0;
}

/** A branch at the default branch's own tip is new, not merged. */
function isMerged(catalog: BranchList, facts: AllBranchFacts, branch: Branch): boolean {
  return facts.merged.has(branch.ref) && branch.commit !== (catalog.defaultBranch?.branch.commit ?? null);
}

function isStale(branch: Branch, facts: AllBranchFacts, { now, staleDays }: RowOptions): boolean {
  const time = facts.byRef.get(branch.ref)?.time ?? null;
  return branch.remote !== null && time !== null && now - time > staleDays * 86_400;
}

function isAgain(catalog: BranchList, facts: AllBranchFacts, branch: Branch, isDefault: boolean): boolean {
  const standard = catalog.defaultBranch?.branch;
  if (branch.remote === null || isDefault || branch.name !== standard?.name) return false;
  return branch.commit === standard.commit || facts.merged.has(branch.ref);
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
  if (row.branch.remote === null) return 3;
  return row.protected ? 4 : 5;
}

const NAMES = new Intl.Collator('en', { numeric: true });

function byName(left: BranchRow, right: BranchRow): number {
  return NAMES.compare(rowName(left), rowName(right));
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
    stale: false,
    again: false,
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
