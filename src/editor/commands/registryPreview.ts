import * as vscode from 'vscode';
import type { Catalog } from '../../core/catalog/catalog.js';
import type { AppliedPlan } from '../../core/registry/versions/apply.js';
import { applyPlan, undoPlan } from '../../core/registry/versions/apply.js';
import type { RegistryPlan } from '../../core/registry/versions/plan.js';
import { equivalentCommands, renderCommand } from '../../core/registry/versions/plan.js';
import { RegistryError } from '../../core/registry/versions/registryError.js';
import type { Action } from '../notify.js';
import type { Place } from './targets.js';
import { withProgress } from './progress.js';
import type { Services } from './services.js';
import type { Choice, Position } from './steps.js';
import { BACK, pick } from './steps.js';

/** What a preview shows beside the plan itself. */
export interface PreviewMore {
  /** Further choices; the chosen one's value is the answer, and whoever asked shows the preview again. */
  readonly extras?: readonly Choice<string>[];
  /** Rows that only tell. */
  readonly facts?: readonly vscode.QuickPickItem[];
}

/** Shows everything that would be written, and asks whether to, with or without pushing. */
export async function previewPlan(
  position: Position,
  catalog: Catalog,
  plan: RegistryPlan,
  more: PreviewMore = {},
): Promise<{ readonly push: boolean } | { readonly extra: string } | typeof BACK | undefined> {
  const { t } = vscode.l10n;
  const names = plan.tags.map(({ tag }) => tag).join(', ');
  const [first] = plan.tags;
  const commands = equivalentCommands(plan).map((args) => renderCommand(args));
  const what =
    first === undefined
      ? ''
      : t('on commit {0}: {1}', first.commit.slice(0, 8), first.message.split('\n', 1)[0] ?? '');
  const hasRemote = catalog.branches.some(({ remote }) => remote === plan.remote);
  const items: (Choice<string> | vscode.QuickPickItem)[] = [
    { label: `$(tag) ${t('Tag {0}', names)}`, description: t('here only'), detail: what, value: 'write' },
    ...(hasRemote
      ? [
          {
            label: `$(repo-push) ${t('Tag {0} and push it to {1}', names, plan.remote)}`,
            detail: what,
            value: 'push',
          },
        ]
      : []),
    { label: `$(copy) ${t('Copy the Git commands')}`, detail: commands.join(' && '), value: 'copy' },
    ...(more.extras ?? []),
    ...notes(plan),
    ...(more.facts ?? []),
  ];
  const placeholder = t('Nothing is written before you choose');
  const chosen = await pick<string>(position, { placeholder, items });
  if (chosen === undefined || chosen === BACK) return chosen;
  if (chosen === 'write' || chosen === 'push') return { push: chosen === 'push' };
  if (chosen !== 'copy') return { extra: chosen };
  await vscode.env.clipboard.writeText(commands.join('\n'));
  vscode.window.setStatusBarMessage(t('Copied the Git commands'), 4000);
  return undefined;
}

/** What a person should know before: warnings first, then what changes besides the tag. */
function notes(plan: RegistryPlan): readonly vscode.QuickPickItem[] {
  const { t } = vscode.l10n;
  const warnings = plan.warnings.map(({ message, severity }): vscode.QuickPickItem => ({
    label: `$(${severity === 'info' ? 'info' : 'warning'}) ${message}`,
  }));
  const effects = plan.effects.map(({ stage, before, after }): vscode.QuickPickItem => {
    const name = stage === null ? t('latest') : stage;
    return { label: `$(arrow-right) ${name}: ${before ?? t('none')} → ${after ?? t('none')}` };
  });
  const separator = { label: t('What this means'), kind: vscode.QuickPickItemKind.Separator };
  return warnings.length + effects.length === 0 ? [] : [separator, ...warnings, ...effects];
}

/** Writes the plan's tags, says so, and offers to take them back while nobody else can have them. */
export async function writePlan(
  { notify }: Pick<Services, 'notify'>,
  place: Place,
  plan: RegistryPlan,
  push: boolean,
  ...next: readonly Action[]
): Promise<AppliedPlan> {
  const { t } = vscode.l10n;
  const { repository } = place.entry;
  const names = plan.tags.map(({ tag }) => tag).join(', ');
  const applied = await withProgress(
    push ? t('Tagging and pushing {0}', names) : t('Tagging {0}', names),
    (signal) => applyPlan(repository, plan, { push, signal }),
  );
  place.entry.refresh();
  const undo: Action = {
    title: t('Undo'),
    run: async () => {
      try {
        await undoPlan(repository, applied);
        place.entry.refresh();
      } catch (error) {
        notify.failed(t('Could not take {0} back', names), error);
      }
    },
  };
  notify.done(
    push ? t('Tagged {0} and pushed it to {1}', names, plan.remote) : t('Tagged {0}', names),
    ...next,
    ...(push ? [] : [undo]),
  );
  return applied;
}

/** What a refused registration offers instead: the free number. */
export function offeredVersion(error: unknown): string | undefined {
  return error instanceof RegistryError ? error.offer.version : undefined;
}
