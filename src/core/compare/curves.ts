import type { ModelFacts, Unread } from '../parameters/facts.js';
import { NOT_LOCAL } from '../parameters/facts.js';
import { unreadableReason } from './build.js';
import type { RevisionData } from './columns.js';
import type { ComparedCurve, Curves, Field } from './comparison.js';

/** The curves of one revision, and what could not be read of them. */
type ColumnCurves = Pick<ModelFacts, 'curves' | 'unread'>;

/** The curves of a revision; where the model itself cannot be read, they may be there too. */
export function curvesOf({ facts, revision }: RevisionData): ColumnCurves {
  if (facts !== null)
    return { curves: facts.curves, unread: facts.unread.filter(({ kind }) => kind === 'curves') };
  const reason = unreadableReason(revision);
  return {
    curves: [],
    unread: reason === null ? [] : [{ kind: 'curves', file: '', reason, doubtful: true }],
  };
}

/**
 * Curves of one name side by side, in the order in which they were first met, and why some are missing. A curve that
 * is known by its file alone, for no revision has it here, comes last and has points nowhere.
 */
export function comparedCurves(columns: readonly ColumnCurves[], fields: readonly Field[]): Curves {
  const drawn = new Set(columns.flatMap(({ curves }) => curves.map(({ name }) => name)));
  const away = columns.flatMap(({ unread }) =>
    unread.flatMap(({ metric, reason, doubtful }) =>
      metric === undefined || reason !== NOT_LOCAL || doubtful === true ? [] : metric,
    ),
  );
  // A file of several columns is only known by its own name as long as nobody has read it.
  const unmet = away.filter((metric) => ![...drawn].some((name) => holds(metric, name)));
  const curves = [...drawn, ...new Set(unmet)].map((metric): ComparedCurve => {
    const found = columns.map((column) => column.curves.find(({ name }) => name === metric));
    const direction = fields.find(
      ({ group, field }) => group === 'metrics' && named(field, metric),
    )?.direction;
    const unknown = columns.map(({ unread }, at) =>
      found[at] === undefined ? lossOf(metric, unread) : null,
    );
    return {
      metric,
      ...(direction === undefined ? {} : { direction }),
      series: found.map((curve) => curve?.points ?? null),
      ...(found.some((curve) => (curve?.gaps.length ?? 0) > 0)
        ? { gaps: found.map((curve) => curve?.gaps ?? []) }
        : {}),
      ...(unknown.every((reason) => reason === null) ? {} : { unknown }),
    };
  });
  // Whether there are curves at all is only worth a doubt where another revision has some.
  const said = columns.map(({ unread }) =>
    unread.find(({ doubtful }) => drawn.size > 0 || doubtful !== true),
  );
  const curvesUnknown = said.map((one) => one?.reason ?? null);
  return { curves, curvesUnknown: curvesUnknown.every((reason) => reason === null) ? [] : curvesUnknown };
}

/** Why a revision may have a curve that was not read: its own file, else the folder that would hold it. */
function lossOf(metric: string, unread: readonly Unread[]): string | null {
  const lost =
    unread.find((one) => one.metric !== undefined && holds(one.metric, metric)) ??
    unread.find((one) => one.metric === undefined);
  return lost?.reason ?? null;
}

/** Whether a file named after a metric may hold a curve: that metric, or one of its columns. */
function holds(file: string, metric: string): boolean {
  return metric === file || metric.startsWith(`${file}.`);
}

/** A field is qualified by its file (`dvclive/metrics.json:auc`) where several have the name. */
function named(field: string, metric: string): boolean {
  return field === metric || field.endsWith(`:${metric}`);
}
