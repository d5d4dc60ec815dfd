import * as vscode from 'vscode';
import { equivalentCommands, shellLine } from '../../core/branches/apply.js';
import type { ApplyOptions, DirtyChoice } from '../../core/branches/apply.js';
import type { BranchPlan } from '../../core/branches/create.js';
import { branchRows, rowName } from '../tree/branchRows.js';
import { emptinessOf } from '../tree/emptyState.js';
import { versionChoices } from './askVersion.js';
import type { BranchDraft } from './branchCommand.js';
import { inFull, noteLines } from './noteLines.js';
import type { Choice, Position } from './steps.js';
import { BACK, pick } from './steps.js';

/** How a branch is made. */
export type BranchMode = Omit<ApplyOptions, 'signal'>;

/** How it was made, to be offered first the next time; what became of changes is asked anew. */
export type ModeName = 'switch' | 'worktree' | 'alone' | 'publish' | 'publish-worktree' | 'publish-alone';

export function modeName({ checkout, worktree, push }: BranchMode): ModeName {
  if (worktree !== undefined) return push === true ? 'publish-worktree' : 'worktree';
  if (checkout) return push === true ? 'publish' : 'switch';
  return push === true ? 'publish-alone' : 'alone';
}

type Answer = { readonly mode: BranchMode } | Pick<BranchDraft, 'kind'> | Pick<BranchDraft, 'from'>;
type Choosable = { readonly mode: BranchMode } | 'kind' | 'from' | 'copy';

/** Shows what would be done, the usual first; what it starts from and of which kind it is can be changed here. */
export async function previewBranch(
  position: Position,
  draft: BranchDraft,
  plan: BranchPlan,
  last: ModeName | undefined,
): Promise<Answer | typeof BACK | undefined> {
  const { t } = vscode.l10n;
  const modes = modesOf(plan);
  const [first] = modes;
  const { conventions } = draft.snapshot.catalog.settings.branches;
  const items: (Choice<Choosable> | vscode.QuickPickItem)[] = [
    ...(plan.conflict ? [conflictItem(plan.conflict.message)] : []),
    ...modes,
    { label: t('Change'), kind: vscode.QuickPickItemKind.Separator },
    ...(emptinessOf(draft.snapshot.catalog) === 'noCommits'
      ? []
      : [
          {
            label: `$(git-commit) ${t('Start from {0}…', plan.from.label)}`,
            description: plan.from.commit?.slice(0, 8) ?? '',
            value: 'from' as const,
          },
        ]),
    ...(draft.whole || conventions.length < 2
      ? []
      : [{ label: `$(list-selection) ${t('Kind: {0}…', plan.kind ?? '')}`, value: 'kind' as const }]),
    {
      label: `$(copy) ${t('Copy the Git commands')}`,
      detail: first ? lines(plan, first.value.mode) : '',
      value: 'copy',
    },
    { label: t('What is made'), kind: vscode.QuickPickItemKind.Separator },
    ...inFull(`refs/heads/${plan.name}`).map((label) => ({ label })),
    ...(plan.from.commit === null ? [] : [{ label: t('on commit {0}', plan.from.commit) }]),
  ];
  const chosen = await pick<Choosable>(position, {
    placeholder: t('Nothing is done before you choose'),
    items,
    active: (value) => typeof value === 'object' && modeName(value.mode) === last,
  });
  if (chosen === undefined || chosen === BACK) return chosen;
  if (chosen === 'copy') {
    await vscode.env.clipboard.writeText(first ? lines(plan, first.value.mode) : '');
    vscode.window.setStatusBarMessage(t('Copied the Git commands'), 4000);
    return undefined;
  }
  if (chosen === 'kind') return chooseKind({ ...position, canGoBack: true }, draft);
  if (chosen === 'from') return chooseStart({ ...position, canGoBack: true }, draft);
  return chosen;
}

function comeAlong(from: string, changed: number): string {
  const { t } = vscode.l10n;
  if (changed === 0) return from;
  return changed === 1
    ? t('{0}; 1 changed file comes along', from)
    : t('{0}; {1} changed files come along', from, changed);
}

function conflictItem(message: string): vscode.QuickPickItem {
  const { label, detail, more } = noteLines(message);
  return { label: `$(warning) ${label}`, detail: [detail ?? '', ...more].join(' ') };
}

function lines(plan: BranchPlan, mode: BranchMode): string {
  return equivalentCommands(plan, mode).map(shellLine).join(' && ');
}

/** What can be done with the plan; where changes would be in the way, what becomes of them is part of it. */
function modesOf(plan: BranchPlan): readonly Choice<{ readonly mode: BranchMode }>[] {
  const { t } = vscode.l10n;
  const { name, workingCopy, remote, worktree } = plan;
  const from = plan.from.commit === null ? t('without a commit yet') : t('from {0}', plan.from.label);
  const changed = workingCopy.changed.length;
  const mode = (
    icon: string,
    label: string,
    detail: string,
    value: BranchMode,
  ): Choice<{ mode: BranchMode }> => ({
    label: `$(${icon}) ${label}`,
    detail,
    value: { mode: value },
  });
  const dirty = (choice: DirtyChoice): { dirty?: DirtyChoice } => (changed === 0 ? {} : { dirty: choice });
  const here = [
    mode('git-branch', t('Create {0} and switch to it', name), comeAlong(from, changed), {
      checkout: true,
      ...dirty('carry'),
    }),
    ...(changed === 0
      ? []
      : [
          mode(
            'archive',
            t('Stash my changes first'),
            changed === 1
              ? t('1 changed file waits in the stash')
              : t('{0} changed files wait in the stash', changed),
            { checkout: true, dirty: 'stash' },
          ),
        ]),
    ...(remote === null
      ? []
      : [
          mode('cloud-upload', t('Create, switch and publish to {0}', remote), from, {
            checkout: true,
            push: true,
            ...dirty('carry'),
          }),
        ]),
  ];
  return [
    ...(workingCopy.busy === null && workingCopy.conflicted.length === 0 ? here : []),
    ...(plan.from.commit === null
      ? []
      : [
          mode('window', t('Create in a linked worktree'), worktree, { checkout: false, worktree }),
          mode('git-branch-create', t('Create without switching'), from, { checkout: false }),
        ]),
    ...(plan.from.commit === null || remote === null
      ? []
      : [
          mode('cloud-upload', t('Create in a linked worktree and publish to {0}', remote), worktree, {
            checkout: false,
            worktree,
            push: true,
          }),
          mode('cloud-upload', t('Create without switching and publish to {0}', remote), from, {
            checkout: false,
            push: true,
          }),
        ]),
  ];
}

async function chooseKind(position: Position, draft: BranchDraft): Promise<Answer | typeof BACK | undefined> {
  const items = draft.snapshot.catalog.settings.branches.conventions.map(
    ({ name, pattern, regex }): Choice<string> => ({
      label: name,
      description: pattern ?? regex ?? '',
      value: name,
    }),
  );
  const kind = await pick(position, { placeholder: vscode.l10n.t('Which kind of branch?'), items });
  if (kind === undefined) return undefined;
  return { kind: kind === BACK ? draft.kind : kind };
}

async function chooseStart(
  position: Position,
  draft: BranchDraft,
): Promise<Answer | typeof BACK | undefined> {
  const { t } = vscode.l10n;
  const { catalog, facts } = draft.snapshot;
  const separator = (label: string): vscode.QuickPickItem => ({
    label,
    kind: vscode.QuickPickItemKind.Separator,
  });
  const versions = draft.model
    ? versionChoices({ snapshot: draft.snapshot, name: draft.model.name })
    : catalog.registered().flatMap(({ name }) => {
        const own = versionChoices({ snapshot: draft.snapshot, name });
        return own.map((item) => ({ ...item, label: `$(tag) ${item.value.tag}` }));
      });
  const rows = branchRows(catalog, facts, {
    showRemote: true,
    staleDays: 90,
    now: Date.now() / 1000,
    isHidden: () => false,
    isProtected: () => false,
  });
  const start = await pick<{ readonly from: BranchDraft['from'] }>(position, {
    placeholder: t('Start from what?'),
    items: [
      {
        label: `$(target) ${t('What is checked out')}`,
        description: catalog.head.branch ?? '',
        value: { from: undefined },
      },
      ...(catalog.defaultBranch
        ? [
            {
              label: `$(git-branch) ${t('The default branch')}`,
              description: catalog.defaultBranch.branch.name,
              value: { from: { default: true as const } },
            },
          ]
        : []),
      separator(t('Versions')),
      ...versions.map(({ value, ...item }) => ({ ...item, value: { from: value.tag } })),
      separator(t('Branches')),
      ...rows.flatMap((row) =>
        row.current || row.branch.commit === null
          ? []
          : [
              {
                label: `$(git-branch) ${rowName(row)}`,
                description: row.branch.commit.slice(0, 8),
                value: { from: rowName(row) },
              },
            ],
      ),
      separator(t('Tags')),
      ...catalog.plainTags.map((tag) => ({
        label: `$(bookmark) ${tag.name}`,
        description: tag.commit.slice(0, 8),
        value: { from: tag.name },
      })),
      ...(catalog.experiments.length > 0 ? [separator(t('DVC experiments'))] : []),
      ...catalog.experiments.map(({ name, commit }) => ({
        label: `$(beaker) ${name}`,
        description: commit.slice(0, 8),
        value: { from: commit },
      })),
    ],
  });
  if (start === undefined) return undefined;
  return start === BACK ? { from: draft.from } : start;
}
