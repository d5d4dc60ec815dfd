import type { Model } from '../catalog/catalog.js';
import { locate } from '../tracking/dvc/locate.js';
import type { CommitValues } from './commitValues.js';
import { nearest, topLevel } from './commitValues.js';
import { evaluationKey } from './evaluation.js';
import type { KnownPaths } from './evaluation.js';
import type { Entry, MetricEntry, Unread } from './facts.js';
import { unreadFile } from './facts.js';
import type { FactsReader } from './reader.js';
import { folderOf } from './reader.js';
import type { PlacedStage, Surroundings } from './stages.js';
import { within } from './stages.js';
import { phrase } from '../phrase.js';

/** Metrics files beyond these are not looked at: "other metrics" are a courtesy. */
const MOST_OTHER = 100;

/** A metrics file (or a folder of them) that is the model's. */
export interface OwnedMetrics {
  readonly path: string;
  /** The stage that writes it; null where none does. */
  readonly stage: PlacedStage | null;
}

/** Metrics files of the model: by its stages, by `models.metrics`, else by the nearest folder. */
export function metricsOf(
  model: { readonly path: string | null },
  /** What `models.metrics` names for it. */
  named: readonly string[],
  values: CommitValues,
  around: Surroundings,
  models: readonly Model[],
): OwnedMetrics[] {
  const found = new Map<string, OwnedMetrics>();
  const add = (path: string, stage: PlacedStage | null): void => {
    if (!found.has(path)) found.set(path, { path, stage });
  };
  const mine = [...(around.own === null ? [] : [around.own]), ...around.after];
  for (const stage of mine) {
    for (const file of stage.metrics) add(file, stage);
    // dvclive writes a folder; its summary is a metrics file whether declared or not.
    for (const file of values.metrics) if (within(file, stage.writes)) add(file, stage);
  }
  for (const written of named) {
    const place = locate('', written);
    if ('path' in place) add(place.path, null);
  }
  if (around.own !== null) {
    // Top-level metrics belong to no stage; where the pipeline makes one model alone they can only be its.
    const { folder } = around.own;
    const made = models.filter(
      (each) => each.stage !== undefined && each.pointer !== null && folderOf(each.pointer) === folder,
    );
    if (made.length <= 1) for (const file of topLevel(values, folder, 'metrics')) add(file, null);
  } else if (named.length === 0) {
    const candidates = [
      ...values.metrics,
      ...values.pipelines.flatMap(({ folder }) => topLevel(values, folder, 'metrics')),
    ].filter((file) => !values.stages.some((stage) => within(file, stage.writes)));
    for (const file of nearest(model.path ?? '', candidates)) add(file, null);
  }
  return [...found.values()];
}

/** Reads the model's metrics, each with what it was measured on. */
export async function readMetrics(
  files: readonly OwnedMetrics[],
  values: CommitValues,
  around: Surroundings,
  known: KnownPaths,
  reader: FactsReader,
  unread: Unread[],
): Promise<MetricEntry[]> {
  const read = await reader.read(
    values.commit,
    files.map(({ path }) => path),
    values.outputs,
  );
  const entries: MetricEntry[] = [];
  for (const { path, stage } of files) {
    const evaluation = stage === null ? null : evaluationKey(stage, around, known);
    const found = read.get(path);
    if (found === undefined)
      unread.push({ kind: 'metrics', file: path, reason: phrase('not in this commit') });
    for (const { path: file, fields } of found ?? []) {
      if (!fields.ok) unread.push(unreadFile('metrics', file, fields));
      else for (const [name, value] of fields.fields) entries.push({ file, name, value, evaluation });
    }
  }
  return entries;
}

/** Reads the metrics of the commit that are not the model's. */
export async function readOther(
  mine: readonly OwnedMetrics[],
  values: CommitValues,
  reader: FactsReader,
  unread: Unread[],
): Promise<Entry[]> {
  const own = new Set(mine.map(({ path }) => path));
  const all = [
    ...values.metrics,
    ...values.pipelines.flatMap(({ folder }) => topLevel(values, folder, 'metrics')),
    ...values.stages.flatMap(({ metrics }) => metrics),
  ];
  const rest = [...new Set(all)].filter((path) => !own.has(path)).slice(0, MOST_OTHER);
  const read = await reader.read(values.commit, rest, values.outputs);
  const entries: Entry[] = [];
  for (const { path: file, fields } of [...read.values()].flat()) {
    if (!fields.ok) unread.push(unreadFile('other', file, fields));
    else for (const [name, value] of fields.fields) entries.push({ file, name, value });
  }
  return entries;
}
