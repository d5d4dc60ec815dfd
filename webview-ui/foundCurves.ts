import type { ComparedCurve } from '../src/core/compare/comparison.js';
import type { SentCurves } from '../src/protocol/messages.js';
import { wordsOf } from './rows.js';
import type { Shown } from './state.js';
import { t } from './strings.js';

/** Which curves are on screen, and what they come to. */
export interface FoundCurves {
  readonly shown: ReadonlySet<ComparedCurve>;
  /** How many differ between the versions on screen, whether searched for or not. */
  readonly changed: number;
}

type Sent = SentCurves['list'][number];

/** Searched, and only those that differ where that is wanted, as the rows are: what is not known stays. */
export function foundCurves({ curves, order, query, onlyDifferences }: Shown): FoundCurves {
  const words = wordsOf(query);
  const shown = new Set<ComparedCurve>();
  let changed = 0;
  for (const curve of curves.list) {
    const differs = order.some((column) => isOtherLine(curve, column, order));
    if (differs) changed += 1;
    if (onlyDifferences && !differs && !order.some((column) => reasonAt(curve, column) !== null)) continue;
    const text = `${curve.metric}\ncurves\n${t('Curves')}`.toLowerCase();
    if (words.every((word) => text.includes(word))) shown.add(curve);
  }
  return { shown, changed };
}

/** Why it is not known whether a version has a curve; null where it is. */
export function reasonAt({ series, unknown }: ComparedCurve, column: number): string | null {
  return (series[column] ?? null) === null ? (unknown?.[column] ?? null) : null;
}

/** Whether a version's line is known and is not that of the first version whose line is known. */
function isOtherLine(curve: Sent, column: number, order: readonly number[]): boolean {
  const first = order.find((each) => reasonAt(curve, each) === null);
  if (first === undefined || first === column || reasonAt(curve, column) !== null) return false;
  return (
    !samePlaces(curve.series[column] ?? null, curve.series[first] ?? null) ||
    !samePlaces(curve.gaps?.[column] ?? [], curve.gaps?.[first] ?? [])
  );
}

type Places = readonly (readonly number[])[] | null;

function samePlaces(one: Places, other: Places): boolean {
  if (one === null || other === null) return one === other;
  return (
    one.length === other.length &&
    one.every((place, at) => place.every((number, part) => number === other[at]?.[part]))
  );
}
