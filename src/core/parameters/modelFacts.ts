import { append } from '../append.js';
import type { Catalog, Model } from '../catalog/catalog.js';
import type { Json } from '../compare/value.js';
import type { CommitId } from '../git/ids.js';
import { valuesAt } from './commitValues.js';
import type { Curve } from './curves.js';
import { isData } from './evaluation.js';
import type { KnownPaths } from './evaluation.js';
import type { Entry, ModelFacts, Unread } from './facts.js';
import { labelsOf, recordOf } from './facts.js';
import { curvePlaces } from './modelCurves.js';
import { metricsOf, readMetrics, readOther } from './modelMetrics.js';
import { readParameters } from './modelParameters.js';
import { FactsReader, folderOf } from './reader.js';
import type { Dependency, PlacedStage } from './stages.js';
import { surroundings } from './stages.js';

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
  options: { readonly signal?: AbortSignal; readonly curves?: boolean } = {},
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
  const values = await valuesAt(commit, files, [...models, ...others], reader);
  const { metrics: named } = catalog.settings.models;
  const mine = metricsOf(
    model,
    (Object.hasOwn(named, model.name) ? named[model.name] : undefined) ?? [],
    values,
    around,
    models,
  );
  const metrics = await readMetrics(mine, values, around, known, reader, unread);
  const curves: Curve[] = [];
  for (const place of options.curves === true ? curvePlaces(model, mine, values, around) : [])
    append(curves, await reader.readCurves(commit, place, values.outputs, unread));
  const parameters = await readParameters(path, values, around, reader, unread);
  const other = await readOther(mine, values, reader, unread);
  const stages = around.own === null ? around.before : [...around.before, around.own];
  return {
    parameters,
    metrics,
    curves,
    other,
    dependencies: dependenciesOf(stages, known),
    ...(around.own === null ? {} : { stage: around.own.stage.name }),
    ...(around.own === null || around.own.stage.cmd.length === 0
      ? {}
      : { command: around.own.stage.cmd.join('\n') }),
    unread,
  };
}

/** Facts as plain records. */
export interface RevisionFacts {
  readonly parameters: Readonly<Record<string, Json>>;
  readonly metrics: Readonly<Record<string, Json>>;
  readonly dependencies: readonly Dependency[];
  readonly command?: string;
  readonly other: Readonly<Record<string, Json>>;
  readonly unread: readonly Unread[];
}

/** `factsOf` as plain records of one revision alone: in another one a value may have another name. */
export async function parametersOf(
  catalog: Catalog,
  model: FactsModel,
  commit: CommitId,
  options: { readonly signal?: AbortSignal } = {},
): Promise<RevisionFacts> {
  const reader = new FactsReader(catalog.repository, options.signal);
  const alone = (entries: readonly Entry[]): Readonly<Record<string, Json>> =>
    recordOf(entries, labelsOf([entries]));
  try {
    const facts = await factsOf(catalog, model, commit, reader, options);
    return {
      parameters: alone(facts.parameters),
      metrics: alone(facts.metrics),
      dependencies: facts.dependencies.map(({ path, digest, size }) => ({ path, digest, size })),
      ...(facts.command === undefined ? {} : { command: facts.command }),
      other: alone(facts.other),
      unread: facts.unread,
    };
  } finally {
    reader.close();
  }
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
