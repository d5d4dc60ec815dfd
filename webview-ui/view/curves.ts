import { columnTitle } from '../../src/core/compare/text.js';
import { icon, make } from '../dom.js';
import type { Shown } from '../state.js';
import { t } from '../strings.js';
import type { Version } from './chart.js';
import { drawChart } from './chart.js';
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
  private drawn: Pick<Shown, 'curves' | 'order' | 'baseline'> | undefined;

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

  /** Whether there is anything to say of curves at all. */
  static has({ curves }: Shown): boolean {
    return curves.list.length > 0 || curves.unknown.some((reason) => reason !== null);
  }

  show(shown: Shown): void {
    this.fold.setAttribute('aria-expanded', String(!shown.curvesFolded));
    this.count.textContent = String(shown.curves.total);
    this.body.hidden = shown.curvesFolded;
    // Typing into the search field draws the page anew, and thousands of points would make it wait.
    if (shown.curvesFolded || (this.drawn && same(this.drawn, shown))) return;
    this.drawn = shown;
    this.body.replaceChildren(...content(shown));
  }
}

function same(one: Pick<Shown, 'curves' | 'order' | 'baseline'>, other: Shown): boolean {
  return (
    one.curves === other.curves &&
    one.baseline === other.baseline &&
    one.order.length === other.order.length &&
    one.order.every((column, index) => column === other.order[index])
  );
}

function content(shown: Shown): readonly HTMLElement[] {
  const { curves } = shown;
  const versions = shown.order.flatMap((column): Version[] => {
    const about = shown.fields.columns[column];
    if (about === undefined) return [];
    const unknown = curves.unknown[column] ?? null;
    return [{ column, name: columnTitle(about), baseline: column === shown.baseline, unknown }];
  });
  if (curves.list.length === 0) {
    return versions
      .filter(({ unknown }) => unknown !== null)
      .map(({ name, unknown }) =>
        make('p', { class: 'lacking', text: t('Curves of {0}: {1}', name, t(unknown ?? '')) }),
      );
  }
  const legend = make('ul', { class: 'legend', attributes: { 'aria-label': t('Lines of the versions') } });
  for (const { column, name, baseline, unknown } of versions) {
    const note = unknown !== null ? t(unknown) : baseline ? t('baseline') : '';
    legend.append(
      make(
        'li',
        {},
        swatch(column),
        make('span', { class: 'name', text: name, title: name }),
        ...(note === '' ? [] : [make('span', { class: 'note', text: note })]),
      ),
    );
  }
  const charts = make('div', { class: 'charts' });
  for (const curve of curves.list) charts.append(drawChart(curve, versions));
  const rest =
    curves.total > curves.list.length
      ? [
          make('p', {
            class: 'lacking',
            text: t('Only {0} of {1} curves are drawn.', curves.list.length, curves.total),
          }),
        ]
      : [];
  return [legend, charts, ...rest];
}
