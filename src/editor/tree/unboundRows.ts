import * as vscode from 'vscode';
import type { Catalog } from '../../core/catalog/catalog.js';
import { unboundNames } from '../../core/catalog/unbound.js';
import type { UnboundName } from '../../core/catalog/unbound.js';
import type { Where } from './branchChildren.js';
import { rowId } from './branchChildren.js';
import type { UnboundNameNode, UnboundNode } from './nodes.js';
import { shortNames } from './shortNames.js';

/** More names than this are shown without what would bind them, which costs reading their commits. */
const MOST_LOOKED_INTO = 50;

const known = new WeakMap<Catalog, Promise<readonly UnboundName[]>>();

/** The registered names of which versions belong to no model; looked for once a catalog. */
export function unboundIn(catalog: Catalog): Promise<readonly UnboundName[]> {
  let names = known.get(catalog);
  if (!names) {
    names = unboundNames(catalog, { most: MOST_LOOKED_INTO });
    known.set(catalog, names);
    names.catch(() => known.delete(catalog)); // whoever asked is told; the next one asks anew
  }
  return names;
}

/** One row for all of them; none where every version has its model. */
export async function unboundNodes(where: Where): Promise<readonly UnboundNode[]> {
  const names = await unboundIn(where.snapshot.catalog);
  return names.length === 0 ? [] : [{ ...where, kind: 'unbound', id: rowId(where, 'unbound'), names }];
}

/** One row each. */
export function childrenOfUnbound({ entry, snapshot, id, names }: UnboundNode): readonly UnboundNameNode[] {
  const labels = shortNames(names.map(({ name }) => name));
  return names.map((unbound) => ({
    entry,
    snapshot,
    kind: 'unboundName',
    id: `${id}\u0000${unbound.name}`,
    unbound,
    label: labels.get(unbound.name) ?? unbound.name,
  }));
}

/** `v1.1.0, v1.0.0`; of many the newest and how many more. */
export function unboundVersions({ versions }: UnboundName): string {
  const [newest, second] = versions.map(({ version }) => version);
  if (newest === undefined) return '';
  if (versions.length > 2) return vscode.l10n.t('{0} and {1} more', newest, versions.length - 1);
  return second === undefined ? newest : `${newest}, ${second}`;
}

/** What would bind them, in the words of a row or a tooltip. */
export function remedyText({ remedy }: UnboundName): string {
  const { t } = vscode.l10n;
  switch (remedy.kind) {
    case 'name':
      return t('meant is {0}', remedy.path);
    case 'choose':
      return remedy.paths.length === 1
        ? t('{0} may be meant', remedy.paths[0] ?? '')
        : t('one of {0} models is meant', remedy.paths.length);
    case 'named':
      return t('modelkeep.yaml says {0}, which is no model there', remedy.path);
    case 'nothing':
      return t('no model lies in that folder');
    case 'unknown':
      return '';
  }
}
