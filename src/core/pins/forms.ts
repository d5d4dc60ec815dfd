import type { Catalog, Model, PlainTag, Version } from '../catalog/catalog.js';
import type { SelectedModel } from '../catalog/select.js';
import { findAmong, findModel, versionsOf } from '../catalog/select.js';
import type { Digest } from '../digest.js';
import { compareDigests } from '../digest.js';
import type { CommitId } from '../git/ids.js';
import { GitError } from '../git/process.js';
import { resolveCommit } from '../git/revisions.js';

/** How a pin is written: a tag's name as it is, `v2.1.0`, `2.1.0`, or a commit (design.md: a pin's form). */
export type PinForm = 'tag' | 'version' | 'bare' | 'commit';

/** What a pin names: a commit, and the model as it stands there. */
export interface Meaning {
  readonly commit: CommitId;
  /** Null where the model has no tracked bytes in that commit. */
  readonly digest: Digest | null;
  /** The model in that commit; null when it is not there. */
  readonly model: Model | null;
  readonly version: Version | null;
  /** The tag of the version, or the plain tag. */
  readonly tag: string | null;
}

export type PinResolution =
  | { readonly kind: 'empty' }
  | ({ readonly kind: 'fixed'; readonly form: PinForm } & Meaning)
  /** It moves: a branch, a stage, `latest`; with what it means now. */
  | {
      readonly kind: 'floating';
      readonly what: 'branch' | 'stage' | 'latest';
      readonly name: string;
      readonly now: Meaning | null;
    }
  /** Several things have that name, and they are not the same bits. */
  | { readonly kind: 'ambiguous'; readonly meanings: readonly (Meaning & { readonly form: PinForm })[] }
  | { readonly kind: 'unresolved' };

interface Options {
  readonly signal?: AbortSignal;
}

/** A model as pins know it: by the name in the settings, and the path it has here. */
export type PinnedModel = Pick<SelectedModel, 'name' | 'path'>;

type Answer = Meaning & { readonly form: PinForm };

/**
 * What a pinned value means for a model: a version of it, then a plain tag, then a commit (full or abbreviated to at
 * least 4 digits); where those differ in their bits, none. What only moves is `floating`.
 */
export async function resolvePin(
  catalog: Catalog,
  model: string | PinnedModel,
  value: string,
  options: Options = {},
): Promise<PinResolution> {
  return resolve(
    catalog,
    typeof model === 'string' ? await identify(catalog, model, options) : model,
    value,
    options,
  );
}

/** The model that a name (or path) in the settings means; a name that nothing here has stands for itself. */
export async function identify(catalog: Catalog, model: string, options: Options = {}): Promise<PinnedModel> {
  const found = await findModel(catalog, model, options);
  return found.kind === 'found' ? found.selected : { name: model, path: null };
}

async function resolve(
  catalog: Catalog,
  model: PinnedModel,
  value: string,
  options: Options,
): Promise<PinResolution> {
  const text = value.trim();
  if (text === '') return { kind: 'empty' };
  const answers: Answer[] = [];
  for (const { form, version } of versionsNamed(catalog, model, text)) {
    answers.push({
      form,
      ...(await meaningOf(catalog, model, version.commit, { version, tag: version.tag }, options)),
    });
  }
  const plain = plainTagNamed(catalog, text) ?? foreignTag(catalog, model, text);
  if (plain) {
    answers.push({
      form: 'tag',
      ...(await meaningOf(catalog, model, plain.commit, { version: null, tag: text }, options)),
    });
  }
  const commit = await commitNamed(catalog, text, options);
  if (commit !== null) {
    answers.push({
      form: 'commit',
      ...(await meaningOf(catalog, model, commit, { version: null, tag: null }, options)),
    });
  }
  const [first, ...others] = answers;
  if (!first) return (await floating(catalog, model, text, options)) ?? { kind: 'unresolved' };
  const agree = others.every(
    (other) => other.commit === first.commit || compareDigests(other.digest, first.digest) === 'same',
  );
  return agree ? { kind: 'fixed', ...first } : { kind: 'ambiguous', meanings: answers };
}

/** The form a value has by its looks alone: for one that means nothing here. */
export function formByLooks(value: string): PinForm {
  if (/^[0-9a-f]{7,64}$/.test(value)) return 'commit';
  if (/^v\d+(?:\.\d+)*(?:[-+].*)?$/.test(value)) return 'version';
  if (/^\d+(?:\.\d+)*(?:[-+].*)?$/.test(value)) return 'bare';
  return 'tag';
}

/** The ways to write a meaning, the form wanted first, then those that come closest. */
export function writings(
  target: Meaning,
  form: PinForm,
): readonly { readonly form: PinForm; readonly value: string }[] {
  const { version, tag, commit } = target;
  const all: { form: PinForm; value: string }[] = [];
  const add = (kind: PinForm): void => {
    if (kind === 'commit') all.push({ form: kind, value: commit });
    else if (kind === 'tag') {
      if (tag !== null) all.push({ form: kind, value: tag });
    } else if (version !== null) {
      const bare = version.version.replace(/^v(?=\d)/, '');
      all.push({ form: kind, value: kind === 'bare' ? bare : version.version });
    }
  };
  add(form);
  if (form !== 'tag') add('tag');
  if (form !== 'commit') add('commit');
  return all;
}

/** A version of the model under any of its three names. */
function versionsNamed(
  catalog: Catalog,
  model: PinnedModel,
  text: string,
): readonly { readonly form: PinForm; readonly version: Version }[] {
  const found: { form: PinForm; version: Version }[] = [];
  for (const version of versionsOf(catalog, model)) {
    if (version.tag === text) found.push({ form: 'tag', version });
    else if (version.version === text) found.push({ form: 'version', version });
    else if (/^v\d/.test(version.version) && version.version.slice(1) === text)
      found.push({ form: 'bare', version });
  }
  return found;
}

function plainTagNamed(catalog: Catalog, text: string): PlainTag | undefined {
  const name = text.replace(/^refs\/tags\//, '');
  return catalog.plainTags.find((tag) => tag.name === name);
}

/** Another model's version: `dvc.api` takes its tag like any other, and it names this model's revision too. */
function foreignTag(
  catalog: Catalog,
  model: PinnedModel,
  text: string,
): { readonly commit: CommitId } | undefined {
  const version = catalog.versions.get(text);
  return version && !versionsOf(catalog, model).includes(version) ? version : undefined;
}

async function commitNamed(catalog: Catalog, text: string, options: Options): Promise<CommitId | null> {
  if (!/^[0-9a-f]{4,64}$/i.test(text)) return null;
  try {
    const commit = await resolveCommit(catalog.repository, text, options);
    // A branch may be called "deadbeef": only the commit that begins so is meant by a commit.
    return commit.startsWith(text.toLowerCase()) ? commit : null;
  } catch (error) {
    if (error instanceof GitError && error.reason === 'not-found-ref') return null;
    throw error;
  }
}

/** The model as it stands in a commit; a version brings its own digest. */
async function meaningOf(
  catalog: Catalog,
  model: PinnedModel,
  commit: CommitId,
  known: { readonly version: Version | null; readonly tag: string | null },
  options: Options,
): Promise<Meaning> {
  const there = await modelAt(catalog, known.version?.model ?? model, commit, options);
  return { commit, digest: known.version?.digest ?? there?.digest ?? null, model: there, ...known };
}

/** A model in a commit: the same path and name, else the same path, else the same name. */
export async function modelAt(
  catalog: Catalog,
  model: PinnedModel,
  commit: CommitId,
  options: Options = {},
): Promise<Model | null> {
  const { models, others } = await catalog.modelsAt(commit, options);
  return findAmong(model, models) ?? findAmong(model, others) ?? null;
}

async function floating(
  catalog: Catalog,
  model: PinnedModel,
  text: string,
  options: Options,
): Promise<PinResolution | undefined> {
  const registered = catalog.registered().find(({ name }) => name === model.name);
  const stage = text.startsWith(`${model.name.replace(':', '=')}#`)
    ? text.slice(model.name.length + 1)
    : text.replace(/^#/, '');
  const holders =
    registered && Object.hasOwn(registered.stages, stage) ? registered.stages[stage] : undefined;
  if (registered && holders) {
    return {
      kind: 'floating',
      what: 'stage',
      name: stage,
      now: await named(catalog, model, holders[0], options),
    };
  }
  if (text === 'latest' && registered) {
    const latest = registered.latest ?? undefined;
    return {
      kind: 'floating',
      what: 'latest',
      name: text,
      now: await named(catalog, model, latest, options),
    };
  }
  const branch = catalog.branches.find(
    ({ name, remote, ref }) => ref === text || (remote === null ? name : `${remote}/${name}`) === text,
  );
  const commit = branch?.commit ?? (text === 'HEAD' ? catalog.head.commit : undefined);
  if (commit === undefined) return undefined;
  const now =
    commit === null ? null : await meaningOf(catalog, model, commit, { version: null, tag: null }, options);
  return { kind: 'floating', what: 'branch', name: text, now };
}

/** The holder of a stage: a version string, or the commit where none is registered. */
async function named(
  catalog: Catalog,
  model: PinnedModel,
  holder: string | undefined,
  options: Options,
): Promise<Meaning | null> {
  if (holder === undefined) return null;
  const resolution = await resolve(catalog, model, holder, options);
  return resolution.kind === 'fixed' ? resolution : null;
}
