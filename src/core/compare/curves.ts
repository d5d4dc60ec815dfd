import type { ModelFacts } from '../parameters/facts.js';
import type { ComparedCurve, Curves, Field } from './comparison.js';

/** Curves of one name side by side, in the order in which they were first met, and why some are missing. */
export function comparedCurves(
  columns: readonly (Pick<ModelFacts, 'curves' | 'unread'> | null)[],
  fields: readonly Field[],
): Curves {
  const names = new Set(columns.flatMap((facts) => facts?.curves.map(({ name }) => name) ?? []));
  const curves = [...names].map((metric): ComparedCurve => {
    const found = columns.map((facts) => facts?.curves.find(({ name }) => name === metric));
    const direction = fields.find(
      ({ group, field }) => group === 'metrics' && named(field, metric),
    )?.direction;
    return {
      metric,
      ...(direction === undefined ? {} : { direction }),
      series: found.map((curve) => curve?.points ?? null),
      ...(found.some((curve) => (curve?.gaps.length ?? 0) > 0)
        ? { gaps: found.map((curve) => curve?.gaps ?? []) }
        : {}),
    };
  });
  const lost = columns.map((facts) => facts?.unread.filter(({ kind }) => kind === 'curves') ?? []);
  // Whether there are curves at all is only worth a doubt where another revision has some.
  const said = lost.map((list) => list.find(({ doubtful }) => curves.length > 0 || doubtful !== true));
  const curvesUnknown = said.map((one) => one?.reason ?? null);
  return { curves, curvesUnknown: curvesUnknown.every((reason) => reason === null) ? [] : curvesUnknown };
}

/** A field is qualified by its file (`dvclive/metrics.json:auc`) where several have the name. */
function named(field: string, metric: string): boolean {
  return field === metric || field.endsWith(`:${metric}`);
}
