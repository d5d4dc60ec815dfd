import { append } from '../append.js';
import type { Digest } from '../digest.js';
import { locate } from '../tracking/dvc/locate.js';
import type { ResolvedPipeline, ResolvedStage } from '../tracking/dvc/resolve.js';

/** A dependency as the lock recorded it, at its place in the repository. */
export interface Dependency {
  readonly path: string;
  readonly digest: Digest | null;
  /** Bytes. */
  readonly size: number | null;
}

/** A stage of some `dvc.yaml`, its paths placed in the repository. */
export interface PlacedStage {
  /** Folder of its `dvc.yaml`, `''` at the root. */
  readonly folder: string;
  readonly stage: ResolvedStage;
  readonly dependencies: readonly Dependency[];
  /** Everything that it writes: outputs, metrics and plots. */
  readonly writes: readonly string[];
  /** Paths of its metrics, files or folders. */
  readonly metrics: readonly string[];
  /** Paths of its plots, files or folders. */
  readonly plots: readonly string[];
}

/** Places the stages of one pipeline; paths that leave the repository are left out (the catalog reports them). */
export function placeStages(folder: string, pipeline: ResolvedPipeline): PlacedStage[] {
  return pipeline.stages.map((stage) => ({
    folder,
    stage,
    dependencies: stage.deps.flatMap(({ path, digest, size }) => {
      const place = locate(folder, path);
      return 'path' in place ? [{ path: place.path, digest, size }] : [];
    }),
    writes: placed(folder, [...stage.outs, ...stage.metrics, ...stage.plots]),
    metrics: placed(folder, stage.metrics),
    plots: placed(folder, stage.plots),
  }));
}

function placed(folder: string, outs: readonly { readonly path: string }[]): string[] {
  return outs.flatMap(({ path }) => {
    const place = locate(folder, path);
    return 'path' in place ? [place.path] : [];
  });
}

/** Whether one path is the other, or lies in it, or holds it (DVC: a stage may depend on a part of an output). */
export function overlaps(left: string, right: string): boolean {
  return left === right || left.startsWith(`${right}/`) || right.startsWith(`${left}/`);
}

/** Whether a path is one of these or lies inside one. */
export function within(path: string, folders: readonly string[]): boolean {
  return folders.some((folder) => path === folder || path.startsWith(`${folder}/`));
}

/** The stages around one model, in the order in which they run. */
export interface Surroundings {
  /** The stage that makes the model, when a pipeline does. */
  readonly own: PlacedStage | null;
  /** Those before it: what it is made from, nearest last. */
  readonly before: readonly PlacedStage[];
  /** Those that depend on it. */
  readonly after: readonly PlacedStage[];
}

/**
 * Finds the stages around a model. A stage comes after when it reads the model or anything that its stage or a later
 * one writes, except what reaches it through another model of the same stage alone.
 */
export function surroundings(
  stages: readonly PlacedStage[],
  model: { readonly path: string; readonly stage?: string; readonly folder?: string },
  otherModels: readonly string[],
): Surroundings {
  const own =
    stages.find(
      (each) =>
        each.writes.includes(model.path) &&
        (model.stage === undefined || each.stage.name === model.stage) &&
        (model.folder === undefined || each.folder === model.folder),
    ) ??
    stages.find((each) => within(model.path, each.writes)) ??
    null;
  const before = own === null ? [] : reach([own], (from, to) => reads(from, to.writes), stages);
  const others = otherModels.filter((path) => path !== model.path);
  const starts =
    own === null ? [model.path] : [model.path, ...own.writes.filter((path) => !within(path, others))];
  const direct = stages.filter((each) => each !== own && reads(each, starts));
  const after = [...direct, ...reach(direct, (from, to) => reads(to, from.writes), stages)];
  return { own, before: before.reverse(), after: [...new Set(after)].filter((each) => each !== own) };
}

function reads(stage: PlacedStage, paths: readonly string[]): boolean {
  return stage.dependencies.some((dependency) => paths.some((path) => overlaps(dependency.path, path)));
}

/** Everything that can be reached step by step, nearest first, without the start; circles end. */
function reach(
  start: readonly PlacedStage[],
  leads: (from: PlacedStage, to: PlacedStage) => boolean,
  stages: readonly PlacedStage[],
): PlacedStage[] {
  const seen = new Set(start);
  const found: PlacedStage[] = [];
  for (let next = [...start]; next.length > 0;) {
    const reached = stages.filter((to) => !seen.has(to) && next.some((from) => leads(from, to)));
    for (const each of reached) seen.add(each);
    append(found, reached);
    next = reached;
  }
  return found;
}
