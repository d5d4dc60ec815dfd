import type { Catalog } from '../catalog/catalog.js';
import type { Diagnostic } from '../diagnostic.js';
import type { PinSetting } from '../settings/settings.js';
import { applyEdits, unifiedDiff } from './diff.js';
import type { RegistryOf } from './elsewhere.js';
import { registries } from './elsewhere.js';
import { versionsOf } from '../catalog/select.js';
import type { Meaning, PinForm, PinnedModel } from './forms.js';
import { formByLooks, identify, resolvePin, writings } from './forms.js';
import { PinError } from './pinError.js';
import type { Restoration } from './pointer.js';
import { planPointer } from './pointer.js';
import type { FileReading, PinReading, Reading } from './read.js';
import { readPins, readWorkingFile } from './read.js';
import type { Located, TextEdit } from './targets/finding.js';
import { replaceValue } from './targets/target.js';

/** What one file of the plan becomes. */
export interface FilePlan {
  /** Repository path. */
  readonly file: string;
  /** The text that the edits apply to: of the editor's buffer, else of the working copy. */
  readonly text: string;
  readonly edits: readonly TextEdit[];
  readonly newText: string;
}

/** A pin as it will be written; nothing is changed yet. */
export interface PinPlan {
  readonly environment: string;
  readonly model: string;
  /** The pin's files, or the address of the service that holds it. */
  readonly targets: readonly string[];
  readonly before: string;
  readonly after: string;
  readonly form: PinForm;
  readonly meaning: Meaning;
  readonly files: readonly FilePlan[];
  /** Files that Git itself puts back as they were at the version's commit (`loads: checkout`). */
  readonly restore: readonly Restoration[];
  /** Unified, over all files. */
  readonly diff: string;
  readonly warnings: readonly Diagnostic[];
}

export interface PlanRequest {
  readonly model: string;
  /** A version, a tag, a commit, or a stage (its holder). */
  readonly version: string;
  /** Needed only where several environments pin the model. */
  readonly environment?: string;
  readonly buffers?: ReadonlyMap<string, string>;
  readonly registryOf?: RegistryOf;
  readonly signal?: AbortSignal;
}

/**
 * Plans to pin a version: the smallest edits at the values' own ranges, each value in the form it has (an empty one
 * gets the tag), the digest beside it, and for `loads: checkout` the version's pointer. Several plans only where one
 * environment pins the model in several places.
 * @throws PinError with what stands in the way; nothing has been written then.
 */
export async function planPin(catalog: Catalog, request: PlanRequest): Promise<readonly PinPlan[]> {
  const readings = await choosePins(catalog, request);
  const registryOf =
    request.registryOf ?? registries(catalog, request.signal ? { signal: request.signal } : {});
  const plans: PinPlan[] = [];
  for (const reading of readings) plans.push(await planOne(catalog, reading, request, registryOf));
  return plans;
}

/** The pins a request means: those of the model in one environment. @throws PinError `no-pin`, `several-pins`. */
export async function choosePins(
  catalog: Catalog,
  request: Pick<PlanRequest, 'model' | 'environment' | 'buffers' | 'signal'>,
): Promise<readonly PinReading[]> {
  const { environments } = catalog.settings;
  const all = environments.flatMap(({ name, pins }) => pins.map((pin) => ({ name, pin })));
  if (request.environment !== undefined && !environments.some(({ name }) => name === request.environment)) {
    const names = environments.map(({ name }) => name);
    throw new PinError('no-pin', `There is no environment "${request.environment}" in modelkeep.yaml`, names);
  }
  const own = all.filter(({ pin }) => pin.model === request.model);
  const named = own.filter(({ name }) => request.environment === undefined || name === request.environment);
  if (named.length === 0) {
    const where =
      request.environment === undefined
        ? 'no environment'
        : `the environment "${request.environment}" does not`;
    throw new PinError(
      'no-pin',
      all.length === 0
        ? `Nothing says where "${request.model}" is pinned. Name the file in modelkeep.yaml:\n${example(request.model)}`
        : `In modelkeep.yaml ${request.environment === undefined ? `${where} pins` : `${where} pin`} "${request.model}"`,
      all.map(({ name, pin }) => `${pin.model} in ${name}`),
    );
  }
  if (new Set(named.map(({ name }) => name)).size > 1) {
    throw new PinError(
      'several-pins',
      `Several environments pin "${request.model}": name one with --env`,
      named.map(({ name, pin }) => `${name}: ${targetsOf(pin).join(', ')}`),
    );
  }
  const { environment: _, ...rest } = request;
  return readPins(catalog, { ...rest, environment: named[0]?.name ?? '' });
}

/** What holds a pin: its files, or an address. */
export function targetsOf(pin: PinSetting): readonly string[] {
  return pin.target.kind === 'file' ? pin.target.files : [`${pin.target.kind}:${pin.target.address}`];
}

async function planOne(
  catalog: Catalog,
  reading: PinReading,
  request: PlanRequest,
  registryOf: RegistryOf,
): Promise<PinPlan> {
  const { pin, environment, model } = reading;
  const abortable = request.signal ? { signal: request.signal } : {};
  if (pin.target.kind !== 'file') {
    throw new PinError(
      'unavailable',
      `"${model}" is pinned in ${targetsOf(pin).join('')}, which cannot be written yet`,
    );
  }
  const registry = await registryOf(pin);
  if ('unavailable' in registry) throw new PinError('unavailable', registry.unavailable);
  const identity = await identify(registry, model, abortable);
  const target = await findTarget(registry, identity, request.version, abortable);
  const files: FilePlan[] = [];
  let before = '';
  let after: { form: PinForm; value: string } | undefined;
  for (const file of reading.files) {
    const { text, value } = await readableText(catalog, file, request.buffers);
    const written = await choose(registry, identity, target, value.value, abortable);
    if (files.length === 0) before = value.value;
    after ??= written;
    files.push(planFile(file.file, text, pin, value, written.value, target));
  }
  const pointer =
    pin.loads === 'checkout'
      ? await planPointer(catalog, registry, identity, target, request)
      : { files: [], restore: [] };
  const all = [...files, ...pointer.files].filter(({ text, newText }) => text !== newText);
  return {
    environment: environment.name,
    model,
    targets: targetsOf(pin),
    before,
    after: after?.value ?? '',
    form: after?.form ?? 'tag',
    meaning: target,
    files: all,
    restore: pointer.restore,
    diff: all.map(({ file, text, edits }) => unifiedDiff(file, text, edits)).join(''),
    warnings: warningsOf(target, environment.stage, model),
  };
}

/** What the requested version means. @throws PinError when that is nothing fixed. */
async function findTarget(
  registry: Catalog,
  model: PinnedModel,
  version: string,
  abortable: { readonly signal?: AbortSignal },
): Promise<Meaning> {
  const found = await resolvePin(registry, model, version, abortable);
  if (found.kind === 'fixed') return found;
  if (found.kind === 'floating' && found.what !== 'branch' && found.now) return found.now;
  if (found.kind === 'floating' && found.what === 'branch') {
    throw new PinError(
      'moving-version',
      `"${version}" is a branch, which moves: pin a version, a tag or a commit`,
    );
  }
  if (found.kind === 'ambiguous') {
    throw new PinError(
      'ambiguous-version',
      `"${version}" names several revisions of "${model.name}" with different bits`,
      found.meanings.map(({ form, tag, commit }) => `${form}: ${tag ?? commit}`),
    );
  }
  const known = versionsOf(registry, model).filter(({ active }) => active);
  throw new PinError(
    'unknown-version',
    `"${version}" is no version of "${model.name}", no tag and no commit here`,
    known.slice(0, 20).map((candidate) => candidate.version),
  );
}

/** The writing to use: the form that is there where it is unmistakable, else the nearest that is. */
async function choose(
  registry: Catalog,
  model: PinnedModel,
  target: Meaning,
  current: string,
  abortable: { readonly signal?: AbortSignal },
): Promise<{ form: PinForm; value: string }> {
  const now = await resolvePin(registry, model, current, abortable);
  const form =
    now.kind === 'fixed'
      ? now.form
      : now.kind === 'empty' || now.kind === 'floating'
        ? 'tag'
        : formByLooks(current);
  for (const writing of writings(target, form)) {
    const again = await resolvePin(registry, model, writing.value, abortable);
    if (again.kind === 'fixed' && again.commit === target.commit) return writing;
  }
  return { form: 'commit', value: target.commit };
}

async function readableText(
  catalog: Catalog,
  file: FileReading,
  buffers: ReadonlyMap<string, string> | undefined,
): Promise<{ text: string; value: Located & { readonly digest?: Located } }> {
  const value = valueOrThrow(file.file, file.here);
  const buffer = buffers?.get(file.file);
  if (buffer !== undefined) return { text: buffer, value };
  const found = await readWorkingFile(catalog.repository.root, file.file);
  if ('code' in found) throw new PinError('unreadable', found.message, [], { file: file.file });
  return { text: found.text, value };
}

function valueOrThrow(file: string, reading: Reading): Located & { readonly digest?: Located } {
  if (reading.kind === 'value') return reading;
  const line = 'line' in reading.problem ? reading.problem.line : undefined;
  const at = line === undefined ? file : `${file}:${line}`;
  throw new PinError('unreadable', `${at}: ${reading.problem.message}`, [], {
    file,
    ...(line === undefined ? {} : { line }),
  });
}

function planFile(
  file: string,
  text: string,
  pin: PinSetting,
  current: Located & { readonly digest?: Located },
  value: string,
  target: Meaning,
): FilePlan {
  const edits: TextEdit[] = [];
  const replace = (path: string, old: Located, written: string): void => {
    if (old.value === written) return;
    const edit = replaceValue(file, text, path, written);
    if ('problem' in edit) {
      const line = edit.problem.line ?? old.line;
      throw new PinError('unreadable', `${file}:${line}: ${edit.problem.message}`, [], { file, line });
    }
    edits.push(edit);
  };
  replace(pin.version, current, value);
  if (pin.digest !== undefined && current.digest) {
    if (target.digest === null) {
      throw new PinError('no-pointer', `${value} has no digest of "${pin.model}" to pin beside it`, [], {
        file,
      });
    }
    const prefix = /^[a-z0-9]+:/.exec(current.digest.value)?.[0] ?? '';
    replace(pin.digest, current.digest, (prefix && `${target.digest.algorithm}:`) + target.digest.value);
  }
  return { file, text, edits, newText: applyEdits(text, edits) };
}

function warningsOf(target: Meaning, stage: string | null, model: string): readonly Diagnostic[] {
  const warnings: Diagnostic[] = [];
  const { version } = target;
  if (version && !version.active) {
    warnings.push({
      severity: 'warning',
      code: 'deregistered',
      message: `${version.version} of "${model}" is deregistered`,
    });
  }
  if (version === null) {
    warnings.push({
      severity: 'warning',
      code: 'not-registered',
      message: `${target.tag ?? target.commit.slice(0, 8)} is no registered version of "${model}"`,
    });
  } else if (stage !== null && !version.stages.includes(stage)) {
    warnings.push({
      severity: 'warning',
      code: 'not-approved',
      message: `${version.version} of "${model}" does not hold the stage ${stage}`,
    });
  }
  return warnings;
}

function example(model: string): string {
  return `environments:\n  production: { model: ${JSON.stringify(model)}, file: config/model.yaml, version: model.version }`;
}
