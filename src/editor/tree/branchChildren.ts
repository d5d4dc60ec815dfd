import path from 'node:path';
import type { BranchModel, BranchModels, Model } from '../../core/catalog/catalog.js';
import { isUnread } from '../../core/diagnostic.js';
import type { RepositoryEntry, Snapshot } from '../store/repositoryEntry.js';
import type { BranchRow } from './branchRows.js';
import { rowName } from './branchRows.js';
import { within } from './patience.js';
import { leftOutOf } from './leftOut.js';
import type { DiagnosticsNode, ModelNode, ModelNodes, ReviewNode } from './nodes.js';
import { firstPage } from './paging.js';
import { shortNames } from './shortNames.js';

/** Counting every tracked file reads every folder: longer than this (milliseconds) the models do not wait for it. */
const COUNTING = 30;

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
  // Of all that are there, so that a filter changes no row that stays.
  const labels = shortNames(on.models.map(({ name }) => name));
  const nodes = ordered.map((model): ModelNode => {
    const label = labels.get(model.name) ?? model.name;
    return modelNode(where, row, model, label, id('model', model.name, model.path ?? ''));
  });
  const { shown, rest } = firstPage<ModelNodes>(nodes);
  const children: ModelNodes[] = [...shown];
  if (rest.length > 0) children.push({ ...where, kind: 'more', of: 'page', id: id('more'), nodes: rest });
  if (nodes.length === 0 && on.models.length > 0) {
    children.push({ kind: 'message', id: id('unchanged'), text: 'onlyChanged' });
  }
  const nothing = on.models.length === 0 && tracked?.others.length === 0;
  // Where something could not be read, nobody knows that there are none; the problems below say so.
  const unread = on.diagnostics.some(isUnread);
  if (nothing && !unread) children.push({ kind: 'message', id: id('none'), text: 'noModels' });
  if (on.diagnostics.length > 0) children.push(await diagnosticsNode(where, id('problems'), on.diagnostics));
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
    ...modelNode(
      where,
      row,
      model,
      path.posix.basename(model.path ?? model.name),
      id(model.path ?? model.name),
    ),
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

function modelNode(where: Where, row: BranchRow, model: BranchModel, label: string, id: string): ModelNode {
  const commit = row.branch.commit;
  if (commit === null) throw new TypeError('an unborn branch has no models');
  return { ...where, kind: 'model', id, row, model, label, commit };
}

export async function diagnosticsNode(
  where: Where,
  id: string,
  diagnostics: DiagnosticsNode['diagnostics'],
): Promise<DiagnosticsNode> {
  const leftOut = where.entry.partial
    ? await leftOutOf(where.snapshot.catalog, diagnostics)
    : new Set<string>();
  return { ...where, kind: 'diagnostics', id, diagnostics, leftOut };
}
