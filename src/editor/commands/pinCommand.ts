import * as v from 'valibot';
import * as vscode from 'vscode';
import { writeGit } from '../../core/git/write.js';
import { restorePointers } from '../../core/pins/write.js';
import type { Catalog } from '../../core/catalog/catalog.js';
import type { PinPlan } from '../../core/pins/plan.js';
import { planPin } from '../../core/pins/plan.js';
import { planRollback } from '../../core/pins/rollback.js';
import { Commands } from '../ids.js';
import { dirtyBuffers } from '../pins/buffers.js';
import { showDifference, writePins } from '../pins/writePins.js';
import { ago } from '../words.js';
import { versionChoices } from './askVersion.js';
import { withProgress } from './progress.js';
import type { Register } from './register.js';
import type { Services } from './services.js';
import type { Choice, Position, Step } from './steps.js';
import { BACK, pick, runSteps } from './steps.js';
import { askPlace, isRevisionNode, targetOf } from './targets.js';
import type { Place } from './targets.js';

/** One place where versions of a model are pinned: environments that read the same value are one. */
interface PinPlace {
  readonly model: string;
  readonly environments: readonly string[];
  readonly files: readonly string[];
}

interface Draft extends Place {
  readonly model: string | null;
  readonly place: PinPlace | null;
  /** A version, a tag or a commit. */
  readonly version: string | null;
  readonly plans: readonly PinPlan[] | null;
}

/** What other commands call this one with. */
const Wanted = v.object({ model: v.string(), version: v.optional(v.string()) });

/** Pins a version: which pin, which version, then the exact difference before anything is written. */
export function pinCommand(register: Register, services: Services): void {
  const { t } = vscode.l10n;
  register(
    Commands.pinVersion,
    async (argument) => {
      const draft = await begin(services, argument);
      if (!draft) return;
      const places = placesOf(draft);
      const [only] = places;
      if (!only) {
        const name = draft.model;
        services.notify.warn(
          name === null
            ? t(
                'No environment pins a model yet. Say in modelkeep.yaml which file says what an application loads.',
              )
            : t(
                'No environment pins {0}. Say in modelkeep.yaml which file says what an application loads.',
                name,
              ),
          {
            title: t('Open modelkeep.yaml'),
            run: () => vscode.commands.executeCommand(Commands.openSettings),
          },
        );
        return;
      }
      const initial: Draft = { ...draft, place: places.length === 1 ? only : null };
      const done = await runSteps(t('Pin Version'), initial, [
        choosePlace(places),
        chooseVersion,
        confirm(services),
      ]);
      if (done?.plans) await write(services, done, done.plans);
    },
    t('Could not pin the version'),
  );
}

/** The pins that the command could mean: of its model, or of any. */
function placesOf(draft: Draft): ReturnType<typeof pinPlaces> {
  return pinPlaces(draft.snapshot.catalog).filter(
    ({ model }) => draft.model === null || model === draft.model,
  );
}

/** Puts back what was pinned before, by the pin's own history. */
export function rollBackCommand(register: Register, services: Services): void {
  const { t } = vscode.l10n;
  register(
    Commands.rollBack,
    async (argument) => {
      const draft = await begin(services, argument);
      if (!draft) return;
      const places = placesOf(draft);
      const [only] = places;
      if (!only) throw new Error(t('No environment pins this model'));
      const initial: Draft = { ...draft, version: null, place: places.length === 1 ? only : null };
      const done = await runSteps(t('Roll Back Pinned Version'), initial, [
        choosePlace(places),
        confirm(services, rollback),
      ]);
      if (done?.plans) await write(services, done, done.plans);
    },
    t('Could not roll back'),
  );
}

async function begin(services: Services, argument: unknown): Promise<Draft | undefined> {
  const empty = { place: null, version: null, plans: null };
  if (isRevisionNode(argument)) {
    const target = await targetOf(argument);
    if (!target) return undefined;
    // A branch moves; what it names now is asked for among the versions.
    const fixed = argument.kind === 'version' || argument.kind === 'plainTag';
    return {
      entry: target.entry,
      snapshot: target.snapshot,
      model: target.name,
      ...empty,
      version: fixed ? target.rev : null,
    };
  }
  const place = await askPlace(services.store, argument, vscode.l10n.t('Pin Version'));
  const wanted = v.safeParse(Wanted, argument);
  if (!place) return undefined;
  if (!wanted.success) return { ...place, model: null, ...empty };
  // A version that was registered a moment ago is in the next catalog.
  const { version } = wanted.output;
  const snapshot = version === undefined ? place.snapshot : await place.entry.refreshed();
  return { entry: place.entry, snapshot, model: wanted.output.model, ...empty, version: version ?? null };
}

/** The pins in files, environments that share one value together. */
export function pinPlaces({ settings }: Catalog): readonly PinPlace[] {
  const places = new Map<string, PinPlace>();
  for (const environment of settings.environments) {
    for (const pin of environment.pins) {
      if (pin.target.kind !== 'file') continue;
      const key = JSON.stringify([pin.model, pin.target.files, pin.version]);
      const environments = [...(places.get(key)?.environments ?? []), environment.name];
      places.set(key, { model: pin.model, environments, files: pin.target.files });
    }
  }
  return [...places.values()];
}

function choosePlace(places: readonly PinPlace[]): Step<Draft> {
  return {
    answered: (draft) => draft.place !== null,
    run: async (draft, position) => {
      const items = places.map((place): Choice<PinPlace> => ({
        label: `$(pinned) ${place.model}`,
        description: place.environments.join(', '),
        detail: place.files.join(', '),
        value: place,
      }));
      const place = await pick(position, { placeholder: vscode.l10n.t('Which pin?'), items });
      return place === undefined || place === BACK ? place : { ...draft, place };
    },
  };
}

const chooseVersion: Step<Draft> = {
  answered: (draft) => draft.version !== null,
  run: async (draft, position) => {
    const model = draft.place?.model ?? draft.model ?? '';
    const version = await askPinnable(draft, model, position);
    return version === undefined || version === BACK ? version : { ...draft, version };
  },
};

/** The versions and plain tags of a model; the newest version first. */
async function askPinnable(
  draft: Draft,
  model: string,
  position: Position,
): Promise<string | typeof BACK | undefined> {
  const { t } = vscode.l10n;
  const versions = versionChoices({ snapshot: draft.snapshot, name: model }, { active: true });
  const plain = await draft.snapshot.catalog.plainVersions({
    name: model,
    path: versions[0]?.value.model?.path ?? null,
  });
  const items: (Choice<string> | vscode.QuickPickItem)[] = versions.map(({ value, ...item }) => ({
    ...item,
    value: value.tag,
  }));
  if (plain.length > 0) items.push({ label: t('Other tags'), kind: vscode.QuickPickItemKind.Separator });
  for (const tag of plain) {
    items.push({
      label: `$(bookmark) ${tag.tag}`,
      description: ago(Date.parse(tag.time)),
      value: tag.tag,
    });
  }
  if (items.length === 0) throw new Error(t('{0} has no version yet; tag one first', model));
  return pick<string>(position, { placeholder: t('Pin which version of {0}?', model), items });
}

function confirm({ documents }: Services, planner = plan): Step<Draft> {
  return {
    run: async (draft, position) => {
      const { t } = vscode.l10n;
      const { root } = draft.entry.repository;
      const plans = await planner(draft);
      const items: (Choice<'write' | 'show'> | vscode.QuickPickItem)[] = [
        {
          label: `$(pin) ${summary(plans)}`,
          detail: plans.flatMap(({ targets }) => targets).join(', '),
          value: 'write',
        },
        { label: `$(diff) ${t('Show the difference first')}`, value: 'show' },
        ...plans.flatMap(({ warnings }) =>
          warnings.map(({ message }) => ({ label: `$(warning) ${message}` })),
        ),
      ];
      for (;;) {
        const chosen = await pick<'write' | 'show'>(position, {
          placeholder: t('Nothing is written before you choose'),
          items,
        });
        if (chosen === undefined || chosen === BACK) return chosen;
        if (chosen === 'write') return { ...draft, plans };
        await showDifference(root, plans, documents);
      }
    },
  };
}

async function plan(draft: Draft): Promise<readonly PinPlan[]> {
  const [environment] = draft.place?.environments ?? [];
  return planPin(draft.snapshot.catalog, {
    model: draft.place?.model ?? '',
    version: draft.version ?? '',
    buffers: dirtyBuffers(draft.entry.repository.root),
    ...(environment === undefined ? {} : { environment }),
  });
}

async function rollback(draft: Draft): Promise<readonly PinPlan[]> {
  const [environment] = draft.place?.environments ?? [];
  return planRollback(draft.snapshot.catalog, {
    model: draft.place?.model ?? '',
    buffers: dirtyBuffers(draft.entry.repository.root),
    ...(environment === undefined ? {} : { environment }),
  });
}

function summary(plans: readonly PinPlan[]): string {
  const [first] = plans;
  if (!first) return '';
  return first.before === first.after
    ? vscode.l10n.t('{0} is pinned to {1} already', first.model, first.after)
    : vscode.l10n.t('Pin {0}: {1} → {2}', first.model, first.before || vscode.l10n.t('nothing'), first.after);
}

/** Writes plans through the editor, shows the line, and offers to take it back. */
export async function write({ notify }: Services, place: Place, plans: readonly PinPlan[]): Promise<void> {
  const { t } = vscode.l10n;
  const { root } = place.entry.repository;
  const [first] = plans;
  if (!first) return;
  const { repository } = place.entry;
  const written = await withProgress(t('Pinning {0}', first.after), async (signal) => {
    const done = await writePins(root, plans);
    try {
      // With `loads: checkout` the pointers of that version come along; those that only Git can write, Git writes.
      await restorePointers(repository, plans, { signal });
    } catch (error) {
      await done.undo();
      throw error;
    }
    return done;
  });
  const restored = plans.flatMap(({ restore }) => restore.map((one) => one.path));
  const [file] = written.files;
  const edit = plans.flatMap(({ files }) => files).flatMap(({ edits }) => edits)[0];
  if (file && edit) {
    const editor = await vscode.window.showTextDocument(file, { preserveFocus: false, preview: true });
    const at = editor.document.positionAt(edit.offset);
    editor.revealRange(new vscode.Range(at, at), vscode.TextEditorRevealType.InCenterIfOutsideViewport);
    editor.selection = new vscode.Selection(at, editor.document.positionAt(edit.offset + edit.text.length));
  }
  notify.done(t('Pinned {0} to {1} in {2}', first.model, first.after, first.targets.join(', ')), {
    title: t('Undo'),
    run: async () => {
      if (restored.length > 0) {
        // They had no changes of their own, or they would not have been written.
        await writeGit(repository, ['--literal-pathspecs', 'restore', '--worktree', '--', ...restored], {
          env: { GIT_LFS_SKIP_SMUDGE: '1' },
        });
      }
      if (!(await written.undo())) notify.warn(t("The file changed since; use the editor's own undo"));
    },
  });
}
