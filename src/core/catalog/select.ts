import type { Diagnostic } from '../diagnostic.js';
import type { CommitId } from '../git/ids.js';
import { GitError } from '../git/process.js';
import { resolveCommit } from '../git/revisions.js';
import { belongsTo } from './binding.js';
import type { Branch, Catalog, Model, Version } from './catalog.js';
import { listedAt, pastModel } from './history.js';
import { meantPaths } from './meantPaths.js';
import { indexNames } from './nameSets.js';
import { looksLikePath, nearNames } from './nearNames.js';
import { likelyPointers, undigestedBy, unreadableAt } from './unreadable.js';

/** Which model a person means: found on the current branch, else on any, else among registered names. */
export interface SelectedModel {
  readonly name: string;
  readonly path: string | null;
  /** As it stands where it was found; null when only tags know the name. */
  readonly model: Model | null;
}

export type ModelSelection =
  | { readonly kind: 'found'; readonly selected: SelectedModel }
  /** Several: all of them. None: the few that are near. */
  | { readonly kind: 'unknown' | 'ambiguous'; readonly candidates: readonly string[] }
  /** None among what can be read: what tracks it may be missing or damaged in this clone. */
  | { readonly kind: 'unreadable'; readonly diagnostics: readonly Diagnostic[] };

type Named = Pick<Model, 'name' | 'path'>;
/** By name and path: what is the same on many branches once. */
type KnownNames = Map<string, Named>;

interface Abortable {
  readonly signal?: AbortSignal;
}

interface Finding extends Abortable {
  /** Repository path of the folder from which relative paths are written; the root by default. */
  readonly folder?: string;
}

/** What somebody wrote, and the paths that it can mean. */
interface Wanted {
  readonly text: string;
  readonly paths: readonly string[];
}

/**
 * Finds a model by name, else by path (cli.md: MODEL), relative to the folder, then to the root: on the current
 * branch, then on the default branch, then on every local branch, then among registered versions, then in the past.
 * Tracked files that are no models count by path too.
 */
export async function findModel(
  catalog: Catalog,
  text: string,
  options: Finding = {},
): Promise<ModelSelection> {
  const paths = meantPaths(text, { root: catalog.repository.root, folder: options.folder ?? '' });
  const wanted: Wanted = { text, paths };
  const known: KnownNames = new Map();
  const found = await search(catalog, wanted, known, options);
  if (found) return found;
  const registered = registeredAs(catalog, wanted);
  if (registered) return { kind: 'found', selected: registered };
  // Not a model, but perhaps the path of some other tracked file: those are looked for last, since it costs more.
  catalog.includeEveryTrackedFile();
  const other = await search(catalog, wanted, new Map(), options);
  if (other) return other;
  const unreadable = await lostPointers(catalog, paths, options);
  if (unreadable.length > 0) return { kind: 'unreadable', diagnostics: unreadable };
  if (looksLikePath(text)) {
    for (const path of paths) {
      const past = await pastModel(catalog, path, options);
      if (past) return { kind: 'found', selected: { ...past, model: null } };
    }
  }
  return { kind: 'unknown', candidates: nearNames(text, everyName(known, catalog)) };
}

/** A model that only tags know any more: by the name they register, or by the path it had at one of them. */
function registeredAs(catalog: Catalog, { text, paths }: Wanted): SelectedModel | undefined {
  const versions = [...catalog.versions.values()];
  const named = versions.filter((version) => version.artifact === text);
  const bound = named.find((version) => version.model !== null)?.model;
  // A name may have stages or be deprecated without any version.
  if (named.length > 0 || catalog.registered().some(({ name }) => name === text))
    return { name: text, path: bound?.path ?? null, model: null };
  for (const path of paths) {
    const there = versions.find((version) => version.model?.path === path)?.model;
    if (there) return { ...there, model: null };
  }
  return undefined;
}

/** What is missing or damaged at the tips of branches and could track one of these paths. */
async function lostPointers(
  catalog: Catalog,
  paths: readonly string[],
  options: Abortable,
): Promise<readonly Diagnostic[]> {
  const pointers = new Set(paths.flatMap((path) => [...(likelyPointers(path) ?? [])]));
  const found = new Map<string, Diagnostic>();
  for (const { commit } of searchOrder(catalog).flat()) {
    if (commit === null || found.size > 0) continue;
    for (const one of await unreadableAt(catalog, commit, pointers, options)) found.set(one.message, one);
  }
  return [...found.values()];
}

async function search(
  catalog: Catalog,
  wanted: Wanted,
  known: KnownNames,
  options: Abortable,
): Promise<ModelSelection | undefined> {
  for (const branches of searchOrder(catalog)) {
    await catalog.load(branches, options);
    const fitting = new Fitting(wanted);
    for (const commit of new Set(branches.flatMap((branch) => branch.commit ?? []))) {
      const { models, others } = await catalog.modelsAt(commit, options);
      for (const list of [models, others]) {
        for (const model of list) {
          fitting.look(model);
          known.set(`${model.name}\0${model.path ?? ''}`, model);
        }
      }
    }
    const found = fitting.pick();
    if (found) return found;
  }
  return undefined;
}

function searchOrder(catalog: Catalog): readonly (readonly Branch[])[] {
  const local = catalog.branches.filter(({ remote }) => remote === null);
  const current = local.filter(({ name }) => name === (catalog.head.branch ?? 'HEAD'));
  const base = catalog.defaultBranch ? [catalog.defaultBranch.branch] : [];
  return [current, base, local, catalog.branches];
}

/** Models that are meant by a text, of the many that are looked at. */
class Fitting {
  private readonly named = new Map<string, Model>();
  private readonly placed: readonly Map<string, Model>[];

  constructor(private readonly wanted: Wanted) {
    this.placed = wanted.paths.map(() => new Map<string, Model>());
  }

  look(model: Model): void {
    const key = `${model.name}\0${model.path ?? ''}`;
    if (model.name === this.wanted.text && !this.named.has(key)) this.named.set(key, model);
    const at = model.path === null ? -1 : this.wanted.paths.indexOf(model.path);
    const there = this.placed[at];
    if (there && !there.has(key)) there.set(key, model);
  }

  /** By name, else by the first path that stands for anything. */
  pick(): ModelSelection | undefined {
    const byName = this.named.size > 0;
    const fitting = byName ? this.named : this.placed.find(({ size }) => size > 0);
    if (!fitting) return undefined;
    const different = [...fitting.values()];
    const [first] = different;
    if (different.length === 1 && first)
      return { kind: 'found', selected: { name: first.name, path: first.path, model: first } };
    const candidates = different.map(({ name, path }) => (byName ? (path ?? name) : name));
    return { kind: 'ambiguous', candidates: [...new Set(candidates)].sort() };
  }
}

function everyName(known: KnownNames, catalog: Catalog): readonly Named[] {
  const registered = catalog.registered().map(({ name }) => ({ name, path: null }));
  return [...known.values(), ...registered];
}

/** The versions that belong to a model, newest first: bound to it, or (unbound) registered under its name. */
export function versionsOf(
  catalog: Catalog,
  selected: Pick<SelectedModel, 'name' | 'path'>,
): readonly Version[] {
  return [...catalog.versions.values()].filter((version) => {
    if (version.model === null) return version.artifact === selected.name;
    if (selected.path !== null && version.model.path !== null) return version.model.path === selected.path;
    return version.model.name === selected.name;
  });
}

/** A revision of a model as somebody named it. */
export interface SelectedRevision {
  /** As it was written. */
  readonly rev: string;
  readonly commit: CommitId;
  /** The version it names, when it names one. */
  readonly version?: Version;
  /** The model there; null when that commit does not have it, or when nobody can tell (`unreadable`). */
  readonly model: Model | null;
  /** What is missing or damaged there and could hold it. */
  readonly unreadable?: readonly Diagnostic[];
  /** What is missing, damaged or broken there, so that the model is known and its digest is not. */
  readonly undigested?: readonly Diagnostic[];
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * Resolves REV (cli.md): a registered version of the model, else `#stage` (its holder), else what Git takes it
 * for. Where a version and something of Git's share the name the version wins, with an info diagnostic. With `moves`
 * a model that is not there may be what its history lists for that commit, under another name.
 * @throws GitError `not-found-ref` when it is none of these.
 */
export async function resolveRevision(
  catalog: Catalog,
  selected: Pick<SelectedModel, 'name' | 'path'>,
  text: string,
  options: Abortable & { readonly moves?: boolean } = {},
): Promise<SelectedRevision> {
  const versions = versionsOf(catalog, selected);
  const diagnostics: Diagnostic[] = [];
  let version = versions.find((one) => one.active && (one.version === text || one.tag === text));
  version ??= versions.find((one) => one.version === text || one.tag === text);
  if (!version && text.startsWith('#')) {
    version = versions.find((one) => one.stages.includes(text.slice(1)));
    if (!version) {
      const holder = unregisteredHolder(catalog, selected.name, text.slice(1));
      if (holder === undefined) {
        throw new GitError(
          'not-found-ref',
          `no version of ${selected.name} holds the stage "${text.slice(1)}"`,
          [],
          1,
          '',
        );
      }
      return at(catalog, selected, text, holder, undefined, diagnostics, options);
    }
  }
  if (version) {
    if (version.version === text) {
      const git = await resolveCommit(catalog.repository, text, options).catch(() => undefined);
      if (git !== undefined) {
        diagnostics.push({
          severity: 'info',
          code: 'revision-also-in-git',
          message: `"${text}" is a version of ${selected.name} and also a name in Git (${git.slice(0, 8)}); the version counts.`,
        });
      }
    }
    return at(catalog, selected, text, version.commit, version, diagnostics, options);
  }
  const commit = await resolveCommit(catalog.repository, text, options).catch((error: unknown) => {
    const named = namedByRef(catalog, text);
    if (named === undefined) throw error;
    return named;
  });
  return at(catalog, selected, text, commit, undefined, diagnostics, options);
}

/** What a ref names whose commit Git cannot find: it is missing, which is not the same as not being there. */
function namedByRef({ head, branches, plainTags }: Catalog, text: string): CommitId | undefined {
  if (text === 'HEAD') return head.commit ?? undefined;
  const fits = ({ name, remote }: Branch): boolean => (remote === null ? name : `${remote}/${name}`) === text;
  return branches.find(fits)?.commit ?? plainTags.find(({ name }) => name === text)?.commit;
}

function unregisteredHolder(catalog: Catalog, name: string, stage: string): CommitId | undefined {
  const holder = catalog.registered().find((one) => one.name === name)?.stages[stage]?.[0];
  return holder !== undefined && /^[0-9a-f]{40,64}$/.test(holder) ? (holder as CommitId) : undefined;
}

async function at(
  catalog: Catalog,
  selected: Pick<SelectedModel, 'name' | 'path'>,
  rev: string,
  commit: CommitId,
  version: Version | undefined,
  diagnostics: readonly Diagnostic[],
  options: Abortable & { readonly moves?: boolean },
): Promise<SelectedRevision> {
  const there = await catalog.modelsAt(commit, options);
  const own =
    findAmong(version?.model ?? selected, there.models) ??
    findAmong(version?.model ?? selected, there.others);
  const unreadable = own
    ? []
    : await unreadableAt(catalog, commit, pointersOf(catalog, version?.model ?? selected), options);
  const hasMoved = !own && unreadable.length === 0 && options.moves === true;
  const model = hasMoved ? await listedAt(catalog, selected, commit, options) : own;
  const undigested =
    model?.digest === null ? await undigestedBy(catalog, commit, model.pointer, options) : [];
  return {
    rev,
    commit,
    ...(version ? { version } : {}),
    model: model ?? null,
    ...(unreadable.length === 0 ? {} : { unreadable }),
    ...(undigested.length === 0 ? {} : { undigested }),
    diagnostics,
  };
}

/** What tracks a model on the branches, and what might elsewhere. */
function pointersOf(
  catalog: Catalog,
  model: Pick<SelectedModel, 'name' | 'path'>,
): ReadonlySet<string> | undefined {
  const known = catalog.branches.flatMap(
    ({ commit }) => (commit && catalog.find(model, commit)?.pointer) ?? [],
  );
  const likely = likelyPointers(model.path);
  return known.length === 0 ? likely : new Set([...known, ...(likely ?? [])]);
}

/** The model of another commit that is the same one: path and name, else path, else name. */
export function findAmong(
  selected: Pick<SelectedModel, 'name' | 'path'>,
  models: readonly Model[],
): Model | undefined {
  const names = indexNames(
    models.map(({ name }) => name),
    models.map(({ path }) => path ?? ''),
  );
  const index = belongsTo(selected, names);
  return index === undefined ? undefined : models[index];
}
