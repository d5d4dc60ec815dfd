import type { ModelSelection, SelectedModel } from '../core/catalog/select.js';
import { CommandError } from './command.js';

/** The model that was meant, or exit 2 with what could have been. */
export function selected(text: string, selection: ModelSelection): SelectedModel {
  if (selection.kind === 'found') return selection.selected;
  if (selection.kind === 'unreadable') {
    const [lost] = selection.diagnostics;
    throw new CommandError(
      3,
      'model-unreadable',
      `Nobody can tell here whether there is a model "${text}". ${lost?.message ?? ''}`.trimEnd(),
    );
  }
  const message =
    selection.kind === 'ambiguous'
      ? `"${text}" could be several models; name one by its path`
      : `There is no model "${text}" here`;
  throw new CommandError(2, `model-${selection.kind}`, message, selection.candidates);
}
