import type { Catalog, Model } from '../catalog/catalog.js';
import type { CommitId } from '../git/ids.js';
import { flatten, toJson } from '../compare/value.js';
import type { Json } from '../compare/value.js';
import { locate } from '../tracking/dvc/locate.js';
import { evaluationKey, isData } from './evaluation.js';
import type { KnownPaths } from './evaluation.js';
import type { Entry, MetricEntry, ModelFacts, Unread } from './facts.js';
import { recordOf } from './facts.js';
import type { CommitFiles } from './reader.js';
import { baseOf, FactsReader, folderOf } from './reader.js';
import type { Dependency, MetricsFile, PlacedStage, Surroundings } from './stages.js';
import { surroundings, within } from './stages.js';

/** Metrics files beyond these are not looked at: "other metrics" are a courtesy. */
const MOST_OTHER = 100;

/** Which model: its path and, for a pipeline output, where its stage stands. */
export type FactsModel = Pick<Model, 'name' | 'path' | 'pointer' | 'stage' | 'tracking'>;

/**
 * Parameters, metrics and dependencies of a model as one commit has them. They belong to the model, not to the commit:
 * a pipeline output takes the parameters of its stage and of those before it, and the metrics of its stage and of those
 * that depend on it; another model takes those of the nearest folder, or of `models.metrics`. The rest is `other`.
 * @throws GitError when Git itself fails; broken files are `unread`.
 */
export async function factsOf(
  catalog: Catalog,
  model: FactsModel,
  commit: CommitId,
  reader: FactsReader,
  options: { readonly signal?: AbortSignal } = {},
): Promise<ModelFacts> {
  const files = await reader.commit(commit);
  const { models, others } = await catalog.modelsAt(commit, options);
  const known: KnownPaths = {
    models: models.flatMap(({ path }) => path ?? []),
    tracked: new Set(
      [...models, ...others].flatMap(({ path, tracking }) =>
        path === null || tracking === 'git' ? [] : path,
      ),
    ),
  };
  const path = model.path ?? '';
  const pipelineFolder =
    model.stage === undefined || model.pointer === null ? undefined : folderOf(model.pointer);
  const around = surroundings(
    files.stages,
    {
      path,
      ...(model.stage === undefined ? {} : { stage: model.stage }),
      ...(pipelineFolder === undefined ? {} : { folder: pipelineFolder }),
    },
    known.models,
  );
  const unread: Unread[] = [];
  const metricsFiles = metricsOf(catalog, model, files, around, models);
  const metrics = await readMetrics(commit, metricsFiles, around, known, reader, unread);
  const parameters = await readParameters(commit, path, files, around, reader, unread);
  const mine = new Set(metricsFiles.map((file) => file.path));
  const other = await readOther(commit, files, mine, reader, unread);
  const stages = around.own === null ? around.before : [...around.before, around.own];
  return {
    parameters,
    metrics,
    other,
    dependencies: dependenciesOf(stages, known),
    ...(around.own === null ? {} : { stage: around.own.stage.name }),
    ...(around.own === null || around.own.stage.cmd.length === 0
      ? {}
      : { command: around.own.stage.cmd.join('\n') }),
    unread,
  };
}

/** What `log` and other callers show of a revision (cli.md: `Revision`). */
export interface RevisionFacts {
  readonly parameters: Readonly<Record<string, Json>>;
  readonly metrics: Readonly<Record<string, Json>>;
  readonly dependencies: readonly Dependency[];
  readonly command?: string;
  readonly other: Readonly<Record<string, Json>>;
  readonly unread: readonly Unread[];
}

/** `factsOf` as plain records. Who asks for many commits passes one reader, so that one Git process serves all. */
export async function parametersOf(
  catalog: Catalog,
  model: FactsModel,
  commit: CommitId,
  options: { readonly signal?: AbortSignal; readonly reader?: FactsReader } = {},
): Promise<RevisionFacts> {
  const reader = options.reader ?? new FactsReader(catalog.repository, options.signal);
  try {
    const facts = await factsOf(catalog, model, commit, reader, options);
    return {
      parameters: recordOf(facts.parameters),
      metrics: recordOf(facts.metrics),
      dependencies: facts.dependencies.map(({ path, digest, size }) => ({ path, digest, size })),
      ...(facts.command === undefined ? {} : { command: facts.command }),
      other: recordOf(facts.other),
      unread: facts.unread,
    };
  } finally {
    if (options.reader === undefined) reader.close();
  }
}

interface OwnedMetrics extends MetricsFile {
  /** The stage that writes it; null where none does. */
  readonly stage: PlacedStage | null;
}

/** Metrics files of the model: by its stages, by `models.metrics`, else by the nearest folder. */
function metricsOf(
  catalog: Catalog,
  model: FactsModel,
  files: CommitFiles,
  around: Surroundings,
  models: readonly Model[],
): OwnedMetrics[] {
  const found = new Map<string, OwnedMetrics>();
  const add = (file: OwnedMetrics): void => {
    if (!found.has(file.path)) found.set(file.path, file);
  };
  const mine = [...(around.own === null ? [] : [around.own]), ...around.after];
  for (const stage of mine) {
    for (const file of stage.metrics) add({ ...file, stage });
    // dvclive writes a folder; its summary is a metrics file whether declared or not.
    for (const file of looseFiles(files, 'metrics')) {
      if (within(file, stage.writes)) add({ ...inGit(file), stage });
    }
  }
  const { metrics } = catalog.settings.models;
  const named = (Object.hasOwn(metrics, model.name) ? metrics[model.name] : undefined) ?? [];
  for (const written of named) {
    const place = locate('', written);
    if ('path' in place) add({ ...inGit(place.path), stage: null });
  }
  if (around.own !== null) {
    // Top-level metrics belong to no stage; where the pipeline makes one model alone they can only be its.
    const { folder } = around.own;
    const made = models.filter(
      (each) => each.stage !== undefined && each.pointer !== null && folderOf(each.pointer) === folder,
    );
    if (made.length <= 1) for (const file of topLevel(files, folder)) add({ ...inGit(file), stage: null });
  } else if (named.length === 0) {
    const candidates = [
      ...looseFiles(files, 'metrics'),
      ...files.pipelines.flatMap(({ folder }) => topLevel(files, folder)),
    ].filter((file) => !files.stages.some((stage) => within(file, stage.writes)));
    for (const file of nearest(model.path ?? '', candidates)) add({ ...inGit(file), stage: null });
  }
  return [...found.values()];
}

function inGit(path: string): MetricsFile {
  return { path, cached: false, digest: null, size: null };
}

function looseFiles(files: CommitFiles, kind: 'metrics' | 'params'): string[] {
  return files.files
    .map(({ path }) => path)
    .filter((path) => baseOf(path).toLowerCase().startsWith(`${kind}.`));
}

function topLevel(files: CommitFiles, folder: string): string[] {
  return files.pipelines
    .filter((pipeline) => pipeline.folder === folder)
    .flatMap(({ resolved }) => resolved.metrics)
    .flatMap((written) => {
      const place = locate(folder, written);
      return 'path' in place ? [place.path] : [];
    });
}

/** The files of the folder nearest to the model, going up; a `dvclive` folder counts with the one around it. */
function nearest(model: string, files: readonly string[]): string[] {
  // A folder model may hold its own.
  for (let folder: string | null = model; folder !== null; folder = folder === '' ? null : folderOf(folder)) {
    const here = files.filter((file) => {
      const at = folderOf(file);
      return at === folder || (baseOf(at) === 'dvclive' && folderOf(at) === folder);
    });
    if (here.length > 0) return [...new Set(here)];
  }
  return [];
}

async function readMetrics(
  commit: string,
  files: readonly OwnedMetrics[],
  around: Surroundings,
  known: KnownPaths,
  reader: FactsReader,
  unread: Unread[],
): Promise<MetricEntry[]> {
  const read = await reader.read(
    commit,
    files.filter((file) => !file.cached).map((file) => file.path),
  );
  const entries: MetricEntry[] = [];
  for (const file of files) {
    const fields = file.cached ? await reader.readCached(file) : read.get(file.path);
    if (fields === undefined) unread.push({ kind: 'metrics', file: file.path, reason: 'not in this commit' });
    else if (!fields.ok) unread.push({ kind: 'metrics', file: file.path, reason: fields.reason });
    else {
      const evaluation = file.stage === null ? null : evaluationKey(file.stage, around, known);
      for (const [name, value] of fields.fields) entries.push({ file: file.path, name, value, evaluation });
    }
  }
  return entries;
}

/** Of the stages: what the lock recorded, else what the files say. Of other models: the nearest folder's files. */
async function readParameters(
  commit: string,
  model: string,
  files: CommitFiles,
  around: Surroundings,
  reader: FactsReader,
  unread: Unread[],
): Promise<Entry[]> {
  const entries = new Map<string, Entry>();
  const add = (entry: Entry): void => {
    entries.set(`${entry.file}\n${entry.name}`, entry);
  };
  if (around.own === null) {
    const paths = nearest(model, looseFiles(files, 'params'));
    const read = await reader.read(commit, paths);
    for (const [file, fields] of read) {
      if (!fields.ok) unread.push({ kind: 'parameters', file, reason: fields.reason });
      else {
        for (const [name, value] of fields.fields)
          if (!isClaimed(files.stages, file, name)) add({ file, name, value });
      }
    }
    return [...entries.values()];
  }
  // The model's own stage last: what it was run with wins over an older run of a stage before it.
  for (const stage of [...around.before, around.own]) {
    const locked = new Set<string>();
    for (const { file, values } of stage.stage.lockedParams) {
      const place = locate(stage.folder, file);
      if (!('path' in place)) continue;
      for (const [key, value] of Object.entries(values)) {
        locked.add(`${place.path}\n${key}`);
        for (const [name, each] of flatten(toJson(value), key)) add({ file: place.path, name, value: each });
      }
    }
    const declared = stage.stage.params.flatMap(({ file, keys }) => {
      const place = locate(stage.folder, file);
      return 'path' in place ? [{ file: place.path, keys }] : [];
    });
    const wanted = declared.filter(({ file, keys }) =>
      keys === null
        ? ![...locked].some((each) => each.startsWith(`${file}\n`))
        : keys.some((key) => !locked.has(`${file}\n${key}`)),
    );
    const read = await reader.read(
      commit,
      wanted.map(({ file }) => file),
    );
    for (const { file, keys } of wanted) {
      const fields = read.get(file);
      if (fields === undefined) unread.push({ kind: 'parameters', file, reason: 'not in this commit' });
      else if (!fields.ok) unread.push({ kind: 'parameters', file, reason: fields.reason });
      else {
        for (const [name, value] of fields.fields) {
          const under =
            keys === null ? true : keys.some((key) => !locked.has(`${file}\n${key}`) && isUnder(name, key));
          if (under) add({ file, name, value });
        }
      }
    }
  }
  return [...entries.values()];
}

/** Whether some pipeline's stage is run with a parameter: then it is that stage's, not that of a model nearby. */
function isClaimed(stages: readonly PlacedStage[], path: string, name: string): boolean {
  return stages.some(({ folder, stage }) =>
    stage.params.some(({ file, keys }) => {
      const place = locate(folder, file);
      return (
        'path' in place && place.path === path && (keys === null || keys.some((key) => isUnder(name, key)))
      );
    }),
  );
}

function isUnder(name: string, key: string): boolean {
  return name === key || name.startsWith(`${key}.`) || name.startsWith(`${key}[`);
}

async function readOther(
  commit: string,
  files: CommitFiles,
  mine: ReadonlySet<string>,
  reader: FactsReader,
  unread: Unread[],
): Promise<Entry[]> {
  const declared = files.stages.flatMap((stage) => stage.metrics);
  const loose = [
    ...looseFiles(files, 'metrics'),
    ...files.pipelines.flatMap(({ folder }) => topLevel(files, folder)),
  ];
  const all = new Map<string, MetricsFile>(loose.map((path) => [path, inGit(path)]));
  for (const file of declared) all.set(file.path, file);
  const rest = [...all.values()].filter((file) => !mine.has(file.path)).slice(0, MOST_OTHER);
  const read = await reader.read(
    commit,
    rest.filter((file) => !file.cached).map((file) => file.path),
  );
  const entries: Entry[] = [];
  for (const file of rest) {
    const fields = file.cached ? await reader.readCached(file) : read.get(file.path);
    if (fields === undefined) continue;
    if (!fields.ok) unread.push({ kind: 'other', file: file.path, reason: fields.reason });
    else for (const [name, value] of fields.fields) entries.push({ file: file.path, name, value });
  }
  return entries;
}

function dependenciesOf(stages: readonly PlacedStage[], known: KnownPaths): ModelFacts['dependencies'] {
  const found = new Map<string, Dependency & { readonly data: boolean }>();
  for (const stage of stages) {
    for (const dependency of stage.dependencies) {
      found.set(dependency.path, { ...dependency, data: isData(dependency.path, known.tracked) });
    }
  }
  return [...found.values()].sort((left, right) => (left.path < right.path ? -1 : 1));
}
