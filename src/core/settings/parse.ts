import * as v from 'valibot';
import type { Diagnostic } from '../diagnostic.js';
import { artifactNameProblem } from '../registry/gto/tagName.js';
import type { EnvironmentInput, PinInput, SettingsInput } from './schema.js';
import { SETTINGS_SCHEMA } from './schema.js';
import type { Environment, PinSetting, PinTarget, Settings } from './settings.js';
import { DEFAULT_MATCH, DEFAULT_SETTINGS } from './settings.js';
import type { Path } from './source.js';
import { SETTINGS_FILE, SETTINGS_LIMIT, SettingsSource, UnreadableSettings } from './source.js';
import { nearest } from './suggest.js';

export interface ParsedSettings {
  readonly settings: Settings;
  /** Each on its own line of `modelkeep.yaml`. */
  readonly diagnostics: readonly Diagnostic[];
}

/** Rounds of taking mistakes out; a file that has some after that is not worth more time. */
const ROUNDS = 20;
const MOST_DIAGNOSTICS = 50;
const MOST_BRACKETS = 5000;

/**
 * Reads `modelkeep.yaml`. Never throws: each mistake is a diagnostic on its line, what is wrong is left out
 * and the rest counts; what is absent has its default.
 */
export function parseSettings(text: string): ParsedSettings {
  const broken = (message: string): ParsedSettings => ({
    settings: DEFAULT_SETTINGS,
    diagnostics: [{ severity: 'error', code: 'settings-unreadable', message, path: SETTINGS_FILE, line: 1 }],
  });
  if (Buffer.byteLength(text) > SETTINGS_LIMIT) {
    return broken(`This file is larger than ${String(SETTINGS_LIMIT / 1024)} KB; the defaults hold.`);
  }
  // A parser's stack and time grow with nesting; no settings come near.
  if ((text.match(/[[{]/g)?.length ?? 0) > MOST_BRACKETS) {
    return broken('This file has too many brackets to be settings; the defaults hold.');
  }
  try {
    const source = new SettingsSource(text);
    const input = validate(source);
    const settings = withDefaults(input, source);
    const diagnostics = source.diagnostics.sort((a, b) => (a.line ?? 0) - (b.line ?? 0));
    return { settings, diagnostics: diagnostics.slice(0, MOST_DIAGNOSTICS) };
  } catch (error) {
    if (!(error instanceof UnreadableSettings)) throw error;
    return broken(`This file cannot be read (${error.message}); the defaults hold.`);
  }
}

function validate(source: SettingsSource): SettingsInput {
  // Every place that was named, and all that encloses it.
  const named = new Set<string>();
  for (let round = 0; round < ROUNDS; round += 1) {
    const result = v.safeParse(SETTINGS_SCHEMA, source.value());
    if (result.success) return result.output;
    const places: Path[] = [];
    for (const issue of result.issues) {
      const unknown = isUnknownKey(issue);
      for (const path of unknown ? unknownKeys(source, issue) : [pathOf(issue)]) {
        places.push(isMissingKey(issue) ? path.slice(0, -1) : path);
        // What is incomplete only because a mistake was taken out of it has been named already.
        if (named.has(JSON.stringify(path)) || source.diagnostics.length >= MOST_DIAGNOSTICS) continue;
        for (let length = 0; length <= path.length; length += 1)
          named.add(JSON.stringify(path.slice(0, length)));
        const message = unknown ? unknownMessage(path) : messageOf(issue, path);
        source.report(unknown ? 'settings-unknown-key' : codeOf(issue), source.lineOf(path), message);
      }
    }
    source.remove(places);
  }
  return {};
}

type Issue = v.InferIssue<typeof SETTINGS_SCHEMA>;

function pathOf(issue: v.BaseIssue<unknown>): Path {
  return (issue.path ?? []).map(({ key }) => (typeof key === 'number' ? key : String(key)));
}

function isUnknownKey(issue: Issue): boolean {
  return issue.type === 'strict_object' && issue.expected === 'never';
}

function isMissingKey(issue: Issue): boolean {
  return issue.type === 'strict_object' && issue.expected !== 'never' && issue.received === 'undefined';
}

/** Valibot names one unknown key per mapping; the others are found beside it. */
function unknownKeys(source: SettingsSource, issue: Issue): readonly Path[] {
  const path = pathOf(issue);
  const parent = path.slice(0, -1);
  const known = new Set(knownKeys(parent));
  return source
    .keysAt(parent)
    .filter((key) => !known.has(key))
    .map((key) => [...parent, key]);
}

function unknownMessage(path: Path): string {
  const key = String(path.at(-1));
  const where =
    path.length > 1
      ? ` in ${JSON.stringify(
          path
            .slice(0, -1)
            .filter((step) => typeof step === 'string')
            .join('.'),
        )}`
      : '';
  const guess = nearest(key, knownKeys(path.slice(0, -1)));
  return `Unknown setting "${key}"${where}${guess === undefined ? '' : `: did you mean "${guess}"?`}`;
}

/** The keys that the schema knows at a path. */
function knownKeys(path: Path): readonly string[] {
  let schema: Introspected | undefined = introspect(SETTINGS_SCHEMA);
  for (const step of path) {
    schema = schema?.item ?? schema?.value ?? schema?.entries?.[String(step)];
    if (schema !== undefined) schema = shapeOf(schema);
  }
  return Object.keys(schema?.entries ?? {});
}

/** What valibot's schemas say of themselves. */
interface Introspected {
  readonly entries?: Readonly<Record<string, Introspected>>;
  readonly item?: Introspected;
  readonly value?: Introspected;
  readonly wrapped?: Introspected;
  readonly pipe?: readonly Introspected[];
}

function introspect(schema: object): Introspected {
  return shapeOf(schema);
}

/** The part of a piped or optional schema that has keys or items. */
function shapeOf(schema: Introspected): Introspected {
  if (schema.wrapped !== undefined) return shapeOf(schema.wrapped);
  const shapes = (schema.pipe ?? [])
    .filter((step) => step !== schema)
    .map((step) => (step.pipe === schema.pipe ? step : shapeOf(step)));
  return shapes.find(({ entries, item, value }) => (entries ?? item ?? value) !== undefined) ?? schema;
}

function codeOf(issue: Issue): string {
  if (issue.kind !== 'schema') return 'settings-value';
  return isMissingKey(issue) ? 'settings-missing' : 'settings-type';
}

const TYPE_WORDS: Readonly<Record<string, string>> = {
  string: 'a text',
  number: 'a number',
  array: 'a list',
  custom: 'a mapping of keys to values',
  union: 'a text or a list of texts',
};

function messageOf(issue: Issue, path: Path): string {
  if (issue.kind !== 'schema') {
    if (issue.type === 'integer' || issue.type === 'min_value' || issue.type === 'max_value')
      return `${nameOf(path)} must be a whole number from 1 to 1000`;
    return sentence(issue.message);
  }
  if (isMissingKey(issue)) return `"${String(path.at(-1))}" is missing here`;
  const nested =
    'issues' in issue && Array.isArray(issue.issues) ? (issue.issues as v.BaseIssue<unknown>[]) : [];
  const precise = nested.find(({ kind }) => kind === 'validation');
  if (precise !== undefined) return sentence(precise.message);
  const found = describeValue(issue.input);
  const expected =
    issue.type === 'picklist'
      ? `one of ${(issue.expected ?? '').replace(/[()]/g, '').split(' | ').join(', ')}`
      : (TYPE_WORDS[issue.type] ?? issue.expected ?? 'something else');
  const hint =
    typeof issue.input === 'number' || typeof issue.input === 'boolean' ? ': put it in quotes' : '';
  return `${nameOf(path)} must be ${expected}, not ${found}${issue.type === 'string' || issue.type === 'union' ? hint : ''}`;
}

function nameOf(path: Path): string {
  const name = path.filter((step) => typeof step === 'string').join('.');
  if (name === '') return 'This file';
  return typeof path.at(-1) === 'number' ? `An entry of "${name}"` : `"${name}"`;
}

function describeValue(value: unknown): string {
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'a mapping';
  return typeof value === 'string'
    ? JSON.stringify(value.slice(0, 60))
    : (JSON.stringify(value) ?? 'nothing');
}

function sentence(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function withDefaults(input: SettingsInput, source: SettingsSource): Settings {
  const defaults = DEFAULT_SETTINGS;
  const { models, branches, versions, predictions } = input;
  const own = models?.match ?? [];
  for (const name of Object.keys(models?.names ?? {})) {
    const problem = artifactNameProblem(name);
    if (problem !== undefined)
      source.report('name-not-allowed', source.lineOf(['models', 'names', name]), problem, 'warning');
  }
  const conventions = branches?.conventions?.filter((convention, index, all) => {
    const first = all.findIndex(({ name }) => name === convention.name);
    if (first === index) return true;
    const line = source.lineOf(['branches', 'conventions', index]);
    source.report(
      'settings-duplicate-key',
      line,
      `A convention called "${convention.name}" stands above; that one counts`,
    );
    return false;
  });
  return {
    remote: input.remote ?? defaults.remote,
    models: {
      match: own[0] === '!**' ? own.slice(1) : [...DEFAULT_MATCH, ...own],
      names: models?.names ?? {},
      metrics: mapValues(models?.metrics ?? {}, listOf),
    },
    branches: {
      default: branches?.default ?? null,
      hide: branches?.hide ?? [],
      conventions:
        conventions === undefined ? defaults.branches.conventions : conventions.map((one) => present(one)),
      enforced: conventions !== undefined,
      protected: branches?.protected ?? defaults.branches.protected,
    },
    versions: { tags: versions?.tags ?? defaults.versions.tags, ignore: versions?.ignore ?? [] },
    releases: { tags: input.releases?.tags ?? defaults.releases.tags },
    metrics: { lowerIsBetter: input.metrics?.lowerIsBetter ?? defaults.metrics.lowerIsBetter },
    environments: Object.entries(input.environments ?? {}).map(([name, value]) => environmentOf(name, value)),
    registry: { mlflow: input.registry?.mlflow ?? null },
    predictions: {
      logs: predictions?.logs ?? [],
      version: predictions?.version ?? defaults.predictions.version,
      time: predictions?.time ?? defaults.predictions.time,
    },
  };
}

function environmentOf(name: string, input: EnvironmentInput): Environment {
  const pins = input.pins ?? (input.model === undefined ? [] : [input]);
  return {
    name,
    ref: input.ref ?? null,
    stage: input.stage ?? null,
    pins: pins.flatMap((pin) => pinOf(pin)),
  };
}

function pinOf(input: PinInput): PinSetting[] {
  const target = targetOf(input);
  if (input.model === undefined || target === undefined) return []; // the schema has named it
  return [
    {
      model: input.model,
      target,
      version: input.version ?? '',
      ...present({ digest: input.digest, repository: input.repository, reports: input.reports }),
      loads: input.loads ?? 'revision',
      service: listOf(input.service ?? []),
    },
  ];
}

function targetOf(input: PinInput): PinTarget | undefined {
  if (input.file !== undefined) return { kind: 'file', files: listOf(input.file) };
  if (input.etcd !== undefined) return { kind: 'etcd', address: input.etcd };
  if (input.consul !== undefined) return { kind: 'consul', address: input.consul };
  return input.http === undefined ? undefined : { kind: 'http', address: input.http };
}

function listOf(value: string | readonly string[]): readonly string[] {
  return typeof value === 'string' ? [value] : value;
}

function mapValues<A, B>(record: Readonly<Record<string, A>>, change: (value: A) => B): Record<string, B> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, change(value)]));
}

type Present<T> = { [K in keyof T]: Exclude<T[K], undefined> };

/** Without the keys that hold nothing (`exactOptionalPropertyTypes`). */
function present<T extends object>(record: T): Partial<Present<T>> & Pick<Present<T>, RequiredKeys<T>> {
  return Object.fromEntries(Object.entries(record).filter(([, value]) => value !== undefined)) as never;
}

type RequiredKeys<T> = { [K in keyof T]-?: undefined extends T[K] ? never : K }[keyof T];
