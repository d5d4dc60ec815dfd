import type { Gap, Point } from '../parameters/curves.js';
import type { ComparedCurve } from './comparison.js';

/** From the lowest to the highest value of an axis. */
export type Span = readonly [low: number, high: number];

/** What a chart of curves spans; null where nothing can be drawn. A gap takes room along the steps. */
export function spansOf({
  series,
  gaps = [],
}: ComparedCurve): { readonly steps: Span; readonly values: Span } | null {
  const values = spanOf(series.flatMap((points) => (points ?? []).map(([, value]) => value)));
  const steps = spanOf([
    ...series.flatMap((points) => (points ?? []).map(([step]) => step)),
    ...gaps.flat().flatMap(([first, last]) => [first, last]),
  ]);
  return values === null || steps === null ? null : { steps, values };
}

function spanOf(numbers: readonly number[]): Span | null {
  let [low, high] = [Infinity, -Infinity];
  for (const each of numbers) {
    low = Math.min(low, each);
    high = Math.max(high, each);
  }
  // Farther apart than a number can say.
  return Number.isFinite(high - low) ? [low, high] : null;
}

/**
 * Round numbers over a span, from below its lowest to above its highest value, about so many. A span without length
 * is given some.
 */
export function ticksOf([low, high]: Span, about: number): readonly number[] {
  const length = high - low || Math.abs(low) || 1;
  const rough = length / about;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((times) => times * power).find((each) => each >= rough * 0.999) ?? rough;
  if (!Number.isFinite(step) || step === 0 || low + step === low) return [low, high];
  const first = Math.floor(low / step + 1e-9);
  const last = Math.max(first + 1, Math.ceil(high / step - 1e-9));
  if (!Number.isFinite(first * step) || !Number.isFinite(last * step)) return [low, high];
  // From whole numbers: sums of fractions would end in 0.30000000000000004.
  return Array.from({ length: last - first + 1 }, (_, index) =>
    Number(((first + index) * step).toPrecision(12)),
  );
}

/** The points as they are joined by lines: a line ends where the run measured no number. */
export function linesOf(points: readonly Point[], gaps: readonly Gap[]): readonly (readonly Point[])[] {
  const lines: Point[][] = [];
  let line: Point[] = [];
  let gap = 0;
  for (const point of points) {
    const before = line.at(-1);
    // Gaps stand in the order of the points, so that each is passed once.
    while (before !== undefined && gap < gaps.length && (gaps[gap]?.[1] ?? 0) < before[0]) gap += 1;
    const [first, last] = gaps[gap] ?? [Infinity, Infinity];
    if (before !== undefined && first >= before[0] && last <= point[0]) {
      lines.push(line);
      line = [];
    }
    line.push(point);
  }
  if (line.length > 0) lines.push(line);
  return lines;
}

/** What a curve comes to, for those who read rather than look. */
export interface CurveSummary {
  readonly first: Point;
  readonly last: Point;
  readonly lowest: Point;
  readonly highest: Point;
  /** Rows that hold no number. */
  readonly missing: number;
}

/** Null where no number was measured. */
export function summaryOf(points: readonly Point[], gaps: readonly Gap[]): CurveSummary | null {
  const [first] = points;
  const last = points.at(-1);
  if (first === undefined || last === undefined) return null;
  let [lowest, highest] = [first, first];
  for (const point of points) {
    if (point[1] < lowest[1]) lowest = point;
    if (point[1] > highest[1]) highest = point;
  }
  return { first, last, lowest, highest, missing: missingIn(gaps) };
}

/** How many rows of a run hold no number. */
export function missingIn(gaps: readonly Gap[]): number {
  return gaps.reduce((sum, [, , count]) => sum + count, 0);
}
