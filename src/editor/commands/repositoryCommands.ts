import * as vscode from 'vscode';
import { porcelain } from '../../core/git/porcelain.js';
import { Commands } from '../ids.js';
import type { Register } from './register.js';
import { withProgress } from './progress.js';
import type { Services } from './services.js';
import { askBranch } from './askBranch.js';
import { askPlace } from './targets.js';

/** What touches the repository as a whole. */
export function repositoryCommands(register: Register, { store, notify }: Services): void {
  const { t } = vscode.l10n;
  register(
    Commands.fetch,
    async (argument) => {
      const place = await askPlace(store, argument, t('Fetch Branches and Tags'));
      if (!place) return;
      const { repository } = place.entry;
      const { remote } = place.snapshot.catalog.settings;
      // Tags that moved at the remote are left as they are here: Git refuses them without --force.
      await withProgress(t('Fetching from {0}', remote), (signal) =>
        porcelain(repository, { signal }, (git) => git.raw('fetch', '--tags', '--prune', '--', remote)),
      );
      const before = place.snapshot.catalog;
      const { catalog } = await place.entry.refreshed();
      const fresh = [...catalog.versions.keys()].filter((tag) => !before.versions.has(tag));
      notify.done(
        fresh.length === 0
          ? t('Fetched from {0}: no new version', remote)
          : t('Fetched from {0}: {1}', remote, fresh.slice(0, 5).join(', ')),
      );
    },
    t('Could not fetch'),
  );

  register(
    Commands.switchToBranch,
    async (argument) => {
      const chosen = await askBranch(store, argument, t('Switch to Branch'), (row) => !row.current);
      if (!chosen) return;
      const { branch } = chosen.row;
      const { repository } = chosen.entry;
      const args =
        branch.remote === null
          ? ['switch', '--end-of-options', branch.name]
          : ['switch', '--track', '--end-of-options', `${branch.remote}/${branch.name}`];
      // Git refuses to switch where changes would be lost; it is never told to.
      await withProgress(t('Switching to {0}', branch.name), (signal) =>
        porcelain(repository, { signal }, (git) => git.raw(args)),
      );
      chosen.entry.refresh();
    },
    t('Could not switch'),
  );
}
