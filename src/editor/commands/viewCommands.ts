import * as vscode from 'vscode';
import { Commands } from '../ids.js';
import { BACK, askText, single } from './steps.js';
import type { Services } from './services.js';
import type { Register } from './register.js';

/** How the view shows what there is: grouping, filter, what is left out. */
export function viewCommands(register: Register, { options, store, log }: Services): void {
  register(Commands.groupByBranch, () => options.setGrouping('branch'));
  register(Commands.groupByModel, () => options.setGrouping('model'));
  register(Commands.showRemote, () => options.setShowRemote(true));
  register(Commands.hideRemote, () => options.setShowRemote(false));
  register(Commands.showOnlyChanged, () => options.setOnlyChanged(true));
  register(Commands.showUnchanged, () => options.setOnlyChanged(false));
  register(Commands.clearFilter, () => options.setFilter(''));
  register(Commands.filter, async () => {
    const text = await askText(single(vscode.l10n.t('Filter Models')), {
      prompt: vscode.l10n.t('Text in the name of a model, its path or its branch'),
      value: options.filter,
      check: () => ({}),
    });
    if (text !== undefined && text !== BACK) options.setFilter(text);
  });
  register(Commands.refresh, () => store.refresh());
  register(Commands.showLog, () => log.show());
}
