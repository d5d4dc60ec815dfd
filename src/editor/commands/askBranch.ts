import * as vscode from 'vscode';
import type { CatalogStore } from '../store/catalogStore.js';
import type { BranchRow } from '../tree/branchRows.js';
import { branchRows, rowName } from '../tree/branchRows.js';
import { branchDescription } from '../tree/labels.js';
import type { Choice } from './steps.js';
import { BACK, pick, single } from './steps.js';
import type { Place } from './targets.js';
import { askPlace, isNode } from './targets.js';

export interface ChosenBranch extends Place {
  readonly row: BranchRow;
}

/** Every branch of a repository, hidden ones too, in the order of the view. */
export function allRows({ snapshot }: Place): readonly BranchRow[] {
  return branchRows(snapshot.catalog, snapshot.facts, {
    showRemote: true,
    staleDays: 90,
    now: Date.now() / 1000,
    isHidden: () => false,
    isProtected: () => false,
  });
}

/** The branch a command works on: the row's, else the one that is chosen among those that it can work on. */
export async function askBranch(
  store: CatalogStore,
  argument: unknown,
  title: string,
  fits: (row: BranchRow) => boolean = () => true,
): Promise<ChosenBranch | undefined> {
  if (isNode(argument) && (argument.kind === 'branch' || argument.kind === 'holder')) {
    const { entry, row } = argument;
    return { entry, snapshot: entry.snapshot ?? argument.snapshot, row };
  }
  const place = await askPlace(store, argument, title);
  if (!place) return undefined;
  const items = allRows(place)
    .filter((row) => row.branch.commit !== null && fits(row))
    .map((row): Choice<BranchRow> => ({
      label: `$(${row.branch.remote === null ? 'git-branch' : 'cloud'}) ${rowName(row)}`,
      description: branchDescription(row, undefined),
      value: row,
    }));
  if (items.length === 0) throw new Error(vscode.l10n.t('No branch here fits'));
  const row = await pick(single(title), { placeholder: vscode.l10n.t('Which branch?'), items });
  return row === undefined || row === BACK ? undefined : { ...place, row };
}
