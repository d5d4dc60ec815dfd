import type { ComparedCurve } from '../../src/core/compare/comparison.js';
import { columnTitle } from '../../src/core/compare/text.js';
import { icon, make } from '../dom.js';
import type { FoundCurves } from '../foundCurves.js';
import type { Shown } from '../state.js';
import { said, t } from '../strings.js';
import type { Version } from './chart.js';
import { drawChart, lackingText } from './chart.js';
import { swatch } from './series.js';

/** The curves of the runs, below the table: a chart per metric, one legend for all. Folds away. */
export class Curves {
  readonly element: HTMLElement;
  private readonly count = make('span', { class: 'count' });
  private readonly fold: HTMLElement;
  private readonly body = make('div', {
    class: 'curves-body',
    attributes: { tabindex: '0', role: 'group', 'aria-label': t('Charts of the curves') },
  });
  private drawn: Drawn | undefined;

  constructor(toggle: () => void) {
    this.fold = make(
      'button',
      { class: 'fold', attributes: { type: 'button' }, on: { click: toggle } },
      icon('closed'),
      make('span', { class: 'name', text: t('Curves') }),
      this.count,
    );
    this.element = make(
      'section',
      { class: 'curves', attributes: { 'aria-label': t('Curves') } },
      make('h2', {}, this.fold),
      this.body,
    );
  }

  /** Whether there is anything to say of curves; of what is searched for only where curves are left out. */
  static has({ curves, query }: Shown, { shown }: FoundCurves): boolean {
    if (shown.size > 0) return true;
    if (curves.list.length > 0) return curves.total > curves.list.length;
    return query === '' && curves.unknown.some((reason) => reason !== null);
  }

  show(shown: Shown, found: FoundCurves): void {
    const { list, total } = shown.curves;
    this.fold.setAttribute('aria-expanded', String(!shown.curvesFolded));
    this.count.textContent =
      found.shown.size < list.length ? t('{0} of {1}', found.shown.size, total) : String(total);
    this.body.hidden = shown.curvesFolded;
    if (shown.curvesFolded) return;
    // Typing into the search field draws the page anew, and thousands of points would make it wait.
    if (this.drawn === undefined || !same(this.drawn.of, shown)) {
      this.drawn = drawCurves(shown);
      this.body.replaceChildren(...this.drawn.elements);
    }
    const { lines, charts, away, versions } = this.drawn;
    for (const [curve, chart] of charts) chart.hidden = !found.shown.has(curve);
    lines.hidden = [...charts.values()].every((chart) => chart.hidden);
    away.replaceChildren(...drawAway(shown, found, versions));
  }
}

interface Drawn {
  readonly of: Pick<Shown, 'curves' | 'order' | 'baseline'>;
  readonly elements: readonly HTMLElement[];
  /** The legend and the charts. */
  readonly lines: HTMLElement;
  readonly charts: ReadonlyMap<ComparedCurve, HTMLElement>;
  /** Where curves stand of which no version has a line. */
  readonly away: HTMLElement;
  readonly versions: readonly Version[];
}

function same(one: Drawn['of'], other: Shown): boolean {
  return (
    one.curves === other.curves &&
    one.baseline === other.baseline &&
    one.order.length === other.order.length &&
    one.order.every((column, index) => column === other.order[index])
  );
}

function drawCurves(shown: Shown): Drawn {
  const { curves, order, baseline } = shown;
  const versions = order.flatMap((column): Version[] => {
    const about = shown.fields.columns[column];
    return about === undefined ? [] : [{ column, name: columnTitle(about), baseline: column === baseline }];
  });
  const charts = new Map<ComparedCurve, HTMLElement>();
  for (const curve of curves.list) if (isDrawn(curve, order)) charts.set(curve, drawChart(curve, versions));
  const away = make('div');
  const rest =
    curves.total > curves.list.length
      ? [
          make('p', {
            class: 'lacking',
            text: t('Only the first {0} of {1} curves are looked at.', curves.list.length, curves.total),
          }),
        ]
      : [];
  const lines = make(
    'div',
    {},
    drawLegend(versions, curves),
    make('div', { class: 'charts' }, ...charts.values()),
  );
  const of = { curves, order, baseline };
  return { of, elements: [lines, away, ...rest], lines, charts, away, versions };
}

function isDrawn({ series }: ComparedCurve, order: readonly number[]): boolean {
  return order.some((column) => (series[column] ?? null) !== null);
}

/** Which line is whose. What one chart lacks stands in that chart; here only who has no line at all. */
function drawLegend(versions: readonly Version[], { list, unknown }: Shown['curves']): HTMLElement {
  const legend = make('ul', { class: 'legend', attributes: { 'aria-label': t('Lines of the versions') } });
  for (const { column, name, baseline } of versions) {
    const has = list.some((curve) => isDrawn(curve, [column]));
    const reason = unknown[column] ?? null;
    const lacks = has ? [] : [reason === null ? t('no curves') : said(reason)];
    const note = [...(baseline ? [t('baseline')] : []), ...lacks].join(' · ');
    legend.append(
      make(
        'li',
        {},
        swatch(column),
        make('span', { class: 'name', text: name, title: name }),
        note === '' ? undefined : make('span', { class: 'note', text: note }),
      ),
    );
  }
  return legend;
}

/** What is known of curves that cannot be drawn: those with the same to say on one line. */
function drawAway(
  { curves, order }: Shown,
  { shown }: FoundCurves,
  versions: readonly Version[],
): readonly HTMLElement[] {
  if (curves.list.length === 0)
    return versions.flatMap(({ column, name }) => {
      const reason = curves.unknown[column] ?? null;
      return reason === null ? [] : paragraph(t('Curves of {0}: {1}', name, said(reason)));
    });
  const metrics = new Map<string, string[]>();
  for (const curve of curves.list) {
    if (!shown.has(curve) || isDrawn(curve, order)) continue;
    const text = lackingText(curve, versions);
    metrics.set(text, [...(metrics.get(text) ?? []), curve.metric]);
  }
  return [...metrics].map(([text, names]) => paragraph(t('Not drawn: {0} ({1})', names.join(', '), text)));
}

function paragraph(text: string): HTMLElement {
  return make('p', { class: 'lacking', text });
}
