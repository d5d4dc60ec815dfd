import * as vscode from 'vscode';
import type { Differences } from '../../core/registry/versions/differences.js';
import type { StagePlan } from '../../core/registry/versions/plan.js';
import { summaryLines } from '../../core/registry/versions/summary.js';
import { shortVersion } from '../words.js';

/** What those who load the holder of a stage would get instead: a row for each difference. */
export function differenceItems(plan: StagePlan, differences: Differences): readonly vscode.QuickPickItem[] {
  const { t } = vscode.l10n;
  const effect = plan.effects.find(({ stage }) => stage === plan.stage);
  const name = (version: string | null | undefined): string => shortVersion(version ?? null);
  const separator = {
    label: t('What changes in {0}: {1} → {2}', plan.stage, name(effect?.before), name(effect?.after)),
    kind: vscode.QuickPickItemKind.Separator,
  };
  if (differences.kind === 'unknown') return [separator, { label: `$(question) ${differences.because}` }];
  if (differences.kind !== 'compared') return [];
  const lines = summaryLines(differences.comparison);
  return lines.length === 0
    ? [separator, { label: t('Nothing that is measured differs') }]
    : [separator, ...lines.map((label) => ({ label }))];
}
