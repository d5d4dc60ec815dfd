import * as vscode from 'vscode';
import { porcelain } from '../../core/git/porcelain.js';
import { parseSemVer } from '../../core/registry/gto/semver.js';
import { parseTagName } from '../../core/registry/gto/tagName.js';
import type { TagPlan } from '../../core/registry/versions/plan.js';
import { renderCommand } from '../../core/registry/versions/plan.js';
import { planTag } from '../../core/registry/versions/planTag.js';
import type { AskRemote } from '../../core/registry/versions/registry.js';
import { RegistryError } from '../../core/registry/versions/registryError.js';
import type { ChangeSummary } from '../../core/registry/versions/summary.js';
import { messageOf, summarizeChanges, withMessage } from '../../core/registry/versions/summary.js';
import { Commands } from '../ids.js';
import { askRemote } from './askRemote.js';
import { withProgress } from './progress.js';
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
  /** What the remote has of the model's tags; null until it was asked. */
  readonly remote: AskRemote | null;
  readonly message: string | null;
  /** What changed since the version before; null until it was read. */
  readonly summary: ChangeSummary | null;
  /** Whether the message tells it. */
  readonly summarized: boolean;
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
      await run(services, draft, [chooseModel(services), chooseVersion, chooseMessage, confirm]);
    },
    t('Could not tag the version'),
  );
}

async function run(services: Services, draft: Draft, steps: readonly Step<Draft>[]): Promise<void> {
  const { t } = vscode.l10n;
  const done = await runSteps(t('Tag Version'), draft, steps);
  if (!done?.plan || !done.model) return;
  const { plan } = done;
  const pin = {
    title: t('Pin It'),
    run: () =>
      vscode.commands.executeCommand(Commands.pinVersion, { model: plan.artifact, version: plan.tag }),
  };
  await writePlan(services, done, plan, done.push, {
    failure: t('Could not tag the version'),
    next: [pin],
    // The remote or another window was quicker: all that was answered stays, only the number is another.
    again: async (exact) => {
      const snapshot = await done.entry.refreshed();
      const version = exact === undefined ? done.version : { exact };
      await run(services, { ...done, snapshot, version, plan: null, remote: null }, [confirm]);
    },
  });
}

async function begin({ store }: Services, argument: unknown): Promise<Draft | undefined> {
  const empty = {
    version: null,
    remote: null,
    message: null,
    summary: null,
    summarized: true,
    plan: null,
    push: false,
  };
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
    const asked = withRemote(draft);
    const chosen = await pick<Bump | 'other'>(position, {
      placeholder: t('The next version of {0}', draft.model?.name ?? ''),
      items: asked.then(versionChoices),
    });
    if (chosen === undefined || chosen === BACK) return chosen;
    const { remote } = await asked;
    if (chosen !== 'other') return { ...draft, remote, version: { bump: chosen } };
    const exact = await askText(
      { ...position, canGoBack: true },
      {
        prompt: t('The version, such as v1.4.0 or v2.0.0-rc.1'),
        placeholder: 'v1.0.0',
        check: checkVersion,
      },
    );
    if (exact === undefined) return undefined;
    return exact === BACK ? BACK : { ...draft, remote, version: { exact } };
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
  const sameTag = first?.sameAs.at(-1);
  const same = sameTag === undefined ? undefined : versionIn(sameTag);
  if (first?.tags[0]?.what === 'restore') {
    const detail = t('It was deregistered on this commit, which can have no other version');
    return [{ label: t('Restore {0}', first.version), detail, value: 'patch' }];
  }
  return [
    ...whereFree(draft),
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
    ...(same === undefined ? [] : [{ label: `$(warning) ${t('Same bits as {0}', same)}` }]),
  ];
}

/** Of the same model only the version tells one tag from another. */
function versionIn(tag: string): string {
  const said = parseTagName(tag);
  return said?.kind === 'version' ? said.version : tag;
}

/** Whether the numbers are free at the remote too. */
function whereFree({ remote, snapshot }: Draft): readonly vscode.QuickPickItem[] {
  if (remote === null || typeof remote === 'boolean') return [];
  const name = snapshot.catalog.settings.remote;
  const label =
    remote.state === 'answered'
      ? vscode.l10n.t('Free here and on {0}', name)
      : vscode.l10n.t('Free here; {0} did not answer', name);
  return [{ label, kind: vscode.QuickPickItemKind.Separator }];
}

async function withRemote(draft: Draft): Promise<Draft> {
  return draft.remote === null ? { ...draft, remote: await askRemote(draft, modelOf(draft).name) } : draft;
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
    const summary = await summarizeChanges(draft.snapshot.catalog, planned, modelOf(draft));
    const subject = planned.tags[0]?.message ?? '';
    const told =
      summary.kind === 'changes' ? t('What changed since {0} is added below.', summary.since) : undefined;
    const message = await askText(position, {
      prompt: t('The message of the tag {0}: what is new, for whoever reads the history', planned.tag),
      placeholder: subject,
      value: draft.message ?? '',
      check: (text) => {
        const without = text.trim() === '' ? t('Without one: "{0}".', subject) : undefined;
        const preview = [without, told].filter((line) => line !== undefined).join(' ');
        return preview === '' ? {} : { preview };
      },
    });
    if (message === undefined || message === BACK) return message;
    return { ...draft, summary, message: message.trim() === '' ? null : message.trim() };
  },
};

const confirm: Step<Draft> = {
  run: async (draft, position) => {
    let current = await withRemote(draft);
    for (;;) {
      const planned = described(await plan(current), current);
      const answer = await previewPlan(position, current.snapshot.catalog, planned, {
        extras: [...remedies(planned), ...summaryChoice(current)],
      });
      if (answer === undefined || answer === BACK) return answer;
      if ('push' in answer) return { ...current, plan: planned, push: answer.push };
      current = await changed(current, planned, answer.extra);
    }
  },
};

/** The plan with the message that was typed, or GTO's own, and what changed below it. */
function described(planned: TagPlan, { message, summary, summarized }: Draft): TagPlan {
  const full = messageOf(planned, summary !== null && summarized ? summary : { kind: 'first' });
  const [, ...body] = full.split('\n');
  return withMessage(planned, message === null ? full : [message, ...body].join('\n'));
}

function summaryChoice({ summary, summarized }: Draft): readonly Choice<string>[] {
  const { t } = vscode.l10n;
  if (summary?.kind !== 'changes') return [];
  const label = summarized ? t('Leave out what changed') : t('Say what changed');
  return [{ label: `$(list-unordered) ${label}`, description: t('in the message'), value: 'summary' }];
}

/** What can be done about a warning before the tag is written. */
function remedies(planned: TagPlan): readonly Choice<string>[] {
  const { t } = vscode.l10n;
  return planned.warnings.flatMap(({ better, remedy }, index): Choice<string>[] => [
    ...(better === undefined
      ? []
      : [
          {
            label: `$(git-commit) ${t('Register commit {0} of the default branch instead', better.slice(0, 8))}`,
            value: `better ${String(index)}`,
          },
        ]),
    ...(remedy === undefined
      ? []
      : [
          {
            label:
              remedy[0] === 'git'
                ? `$(repo-push) ${t('First run {0}', renderCommand(remedy))}`
                : `$(copy) ${t('Copy {0}, to be run first', renderCommand(remedy))}`,
            value: `remedy ${String(index)}`,
          },
        ]),
  ]);
}

async function changed(draft: Draft, planned: TagPlan, extra: string): Promise<Draft> {
  const { t } = vscode.l10n;
  if (extra === 'summary') return { ...draft, summarized: !draft.summarized };
  const [what, index] = extra.split(' ');
  const warning = planned.warnings[Number(index)];
  if (what === 'better' && warning?.better !== undefined)
    return { ...draft, rev: warning.better, label: warning.better.slice(0, 8) };
  const remedy = warning?.remedy;
  if (remedy === undefined) return draft;
  if (remedy[0] !== 'git') {
    await vscode.env.clipboard.writeText(renderCommand(remedy));
    vscode.window.setStatusBarMessage(t('Copied {0}', renderCommand(remedy)), 4000);
    return draft;
  }
  await withProgress(t('Running {0}', renderCommand(remedy)), (signal) =>
    porcelain(draft.entry.repository, { signal }, (git) => git.raw(remedy.slice(1))),
  );
  return { ...draft, snapshot: await draft.entry.refreshed() };
}

function modelOf({ model }: Draft): { readonly name: string; readonly path: string | null } {
  if (!model) throw new RegistryError('unknown-model', vscode.l10n.t('No model was chosen'));
  return model;
}

async function plan(draft: Draft): Promise<TagPlan> {
  return planTag({
    catalog: draft.snapshot.catalog,
    model: modelOf(draft),
    rev: draft.rev,
    ...(draft.version ? { version: draft.version } : {}),
    askRemote: draft.remote ?? false,
  });
}
