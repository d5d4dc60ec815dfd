import path from 'node:path';
import * as vscode from 'vscode';
import type { CompareRequest } from '../compare/provider.js';
import { Commands } from '../ids.js';
import { pinLine } from '../pins/pinBoard.js';
import type { PinBoard } from '../pins/pinBoard.js';
import { stateText } from '../statusBar/pinStatusBar.js';
import type { ShownPin } from '../statusBar/pinStatusBar.js';
import type { Register } from './register.js';
import type { Services } from './services.js';
import type { Choice } from './steps.js';
import { BACK, pick, single } from './steps.js';
import { askPlace } from './targets.js';

type Deed = () => unknown;

/** What can be done about the pinned version: behind the status bar item. */
export function pinActions(
  register: Register,
  services: Services,
  board: PinBoard,
  shown: () => ShownPin | null,
  compare: (request: CompareRequest) => void,
): void {
  const { t } = vscode.l10n;
  register(
    Commands.showPinActions,
    async (argument) => {
      const pin = shown() ?? (await firstPin(services, board, argument));
      if (!pin) {
        await vscode.commands.executeCommand(Commands.pinVersion);
        return;
      }
      const title = `${pin.view.status.model} ${pin.view.label}`;
      const deed = await pick<Deed>(single(title), {
        placeholder: pinLine(pin.view),
        items: deeds(pin, compare),
      });
      if (deed !== undefined && deed !== BACK) await deed();
    },
    t('Could not show the pinned version'),
  );
}

async function firstPin(services: Services, board: PinBoard, argument: unknown): Promise<ShownPin | null> {
  const place = await askPlace(services.store, argument, vscode.l10n.t('Show Pinned Version'));
  if (!place) return null;
  if (place.snapshot.catalog.settings.environments.length === 0) return null;
  const views = board.views(place.entry) ?? (await nextViews(board, place.entry));
  const [view] = views;
  return view ? { entry: place.entry, view } : null;
}

function nextViews(board: PinBoard, entry: ShownPin['entry']): Promise<readonly ShownPin['view'][]> {
  return new Promise((resolve) => {
    const subscription = board.onDidChange((changed) => {
      if (changed !== entry) return;
      subscription.dispose();
      resolve(board.views(entry) ?? []);
    });
  });
}

function deeds(
  { entry, view }: ShownPin,
  compare: (request: CompareRequest) => void,
): readonly (Choice<Deed> | vscode.QuickPickItem)[] {
  const { t } = vscode.l10n;
  const { model } = view.status;
  const { root } = entry.repository;
  const latest = entry.snapshot?.catalog.registered().find(({ name }) => name === model)?.latest ?? null;
  const newer = latest !== null && latest !== view.label;
  const unknown = view.state === 'unknown';
  const run =
    (command: string, argument?: unknown): Deed =>
    () =>
      vscode.commands.executeCommand(command, argument);
  const fetch: Choice<Deed> = {
    label: `$(repo-fetch) ${t('Fetch branches and tags')}`,
    detail: t('what is not known may be at the remote'),
    value: run(Commands.fetch),
  };
  const [file] = view.reading.files;
  const here = file?.here.kind === 'value' ? file.here : null;
  return [
    ...(unknown ? [fetch] : []),
    {
      label: `$(pin) ${t('Pin another version…')}`,
      description: newer ? t('{0} is the newest', latest) : '',
      value: run(Commands.pinVersion, { model }),
    },
    ...(newer
      ? [
          {
            label: `$(git-compare) ${t('Compare with {0}', latest)}`,
            value: () => compare({ repository: root, model, revs: [view.tag ?? view.label, latest] }),
          },
        ]
      : []),
    {
      label: `$(discard) ${t('Roll back…')}`,
      detail: t('what was pinned before, by the history of the file'),
      value: run(Commands.rollBack, { model }),
    },
    ...(file
      ? [
          {
            label: `$(go-to-file) ${t('Open {0}', file.file)}`,
            description: here === null ? '' : t('line {0}', here.line),
            value: () =>
              vscode.window.showTextDocument(vscode.Uri.file(path.join(root, ...file.file.split('/'))), {
                ...(here === null ? {} : { selection: new vscode.Range(here.line - 1, 0, here.line - 1, 0) }),
              }),
          },
        ]
      : []),
    ...(unknown ? [] : [fetch]),
    { label: `$(output) ${t('Show the log')}`, value: run(Commands.showLog) },
    ...(view.reasons.length > 0
      ? [{ label: stateText(view), kind: vscode.QuickPickItemKind.Separator }]
      : []),
    ...view.reasons.map(({ message }) => ({
      label: `$(${view.state === 'drifted' ? 'warning' : 'info'}) ${message}`,
    })),
  ];
}
