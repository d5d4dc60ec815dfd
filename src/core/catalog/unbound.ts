import type { Catalog, Model, Version } from './catalog.js';
import { nameLine } from '../settings/editNames.js';
import { shortName } from './names.js';
import { unreadableAt } from './unreadable.js';

/** A registered name with versions that belong to no model: none of that name was at their commits. */
export interface UnboundName {
  readonly name: string;
  /** Only those that are bound to nothing, newest first. */
  readonly versions: readonly Version[];
  readonly remedy: Remedy;
}

/** What would bind the versions of a name. */
export type Remedy =
  /** One line of `models.names`: nothing else can be meant. */
  | { readonly kind: 'name'; readonly path: string }
  /** One of these, which only people can tell. */
  | { readonly kind: 'choose'; readonly paths: readonly string[] }
  /** `models.names` says so already, and at these commits nothing is there. */
  | { readonly kind: 'named'; readonly path: string }
  /** No model lies in the folder of the name. */
  | { readonly kind: 'nothing' }
  /** Not looked into: there are too many names. */
  | { readonly kind: 'unknown' };

interface Options {
  readonly signal?: AbortSignal;
  /** More names than this are told without a remedy, which costs reading their commits. */
  readonly most: number;
  /** Only this name. */
  readonly name?: string;
}

/** The names of active models of which tags could not be bound, in their order; none where objects are missing. */
export async function unboundNames(catalog: Catalog, options: Options): Promise<readonly UnboundName[]> {
  const groups = new Map<string, Version[]>();
  for (const version of catalog.versions.values()) {
    const { artifact, model, active } = version;
    if (model !== null || artifact === '' || !active) continue;
    if (options.name !== undefined && artifact !== options.name) continue;
    const group = groups.get(artifact);
    if (group) group.push(version);
    else groups.set(artifact, [version]);
  }
  if (groups.size === 0) return [];
  for (const { name, active } of catalog.registered()) if (!active) groups.delete(name);
  const names = [...groups.keys()].sort();
  const looked = names.slice(0, options.most);
  const newest = looked.flatMap((name) => groups.get(name)?.[0]?.commit ?? []);
  const tip = catalog.head.commit ?? catalog.defaultBranch?.branch.commit ?? null;
  await catalog.loadCommits([...newest, ...(tip === null ? [] : [tip])], options);
  const unbound: UnboundName[] = [];
  for (const name of names) {
    const versions = groups.get(name) ?? [];
    const [version] = versions;
    if (!version) continue;
    if (!looked.includes(name)) unbound.push({ name, versions, remedy: { kind: 'unknown' } });
    // What could not be read may hold the model.
    else if ((await unreadableAt(catalog, version.commit, undefined, options)).length === 0)
      unbound.push({ name, versions, remedy: await remedyOf(catalog, name, version, options) });
  }
  return withoutRivals(unbound);
}

/** The path that a name means at the commit of its newest version, as far as that can be told. */
async function remedyOf(catalog: Catalog, name: string, version: Version, options: Options): Promise<Remedy> {
  const given = catalog.settings.models.names[name];
  if (given !== undefined) return { kind: 'named', path: given };
  const { models } = await catalog.modelsAt(version.commit, options);
  const tip = catalog.head.commit ?? catalog.defaultBranch?.branch.commit ?? null;
  const declared = tip === null ? undefined : catalog.find({ name, path: null }, tip)?.path;
  const open = nameless(catalog, name, models);
  if (declared != null && open.includes(declared)) return { kind: 'name', path: declared };
  const colon = name.indexOf(':');
  const folder = colon < 0 ? '' : `${name.slice(0, colon)}/`;
  const there = open.filter((path) => path.startsWith(folder));
  const alike = there.filter((path) => shortName(path) === name.slice(colon + 1));
  const [only] = there.length === 1 ? there : alike;
  if (there.length === 0 || only === undefined)
    return there.length === 0 ? { kind: 'nothing' } : { kind: 'choose', paths: there };
  return there.length === 1 || alike.length === 1
    ? { kind: 'name', path: only }
    : { kind: 'choose', paths: alike };
}

/** Paths of models that nothing calls otherwise: neither a declaration, nor the settings, nor versions. */
function nameless(catalog: Catalog, name: string, models: readonly Model[]): readonly string[] {
  const taken = new Set<string | null>();
  for (const [other, path] of Object.entries(catalog.settings.models.names))
    if (other !== name) taken.add(path);
  for (const { model } of catalog.versions.values())
    if (model !== null && model.name !== name) taken.add(model.path);
  return models.flatMap(({ path, declared }) => (path === null || declared || taken.has(path) ? [] : path));
}

/** A path that several names would take is a safe guess for none of them. */
function withoutRivals(unbound: readonly UnboundName[]): readonly UnboundName[] {
  const counts = new Map<string, number>();
  for (const { remedy } of unbound)
    if (remedy.kind === 'name') counts.set(remedy.path, (counts.get(remedy.path) ?? 0) + 1);
  return unbound.map((one) =>
    one.remedy.kind === 'name' && (counts.get(one.remedy.path) ?? 0) > 1
      ? { ...one, remedy: { kind: 'choose', paths: [one.remedy.path] } }
      : one,
  );
}

/** The lines of `modelkeep.yaml` that bind names to paths; empty for none. */
export function namesSnippet(unbound: readonly UnboundName[]): readonly string[] {
  const lines = unbound.flatMap(({ name, remedy }) =>
    remedy.kind === 'name' ? `    ${nameLine(name, remedy.path)}` : [],
  );
  return lines.length === 0 ? [] : ['models:', '  names:', ...lines];
}
