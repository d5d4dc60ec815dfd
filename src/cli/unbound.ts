import type { Catalog } from '../core/catalog/catalog.js';
import type { UnboundName } from '../core/catalog/unbound.js';
import { namesSnippet, unboundNames } from '../core/catalog/unbound.js';
import type { Diagnostic } from '../core/diagnostic.js';
import { nameLine } from '../core/settings/editNames.js';
import type { CommandContext } from './command.js';
import { printable } from './context.js';

/** Names that are looked into and told one by one; the rest is counted. */
const MOST_TOLD = 10;

/** Versions and paths that one message names. */
const MOST_NAMED = 5;

/**
 * Says which registered versions belong to no model, and what to write where: a name each, and in text the lines for
 * `modelkeep.yaml` as they can be copied.
 */
export async function diagnoseUnbound(
  context: CommandContext,
  catalog: Catalog,
  name?: string,
): Promise<void> {
  const unbound = await unboundNames(catalog, {
    signal: context.signal,
    most: MOST_TOLD,
    ...(name === undefined ? {} : { name }),
  });
  const told = unbound.slice(0, MOST_TOLD);
  const more = unbound.length - told.length;
  context.diagnose(told.map(describe));
  if (more > 0) {
    const message = `The versions of ${String(more)} more registered ${more === 1 ? 'name' : 'names'} belong to no model; "modelkeep show NAME" says what would bind them.`;
    context.diagnose([{ severity: 'warning', code: 'version-unbound', message }]);
  }
  const snippet = namesSnippet(told);
  if (context.json || snippet.length === 0) return;
  const lines = ['To bind them, write in modelkeep.yaml:', ...snippet.map((line) => `  ${line}`)];
  context.note(printable(lines.join('\n')));
}

function describe(unbound: UnboundName): Diagnostic {
  const { name, versions } = unbound;
  const [newest] = versions;
  const which = some(versions.map(({ version }) => version));
  const belong = versions.length === 1 ? 'belongs' : 'belong';
  return {
    severity: 'warning',
    code: 'version-unbound',
    message: `${name} ${which} ${belong} to no model: at ${versions.length === 1 ? 'its commit' : 'their commits'} none has that name. ${wayOut(unbound)}`,
    ...(newest ? { ref: `refs/tags/${newest.tag}` } : {}),
  };
}

function wayOut({ name, remedy }: UnboundName): string {
  const place = 'under models.names in modelkeep.yaml';
  switch (remedy.kind) {
    case 'name':
      return `Write ${place}: ${nameLine(name, remedy.path)}`;
    case 'choose':
      return `Say ${place} which it is: ${some(remedy.paths)}`;
    case 'named':
      return `models.names in modelkeep.yaml says ${remedy.path}, which is no model there`;
    case 'nothing':
      return `No model without a name of its own lies ${folderOf(name)} there: say ${place} where it is, and declare it under artifacts: in ${declaration(name)} for versions to come`;
    case 'unknown':
      return `Say ${place} where it is`;
  }
}

function folderOf(name: string): string {
  const colon = name.indexOf(':');
  return colon < 0 ? 'in the repository' : `in ${name.slice(0, colon)}`;
}

function declaration(name: string): string {
  const colon = name.indexOf(':');
  return colon < 0 ? 'dvc.yaml' : `${name.slice(0, colon)}/dvc.yaml`;
}

function some(texts: readonly string[]): string {
  const rest = texts.length - MOST_NAMED;
  return texts.slice(0, MOST_NAMED).join(', ') + (rest > 0 ? ` and ${String(rest)} more` : '');
}
