import * as vscode from 'vscode';
import type { Version } from '../../core/catalog/catalog.js';
import type { Approval } from '../../core/registry/versions/messages.js';
import type { RegistryPlan } from '../../core/registry/versions/plan.js';
import { planDeprecation } from '../../core/registry/versions/planDeprecation.js';
import { planTag } from '../../core/registry/versions/planTag.js';
import type { AskRemote } from '../../core/registry/versions/registry.js';
import { Commands } from '../ids.js';
import { approvalItems, askApproval } from './approval.js';
import { askRemote } from './askRemote.js';
import { versionChoices } from './askVersion.js';
import { withProgress } from './progress.js';
import type { Register } from './register.js';
import { previewPlan, writePlan } from './registryPreview.js';
import type { Services } from './services.js';
import type { Step } from './steps.js';
import { BACK, pick, runSteps } from './steps.js';
import type { Target } from './targets.js';
import { askTarget } from './targets.js';

interface Draft {
  readonly target: Target;
  /** Null where the whole model is meant. */
  readonly version: Version | null;
  readonly decided: { readonly plan: RegistryPlan; readonly push: boolean } | null;
}

type Planner = (draft: Draft, remote: AskRemote, approval: Approval) => Promise<RegistryPlan>;

interface End {
  readonly title: string;
  readonly failure: string;
  /** Which versions it can be done to; null where it is done to the model. */
  readonly fits: ((version: Version) => boolean) | null;
  readonly none: (model: string) => string;
  readonly plan: Planner;
  /** Whether the tag may say why. */
  readonly reasoned: boolean;
}

/** The end of versions and models, and the way back. Tags are added, none is removed. */
export function endCommands(register: Register, services: Services): void {
  const { t } = vscode.l10n;
  const deprecation: Planner = ({ target, version }, remote, approval) =>
    planDeprecation({
      catalog: target.snapshot.catalog,
      model: target.name,
      ...(version === null ? {} : { version: version.version }),
      askRemote: remote,
      ...approval,
    });
  const restoration: Planner = ({ target, version }, remote) =>
    planTag({
      catalog: target.snapshot.catalog,
      model: { name: target.name, path: version?.model?.path ?? target.model?.path ?? null },
      askRemote: remote,
      ...(version === null ? {} : { rev: version.commit, version: { exact: version.version } }),
    });
  const ends = [
    [
      Commands.deregisterVersion,
      {
        title: t('Deregister Version'),
        failure: t('Could not deregister the version'),
        fits: ({ active }) => active,
        none: (model) => t('{0} has no registered version yet', model),
        plan: deprecation,
        reasoned: true,
      },
    ],
    [
      Commands.restoreVersion,
      {
        title: t('Restore Version'),
        failure: t('Could not restore the version'),
        fits: ({ active }) => !active,
        none: (model) => t('No version of {0} was deregistered', model),
        plan: restoration,
        reasoned: false,
      },
    ],
    [
      Commands.deprecateModel,
      {
        title: t('Deprecate Model'),
        failure: t('Could not deprecate the model'),
        fits: null,
        none: (model) => model,
        plan: deprecation,
        reasoned: true,
      },
    ],
  ] as const satisfies readonly (readonly [string, End])[];
  for (const [id, end] of ends) register(id, (argument) => run(services, argument, end), end.failure);
}

async function run(services: Services, argument: unknown, end: End): Promise<void> {
  const { title, failure, fits } = end;
  const target = await askTarget(services, argument, title, vscode.l10n.t('Which model?'));
  if (!target) return;
  const draft: Draft = { target, version: fits === null ? null : target.version, decided: null };
  const steps = [...(fits === null ? [] : [chooseVersion(fits, end.none)]), confirm(end)];
  const done = await runSteps(title, draft, steps);
  if (!done?.decided) return;
  const again = (): Promise<void> => run(services, argument, end);
  await writePlan(services, target, done.decided.plan, done.decided.push, { failure, again });
}

function chooseVersion(fits: (version: Version) => boolean, none: End['none']): Step<Draft> {
  return {
    answered: ({ version }) => version !== null,
    run: async (draft, position) => {
      const { name } = draft.target;
      const items = versionChoices(draft.target).filter(({ value }) => fits(value));
      if (items.length === 0) throw new Error(none(name));
      const placeholder = vscode.l10n.t('Which version of {0}?', name);
      const chosen = await pick(position, { placeholder, items });
      return chosen === undefined || chosen === BACK ? chosen : { ...draft, version: chosen };
    },
  };
}

function confirm({ plan: planner, reasoned }: End): Step<Draft> {
  return {
    run: async (draft, position) => {
      const { target } = draft;
      const asking = vscode.l10n.t('Asking the remote');
      const remote = await withProgress(asking, (signal) => askRemote(target, target.name, signal));
      let approval: Approval = {};
      for (;;) {
        const plan = await planner(draft, remote, approval);
        const extras = reasoned ? approvalItems(approval).filter(({ value }) => value === 'reason') : [];
        const answer = await previewPlan(position, target.snapshot.catalog, plan, { extras });
        if (answer === undefined || answer === BACK) return answer;
        if ('push' in answer) return { ...draft, decided: { plan, push: answer.push } };
        approval = await askApproval(position, approval, answer.extra);
      }
    },
  };
}
