import type { Digest } from '../digest.js';
import { digestKey } from '../digest.js';
import type { Dependency, PlacedStage, Surroundings } from './stages.js';
import { overlaps, within } from './stages.js';

const CODE =
  /\.(?:py|pyx|ipynb|r|rmd|jl|sh|bash|ps1|bat|js|mjs|ts|java|scala|kt|go|rs|c|cc|cpp|h|hpp|cu|sql|m|lua|rb)$/i;
const CONFIGURATION =
  /(?:^|\/)(?:params|config|settings|requirements|pyproject|conda|environment|setup|poetry|uv)\b[^/]*$/i;
const EVALUATION =
  /(?:^|[^a-z0-9])(?:tests?|eval(?:uation)?|valid(?:ation)?|val|holdout|dev|benchmark)(?:[^a-z0-9]|$)/i;

/** Whether a dependency is data rather than code or configuration: DVC tracks it, or its name says neither. */
export function isData(path: string, tracked: ReadonlySet<string>): boolean {
  return (
    tracked.has(path) || (!CODE.test(path) && !CONFIGURATION.test(path) && /\.[^./]+$|^data\//.test(path))
  );
}

/** What is known of the files around a model. */
export interface KnownPaths {
  /** Paths of all models of the commit. */
  readonly models: readonly string[];
  /** Paths that DVC or Git LFS tracks. */
  readonly tracked: ReadonlySet<string>;
}

/**
 * The evaluation data behind a stage's metrics, as a key: metrics of different keys are not compared. It is what the
 * stage, and every stage between the model and it, reads beside the model and what the model made: the files that are
 * named like evaluation data where there are such, else all data. Null when nothing is recorded.
 */
export function evaluationKey(stage: PlacedStage, around: Surroundings, known: KnownPaths): string | null {
  const made = [around.own, ...around.after].flatMap((each) => each?.writes ?? []);
  const between = around.after.filter(
    (each) => each !== stage && each.writes.some((path) => reachesInto(stage, path, around.after, new Set())),
  );
  const read: Dependency[] = [stage, ...between]
    .flatMap((each) => each.dependencies)
    .filter(
      ({ path }) =>
        isData(path, known.tracked) &&
        !within(path, made) &&
        !known.models.some((model) => overlaps(model, path)),
    );
  const named = read.filter(({ path }) => EVALUATION.test(path));
  const chosen = named.length > 0 ? named : read;
  const digests: (Digest | null)[] = chosen.map(({ digest }) => digest);
  if (chosen.length === 0 || digests.includes(null)) return null;
  return [...new Set(digests.flatMap((digest) => (digest === null ? [] : digestKey(digest))))]
    .sort()
    .join(' ');
}

/** Whether a stage reads a path, directly or through stages in between. */
function reachesInto(
  stage: PlacedStage,
  path: string,
  stages: readonly PlacedStage[],
  seen: Set<PlacedStage>,
): boolean {
  if (seen.has(stage)) return false;
  seen.add(stage);
  return stage.dependencies.some(
    (dependency) =>
      overlaps(dependency.path, path) ||
      stages.some(
        (each) =>
          each.writes.some((written) => overlaps(written, dependency.path)) &&
          reachesInto(each, path, stages, seen),
      ),
  );
}
