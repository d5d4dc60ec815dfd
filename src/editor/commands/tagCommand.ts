import * as vscode from 'vscode';
import { parseSemVer } from '../../core/registry/gto/semver.js';
import type { TagPlan } from '../../core/registry/versions/plan.js';
import { planTag } from '../../core/registry/versions/planTag.js';
import { RegistryError } from '../../core/registry/versions/registryError.js';
import { Commands } from '../ids.js';
import type { Register } from './register.js';
import { previewPlan, writePlan } from './registryPreview.js';
import type { Services } from './services.js';
import type { Choice, Step } from './steps.js';
import { BACK, askText, pick, runSteps } from './steps.js';
import { askModel, askPlace, homeBranch, isRevisionNode, modelChoices, targetOf } from './targets.js';
import type { Place, Target } from './targets.js';

const BUMPS = ['patch', 'minor', 'major'] as const;
type Bump = (typeof BUMPS)[number];

interface Draft extends Place {
  readonly model: { readonly name: string; readonly path: string | null } | null;
  /** What Git takes for the commit. */
  readonly rev: string;
  readonly label: string;
  readonly version: { readonly bump: Bump } | { readonly exact: string } | null;
  readonly message: string | null;
  readonly plan: TagPlan | null;
  readonly push: boolean;
}

/** Registers a version: which model, which number, which message, then everything that would be written. */
export function tagCommand(register: Register, services: Services): void {
  const { t } = vscode.l10n;
  register(
    Commands.tagVersion,
    async (argument) => {
      const draft = await begin(services, argument);
      if (!draft) return;
      const done = await runSteps(t('Tag Version'), draft, [
        chooseModel(services),
        chooseVersion,
        chooseMessage,
        confirm,
      ]);
      if (!done?.plan || !done.model) return;
      const { plan } = done;
      await writePlan(services, done, plan, done.push, {
        title: t('Pin It'),
        run: () =>
          vscode.commands.executeCommand(Commands.pinVersion, { model: plan.artifact, version: plan.tag }),
      });
    },
    t('Could not tag the version'),
  );
}

async function begin({ store }: Services, argument: unknown): Promise<Draft | undefined> {
  const empty = { version: null, message: null, plan: null, push: false };
  if (isRevisionNode(argument)) {
    const target: Target | null = await targetOf(argument);
    if (target) {
      const model = { name: target.name, path: target.model?.path ?? null };
      return {
        entry: target.entry,
        snapshot: target.snapshot,
        model,
        rev: target.commit,
        label: target.label,
        ...empty,
      };
    }
  }
  const place = await askPlace(store, argument, vscode.l10n.t('Tag Version'));
  if (!place) return undefined;
  const branch = homeBranch(place.snapshot);
  const choices = await modelChoices(place, undefined);
  const [only] = choices;
  const model = choices.length === 1 && only && 'value' in only ? only.value : null;
  return { ...place, model, rev: branch?.commit ?? 'HEAD', label: branch?.name ?? 'HEAD', ...empty };
}

function chooseModel({ memory }: Services): Step<Draft> {
  return {
    answered: (draft) => draft.model !== null,
    run: async (draft, position) => {
      const placeholder = vscode.l10n.t('Register which model, as it is on {0}?', draft.label);
      const model = await askModel(draft, memory, position, placeholder);
      return model === undefined || model === BACK ? model : { ...draft, model };
    },
  };
}

const chooseVersion: Step<Draft> = {
  run: async (draft, position) => {
    const { t } = vscode.l10n;
    const chosen = await pick<Bump | 'other'>(position, {
      placeholder: t('The next version of {0}', draft.model?.name ?? ''),
      items: versionChoices(draft),
    });
    if (chosen === undefined || chosen === BACK) return chosen;
    if (chosen !== 'other') return { ...draft, version: { bump: chosen } };
    const exact = await askText(
      { ...position, canGoBack: true },
      {
        prompt: t('The version, such as v1.4.0 or v2.0.0-rc.1'),
        placeholder: 'v1.0.0',
        check: checkVersion,
      },
    );
    if (exact === undefined) return undefined;
    return exact === BACK ? BACK : { ...draft, version: { exact } };
  },
};

/** What each part would count up to, as the tags are now. Fails when the commit cannot be registered at all. */
async function versionChoices(
  draft: Draft,
): Promise<readonly (Choice<Bump | 'other'> | vscode.QuickPickItem)[]> {
  const { t } = vscode.l10n;
  const plans = await Promise.all(BUMPS.map((bump) => plan({ ...draft, version: { bump } })));
  const meaning: Readonly<Record<Bump, string>> = {
    patch: t('the same model, corrected'),
    minor: t('better, and what loads it need not change'),
    major: t('what loads it has to change'),
  };
  const [first] = plans;
  const same = first?.sameAs.at(-1);
  return [
    ...(same === undefined
      ? []
      : [{ label: t('Same bits as {0}', same), kind: vscode.QuickPickItemKind.Separator }]),
    ...BUMPS.map((bump, index): Choice<Bump | 'other'> => {
      const next = plans[index];
      const after = next?.previous == null ? t('first version') : t('after {0}', next.previous);
      return {
        label: next?.version ?? bump,
        description: `${bump} · ${after}`,
        detail: meaning[bump],
        value: bump,
      };
    }),
    { label: t('Another number…'), detail: t('pre-releases too'), value: 'other' },
  ];
}

function checkVersion(
  text: string,
): { problem: { message: string; repaired?: string } } | { preview?: string } {
  const { t } = vscode.l10n;
  if (text.trim() === '') return { problem: { message: t('A version is needed.') } };
  if (parseSemVer(text)) return {};
  const repaired = parseSemVer(`v${text.trim()}`) ? `v${text.trim()}` : undefined;
  const message = t('Versions are written v1.2.3 (SemVer).');
  return { problem: repaired === undefined ? { message } : { message, repaired } };
}

const chooseMessage: Step<Draft> = {
  run: async (draft, position) => {
    const { t } = vscode.l10n;
    const planned = await plan(draft);
    const message = await askText(position, {
      prompt: t('The message of the tag {0}: what is new, for whoever reads the history', planned.tag),
      placeholder: planned.tags[0]?.message ?? '',
      value: draft.message ?? '',
      check: (text) =>
        text.trim() === '' ? { preview: t('Without one: "{0}"', planned.tags[0]?.message ?? '') } : {},
    });
    if (message === undefined || message === BACK) return message;
    return { ...draft, message: message.trim() === '' ? null : message.trim() };
  },
};

const confirm: Step<Draft> = {
  run: async (draft, position) => {
    const planned = await plan(draft);
    const answer = await previewPlan(position, draft.snapshot.catalog, planned);
    return answer === undefined || answer === BACK ? answer : { ...draft, plan: planned, push: answer.push };
  },
};

async function plan(draft: Draft): Promise<TagPlan> {
  if (!draft.model) throw new RegistryError('unknown-model', vscode.l10n.t('No model was chosen'));
  return planTag({
    catalog: draft.snapshot.catalog,
    model: draft.model,
    rev: draft.rev,
    ...(draft.version ? { version: draft.version } : {}),
    ...(draft.message === null ? {} : { message: draft.message }),
  });
}
