import type { BranchModel, Model, RegisteredModel } from '../../core/catalog/catalog.js';
import { digestKey, sameBits } from '../../core/digest.js';
import type { BranchRow } from './branchRows.js';
import type { BranchFilter, Where } from './branchChildren.js';
import { matchesModel, rowId } from './branchChildren.js';
import type { HolderNode, ModelNodes, RegisteredNode, UnregisteredNode, VersionNode } from './nodes.js';
import { firstPage } from './paging.js';
import { shortNames } from './shortNames.js';

/** A model at the tip of one branch. */
interface Holding {
  readonly row: BranchRow;
  readonly model: Model;
}

/** The grouping by model: every model that a tag or a shown branch knows, with where it is met first. */
export async function registeredNodes(
  where: Where,
  rows: readonly BranchRow[],
  filter: BranchFilter,
): Promise<readonly RegisteredNode[]> {
  const { catalog } = where.snapshot;
  const registered = new Map(catalog.registered().map((model) => [model.name, model]));
  const found = await firstMet(where, rows);
  const names = [...new Set([...found.keys(), ...registered.keys()])].sort();
  const labels = shortNames(names);
  return names
    .map((name): RegisteredNode => {
      const holding = found.get(name) ?? null;
      const model: RegisteredModel = registered.get(name) ?? {
        name,
        active: true,
        latest: null,
        versions: [],
        stages: {},
      };
      return {
        ...where,
        kind: 'registered',
        id: rowId(where, 'registered', name),
        registered: model,
        label: labels.get(name) ?? name,
        model: holding?.model ?? null,
        row: holding?.row ?? null,
        commit: holding?.row.branch.commit ?? model.versions[0]?.commit ?? null,
      };
    })
    .filter(
      ({ registered: { name }, model }) =>
        filter.text === '' || matchesModel(model ?? { name, path: null }, filter.text),
    );
}

/** Every model of these branches, as the first of them has it; versions are looked up for those alone. */
async function firstMet({ snapshot: { catalog } }: Where, rows: readonly BranchRow[]) {
  await catalog.load(rows.map(({ branch }) => branch));
  const found = new Map<string, { readonly row: BranchRow; readonly model: BranchModel }>();
  for (const row of rows) {
    if (row.branch.commit === null) continue;
    const { models } = await catalog.modelsAt(row.branch.commit);
    if (models.every(({ name }) => found.has(name))) continue;
    for (const model of (await catalog.modelsOn(row.branch)).models) {
      if (!found.has(model.name)) found.set(model.name, { row, model });
    }
  }
  return found;
}

/**
 * Bits without a version on the current or the default branch, the versions with the branches that hold the same
 * bits, then the other bits that no version has: a model may have been tried on hundreds of branches.
 */
export async function childrenOfRegistered(
  node: RegisteredNode,
  rows: readonly BranchRow[],
  isPinned: (version: VersionNode['version']) => boolean,
): Promise<readonly ModelNodes[]> {
  const where: Where = { entry: node.entry, snapshot: node.snapshot };
  const holdings = await holdingsOf(node, rows);
  const { versions } = node.registered;
  const children = versions.map((version, index): VersionNode => ({
    ...where,
    kind: 'version',
    id: `${node.id}\u0000${version.tag}`,
    name: node.registered.name,
    version,
    previous: versions[index + 1] ?? null,
    atTip: sameBits(version.digest, node.model?.digest ?? null),
    pinned: isPinned(version),
    holders: holdings.filter(({ model }) => sameBits(model.digest, version.digest)).map(({ row }) => row),
  }));
  const open = holdings.filter(
    ({ model }) => !versions.some((version) => sameBits(version.digest, model.digest)),
  );
  const loose = unregistered(where, node, open);
  const isNear = ({ holders }: UnregisteredNode): boolean =>
    holders.some(({ current, isDefault }) => current || isDefault);
  const { shown, rest } = firstPage<ModelNodes>([
    ...loose.filter(isNear),
    ...children,
    ...loose.filter((revision) => !isNear(revision)),
  ]);
  return rest.length === 0
    ? shown
    : [...shown, { ...where, kind: 'more', of: 'page', id: `${node.id}\u0000more`, nodes: rest }];
}

/** The branches below one version or one unregistered revision. */
export function childrenOfHeld(node: VersionNode | UnregisteredNode): readonly HolderNode[] {
  return (node.holders ?? []).map((row) => ({
    entry: node.entry,
    snapshot: node.snapshot,
    kind: 'holder',
    id: `${node.id}\u0000${row.branch.ref}`,
    row,
  }));
}

async function holdingsOf(node: RegisteredNode, rows: readonly BranchRow[]): Promise<readonly Holding[]> {
  const { catalog } = node.snapshot;
  const { name } = node.registered;
  await catalog.load(rows.map(({ branch }) => branch));
  return rows.flatMap((row): Holding[] => {
    const { commit } = row.branch;
    const model = commit === null ? undefined : catalog.find({ name, path: null }, commit);
    return model ? [{ row, model }] : [];
  });
}

function unregistered(
  where: Where,
  node: RegisteredNode,
  holdings: readonly Holding[],
): readonly UnregisteredNode[] {
  const groups = new Map<string, UnregisteredNode>();
  for (const { row, model } of holdings) {
    if (row.branch.commit === null) continue;
    const key = model.digest === null ? `ref ${row.branch.ref}` : digestKey(model.digest);
    const known = groups.get(key);
    groups.set(key, {
      ...where,
      kind: 'unregistered',
      id: `${node.id}\u0000unregistered\u0000${key}`,
      name: node.registered.name,
      model: known?.model ?? model,
      commit: known?.commit ?? row.branch.commit,
      holders: [...(known?.holders ?? []), row],
    });
  }
  return [...groups.values()];
}
