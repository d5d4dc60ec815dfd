import * as vscode from 'vscode';
import type { Branch, BranchModel } from '../../core/catalog/catalog.js';
import { addMatchLines, patternOf } from '../../core/settings/editMatch.js';
import { Commands } from '../ids.js';
import { dots, size, trackingName } from '../words.js';
import type { Register, Registrar } from './register.js';
import type { Services } from './services.js';
import { editSettings } from './settingsEdit.js';
import type { Choice } from './steps.js';
import { BACK, pickMany, single } from './steps.js';
import type { Place } from './targets.js';
import { askPlace, homeBranch, isNode } from './targets.js';

/** Saying what is a model and what is not: one edit of `models.match` in modelkeep.yaml. */
export function modelCommands({ reading, writing }: Registrar, services: Services): void {
  const { t } = vscode.l10n;
  chooseModels(reading, services);
  const mark = (include: boolean) => async (argument: unknown, selection: unknown) => {
    const rows = Array.isArray(selection) && selection.length > 0 ? selection : [argument];
    const nodes = rows
      .filter(isNode)
      .flatMap((row) => (row.kind === 'model' && row.model.path !== null ? [row] : []));
    const [first] = nodes;
    if (!first) {
      await vscode.commands.executeCommand(Commands.chooseModels);
      return;
    }
    const lines = nodes.map(({ model }) => `${include ? '' : '!'}${patternOf(model.path ?? '')}`);
    await writeLines(services, first, lines);
  };
  writing(Commands.markModel, mark(true), t('Could not change modelkeep.yaml'));
  writing(Commands.markNotModel, mark(false), t('Could not change modelkeep.yaml'));
}

function chooseModels(register: Register, services: Services): void {
  const { t } = vscode.l10n;
  register(
    Commands.chooseModels,
    async (argument) => {
      const title = t('Choose What Is a Model');
      const place = await askPlace(services.store, argument, title);
      const branch = branchOf(argument) ?? (place && homeBranch(place.snapshot));
      if (!place || !branch) return;
      const { models, others } = await place.snapshot.catalog.trackedOn(branch);
      const choice = (model: BranchModel, picked: boolean): Choice<BranchModel> => ({
        label: model.path ?? model.name,
        description: dots(trackingName(model.tracking), size(model.size), model.declared && t('declared')),
        picked,
        value: model,
      });
      const separator = (label: string): vscode.QuickPickItem => ({
        label,
        kind: vscode.QuickPickItemKind.Separator,
      });
      if (models.length + others.length === 0)
        throw new Error(t('Nothing on {0} is tracked by DVC or Git LFS', branch.name));
      const chosen = await pickMany(single(title), {
        placeholder: t(
          'Ticked files of {0} are models; modelkeep.yaml remembers what you change',
          branch.name,
        ),
        items: [
          separator(t('Models')),
          ...models.map((model) => choice(model, true)),
          separator(t('Other tracked files')),
          ...others.map((model) => choice(model, false)),
        ],
      });
      if (chosen === undefined || chosen === BACK) return;
      const ticked = new Set(chosen);
      const lines = [
        ...models.filter((model) => !ticked.has(model)).map((model) => `!${patternOf(model.path ?? '')}`),
        ...others.filter((model) => ticked.has(model)).map((model) => patternOf(model.path ?? '')),
      ];
      if (lines.length === 0) return;
      const declared = models.filter((model) => !ticked.has(model) && model.declared).map(({ name }) => name);
      if (declared.length > 0) {
        services.notify.warn(
          t(
            '{0} is declared under artifacts: in dvc.yaml, which always wins; change its type there.',
            declared.join(', '),
          ),
        );
      }
      if (!vscode.workspace.isTrusted)
        throw new Error(t('This workspace is not trusted, so nothing is written in it'));
      await writeLines(services, place, lines);
    },
    t('Could not change modelkeep.yaml'),
  );
}

function branchOf(argument: unknown): Branch | null {
  if (!isNode(argument)) return null;
  return (argument.kind === 'branch' || argument.kind === 'review') && argument.row.branch.commit !== null
    ? argument.row.branch
    : null;
}

/** Adds the lines and says so. */
async function writeLines({ notify }: Services, place: Place, lines: readonly string[]): Promise<void> {
  const { t } = vscode.l10n;
  const written = await editSettings(
    place,
    (before) => addMatchLines(before, lines),
    t(
      'modelkeep.yaml is written in a way that lines cannot be added to: add them by hand under models.match',
    ),
  );
  notify.done(
    lines.length === 1
      ? t('Added a line to models.match in modelkeep.yaml')
      : t('Added {0} lines to models.match in modelkeep.yaml', lines.length),
    { title: t('Show'), run: () => vscode.window.showTextDocument(written) },
  );
}
