import type { CommitValues } from './commitValues.js';
import { nearest, topLevel } from './commitValues.js';
import type { CurvePlace } from './curveFiles.js';
import { CURVES_FOLDER } from './curves.js';
import { isLoose } from './layout.js';
import type { OwnedMetrics } from './modelMetrics.js';
import { folderOf } from './reader.js';
import type { Surroundings } from './stages.js';
import { within } from './stages.js';

/**
 * Where the curves of a model's runs may lie: beside its metrics as dvclive puts them, among what its stages write, in
 * the plots of those stages; for a model that no pipeline makes, where DVC keeps curves nearest to it.
 */
export function curvePlaces(
  model: { readonly path: string | null },
  metrics: readonly OwnedMetrics[],
  values: CommitValues,
  around: Surroundings,
): readonly CurvePlace[] {
  const stages = [...(around.own === null ? [] : [around.own]), ...around.after];
  const writes = stages.flatMap((stage) => stage.writes);
  const kept = [...values.outputs.keys()].flatMap((path) => liveFolderOf(path) ?? []);
  const live = new Set([
    ...metrics.flatMap(({ path }) => (isLoose(path, 'metrics') ? besideSummary(path) : [])),
    ...writes.flatMap((path) => liveFolderOf(path) ?? []),
  ]);
  if (around.own === null && live.size === 0) {
    const free = kept.filter((folder) => !values.stages.some((stage) => within(folder, stage.writes)));
    const summaries = new Map(free.map((folder) => [summaryBeside(folder), folder]));
    for (const summary of nearest(model.path ?? '', [...summaries.keys()])) {
      const folder = summaries.get(summary);
      if (folder !== undefined) live.add(folder);
    }
  }
  const plots = new Set([
    ...stages.flatMap((stage) => stage.plots),
    ...stages
      .flatMap(({ folder }) => topLevel(values, folder, 'plots'))
      .filter((path) => within(path, writes)),
  ]);
  // dvclive's own folder may be declared as a plot, in whole or file by file, or one around it.
  const others = [...plots].filter(
    (path) => !within(path, [...live]) && ![...live].some((folder) => within(folder, [path])),
  );
  return [
    ...[...live].map((path): CurvePlace => ({ kind: 'live', path })),
    ...others.map((path): CurvePlace => ({ kind: 'plot', path })),
  ];
}

function besideSummary(path: string): string {
  const folder = folderOf(path);
  return folder === '' ? CURVES_FOLDER : `${folder}/${CURVES_FOLDER}`;
}

/** The summary that dvclive would have written beside a folder of curves. */
function summaryBeside(folder: string): string {
  return `${folder.slice(0, -CURVES_FOLDER.length)}metrics.json`;
}

/** dvclive's folder of curves that a path is or lies in. */
function liveFolderOf(path: string): string | undefined {
  return /^(?:.*?\/)?plots\/metrics(?=\/|$)/.exec(path)?.[0];
}
