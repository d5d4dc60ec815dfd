import * as vscode from 'vscode';
import { stageDifferences } from '../../core/registry/versions/differences.js';
import { knownStages, planStage } from '../../core/registry/versions/planStage.js';
import type { RegistryPlan } from '../../core/registry/versions/plan.js';
import type { Approval } from '../../core/registry/versions/messages.js';
import { readRegistry } from '../../core/registry/versions/registry.js';
import { Commands } from '../ids.js';
import { approvalItems, askApproval } from './approval.js';
import { askRemote } from './askRemote.js';
import { versionChoices } from './askVersion.js';
import { differenceItems } from './differenceItems.js';
import { withProgress } from './progress.js';
import type { Register } from './register.js';
import { previewPlan, writePlan } from './registryPreview.js';
import type { Services } from './services.js';
import type { Choice } from './steps.js';
import { BACK, askText, pick, runSteps } from './steps.js';
import type { Step } from './steps.js';
import type { Target } from './targets.js';
import { askTarget } from './targets.js';

interface Draft {
  readonly target: Target;
  readonly version: string | null;
  readonly stage: string | null;
  readonly decided: { readonly plan: RegistryPlan; readonly push: boolean } | null;
}

/** Stages of versions: every write is previewed, and undone while it is not pushed. */
export function stageCommands(register: Register, services: Services): void {
  const { t } = vscode.l10n;
  const run = async (title: string, failure: string, argument: unknown, remove: boolean): Promise<void> => {
    const target = await askTarget(services, argument, title, t('Which model?'));
    if (!target) return;
    const draft: Draft = { target, version: target.version?.version ?? null, stage: null, decided: null };
    const done = await runSteps(title, draft, [
      chooseVersion(remove),
      chooseStage(remove),
      confirmStage(remove),
    ]);
    if (!done?.decided) return;
    const again = (): Promise<void> => run(title, failure, argument, remove);
    const { plan, push } = done.decided;
    await writePlan(services, target, plan, push, { failure, again });
  };
  register(
    Commands.assignStage,
    (argument) => run(t('Assign Stage'), t('Could not assign the stage'), argument, false),
    t('Could not assign the stage'),
  );
  register(
    Commands.removeStage,
    (argument) => run(t('Remove Stage'), t('Could not remove the stage'), argument, true),
    t('Could not remove the stage'),
  );
}

/** Which version: the one the command was called on, else one of those registered, the newest first. */
function chooseVersion(staged: boolean): Step<Draft> {
  return {
    answered: (draft) => draft.version !== null,
    run: async (draft, position) => {
      const all = versionChoices(draft.target, { active: true });
      const items = staged ? all.filter(({ value }) => value.stages.length > 0) : all;
      if (items.length === 0) {
        throw new Error(
          staged
            ? vscode.l10n.t('No version of {0} holds a stage', draft.target.name)
            : vscode.l10n.t('{0} has no registered version yet', draft.target.name),
        );
      }
      const chosen = await pick(position, {
        placeholder: vscode.l10n.t('Which version of {0}?', draft.target.name),
        items,
      });
      return chosen === undefined || chosen === BACK ? chosen : { ...draft, version: chosen.version };
    },
  };
}

function chooseStage(remove: boolean): Step<Draft> {
  const OTHER = Symbol('other');
  return {
    run: async (draft, position) => {
      const { t } = vscode.l10n;
      const registered = draft.target.snapshot.catalog.registered();
      const stages = registered.find(({ name }) => name === draft.target.name)?.stages ?? {};
      const held = Object.keys(stages).filter(
        (stage) => stages[stage]?.includes(draft.version ?? '') === true,
      );
      const known = remove ? held : await allStages(draft.target);
      const items = known.map((stage): Choice<string | typeof OTHER> => {
        const [holder] = stages[stage] ?? [];
        const holding = holder === undefined ? t('held by none') : t('held by {0}', holder);
        return {
          label: stage,
          description: holder === draft.version ? t('already holds it') : holding,
          value: stage,
        };
      });
      if (!remove) items.push({ label: t('Another stage…'), value: OTHER });
      const chosen = await pick(position, {
        placeholder: remove
          ? t('Remove which stage from {0}?', draft.version ?? '')
          : t('Assign which stage to {0}?', draft.version ?? ''),
        items,
      });
      if (chosen === undefined || chosen === BACK) return chosen;
      if (chosen !== OTHER) return { ...draft, stage: chosen };
      const stage = await askText(
        { ...position, canGoBack: true },
        { prompt: t('The name of the stage, such as prod'), check: () => ({}) },
      );
      return stage === undefined || stage === BACK ? stage : { ...draft, stage };
    },
  };
}

/** Stages that `.gto` allows, else those in use, else the usual ones. */
async function allStages({ entry }: Target): Promise<readonly string[]> {
  const registry = await readRegistry(entry.repository);
  const known = knownStages(registry);
  return known.length > 0 || registry.config.stages ? known : ['dev', 'staging', 'prod'];
}

function confirmStage(remove: boolean): Step<Draft> {
  return {
    run: async (draft, position) => {
      const { target, stage, version } = draft;
      const { catalog } = target.snapshot;
      const model = { name: target.name, path: target.model?.path ?? null };
      const { t } = vscode.l10n;
      const remote = await withProgress(t('Asking the remote'), (signal) =>
        askRemote(target, target.name, signal),
      );
      let approval: Approval = {};
      for (;;) {
        const plan = await planStage({
          catalog,
          model,
          askRemote: remote,
          stage: stage ?? '',
          ...(version === null ? {} : { version }),
          ...(remove ? { remove } : {}),
          ...approval,
        });
        const differences = await stageDifferences(catalog, model, plan);
        const more = { extras: approvalItems(approval), facts: differenceItems(plan, differences) };
        const answer = await previewPlan(position, catalog, plan, more);
        if (answer === undefined || answer === BACK) return answer;
        if ('push' in answer) return { ...draft, decided: { plan, push: answer.push } };
        approval = await askApproval(position, approval, answer.extra);
      }
    },
  };
}
