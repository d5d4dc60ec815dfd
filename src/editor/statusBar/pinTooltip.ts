import * as vscode from 'vscode';
import type { Side } from '../../core/pins/status/side.js';
import type { PinView } from '../pins/pinBoard.js';
import { ago } from '../words.js';

/** What is pinned and what each witness says. Repository text is appended as text, never as Markdown. */
export function pinTooltip(view: PinView): vscode.MarkdownString {
  const { t } = vscode.l10n;
  const { status } = view;
  const tooltip = new vscode.MarkdownString('', true);
  tooltip.appendMarkdown('**').appendText(`${status.model} ${view.label}`).appendMarkdown('**');
  tooltip.appendText(` ${t('in {0}', view.environment.name)}`);
  const { registry, disk, pointer, pinned } = status;
  const holder = registry.stage;
  line(tooltip, t('Pinned'), pinned, t('{0} in {1}', pinned.value ?? '?', status.targets.join(', ')));
  if (pinned.here !== undefined) tooltip.appendMarkdown('  \n').appendText(t('Here: {0}', pinned.here));
  line(tooltip, t('Registry'), registry, registry.value ?? registry.source);
  if (holder) {
    tooltip
      .appendMarkdown('  \n')
      .appendText(
        holder.holder === null
          ? t('Stage {0}: held by none', holder.name)
          : t('Stage {0}: {1}', holder.name, holder.holder),
      );
  }
  if (pointer) line(tooltip, t('Pointer'), pointer, pointer.value ?? pointer.source);
  line(tooltip, t('Disk'), disk, disk.value ?? disk.source);
  if (status.service.state !== 'n/a')
    tooltip.appendMarkdown('  \n').appendText(t('Service: not asked here; modelkeep status asks it'));
  for (const { message } of view.reasons) {
    const icon =
      view.state === 'drifted' ? '$(warning)' : view.state === 'unknown' ? '$(question)' : '$(info)';
    tooltip.appendMarkdown(`\n\n${icon} `).appendText(message);
  }
  return tooltip;
}

function line(tooltip: vscode.MarkdownString, name: string, side: Side, value: string): void {
  if (side.state === 'n/a') return;
  const icon = { ok: '$(check)', differs: '$(warning)', unknown: '$(question)' }[side.state];
  const age = side.asOf === undefined ? '' : ` (${ago(Date.parse(side.asOf))})`;
  tooltip.appendMarkdown(`  \n${icon} `).appendText(`${name}: ${side.error ?? value}${age}`);
}
