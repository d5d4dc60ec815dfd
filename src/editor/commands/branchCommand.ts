import * as vscode from 'vscode';
import { undoBranch } from '../../core/branches/apply.js';
import type { CreatedBranch } from '../../core/branches/apply.js';
import { applyBranch, conventionNamed, planBranch } from '../../core/branches/create.js';
import type { BranchPlan, BranchRequest } from '../../core/branches/create.js';
import { publishingRemote, readExisting } from '../../core/branches/existing.js';
import { userName } from '../../core/branches/parts.js';
import { GitError } from '../../core/git/process.js';
import { Commands } from '../ids.js';
import type { Action } from '../notify.js';
import { rowRev } from '../tree/branchRows.js';
import { draftName, isWholeName } from './branchDraft.js';
import type { BranchMode } from './branchPreview.js';
import { modeName, previewBranch } from './branchPreview.js';
import { withProgress } from './progress.js';
import type { Register } from './register.js';
import type { Services } from './services.js';
import type { Step } from './steps.js';
import { BACK, askText, runSteps } from './steps.js';
import type { Place } from './targets.js';
import { askModel, askPlace, isNode, isRevisionNode, modelChoices, targetOf } from './targets.js';

export interface BranchDraft extends Place {
  readonly model: { readonly name: string; readonly path: string | null } | null;
  /** Undefined: what is checked out. */
  readonly from: BranchRequest['from'];
  readonly kind: string | undefined;
  readonly text: string;
  /** The text is the whole name. */
  readonly whole: boolean;
  readonly decided: { readonly plan: BranchPlan; readonly mode: BranchMode } | null;
}

const LAST_KIND = 'lastBranchKind';
const LAST_MODE = 'lastBranchMode';

/** Creates a branch by the convention: which model, what it tries, then everything that would be done. */
export function branchCommand(register: Register, services: Services): void {
  const { t } = vscode.l10n;
  register(
    Commands.createBranch,
    async (argument) => {
      const draft = await begin(services, argument);
      if (!draft) return;
      const steps = [chooseModel(services), describe, confirm(services)];
      const done = await runSteps(t('Create Experiment Branch'), draft, steps);
      if (!done?.decided) return;
      await services.memory.update(LAST_KIND, done.kind);
      await services.memory.update(LAST_MODE, modeName(done.decided.mode));
      await create(services, done, done.decided.plan, done.decided.mode);
    },
    t('Could not create the branch'),
  );
}

async function begin({ store, memory }: Services, argument: unknown): Promise<BranchDraft | undefined> {
  const kindOf = (place: Place): string | undefined => {
    const last = memory.get<string>(LAST_KIND);
    return place.snapshot.catalog.settings.branches.conventions.some(({ name }) => name === last)
      ? last
      : undefined;
  };
  const empty = { text: '', whole: false, decided: null };
  if (isRevisionNode(argument)) {
    const target = await targetOf(argument);
    if (!target) return undefined;
    const current = argument.kind === 'model' && argument.row.current;
    const { entry, snapshot, name, rev } = target;
    const model = { name, path: target.model?.path ?? null };
    return { entry, snapshot, model, from: current ? undefined : rev, kind: kindOf(target), ...empty };
  }
  const place = await askPlace(store, argument, vscode.l10n.t('Create Experiment Branch'));
  if (!place) return undefined;
  const row =
    isNode(argument) && (argument.kind === 'branch' || argument.kind === 'holder') ? argument.row : null;
  const choices = await modelChoices(place, undefined);
  const [only] = choices;
  const kind = kindOf(place);
  return {
    ...place,
    model: choices.length === 1 && only && 'value' in only ? only.value : null,
    from: row && !row.current ? rowRev(row) : undefined,
    // Where there is no model yet (no commit, say), the branch is of a kind that needs none.
    kind: choices.length === 0 && wantsModel({ ...place, kind }) ? (modelless(place) ?? kind) : kind,
    ...empty,
  };
}

/** Whether names of this kind say which model they are about. */
function wantsModel({ snapshot, kind }: Pick<BranchDraft, 'snapshot' | 'kind'>): boolean {
  const { pattern } = conventionNamed(snapshot.catalog.settings, kind);
  return pattern?.includes('{model}') === true;
}

function modelless(place: Place): string | undefined {
  const { conventions } = place.snapshot.catalog.settings.branches;
  return conventions.find(({ name: kind }) => !wantsModel({ ...place, kind }))?.name;
}

function chooseModel({ memory }: Services): Step<BranchDraft> {
  return {
    answered: (draft) => draft.model !== null || !wantsModel(draft),
    run: async (draft, position) => {
      const model = await askModel(draft, memory, position, vscode.l10n.t('Which model is it about?'));
      return model === undefined || model === BACK ? model : { ...draft, model };
    },
  };
}

const describe: Step<BranchDraft> = {
  run: async (draft, position) => {
    const { t } = vscode.l10n;
    const { catalog } = draft.snapshot;
    const { settings } = catalog;
    const existing = await readExisting(draft.entry.repository);
    const sources = {
      settings,
      convention: conventionNamed(settings, draft.kind),
      model: draft.model?.name ?? null,
      existing,
      remote: publishingRemote(existing, settings.remote),
      defaultBranch: catalog.defaultBranch?.branch.name,
      user: await userName(draft.entry.repository),
      now: new Date(),
    };
    const { name: kind, pattern } = sources.convention;
    const wantsIssue = pattern?.includes('{issue}') === true;
    const text = await askText(position, {
      prompt: t('What does it try? A few words, or a whole branch name'),
      placeholder: wantsIssue ? t('ABC-12 lower learning rate') : t('lower learning rate'),
      value: draft.text,
      check: (typed) => {
        const made = draftName(typed, sources);
        if (made.kind === 'empty') {
          return {
            problem: { message: t('A few words make the name: {0} is {1}.', kind, pattern ?? t('free')) },
          };
        }
        if (made.kind === 'problem') {
          const { message, repaired } = made;
          return { problem: repaired === undefined ? { message } : { message, repaired } };
        }
        return {
          preview:
            made.proposal === undefined
              ? t('Creates {0}', made.name)
              : t('Creates {0}. By the convention it would be {1}.', made.name, made.proposal),
        };
      },
    });
    if (text === undefined || text === BACK) return text;
    return { ...draft, text: text.trim(), whole: isWholeName(text, settings) };
  },
};

function confirm({ memory }: Services): Step<BranchDraft> {
  return {
    run: async (draft, position) => {
      let current = draft;
      for (;;) {
        const plan = await planOf(current);
        const answer = await previewBranch(position, current, plan, memory.get(LAST_MODE));
        if (answer === undefined || answer === BACK) return answer;
        if ('mode' in answer) return { ...current, decided: { plan, mode: answer.mode } };
        const next = { ...current, ...answer };
        if (next.model !== null || next.whole || !wantsModel(next)) {
          current = next;
          continue;
        }
        const about = vscode.l10n.t('Which model is it about?');
        const model = await askModel(next, memory, { ...position, canGoBack: true }, about);
        if (model === undefined) return undefined;
        if (model !== BACK) current = { ...next, model };
      }
    },
  };
}

async function planOf(draft: BranchDraft): Promise<BranchPlan> {
  return planBranch({
    catalog: draft.snapshot.catalog,
    model: draft.model,
    description: draft.text,
    kind: draft.kind,
    from: draft.from,
    ...(draft.whole ? { name: draft.text } : {}),
  });
}

async function create(services: Services, place: Place, plan: BranchPlan, mode: BranchMode): Promise<void> {
  const { t } = vscode.l10n;
  const { notify, lastWrite } = services;
  const { entry } = place;
  const { repository } = entry;
  let made: CreatedBranch;
  try {
    made = await withProgress(t('Creating {0}', plan.name), (signal) =>
      applyBranch(repository, plan, { ...mode, signal }),
    );
  } catch (error) {
    const unpublished = {
      title: t('Create Without Publishing'),
      run: () => create(services, place, plan, { ...mode, push: false }),
    };
    const offered = mode.push === true && error instanceof GitError ? [unpublished] : [];
    notify.failed(t('Could not create the branch'), error, ...offered);
    return;
  }
  entry.refresh();
  const { worktree } = made;
  const actions: Action[] =
    worktree === null ? [] : [{ title: t('Open Worktree'), run: () => openFolder(worktree) }];
  if (made.pushed) lastWrite.forget();
  else {
    const run = async (): Promise<void> => {
      await undoBranch(repository, made);
      entry.refresh();
    };
    actions.push(lastWrite.keep({ what: made.branch, run }));
  }
  notify.done([outcome(made, plan), ...made.warnings].join(' '), ...actions);
}

function outcome(made: CreatedBranch, plan: BranchPlan): string {
  const { t } = vscode.l10n;
  const { branch, remote } = made;
  const from = plan.from.label;
  if (plan.from.commit === null) return t('You are on {0}', branch);
  if (made.worktree !== null) return t('Created {0} from {1} in {2}', branch, from, made.worktree);
  if (made.pushed) return t('Created {0} from {1} and published it to {2}', branch, from, remote ?? '');
  if (made.stash !== null) return t('You are on {0}, from {1}; your changes are in the stash', branch, from);
  return made.checkedOut
    ? t('You are on {0}, from {1}', branch, from)
    : t('Created {0} from {1}', branch, from);
}

async function openFolder(folder: string): Promise<void> {
  await vscode.commands.executeCommand('vscode.openFolder', vscode.Uri.file(folder), {
    forceNewWindow: true,
  });
}
