import * as vscode from 'vscode';
import { porcelain } from '../../core/git/porcelain.js';
import { GitError } from '../../core/git/process.js';
import type { Repository } from '../../core/git/repository.js';
import { renderCommand } from '../../core/registry/versions/plan.js';
import { conflictingTags } from '../../core/registry/versions/remoteTags.js';
import { Commands } from '../ids.js';
import type { Register } from './register.js';
import { withProgress } from './progress.js';
import type { Services } from './services.js';
import { askBranch } from './askBranch.js';
import { askPlace } from './targets.js';

/** What touches the repository as a whole. */
export function repositoryCommands(register: Register, { store, notify, lastWrite }: Services): void {
  const { t } = vscode.l10n;
  register(Commands.undoLastWrite, () => lastWrite.undo(), t('Could not take it back'));
  register(
    Commands.fetch,
    async (argument) => {
      const place = await askPlace(store, argument, t('Fetch Branches and Tags'));
      if (!place) return;
      const { repository } = place.entry;
      const { remote } = place.snapshot.catalog.settings;
      const conflicts = await withProgress(t('Fetching from {0}', remote), (signal) =>
        fetchAll(repository, remote, signal),
      );
      const before = place.snapshot.catalog;
      const { catalog } = await place.entry.refreshed();
      if (conflicts.length > 0) {
        notify.warn(
          t(
            'Not the same here and at {0}: {1}. Tags are never moved: find out which one is meant and delete the other.',
            remote,
            conflicts.join(', '),
          ),
          {
            title: t('Copy How to Take Those of {0}', remote),
            run: () => vscode.env.clipboard.writeText(takeTheirs(remote, conflicts)),
          },
        );
        return;
      }
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

/** The commands that give the tags here up for those at the remote; nobody runs them but the person. */
function takeTheirs(remote: string, tags: readonly string[]): string {
  const refs = tags.flatMap((tag) => ['tag', tag]);
  return [
    ['git', 'tag', '-d', ...tags],
    ['git', 'fetch', remote, ...refs],
  ]
    .map((args) => renderCommand(args))
    .join('\n');
}

/** Fetches branches and tags; those that are others here stay as they are (Git refuses them) and are returned. */
async function fetchAll(
  repository: Repository,
  remote: string,
  signal: AbortSignal,
): Promise<readonly string[]> {
  try {
    await porcelain(repository, { signal }, (git) => git.raw('fetch', '--tags', '--prune', '--', remote));
    return [];
  } catch (error) {
    const conflicts = error instanceof GitError ? conflictingTags(error.stderr) : [];
    if (conflicts.length === 0) throw error;
    return conflicts;
  }
}
