import * as vscode from 'vscode';
import type { Approval } from '../../core/registry/versions/messages.js';
import type { Choice, Position } from './steps.js';
import { BACK, askText } from './steps.js';

/** The two trailers of a stage's tag as choices of its preview. */
export function approvalItems({ reason, approvedBy = [] }: Approval): readonly Choice<string>[] {
  const { t } = vscode.l10n;
  const none = t('none');
  return [
    { label: `$(comment) ${t('Reason…')}`, description: reason ?? none, value: 'reason' },
    {
      label: `$(person) ${t('Approved by…')}`,
      description: approvedBy.join(', ') || none,
      value: 'approvedBy',
    },
  ];
}

/** Asks for the chosen trailer; nothing changes when the person thinks better of it. */
export async function askApproval(position: Position, approval: Approval, which: string): Promise<Approval> {
  const { t } = vscode.l10n;
  const people = which === 'approvedBy';
  const text = await askText(
    { ...position, canGoBack: true },
    {
      prompt: people ? t('Who agreed? Names, parted by commas') : t('Why? It stands in the tag as "Reason:"'),
      value: people ? (approval.approvedBy ?? []).join(', ') : (approval.reason ?? ''),
      check: () => ({}),
    },
  );
  if (text === undefined || text === BACK) return approval;
  const { reason, approvedBy } = approval;
  const next = {
    reason: people ? reason : text.trim() || undefined,
    approvedBy: people ? names(text) : approvedBy,
  };
  return {
    ...(next.reason === undefined ? {} : { reason: next.reason }),
    ...(next.approvedBy === undefined || next.approvedBy.length === 0 ? {} : { approvedBy: next.approvedBy }),
  };
}

function names(text: string): readonly string[] {
  return text
    .split(',')
    .map((name) => name.trim())
    .filter(Boolean);
}
