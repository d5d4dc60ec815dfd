import * as vscode from 'vscode';
import type { UnboundName } from '../../core/catalog/unbound.js';
import { addName, nameLine } from '../../core/settings/editNames.js';
import { Commands } from '../ids.js';
import { folderOfName } from '../tree/shortNames.js';
import { remedyText, unboundIn, unboundVersions } from '../tree/unboundRows.js';
import { dots, size, trackingName } from '../words.js';
import type { Registrar } from './register.js';
import type { Services } from './services.js';
import { editSettings } from './settingsEdit.js';
import type { Choice } from './steps.js';
import { BACK, pick, runSteps } from './steps.js';
import type { Place } from './targets.js';
import { askPlace, isNode } from './targets.js';

interface State {
  readonly unbound: UnboundName | null;
  readonly path: string | null;
}

/** Saying which model the versions of a name belong to: one line of `models.names` in modelkeep.yaml. */
export function bindCommand({ writing }: Registrar, services: Services): void {
  const { t } = vscode.l10n;
  writing(
    Commands.bindVersions,
    async (argument) => {
      const title = t('Bind Versions to a Model');
      const place = await askPlace(services.store, argument, title);
      if (!place) return;
      const names = await unboundIn(place.snapshot.catalog);
      if (names.length === 0) throw new Error(t('Every registered version belongs to a model'));
      const wanted = nameOf(argument);
      const start: State = { unbound: names.find(({ name }) => name === wanted) ?? null, path: null };
      const answer = await runSteps(title, start, [
        {
          answered: ({ unbound }) => unbound !== null,
          run: async (state, position) => {
            const items = names.map(nameChoice);
            const chosen = await pick(position, { placeholder: t('Which name?'), items });
            return chosen === undefined || chosen === BACK ? chosen : { ...state, unbound: chosen };
          },
        },
        {
          run: async (state, position) => {
            if (!state.unbound) return undefined;
            const items = await pathChoices(place, state.unbound);
            const placeholder = t(
              'Which model is {0}? One line in modelkeep.yaml says so',
              state.unbound.name,
            );
            const chosen = await pick(position, { placeholder, items });
            return chosen === undefined || chosen === BACK ? chosen : { ...state, path: chosen };
          },
        },
      ]);
      if (!answer?.unbound || answer.path === null) return;
      await write(services, place, answer.unbound.name, answer.path);
    },
    t('Could not change modelkeep.yaml'),
  );
}

/** The registered name that a row of the view stands for. */
function nameOf(argument: unknown): string | null {
  if (!isNode(argument)) return null;
  if (argument.kind === 'unboundName') return argument.unbound.name;
  return argument.kind === 'registered' ? argument.registered.name : null;
}

function nameChoice(unbound: UnboundName): Choice<UnboundName> {
  return {
    label: unbound.name,
    description: dots(unboundVersions(unbound), remedyText(unbound)),
    value: unbound,
  };
}

/** The models where the newest version was tagged: what is most likely meant first, then those of the name's folder. */
async function pathChoices(
  { snapshot: { catalog } }: Place,
  { name, versions, remedy }: UnboundName,
): Promise<readonly Choice<string>[]> {
  const [newest] = versions;
  const { models } = newest ? await catalog.modelsAt(newest.commit) : { models: [] };
  const meant = remedy.kind === 'name' ? [remedy.path] : remedy.kind === 'choose' ? remedy.paths : [];
  const folder = folderOfName(name);
  const distance = (path: string): number =>
    meant.includes(path) ? 0 : path.startsWith(`${folder}/`) ? 1 : 2;
  const choices = models.flatMap((model): Choice<string> | readonly Choice<string>[] => {
    if (model.path === null || model.declared) return [];
    const detail = `models.names: ${nameLine(name, model.path)}`;
    const description = dots(size(model.size), trackingName(model.tracking));
    return { label: model.path, description, detail, value: model.path };
  });
  if (choices.length === 0)
    throw new Error(vscode.l10n.t('No model lies in the commit of {0} that could have that name', name));
  return choices.sort((left, right) => distance(left.value) - distance(right.value));
}

async function write({ notify }: Services, place: Place, name: string, path: string): Promise<void> {
  const { t } = vscode.l10n;
  const written = await editSettings(
    place,
    (before) => addName(before, name, path),
    t(
      'modelkeep.yaml is written in a way that a line cannot be added to: add {0} by hand under models.names',
      nameLine(name, path),
    ),
  );
  notify.done(t('{0} is {1} from now on, at every commit', name, path), {
    title: t('Show'),
    run: () => vscode.window.showTextDocument(written),
  });
}
