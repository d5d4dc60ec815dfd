import type { BranchModel, BranchModels, Model, PlainTag, Version } from '../../core/catalog/catalog.js';
import { digestKey, sameBits } from '../../core/digest.js';
import type { RepositoryEntry, Snapshot } from '../store/repositoryEntry.js';
import type { BranchRow } from './branchRows.js';
import { rowName } from './branchRows.js';
import { within } from './patience.js';
import type {
  DiagnosticsNode,
  ModelNode,
  ModelNodes,
  PlainTagNode,
  ReviewNode,
  VersionNode,
} from './nodes.js';
import { firstPage } from './paging.js';

/** Counting every tracked file reads every folder: longer than this (milliseconds) the models do not wait for it. */
const COUNTING = 30;

/** More plain tags than this are not looked into for one model; nightly tags come by the thousand. */
const MOST_TAGS = 300;

export interface Where {
  readonly entry: RepositoryEntry;
  readonly snapshot: Snapshot;
}

export interface BranchFilter {
  /** Lowercase; empty for all. */
  readonly text: string;
  readonly onlyChanged: boolean;
}

/** Stable over refreshes: the repository's root, then what the row stands for. */
export function rowId({ entry }: Where, ...parts: readonly string[]): string {
  return [entry.repository.root, ...parts].join('\u0000');
}

/**
 * The rows below a branch: its models, what is broken, and how many of the tracked files are models.
 * @param counted called with the last row when the files could only be counted after the answer.
 */
export async function childrenOfBranch(
  where: Where,
  row: BranchRow,
  filter: BranchFilter,
  counted: (review: ReviewNode) => void,
): Promise<readonly ModelNodes[]> {
  const commit = row.branch.commit;
  const id = (...parts: string[]): string => rowId(where, 'branch', row.branch.ref, ...parts);
  if (commit === null) return [{ kind: 'message', id: id('unborn'), text: 'unborn' }];
  const on = await where.snapshot.catalog.modelsOn(row.branch);
  const counting = where.snapshot.catalog.trackedOn(row.branch);
  const tracked = on.models.length === 0 ? await counting : await within(COUNTING, counting);
  const models = await filteredModels(where, row, on.models, filter);
  const ordered = [...models].sort((left, right) => left.name.localeCompare(right.name));
  const nodes = ordered.map((model): ModelNode =>
    modelNode(where, row, model, id('model', model.name, model.path ?? '')),
  );
  const { shown, rest } = firstPage<ModelNodes>(nodes);
  const children: ModelNodes[] = [...shown];
  if (rest.length > 0) children.push({ ...where, kind: 'more', of: 'page', id: id('more'), nodes: rest });
  if (nodes.length === 0 && on.models.length > 0) {
    children.push({ kind: 'message', id: id('unchanged'), text: 'onlyChanged' });
  }
  const nothing = on.models.length === 0 && tracked?.others.length === 0;
  if (nothing) children.push({ kind: 'message', id: id('none'), text: 'noModels' });
  if (on.diagnostics.length > 0) children.push(diagnosticsNode(where, id('problems'), on.diagnostics));
  if (!nothing && filter.text === '' && !filter.onlyChanged) {
    const review: ReviewNode = {
      ...where,
      kind: 'review',
      id: id('review'),
      row,
      models: on.models.length,
      tracked: tracked ? trackedFiles(tracked) : null,
    };
    children.push(review);
    if (!tracked) {
      counting.then(
        (late) => counted(Object.assign(review, { tracked: trackedFiles(late) })),
        () => undefined, // unfolding the row says why
      );
    }
  }
  return children;
}

function trackedFiles({ models, others }: BranchModels): number {
  const tracked = models.filter(({ tracking }) => tracking === 'dvc' || tracking === 'lfs').length;
  return Math.max(tracked + others.length, models.length);
}

/** The tracked files of a branch that are no models, each of which can be said to be one. */
export async function otherFiles(where: Where, row: BranchRow): Promise<readonly ModelNodes[]> {
  const { others } = await where.snapshot.catalog.trackedOn(row.branch);
  const id = (...parts: string[]): string => rowId(where, 'branch', row.branch.ref, 'other', ...parts);
  const nodes = others.map((model): ModelNode => ({
    ...modelNode(where, row, model, id(model.path ?? model.name)),
    other: true,
  }));
  const { shown, rest } = firstPage<ModelNodes>(nodes);
  if (rest.length === 0) return nodes;
  return [...shown, { ...where, kind: 'more', of: 'page', id: id('more'), nodes: rest }];
}

/** The models of a branch that the filter lets through; all of them when the branch's own name matches. */
export async function filteredModels<M extends Model>(
  where: Where,
  row: BranchRow,
  models: readonly M[],
  filter: BranchFilter,
): Promise<readonly M[]> {
  const matching =
    filter.text === '' || rowName(row).toLowerCase().includes(filter.text)
      ? models
      : models.filter((model) => matchesModel(model, filter.text));
  if (!filter.onlyChanged || row.isDefault) return matching;
  const { changed } = await where.snapshot.catalog.changesOn(row.branch);
  return matching.filter((model) => model.path !== null && changed.has(model.path));
}

/** Whether a filter's text (lowercase) stands in a model's name or path. */
export function matchesModel(
  model: { readonly name: string; readonly path: string | null },
  text: string,
): boolean {
  return model.name.toLowerCase().includes(text) || (model.path ?? '').toLowerCase().includes(text);
}

function modelNode(where: Where, row: BranchRow, model: BranchModel, id: string): ModelNode {
  const commit = row.branch.commit;
  if (commit === null) throw new TypeError('an unborn branch has no models');
  return { ...where, kind: 'model', id, row, model, commit };
}

export function diagnosticsNode(
  where: Where,
  id: string,
  diagnostics: DiagnosticsNode['diagnostics'],
): DiagnosticsNode {
  return { ...where, kind: 'diagnostics', id, diagnostics };
}

/** The versions of a model on a branch, newest first, then plain tags, those with the same bits in one row. */
export async function childrenOfModel(
  node: ModelNode,
  isPinned: (version: Version) => boolean,
): Promise<readonly ModelNodes[]> {
  const { catalog } = node.snapshot;
  const versions = node.model.versions.flatMap((tag) => catalog.versions.get(tag) ?? []);
  const rows = versions.map((version, index): VersionNode => ({
    entry: node.entry,
    snapshot: node.snapshot,
    kind: 'version',
    id: `${node.id}\u0000${version.tag}`,
    name: node.model.name,
    version,
    previous: versions[index + 1] ?? null,
    atTip: sameBits(version.digest, node.model.digest),
    pinned: isPinned(version),
    holders: null,
  }));
  const on = await catalog.modelsOn(node.row.branch);
  const tags = await plainTagsOf(node, on.tags.slice(0, MOST_TAGS), versions);
  const { shown, rest } = firstPage<ModelNodes>(rows);
  const children: ModelNodes[] = [...shown];
  if (rest.length > 0) {
    children.push({ ...where(node), kind: 'more', of: 'page', id: `${node.id}\u0000more`, nodes: rest });
  }
  children.push(...tags);
  if (children.length === 0)
    children.push({ kind: 'message', id: `${node.id}\u0000none`, text: 'noVersions' });
  return children;
}

async function plainTagsOf(
  node: ModelNode,
  tags: readonly PlainTag[],
  versions: readonly Version[],
): Promise<readonly PlainTagNode[]> {
  const groups = new Map<string, PlainTagNode>();
  for (const tag of tags) {
    const { models } = await node.snapshot.catalog.modelsAt(tag.commit);
    const model =
      models.find((other) => other.path === node.model.path && other.path !== null) ??
      models.find((other) => other.name === node.model.name);
    if (!model) continue;
    const key = model.digest === null ? tag.name : digestKey(model.digest);
    const known = groups.get(key);
    groups.set(key, {
      ...where(node),
      kind: 'plainTag',
      id: `${node.id}\u0000tags\u0000${key}`,
      name: node.model.name,
      tags: [...(known?.tags ?? []), tag],
      model,
      commit: known?.commit ?? tag.commit,
      sameAs: versions.find((version) => sameBits(version.digest, model.digest)) ?? null,
    });
  }
  return [...groups.values()];
}

function where({ entry, snapshot }: Where): Where {
  return { entry, snapshot };
}
