import type { Catalog } from '../core/catalog/catalog.js';
import type { ModelSelection, SelectedModel } from '../core/catalog/select.js';
import { findModel } from '../core/catalog/select.js';
import { looksLikePath } from '../core/catalog/nearNames.js';
import type { CommandContext } from './command.js';
import { CommandError } from './command.js';
import { diagnoseUnbound } from './unbound.js';

/** More candidates than this are counted, not listed. */
const MOST_LISTED = 20;

const HOW_TO_SEE_ALL = '"modelkeep list --all" lists every model, "modelkeep show" every registered name';

/** As `findChosen`; of a name that only tags know it is said what would bind its versions to a model. */
export async function chooseModel(
  context: CommandContext,
  catalog: Catalog,
  text: string,
): Promise<SelectedModel> {
  const chosen = await findChosen(context, catalog, text);
  if (chosen.path === null && chosen.model === null) await diagnoseUnbound(context, catalog, chosen.name);
  return chosen;
}

/** The model that MODEL means (cli.md), for every command that takes one; exit 2 with what could have been meant. */
export async function findChosen(
  context: CommandContext,
  catalog: Catalog,
  text: string,
): Promise<SelectedModel> {
  const folder = await context.folder();
  const selection = await findModel(catalog, text, { signal: context.signal, folder });
  return selected(text, selection, folder);
}

/** The model that was found, or why there is none. */
export function selected(text: string, selection: ModelSelection, folder: string): SelectedModel {
  switch (selection.kind) {
    case 'found':
      return selection.selected;
    case 'unreadable': {
      const [lost] = selection.diagnostics;
      throw new CommandError(
        3,
        'model-unreadable',
        `Nobody can tell here whether there is a model "${text}". ${lost?.message ?? ''}`.trimEnd(),
      );
    }
    case 'ambiguous': {
      const { candidates } = selection;
      const more = candidates.length - MOST_LISTED;
      const hint = more > 0 ? `and ${String(more)} more; ${HOW_TO_SEE_ALL}` : undefined;
      throw new CommandError(
        2,
        'model-ambiguous',
        `"${text}" could be several models; name one by its path`,
        candidates.slice(0, MOST_LISTED),
        hint,
      );
    }
    case 'unknown': {
      const looked =
        folder !== '' && looksLikePath(text) ? `, neither from ${folder} nor from the repository's root` : '';
      const near = selection.candidates.length > 0 ? '; near it:' : '';
      throw new CommandError(
        2,
        'model-unknown',
        `There is no model "${text}" here${looked}${near}`,
        selection.candidates,
        HOW_TO_SEE_ALL,
      );
    }
  }
}
