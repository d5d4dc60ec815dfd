import * as vscode from 'vscode';
import { readTrailers } from '../../core/registry/versions/messages.js';
import type { Approval } from '../../core/registry/versions/messages.js';
import { planPromotion, planStageRollback } from '../../core/registry/versions/promotion.js';
import type { StageMove } from '../../core/registry/versions/promotion.js';
import type { AskRemote } from '../../core/registry/versions/registry.js';
import { readRegistry } from '../../core/registry/versions/registry.js';
import { stageHistory } from '../../core/registry/gto/stageHistory.js';
import type { StageChange } from '../../core/registry/gto/stageHistory.js';
import { Commands } from '../ids.js';
import { ago, date, dots, shortVersion } from '../words.js';
import { approvalItems, askApproval } from './approval.js';
import { askRemote } from './askRemote.js';
import type { OpenComparison } from './compareCommands.js';
import { differenceItems } from './differenceItems.js';
import { revealCommit } from './openCommands.js';
import { withProgress } from './progress.js';
import type { Register } from './register.js';
import { previewPlan, writePlan } from './registryPreview.js';
import type { Services } from './services.js';
import type { Choice } from './steps.js';
import { BACK, pick, single } from './steps.js';
import type { Target } from './targets.js';
import { askTarget } from './targets.js';

/** Stages that pass from one version to another with the differences in sight, and who had them before. */
export function stageMoves(register: Register, services: Services, open: OpenComparison): void {
  const { t } = vscode.l10n;
  register(
    Commands.promoteVersion,
    async (argument) => {
      const title = t('Promote to Next Stage');
      const target = await askTarget(services, argument, title, t('Which model?'));
      if (!target) return;
      const version = target.version?.version;
      const held = heldStages(target, version);
      const from = version === undefined ? await askStage(target, title, held) : null;
      if (from === undefined) return;
      await move(services, target, title, t('Could not promote'), open, (given) =>
        planPromotion({
          ...request(target, given),
          ...(from === null ? {} : { from }),
          ...(version === undefined ? {} : { version }),
        }),
      );
    },
    t('Could not promote'),
  );
  register(
    Commands.rollBackStage,
    async (argument) => {
      const title = t('Roll Back Stage');
      const target = await askTarget(services, argument, title, t('Which model?'));
      if (!target) return;
      const held = heldStages(target, target.version?.version);
      const stage = await askStage(target, title, held);
      if (stage === undefined || stage === null) return;
      const failure = t('Could not roll the stage back');
      await move(services, target, title, failure, open, (given) =>
        planStageRollback({ ...request(target, given), stage }),
      );
    },
    t('Could not roll the stage back'),
  );
}

/** Who put what into which stage, and when: read only. */
export function stageHistoryCommand(register: Register, services: Services): void {
  const { t } = vscode.l10n;
  register(
    Commands.showStageHistory,
    async (argument) => {
      const title = t('Stage History');
      const target = await askTarget(services, argument, title, t('Which model?'));
      if (!target) return;
      const { state } = await readRegistry(target.entry.repository);
      const artifact = state.artifacts.get(target.name);
      const changes = artifact ? stageHistory(artifact) : [];
      if (changes.length === 0) throw new Error(t('No version of {0} ever held a stage', target.name));
      const placeholder = t('Who put which version of {0} where; Enter shows the commit', target.name);
      const chosen = await pick<StageChange>(single(title), {
        placeholder,
        items: changes.map(changeItem),
      });
      if (chosen !== undefined && chosen !== BACK) await revealCommit(target.entry, chosen.commit);
    },
    t('Could not read the history'),
  );
}

/** `prod: v1.0.0 → v2.0.0`, who agreed and when, why and who tagged it. */
function changeItem(change: StageChange): Choice<StageChange> {
  const { t } = vscode.l10n;
  const { event } = change;
  const { reason, approvedBy } = readTrailers(event.message);
  const time = event.seconds * 1000;
  const agreed = approvedBy && t('approved by {0}', approvedBy.join(', '));
  return {
    label: `${change.stage}: ${shortVersion(change.before)} → ${shortVersion(change.after)}`,
    description: `${ago(time)} (${date(time)})`,
    // Who agreed answers for it; who tagged may be a robot.
    detail: dots(agreed ?? event.author, reason, agreed && t('tagged by {0}', event.author), event.tag),
    value: change,
  };
}

interface Given {
  readonly approval: Approval;
  readonly remote: AskRemote;
}

function request(target: Target, { approval, remote }: Given) {
  const { catalog } = target.snapshot;
  const model = { name: target.name, path: target.model?.path ?? null };
  return { catalog, model, askRemote: remote, ...approval };
}

/** Stages that the version holds; of all versions where none is named. */
function heldStages({ snapshot, name }: Target, version: string | undefined): readonly string[] {
  const stages = snapshot.catalog.registered().find((model) => model.name === name)?.stages ?? {};
  return Object.keys(stages).filter((stage) => {
    const holders = stages[stage] ?? [];
    return version === undefined ? holders.length > 0 : holders.includes(version);
  });
}

/** Null where nothing holds a stage: then the latest version is what is meant. */
async function askStage(
  target: Target,
  title: string,
  held: readonly string[],
): Promise<string | null | undefined> {
  const [only] = held;
  if (held.length <= 1) return only ?? null;
  const stages = target.snapshot.catalog.registered().find(({ name }) => name === target.name)?.stages ?? {};
  const stage = await pick<string>(single(title), {
    placeholder: vscode.l10n.t('Which stage of {0}?', target.name),
    items: held.map((name) => ({ label: name, description: stages[name]?.[0] ?? '', value: name })),
  });
  return stage === BACK ? undefined : stage;
}

async function move(
  services: Services,
  target: Target,
  title: string,
  failure: string,
  open: OpenComparison,
  planner: (given: Given) => Promise<StageMove>,
): Promise<void> {
  const { t } = vscode.l10n;
  const again = (): Promise<void> => move(services, target, title, failure, open, planner);
  const remote = await withProgress(t('Asking the remote'), (signal) =>
    askRemote(target, target.name, signal),
  );
  let approval: Approval = {};
  for (;;) {
    const planned = await planner({ approval, remote });
    const { from, to } = planned;
    const answer = await previewPlan(single(title), target.snapshot.catalog, planned.plan, {
      extras: [
        ...approvalItems(approval),
        ...(from === null
          ? []
          : [{ label: `$(diff) ${t('Compare {0} with {1}', from, to)}`, value: 'compare' }]),
      ],
      facts: differenceItems(planned.plan, planned.differences),
    });
    if (answer === undefined || answer === BACK) return;
    if ('push' in answer) {
      await writePlan(services, target, planned.plan, answer.push, { failure, again });
      return;
    }
    if (answer.extra === 'compare' && from !== null) {
      open({ repository: target.entry.repository.root, model: target.name, revs: [from, to] });
      return;
    }
    approval = await askApproval(single(title), approval, answer.extra);
  }
}
