import type { Span } from '../../src/core/compare/chart.js';
import { linesOf, missingIn, spansOf, summaryOf, ticksOf } from '../../src/core/compare/chart.js';
import type { ComparedCurve } from '../../src/core/compare/comparison.js';
import { number } from '../../src/core/compare/text.js';
import type { Point } from '../../src/core/parameters/curves.js';
import { draw, make } from '../dom.js';
import { reasonAt } from '../foundCurves.js';
import { compact, said, t } from '../strings.js';
import { drawSeries } from './series.js';

/** A version in the order on screen: its column and its name. */
export interface Version {
  readonly column: number;
  readonly name: string;
  readonly baseline: boolean;
}

const WIDTH = 360;
const HEIGHT = 170;
const MARGIN = { top: 8, right: 12, bottom: 34 };
/** Width of a figure in an axis label. */
const FIGURE = 6.3;

/** One metric of all versions over their steps, with what the lines come to in words and in a table. */
export function drawChart(curve: ComparedCurve, versions: readonly Version[]): HTMLElement {
  const heading = make('span', { class: 'name', text: curve.metric, title: curve.metric });
  const figure = make('figure', { class: 'chart' }, make('figcaption', {}, heading));
  const spans = spansOf(curve);
  if (spans !== null) figure.append(drawLines(curve, versions, spans));
  else figure.append(make('p', { class: 'undrawn', text: undrawn(curve) }));
  const lacking = lackingText(curve, versions);
  if (lacking !== '') figure.append(make('p', { class: 'lacking', text: lacking }));
  figure.append(drawTable(curve, versions));
  return figure;
}

function undrawn({ series }: ComparedCurve): string {
  return series.some((points) => (points?.length ?? 0) > 0)
    ? t('Its values are too far apart to be drawn.')
    : t('No run measured a number.');
}

function drawLines(
  curve: ComparedCurve,
  versions: readonly Version[],
  { steps, values }: { readonly steps: Span; readonly values: Span },
): SVGSVGElement {
  const levels = ticksOf(values, 4);
  const labels = labelsOf(levels);
  const left = 10 + FIGURE * Math.max(...labels.map((label) => label.length));
  const bottom = HEIGHT - MARGIN.bottom;
  const right = WIDTH - MARGIN.right;
  const x = along(steps, left, right);
  const y = along([levels[0] ?? 0, levels.at(-1) ?? 1], bottom, MARGIN.top);
  const axes = draw('g', { class: 'axes' });
  levels.forEach((level, index) => {
    axes.append(
      draw('path', { class: index === 0 ? 'axis' : 'grid-line', d: `M${left} ${y(level)}H${right}` }),
      label(labels[index] ?? '', { x: left - 6, y: y(level) + 4, 'text-anchor': 'end' }),
    );
  });
  const marks = stepTicks(steps);
  const names = labelsOf(marks);
  marks.forEach((step, index) => {
    const anchor = x(step) > right - 14 ? 'end' : 'middle';
    axes.append(
      draw('path', { class: 'axis', d: `M${x(step)} ${bottom}v4` }),
      label(names[index] ?? '', {
        x: anchor === 'end' ? right : x(step),
        y: bottom + 16,
        'text-anchor': anchor,
      }),
    );
  });
  axes.append(label(t('step'), { x: (left + right) / 2, y: HEIGHT - 4, 'text-anchor': 'middle' }));
  const place = ([step, value]: Point): readonly [number, number] => [x(step), y(value)];
  // The baseline lies above the others.
  const drawn = [...versions].sort((one, other) => Number(one.baseline) - Number(other.baseline));
  const series = drawn.flatMap(({ column, baseline }) => {
    const points = curve.series[column];
    if (!points) return [];
    const group = drawSeries(column, linesOf(points, curve.gaps?.[column] ?? []), place);
    if (baseline) group.classList.add('baseline');
    return [group];
  });
  return draw(
    'svg',
    { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: 'img', 'aria-label': inWords(curve, versions) },
    axes,
    ...series,
  );
}

/** Where a number lies between two places; in the middle where the span has no length. */
function along([low, high]: Span, from: number, to: number): (at: number) => number {
  return (at) => {
    const share = high === low ? 0.5 : (at - low) / (high - low);
    return Math.round((from + share * (to - from)) * 10) / 10;
  };
}

/** Ticks inside the span; of whole steps only whole ones. */
function stepTicks(span: Span): readonly number[] {
  const [low, high] = span;
  if (low === high) return [low];
  const whole = Number.isInteger(low) && Number.isInteger(high);
  return ticksOf(span, 5).filter((tick) => tick >= low && tick <= high && (!whole || Number.isInteger(tick)));
}

/** Short labels, unless two of them would be the same. */
function labelsOf(ticks: readonly number[]): readonly string[] {
  const short = ticks.map(compact);
  return new Set(short).size === short.length ? short : ticks.map(number);
}

function label(text: string, attributes: Readonly<Record<string, string | number>>): SVGTextElement {
  return draw('text', attributes, document.createTextNode(text));
}

/** Which versions have no line in a chart, and why. */
export function lackingText(curve: ComparedCurve, versions: readonly Version[]): string {
  return versions
    .filter(({ column }) => (curve.series[column] ?? null) === null)
    .map(({ column, name }) => t('{0}: {1}', name, absence(curve, column)))
    .join(' · ');
}

function absence(curve: ComparedCurve, column: number): string {
  const reason = reasonAt(curve, column);
  return reason === null ? t('no such curve') : said(reason);
}

/** `0.38 at step 33`. */
function atStep([step, value]: Point): string {
  return t('{0} at step {1}', number(value), number(step));
}

function stepCount(steps: number): string {
  return steps === 1 ? t('1 step') : t('{0} steps', steps);
}

/** The chart for those who hear it. */
function inWords(curve: ComparedCurve, versions: readonly Version[]): string {
  const each = versions.map(({ column, name }) => {
    const points = curve.series[column] ?? null;
    if (points === null) return t('{0}: {1}', name, absence(curve, column));
    const summary = summaryOf(points, []);
    if (summary === null) return t('{0}: no number', name);
    const { first, last, lowest, highest } = summary;
    const missing = missingIn(curve.gaps?.[column] ?? []);
    const lost = missing === 0 ? '' : `, ${t('no number at {0}', stepCount(missing))}`;
    const span = t('{0}: from {1} to {2}', name, number(first[1]), number(last[1]));
    const best =
      curve.direction === undefined
        ? t('lowest {0}, highest {1}', atStep(lowest), atStep(highest))
        : t('best {0}', atStep(curve.direction === 'lower' ? lowest : highest));
    return `${span}, ${best}${lost}`;
  });
  return `${t('{0} over the steps', curve.metric)}. ${each.join('. ')}.`;
}

function drawTable(curve: ComparedCurve, versions: readonly Version[]): HTMLElement {
  const gaps = curve.gaps ?? [];
  const withGaps = versions.some(({ column }) => (gaps[column]?.length ?? 0) > 0);
  const extremes = curve.direction === undefined ? [t('Lowest'), t('Highest')] : [t('Best')];
  const titles = [t('Version'), t('First'), t('Last'), ...extremes, ...(withGaps ? [t('No number')] : [])];
  const head = titles.map((text) => make('th', { text, attributes: { scope: 'col' } }));
  const rows = versions.map(({ column, name }) => {
    const points = curve.series[column] ?? null;
    const summary = summaryOf(points ?? [], gaps[column] ?? []);
    const first = make('th', { text: name, title: name, attributes: { scope: 'row' } });
    if (summary === null) {
      const none = points === null ? absence(curve, column) : t('no number');
      const rest = make('td', { text: none, attributes: { colspan: String(titles.length - 1) } });
      return make('tr', {}, first, rest);
    }
    const { first: from, last, lowest, highest } = summary;
    const best =
      curve.direction === undefined ? [lowest, highest] : [curve.direction === 'lower' ? lowest : highest];
    const cells = [from, last, ...best].map((point) => make('td', { text: atStep(point) }));
    const missing = missingIn(gaps[column] ?? []);
    const count = missing === 0 ? '–' : stepCount(missing);
    return make('tr', {}, first, ...cells, ...(withGaps ? [make('td', { text: count })] : []));
  });
  const table = make(
    'table',
    { attributes: { 'aria-label': t('{0}: first, last and best values', curve.metric) } },
    make('thead', {}, make('tr', {}, ...head)),
    make('tbody', {}, ...rows),
  );
  const summary = make('summary', {
    text: t('Values'),
    attributes: { 'aria-label': t('Values of {0}', curve.metric) },
  });
  const scrolled = make(
    'div',
    {
      class: 'scrolled',
      attributes: { tabindex: '0', role: 'group', 'aria-label': t('Values of {0}', curve.metric) },
    },
    table,
  );
  return make('details', { class: 'values' }, summary, scrolled);
}
