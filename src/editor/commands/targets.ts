import * as vscode from 'vscode';
import type { Branch, BranchModel, Model, Version } from '../../core/catalog/catalog.js';
import type { Digest } from '../../core/digest.js';
import type { CommitId } from '../../core/git/ids.js';
import type { CatalogStore } from '../store/catalogStore.js';
import type { RepositoryEntry, Snapshot } from '../store/repositoryEntry.js';
import { modelDescription } from '../tree/labels.js';
import { rowName, rowRev } from '../tree/branchRows.js';
import type { ModelNodes, RevisionNode } from '../tree/nodes.js';
import type { Choice, PickOptions } from './steps.js';
import { BACK, pick, single } from './steps.js';
import type { Position } from './steps.js';

/** A repository a command works in, with the catalog it works on. */
export interface Place {
  readonly entry: RepositoryEntry;
  readonly snapshot: Snapshot;
}

/** One model, in the revision a command was called on. */
export interface Target extends Place {
  readonly name: string;
  /** How it stands at `commit`; null when that commit has none of that name. */
  readonly model: Model | null;
  readonly digest: Digest | null;
  readonly commit: CommitId;
  /** What core resolves to this revision: a version, a tag, a branch, a commit. */
  readonly rev: string;
  /** For people: `v2.1.0`, `main`. */
  readonly label: string;
  readonly version: Version | null;
}

const REVISIONS = new Set<ModelNodes['kind']>(['model', 'registered', 'version', 'plainTag', 'unregistered']);

/** Whether what a command was called with is a row of the Models view. */
export function isNode(argument: unknown): argument is ModelNodes {
  return typeof argument === 'object' && argument !== null && 'kind' in argument && 'id' in argument;
}

export function isRevisionNode(argument: unknown): argument is RevisionNode {
  return isNode(argument) && REVISIONS.has(argument.kind);
}

/** The revision that a row stands for; null for a model that only old tags know. */
export async function targetOf(node: RevisionNode): Promise<Target | null> {
  const { entry } = node;
  // A row that did not change is not drawn again: what is around it may have.
  const place: Place = { entry, snapshot: entry.snapshot ?? node.snapshot };
  switch (node.kind) {
    case 'model':
      return ofModel(place, node.model, node.commit, rowRev(node.row), rowName(node.row));
    case 'unregistered':
      return ofModel(
        place,
        node.model,
        node.commit,
        node.holders[0] ? rowName(node.holders[0]) : node.commit,
      );
    case 'registered': {
      if (node.model && node.row && node.commit)
        return ofModel(place, node.model, node.commit, rowName(node.row));
      const [latest] = node.registered.versions;
      return latest ? ofVersion(place, node.registered.name, latest) : null;
    }
    case 'version':
      return ofVersion(place, node.name, node.version);
    case 'plainTag': {
      const rev = node.tags[0]?.name ?? node.commit;
      return { ...ofModel(place, node.model, node.commit, rev), name: node.name };
    }
  }
}

function ofModel(
  { entry, snapshot }: Place,
  model: Model,
  commit: CommitId,
  rev: string,
  label = rev,
): Target {
  return {
    entry,
    snapshot,
    name: model.name,
    model,
    digest: model.digest,
    commit,
    rev,
    label,
    version: null,
  };
}

async function ofVersion({ entry, snapshot }: Place, name: string, version: Version): Promise<Target> {
  const { models } = await snapshot.catalog.modelsAt(version.commit);
  const model =
    models.find((other) => other.path !== null && other.path === version.model?.path) ??
    models.find((other) => other.name === name) ??
    null;
  const { commit, digest } = version;
  return { entry, snapshot, name, model, digest, commit, rev: version.tag, label: version.version, version };
}

/** The repository of a row, of the active editor, the only one, or the one that is chosen. */
export async function askPlace(
  store: CatalogStore,
  argument: unknown,
  title: string,
): Promise<Place | undefined> {
  if (isNode(argument) && 'entry' in argument && argument.entry) {
    return { entry: argument.entry, snapshot: await argument.entry.ready() };
  }
  const { entries, refused } = await store.wake();
  if (entries.length === 0) {
    const [first] = refused;
    if (first) throw first.error;
    throw new Error(vscode.l10n.t('There is no Git repository in this workspace'));
  }
  const file = argument instanceof vscode.Uri ? argument : vscode.window.activeTextEditor?.document.uri;
  const [only] = entries;
  const near = file?.scheme === 'file' ? store.entryOf(file.fsPath) : undefined;
  const entry = near ?? (entries.length === 1 ? only : await chooseEntry(entries, title));
  return entry && { entry, snapshot: await entry.ready() };
}

async function chooseEntry(
  entries: readonly RepositoryEntry[],
  title: string,
): Promise<RepositoryEntry | undefined> {
  const items = entries.map((entry): Choice<RepositoryEntry> => ({
    label: entry.name,
    description: entry.repository.root,
    value: entry,
  }));
  const chosen = await pick(single(title), { placeholder: vscode.l10n.t('Which repository?'), items });
  return chosen === BACK ? undefined : chosen;
}

/** The checked-out branch, else the default one: what commands without an argument are about. */
export function homeBranch({ catalog }: Snapshot): Branch | null {
  const { head } = catalog;
  const current = catalog.branches.find(
    (branch) => branch.remote === null && branch.name === (head.branch ?? 'HEAD') && branch.commit !== null,
  );
  return current ?? catalog.defaultBranch?.branch ?? null;
}

/** The models of the home branch, as choices; the one used last first. */
export async function modelChoices(
  { snapshot }: Place,
  last: string | undefined,
): Promise<PickOptions<BranchModel>['items']> {
  const branch = homeBranch(snapshot);
  if (!branch) return [];
  const { models } = await snapshot.catalog.modelsOn(branch);
  const choices = models.map((model): Choice<BranchModel> => ({
    label: `$(package) ${model.name}`,
    description: modelDescription(model, snapshot),
    detail: model.path ?? '',
    value: model,
  }));
  return choices.sort((left, right) => Number(right.value.name === last) - Number(left.value.name === last));
}

const LAST_MODEL = 'lastModel';

/** Asks which model of the home branch; the only one is not asked for. */
export async function askModel(
  place: Place,
  memory: vscode.Memento,
  position: Position,
  placeholder: string,
): Promise<BranchModel | typeof BACK | undefined> {
  const items = await modelChoices(place, memory.get(LAST_MODEL));
  if (items.length === 0) throw new Error(vscode.l10n.t('There is no model on the current branch'));
  const chosen = await pick<BranchModel>(position, { placeholder, items });
  if (chosen !== undefined && chosen !== BACK) await memory.update(LAST_MODEL, chosen.name);
  return chosen;
}

/** The model a command works on: the row's, else the only one of the home branch, else the one that is chosen. */
export async function askTarget(
  services: { readonly store: CatalogStore; readonly memory: vscode.Memento },
  argument: unknown,
  title: string,
  placeholder: string,
): Promise<Target | undefined> {
  if (isRevisionNode(argument)) return (await targetOf(argument)) ?? undefined;
  const place = await askPlace(services.store, argument, title);
  if (!place) return undefined;
  const branch = homeBranch(place.snapshot);
  const items = await modelChoices(place, undefined);
  const [only] = items;
  const chosen =
    items.length === 1 && only && 'value' in only
      ? only.value
      : await askModel(place, services.memory, single(title), placeholder);
  if (chosen === undefined || chosen === BACK || !branch || branch.commit === null) return undefined;
  return ofModel(place, chosen, branch.commit, branch.name);
}
