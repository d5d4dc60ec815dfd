import { append } from '../append.js';
import type { Model } from '../catalog/catalog.js';
import { locate } from '../tracking/dvc/locate.js';
import type { KeptOutput } from './kept.js';
import { isLoose } from './layout.js';
import type { CommitFiles, FactsReader } from './reader.js';
import { baseOf, folderOf } from './reader.js';
import { within } from './stages.js';

/** Where the values of one commit can stand: in files of Git, and in what DVC keeps. */
export interface CommitValues extends Pick<CommitFiles, 'pipelines' | 'stages'> {
  readonly commit: string;
  /** Repository paths of the files named `metrics.*`, declared or not. */
  readonly metrics: readonly string[];
  /** Those named `params.*`. */
  readonly params: readonly string[];
  /** What DVC keeps, by path. */
  readonly outputs: ReadonlyMap<string, KeptOutput>;
}

/** The folder that dvclive writes unless it is told otherwise. */
const DVCLIVE = 'dvclive';

/** Finds the files of a commit that hold values; those inside folders that DVC keeps through their manifests. */
export async function valuesAt(
  commit: string,
  files: CommitFiles,
  tracked: readonly Model[],
  reader: FactsReader,
): Promise<CommitValues> {
  const outputs = new Map<string, KeptOutput>();
  for (const { path, pointer, digest, tracking } of tracked) {
    // A declared part of a folder has no digest of its own: its folder stands for it.
    if (tracking !== 'dvc' || path === null || pointer === null || outputs.get(path)?.digest) continue;
    outputs.set(path, { path, pointer, digest });
  }
  const written = files.stages.flatMap(({ writes }) => writes);
  const paths = files.files.map(({ path }) => path);
  for (const output of outputs.values()) {
    if (isLoose(output.path, 'metrics') || isLoose(output.path, 'params')) paths.push(output.path);
    const isLive = baseOf(output.path) === DVCLIVE;
    if (!isLive && !within(output.path, written)) continue;
    const inside = await reader.filesIn(output);
    // Not here: then dvclive's summary is not either, which is worth saying.
    append(paths, inside ?? (isLive ? [`${output.path}/metrics.json`] : []));
  }
  return {
    commit,
    pipelines: files.pipelines,
    stages: files.stages,
    metrics: paths.filter((path) => isLoose(path, 'metrics')),
    params: paths.filter((path) => isLoose(path, 'params')),
    outputs,
  };
}

/** Files under the top-level `metrics`, `params` or `plots` of the `dvc.yaml` in a folder. */
export function topLevel(
  values: CommitValues,
  folder: string,
  section: 'metrics' | 'params' | 'plots',
): string[] {
  return values.pipelines
    .filter((pipeline) => pipeline.folder === folder)
    .flatMap(({ resolved }) => resolved[section])
    .flatMap((written) => {
      const place = locate(folder, written);
      return 'path' in place ? [place.path] : [];
    });
}

/** The files of the folder nearest to the model, going up; a `dvclive` folder counts with the one around it. */
export function nearest(model: string, files: readonly string[]): string[] {
  // A folder model may hold its own.
  for (let folder: string | null = model; folder !== null; folder = folder === '' ? null : folderOf(folder)) {
    const here = files.filter((file) => {
      const at = folderOf(file);
      return at === folder || (baseOf(at) === DVCLIVE && folderOf(at) === folder);
    });
    if (here.length > 0) return [...new Set(here)];
  }
  return [];
}
