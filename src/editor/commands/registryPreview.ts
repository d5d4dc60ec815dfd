import * as vscode from 'vscode';
import type { Catalog } from '../../core/catalog/catalog.js';
import { applyPlan, undoPlan } from '../../core/registry/versions/apply.js';
import type { RegistryPlan } from '../../core/registry/versions/plan.js';
import { equivalentCommands, renderCommand } from '../../core/registry/versions/plan.js';
import { RegistryError } from '../../core/registry/versions/registryError.js';
import { Commands } from '../ids.js';
import type { Action } from '../notify.js';
import { shortVersion } from '../words.js';
import type { Place } from './targets.js';
import { inFull, noteLines } from './noteLines.js';
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
            label: `$(repo-push) ${t('Tag and push it to {0}', plan.remote)}`,
            description: names,
            detail: what,
            value: 'push',
          },
        ]
      : []),
    { label: `$(copy) ${t('Copy the Git commands')}`, detail: oneLine(commands.join(' && ')), value: 'copy' },
    ...(more.extras ?? []),
    ...notes(plan),
    ...(more.facts ?? []),
    ...written(plan),
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

/** The tags to the letter: ref, commit and message. */
function written({ tags }: RegistryPlan): readonly vscode.QuickPickItem[] {
  const title = { label: vscode.l10n.t('What is written'), kind: vscode.QuickPickItemKind.Separator };
  const rows = tags.flatMap(({ ref, commit, message }) => [
    ...inFull(ref),
    vscode.l10n.t('on commit {0}', commit),
    ...message.split('\n').filter((line) => line !== ''),
  ]);
  return [title, ...rows.map((label) => ({ label }))];
}

/** A row has one line; the message stands in full below, and is copied in full. */
function oneLine(commands: string): string {
  return commands.replace(/\s*\n\s*/g, ' ');
}

/** What a person should know before: what changes besides the tag, then warnings. */
function notes(plan: RegistryPlan): readonly vscode.QuickPickItem[] {
  const { t } = vscode.l10n;
  const warnings = plan.warnings.flatMap(({ message, severity }): vscode.QuickPickItem[] => {
    const { label, detail, more } = noteLines(message);
    const icon = severity === 'info' ? 'info' : 'warning';
    const first = { label: `$(${icon}) ${label}`, ...(detail === undefined ? {} : { detail }) };
    return [first, ...more.map((line) => ({ label: line }))];
  });
  const effects = plan.effects.map(({ stage, before, after }): vscode.QuickPickItem => {
    const name = stage === null ? t('latest') : stage;
    return { label: `$(arrow-right) ${name}: ${shortVersion(before)} → ${shortVersion(after)}` };
  });
  const separator = { label: t('What this means'), kind: vscode.QuickPickItemKind.Separator };
  return warnings.length + effects.length === 0 ? [] : [separator, ...effects, ...warnings];
}

export interface WriteMore {
  /** What failed, for the message: `Could not tag the version`. */
  readonly failure: string;
  /** Offered when it is done. */
  readonly next?: readonly Action[];
  /** Shows the preview anew, with another number when one is given. */
  readonly again?: (version?: string) => Promise<unknown>;
}

/** Writes the plan's tags, says so, and offers to take them back while nobody else can have them. */
export async function writePlan(
  services: Pick<Services, 'notify' | 'lastWrite'>,
  place: Place,
  plan: RegistryPlan,
  push: boolean,
  more: WriteMore,
): Promise<void> {
  const { t } = vscode.l10n;
  const { notify, lastWrite } = services;
  const { repository } = place.entry;
  const names = plan.tags.map(({ tag }) => tag).join(', ');
  try {
    const applied = await withProgress(
      push ? t('Tagging and pushing {0}', names) : t('Tagging {0}', names),
      (signal) => applyPlan(repository, plan, { push, signal }),
    );
    place.entry.refresh();
    const next = more.next ?? [];
    if (push) {
      lastWrite.forget();
      notify.done(t('Tagged {0} and pushed it to {1}', names, plan.remote), ...next);
      return;
    }
    const undo = lastWrite.keep({
      what: names,
      run: async () => {
        await undoPlan(repository, applied);
        place.entry.refresh();
      },
    });
    notify.done(t('Tagged {0}', names), ...next, undo);
  } catch (error) {
    const here = (): Promise<void> => writePlan(services, place, plan, false, more);
    notify.failed(more.failure, error, ...offersOf(error, more, here));
  }
}

/** What can be done about a refusal: the free number, CI, a fetch, or without the remote. */
function offersOf(error: unknown, { again }: WriteMore, here: () => Promise<void>): readonly Action[] {
  const { t } = vscode.l10n;
  if (!(error instanceof RegistryError)) return [];
  const { reason, offer } = error;
  const { command, version } = offer;
  if (command !== undefined) {
    const line = renderCommand(command);
    return [{ title: t('Copy the Command for CI'), run: () => vscode.env.clipboard.writeText(line) }];
  }
  if (reason === 'unreachable') return [{ title: t('Tag Here Only'), run: here }];
  if (again === undefined) return [];
  if (reason === 'rejected' && version !== undefined)
    return [{ title: t('Take {0} Instead', version), run: () => again(version) }];
  if (reason === 'rejected')
    return [{ title: t('Fetch'), run: () => vscode.commands.executeCommand(Commands.fetch) }];
  return reason === 'changed' ? [{ title: t('Look Again'), run: () => again() }] : [];
}
