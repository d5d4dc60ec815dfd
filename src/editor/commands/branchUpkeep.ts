import path from 'node:path';
import * as vscode from 'vscode';
import {
  deleteMerged,
  isUntouched,
  publishedAs,
  renameBranch,
  restoreBranch,
} from '../../core/branches/maintain.js';
import type { DeletedBranch } from '../../core/branches/maintain.js';
import { shellLine } from '../../core/branches/preview.js';
import { findMerged } from '../../core/branches/merged.js';
import { validateName } from '../../core/branches/validate.js';
import { readWorktrees } from '../../core/branches/workingCopy.js';
import { porcelain } from '../../core/git/porcelain.js';
import { misnamed } from '../branchVerdict.js';
import { Commands } from '../ids.js';
import type { ChosenBranch } from './askBranch.js';
import { allRows, askBranch } from './askBranch.js';
import { withProgress } from './progress.js';
import type { Register } from './register.js';
import type { Services } from './services.js';
import type { Choice } from './steps.js';
import { BACK, askText, pick, pickMany, single } from './steps.js';
import type { Place } from './targets.js';
import { askPlace, isNode } from './targets.js';

/** What happens to branches after they were made: another name, a folder of their own, their end. */
export function branchUpkeep(register: Register, services: Services): void {
  const { t } = vscode.l10n;
  register(
    Commands.renameBranch,
    async (argument) => {
      const title = t('Rename Branch');
      const chosen = await askBranch(services.store, argument, title, ({ branch, isDefault }) => {
        return branch.remote === null && !isDefault;
      });
      if (chosen) await rename(services, chosen, title);
    },
    t('Could not rename the branch'),
  );
  register(
    Commands.deleteMerged,
    (argument, selection) => removeMerged(services, argument, selection),
    t('Could not delete the branch'),
  );
  register(
    Commands.openWorktree,
    async (argument) => {
      const chosen = await askBranch(services.store, argument, t('Open Worktree'), ({ branch }) => {
        return branch.remote === null;
      });
      if (chosen) await openWorktree(chosen, t('Open Worktree'));
    },
    t('Could not open the worktree'),
  );
}

async function rename({ notify, lastWrite }: Services, chosen: ChosenBranch, title: string): Promise<void> {
  const { t } = vscode.l10n;
  const { entry, snapshot, row } = chosen;
  const { catalog } = snapshot;
  const from = row.branch.name;
  const published = await publishedAs(entry.repository, from);
  if (published !== null)
    throw new Error(t('{0} is published as {1}: others may have it under that name.', from, published));
  const context = { defaultBranch: catalog.defaultBranch?.branch.name };
  const to = await askText(single(title), {
    prompt: t('The new name of {0}, which is published nowhere', from),
    value: misnamed(catalog, row)?.suggestion ?? from,
    command: (text) => shellLine(['git', 'branch', '--move', from, text.trim()]),
    check: (text) => {
      const name = text.trim();
      if (name === from) return { problem: { message: t('That is its name now.') } };
      const verdict = validateName(catalog.settings, name, context);
      if (verdict.ok) return { preview: t('Renames {0} to {1}', from, name) };
      const { rule: message, suggestion } = verdict;
      return { problem: suggestion === undefined ? { message } : { message, repaired: suggestion } };
    },
  });
  if (to === undefined || to === BACK) return;
  const name = to.trim();
  await withProgress(t('Renaming {0}', from), (signal) => renameBranch(catalog, from, name, { signal }));
  entry.refresh();
  const undo = lastWrite.keep({
    what: name,
    run: async () => {
      await porcelain(entry.repository, {}, (git) => git.raw(['branch', '--move', name, from]));
      entry.refresh();
    },
  });
  notify.done(t('Renamed {0} to {1}', from, name), undo);
}

/** Deletes local branches whose work is in the default branch; each can be brought back. */
async function removeMerged(services: Services, argument: unknown, selection: unknown): Promise<void> {
  const { t } = vscode.l10n;
  const { store } = services;
  const title = t('Delete Merged Branches');
  const rows = (Array.isArray(selection) && selection.length > 0 ? selection : [argument])
    .filter(isNode)
    .flatMap((node) => (node.kind === 'branch' ? [node.row.branch.name] : []));
  const place = await askPlace(store, argument, title);
  const base = place?.snapshot.catalog.defaultBranch?.branch.commit ?? null;
  if (!place || base === null) return;
  const { catalog } = place.snapshot;
  const local = allRows(place).filter(
    ({ branch, isDefault, current }) =>
      branch.remote === null && branch.commit !== null && branch.commit !== base && !isDefault && !current,
  );
  const tips = local.flatMap(({ branch: { commit } }) => commit ?? []);
  const { merged, untouched } = await withProgress(t('Looking for merged branches'), async (signal) => {
    const found = await findMerged(catalog.repository, base, tips, { signal });
    const fresh = new Set<string>();
    for (const { branch } of local) {
      if (branch.commit === null || found.get(branch.commit)?.how !== 'contained') continue;
      if (await isUntouched(catalog.repository, branch.name, { signal })) fresh.add(branch.name);
    }
    return { merged: found, untouched: fresh };
  });
  const items = local.flatMap(({ branch }): Choice<string>[] => {
    const found = branch.commit === null ? undefined : merged.get(branch.commit);
    if (!found) return [];
    const isNew = untouched.has(branch.name);
    const how =
      found.by !== null
        ? t('squashed into {0}', found.by.slice(0, 8))
        : isNew
          ? t('nothing was committed on it yet')
          : t('contained in the default branch');
    const picked = rows.length === 0 ? !isNew : rows.includes(branch.name);
    return [{ label: branch.name, description: how, picked, value: branch.name }];
  });
  const refused = rows.filter((name) => !items.some(({ value }) => value === name));
  const [other] = refused;
  if (other !== undefined)
    throw new Error(t('{0} has work that is not in the default branch: it is not deleted', other));
  if (items.length === 0) throw new Error(t('No local branch is merged'));
  const shown = rows.length === 0 ? items : items.filter(({ picked }) => picked);
  const placeholder = t('Deletes the ticked branches here; the remote keeps its own');
  const chosen = await pickMany(single(title), {
    placeholder,
    items: shown,
    command: (names) => shellLine(['git', 'branch', '-D', ...names]),
  });
  if (chosen === undefined || chosen === BACK || chosen.length === 0) return;
  const deleted: DeletedBranch[] = [];
  try {
    for (const name of chosen) {
      const tip = local.find(({ branch }) => branch.name === name)?.branch.commit;
      deleted.push(await deleteMerged(catalog, name, tip ? merged.get(tip) : undefined));
    }
  } finally {
    place.entry.refresh();
    if (deleted.length > 0) tellDeleted(services, place, deleted);
  }
}

function tellDeleted(services: Services, { entry }: Place, deleted: readonly DeletedBranch[]): void {
  const names = deleted.map(({ name }) => name).join(', ');
  const undo = services.lastWrite.keep({
    what: names,
    run: async () => {
      for (const one of deleted) await restoreBranch(entry.repository, one);
      entry.refresh();
    },
  });
  services.notify.done(vscode.l10n.t('Deleted {0}', names), undo);
}

/** Opens the folder in which a branch is checked out; offers to make one beside the repository where there is none. */
async function openWorktree({ entry, row }: ChosenBranch, title: string): Promise<void> {
  const { t } = vscode.l10n;
  const { repository } = entry;
  const { name } = row.branch;
  const worktrees = await readWorktrees(repository);
  const found = worktrees.find(({ branch }) => branch === name);
  let folder = found?.folder;
  if (folder === undefined) {
    const home = worktrees[0]?.folder ?? repository.root;
    const beside = path.join(
      path.dirname(home),
      `${path.basename(home)}.worktrees`,
      name.replaceAll('/', '-'),
    );
    const answer = await pick<'make'>(single(title), {
      placeholder: t('{0} is checked out nowhere', name),
      items: [
        { label: `$(new-folder) ${t('Check it out in a linked worktree')}`, detail: beside, value: 'make' },
      ],
    });
    if (answer !== 'make') return;
    await withProgress(t('Checking out {0}', name), (signal) =>
      porcelain(repository, { signal }, (git) => git.raw(['worktree', 'add', '--', beside, name])),
    );
    folder = beside;
  }
  await vscode.commands.executeCommand('vscode.openFolder', vscode.Uri.file(folder), {
    forceNewWindow: true,
  });
}
