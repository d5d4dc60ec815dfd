import * as vscode from 'vscode';
import { askedOf, fetchLacking } from '../../core/catalog/fetchLacking.js';
import type { Lacking } from '../../core/catalog/lacking.js';
import { findLacking } from '../../core/catalog/lacking.js';
import { fetchObjectsCommand, promisorRemotes } from '../../core/git/promisedObjects.js';
import { renderCommand } from '../../core/registry/versions/plan.js';
import { Commands } from '../ids.js';
import { isCancellation } from '../log.js';
import { listed } from '../words.js';
import { withProgress } from './progress.js';
import type { Register } from './register.js';
import type { Services } from './services.js';
import type { Choice } from './steps.js';
import { BACK, pick, single } from './steps.js';
import { askPlace } from './targets.js';

/** Fetches what a partial clone lacks and the catalog would read, after saying what that is. */
export function fetchMissing(register: Register, { store, notify }: Services): void {
  const { t } = vscode.l10n;
  const title = t('Fetch Missing Objects');
  register(
    Commands.fetchMissing,
    async (argument) => {
      const place = await askPlace(store, argument, title);
      if (!place) return;
      const { entry, snapshot } = place;
      const { repository } = entry;
      const { catalog } = snapshot;
      const remotes = await promisorRemotes(repository);
      const remote = remotes.find((name) => name === catalog.settings.remote) ?? remotes[0];
      if (remote === undefined)
        throw new Error(t('No remote promises what is missing: {0} is no partial clone', entry.name));
      const lacking = await withProgress(t('Looking for what is missing'), (signal) =>
        findLacking(catalog, { signal }),
      );
      if (askedOf(lacking).length === 0) {
        const nothing = t('Nothing that says what is tracked is missing');
        notify.done([nothing, leftOut(lacking.large)].filter((part) => part !== '').join('. '));
        return;
      }
      if (!(await confirm(title, remote, lacking))) return;
      try {
        const { fetched, absent, large } = await withProgress(
          t('Fetching missing objects from {0}', remote),
          (signal, report) =>
            fetchLacking(repository, remote, lacking, async () => (await entry.refreshed()).catalog, {
              signal,
              onProgress: (objects, percent) => report(`${objectCount(objects)}, ${String(percent)} %`),
            }),
        );
        const lost = absent === 0 ? [] : [t('{0} does not have {1}', remote, objectCount(absent))];
        const done = [t('Fetched {0} from {1}', objectCount(fetched), remote), ...lost];
        notify.done([...done, leftOut(large)].filter((part) => part !== '').join('. '));
      } catch (error) {
        if (!isCancellation(error)) throw error;
        notify.done(t('Fetching was cancelled; run the command again for the rest'));
      } finally {
        // What arrived before it failed or was cancelled is shown too.
        entry.refresh();
      }
    },
    t('Could not fetch the missing objects'),
  );
}

/** Shows what would be asked, of whom and how; false where the person gave up, or took the command elsewhere. */
async function confirm(title: string, remote: string, lacking: Lacking): Promise<boolean> {
  const { t } = vscode.l10n;
  const ids = askedOf(lacking);
  const command = renderCommand(fetchObjectsCommand(remote));
  const separator = { label: t('What this means'), kind: vscode.QuickPickItemKind.Separator };
  const facts: vscode.QuickPickItem[] = [
    { label: `$(info) ${t('No bytes of a model are fetched, and no branch or tag changes')}` },
    ...(lacking.trees.size === 0
      ? []
      : [{ label: `$(info) ${t('Folders name further objects, which are fetched after them')}` }]),
    ...(lacking.large.length === 0
      ? []
      : [
          {
            label: `$(circle-slash) ${t('Left out, for they may be large')}`,
            description: String(lacking.large.length),
            detail: listed(lacking.large),
          },
        ]),
  ];
  const items: (Choice<'fetch' | 'copy'> | vscode.QuickPickItem)[] = [
    {
      label: `$(repo-fetch) ${t('Fetch {0} from {1}', objectCount(ids.length), remote)}`,
      detail: parts(lacking),
      value: 'fetch',
    },
    {
      label: `$(copy) ${t('Copy the Git command')}`,
      detail: command,
      value: 'copy',
    },
    separator,
    ...facts,
  ];
  const placeholder = t('Nothing is fetched before you choose');
  const chosen = await pick<'fetch' | 'copy'>(single(title), { placeholder, items });
  if (chosen === undefined || chosen === BACK) return false;
  if (chosen === 'fetch') return true;
  await vscode.env.clipboard.writeText(`${command} <<'IDS'\n${ids.join('\n')}\nIDS\n`);
  vscode.window.setStatusBarMessage(t('Copied the Git command'), 4000);
  return false;
}

function parts({ trees, files }: Lacking): string {
  const { t } = vscode.l10n;
  const folders = trees.size === 1 ? t('1 folder') : t('{0} folders', trees.size);
  const small =
    files.size === 1
      ? t('1 file that says what is tracked')
      : t('{0} files that say what is tracked', files.size);
  return [...(trees.size === 0 ? [] : [folders]), ...(files.size === 0 ? [] : [small])].join(', ');
}

function objectCount(count: number): string {
  return count === 1 ? vscode.l10n.t('1 object') : vscode.l10n.t('{0} objects', count);
}

function leftOut(large: readonly string[]): string {
  return large.length === 0 ? '' : vscode.l10n.t('Left out, for they may be large: {0}', listed(large));
}
