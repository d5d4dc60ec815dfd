import { append } from '../../src/core/append.js';
import { formatComparison } from '../../src/core/compare/format.js';
import type { Group } from '../../src/core/compare/comparison.js';
import { GROUPS } from '../../src/core/compare/comparison.js';
import { valueText } from '../../src/core/compare/text.js';
import { BOUNDS } from '../../src/protocol/messages.js';
import { make } from '../dom.js';
import type { FoundCurves } from '../foundCurves.js';
import { foundCurves } from '../foundCurves.js';
import type { Host } from '../host.js';
import type { Lines } from '../rows.js';
import { copied, linesOf } from '../rows.js';
import type { Phase, Shown } from '../state.js';
import { moved, removed, rowKey, sorted, toggled } from '../state.js';
import { said, t } from '../strings.js';
import { fieldName } from '../words.js';
import { cellDetail } from './cells.js';
import { Curves } from './curves.js';
import type { GridEvents, Place } from './grid.js';
import { Grid } from './grid.js';
import type { MenuItem } from './menu.js';
import { openMenu } from './menu.js';
import { drawFailed, drawLoading, drawNothing, drawProblems } from './states.js';
import { sortable, tableOf, titleAt } from './table.js';
import { Toolbar } from './toolbar.js';

/** The compare page: shows a phase, turns clicks and keys into the next one, tells the editor what it must know. */
export class Page {
  private phase: Phase = { kind: 'loading', model: '' };
  private lines: Lines = { lines: [], total: 0, changed: 0, found: 0 };
  private found: FoundCurves = { shown: new Set(), changed: 0 };
  private readonly toolbar: Toolbar;
  private readonly grid: Grid;
  private readonly curves: Curves;
  private readonly notices = make('div', { class: 'notices' });
  private readonly detail = make('section', {
    class: 'detail',
    attributes: { 'aria-label': t('Selected value'), tabindex: '0' },
  });
  private readonly said = make('div', { class: 'said', attributes: { role: 'status' } });
  private readonly main = make('div', { class: 'page' });
  /** Beside what is drawn and redrawn: menus and what is said. */
  private readonly landmark = make('main', {}, this.main, this.said);

  constructor(
    root: HTMLElement,
    private readonly host: Host,
    private readonly changed: (shown: Shown) => void,
  ) {
    this.toolbar = new Toolbar({
      search: (query) => this.update((shown) => ({ ...shown, query })),
      onlyDifferences: (onlyDifferences) => this.update((shown) => ({ ...shown, onlyDifferences })),
      fold: () =>
        this.update((shown) => ({ ...shown, collapsed: folded(shown) ? new Set() : new Set(GROUPS) })),
      add: () => this.host.send({ type: 'add' }),
      copy: (what) => this.copy(what),
    });
    this.grid = new Grid(this.gridEvents());
    this.curves = new Curves(() => this.update((shown) => ({ ...shown, curvesFolded: !shown.curvesFolded })));
    root.replaceChildren(this.landmark);
    document.addEventListener('keydown', (event) => {
      if (
        (event.ctrlKey || event.metaKey) &&
        event.key.toLowerCase() === 'f' &&
        this.phase.kind === 'shown'
      ) {
        event.preventDefault();
        this.toolbar.search();
      }
    });
    this.draw();
  }

  show(phase: Phase): void {
    this.phase = phase;
    this.draw();
    if (phase.kind === 'shown') this.changed(phase.shown);
  }

  /** Says that something was done, to eye and ear, for a few seconds. */
  say(message: string): void {
    this.said.textContent = message;
    this.said.classList.add('is-visible');
    setTimeout(() => {
      if (this.said.textContent !== message) return;
      this.said.classList.remove('is-visible');
      this.said.textContent = '';
    }, 4000);
  }

  private update(change: (shown: Shown) => Shown): void {
    if (this.phase.kind !== 'shown') return;
    this.show({ kind: 'shown', shown: change(this.phase.shown) });
  }

  /** An update of the columns, which the editor must know too. */
  private arrange(change: (shown: Shown) => Shown): void {
    this.update(change);
    if (this.phase.kind !== 'shown') return;
    const { order, fields, baseline } = this.phase.shown;
    const revs = order.flatMap((index) => fields.columns[index]?.rev ?? []);
    this.host.send({ type: 'arranged', revs, baseline: fields.columns[baseline]?.rev ?? '' });
  }

  private draw(): void {
    if (this.phase.kind === 'loading') return this.main.replaceChildren(drawLoading(this.phase.model));
    if (this.phase.kind === 'failed') {
      return this.main.replaceChildren(
        drawFailed(this.phase.message, () => this.host.send({ type: 'retry' })),
      );
    }
    const { shown } = this.phase;
    this.lines = linesOf(shown);
    this.found = foundCurves(shown);
    this.toolbar.show({
      model: shown.fields.model,
      summary: this.summary(shown),
      query: shown.query,
      onlyDifferences: shown.onlyDifferences,
      folded: folded(shown),
      canAdd: shown.order.length < BOUNDS.columns,
    });
    const problems = shown.order.flatMap((index) =>
      (shown.fields.columns[index]?.problems ?? []).map((text) => ({
        rev: shown.fields.columns[index]?.rev ?? '',
        text,
      })),
    );
    this.notices.replaceChildren(...(problems.length > 0 ? [drawProblems(problems)] : []));
    this.grid.show(tableOf(shown, this.lines, (at, anchor) => this.columnMenu(at, anchor)));
    // Moving an element loses its focus and scroll position: the parts are only put in place once.
    const curves = Curves.has(shown, this.found) ? [this.curves.element] : [];
    if (curves.length > 0) this.curves.show(shown, this.found);
    const isShort = this.lines.lines.length === 0;
    const nothing = isShort && this.found.shown.size === 0 ? [this.nothing(shown)] : [];
    const wanted: Node[] = [
      this.toolbar.element,
      this.notices,
      this.grid.element,
      ...nothing,
      ...curves,
      this.detail,
    ];
    const there = [...this.main.childNodes];
    if (there.length !== wanted.length || wanted.some((node, index) => node !== there[index])) {
      const focused = document.activeElement;
      this.main.replaceChildren(...wanted);
      if (focused instanceof HTMLElement && this.main.contains(focused)) focused.focus();
    }
    this.grid.element.classList.toggle('is-short', isShort);
    this.describe({ row: -1, column: 0 });
  }

  private summary(shown: Shown): string {
    const versions = t('{0} versions', shown.order.length);
    const differ =
      this.lines.changed + this.found.changed === 0
        ? t('no differences')
        : t('{0} of {1} fields differ', this.lines.changed, this.lines.total);
    const found = shown.query === '' ? '' : ` · ${t('{0} found', this.lines.found + this.found.shown.size)}`;
    return `${versions} · ${differ}${found}`;
  }

  private nothing(shown: Shown): HTMLElement {
    if (shown.query !== '') {
      return drawNothing(
        t('Nothing found'),
        t('No field, value or curve here contains "{0}".', shown.query),
        t('Clear search'),
        () => this.update((old) => ({ ...old, query: '' })),
      );
    }
    return drawNothing(
      t('No differences'),
      t('These versions agree in all {0} fields.', this.lines.total),
      t('Show all fields'),
      () => this.update((old) => ({ ...old, onlyDifferences: false })),
    );
  }

  private gridEvents(): GridEvents {
    return {
      moved: (place) => this.describe(place),
      acted: (place, cell) => this.act(place, cell),
      menu: (place, cell) => {
        if (place.column > 0) this.columnMenu(place.column - 1, cell);
      },
      key: (place, event) => this.key(place, event),
    };
  }

  private act(place: Place, cell: HTMLElement): void {
    if (place.row < 0) {
      if (place.column > 0) this.columnMenu(place.column - 1, cell);
      return;
    }
    const line = this.lines.lines[place.row];
    if (line?.kind === 'group') return this.toggle(line.group);
    if (line?.kind !== 'field') return;
    const { group, field } = line.field;
    if (line.fold !== 'none') {
      this.update((shown) => ({ ...shown, unfolded: toggled(shown.unfolded, rowKey(group, field)) }));
    } else if (place.column === 0 && sortable(line)) {
      this.arrange((shown) => sorted(shown, group, field));
    }
  }

  private toggle(group: Group): void {
    this.update((shown) => ({ ...shown, collapsed: toggled(shown.collapsed, group) }));
  }

  private key(place: Place, event: KeyboardEvent): boolean {
    if (place.column === 0 || this.phase.kind !== 'shown') return false;
    const column = this.phase.shown.order[place.column - 1];
    if (column === undefined) return false;
    if (event.altKey && (event.key === 'ArrowLeft' || event.key === 'ArrowRight')) {
      const by = event.key === 'ArrowLeft' ? -1 : 1;
      this.arrange((shown) => moved(shown, column, by));
      this.grid.go({ row: place.row, column: place.column + by });
      return true;
    }
    if (event.key === 'Delete' && place.row < 0) {
      this.arrange((shown) => removed(shown, column));
      return true;
    }
    if (event.key.toLowerCase() === 'b' && !event.ctrlKey && !event.metaKey && !event.altKey) {
      this.arrange((shown) => ({ ...shown, baseline: column }));
      return true;
    }
    return false;
  }

  private columnMenu(at: number, anchor: HTMLElement): void {
    if (this.phase.kind !== 'shown') return;
    const { shown } = this.phase;
    const index = shown.order[at];
    const column = index === undefined ? undefined : shown.fields.columns[index];
    if (index === undefined || column === undefined) return;
    const can = (ability: (typeof shown.abilities)[number]): boolean => shown.abilities.includes(ability);
    const act = (action: (typeof shown.abilities)[number]) => () =>
      this.host.send({ type: 'act', action, rev: column.rev });
    const items: MenuItem[] = [
      {
        label: t('Use as baseline'),
        run: () => this.arrange((old) => ({ ...old, baseline: index })),
        disabled: index === shown.baseline,
      },
      { label: t('Move left'), run: () => this.arrange((old) => moved(old, index, -1)), disabled: at === 0 },
      {
        label: t('Move right'),
        run: () => this.arrange((old) => moved(old, index, 1)),
        disabled: at === shown.order.length - 1,
      },
      {
        label: t('Remove from comparison'),
        run: () => this.arrange((old) => removed(old, index)),
        disabled: shown.order.length < 2,
      },
    ];
    if (can('pin'))
      items.push({
        label: t('Pin this version'),
        run: act('pin'),
        disabled: !column.present,
        separated: true,
      });
    if (can('open'))
      items.push({ label: t('Open pointer file'), run: act('open'), disabled: column.pointer === null });
    if (can('reveal')) items.push({ label: t('Show commit'), run: act('reveal') });
    if (can('fetch'))
      items.push({ label: t('Fetch the artifact'), run: act('fetch'), disabled: column.digest === null });
    items.push({
      label: t('Copy digest'),
      run: () => this.host.send({ type: 'copy', what: 'digest', text: column.digest ?? '' }),
      disabled: column.digest === null,
      separated: true,
    });
    openMenu(this.landmark, anchor, t('Actions for {0}', titleAt(shown, at)), items, () => this.grid.focus());
  }

  private copy(what: 'markdown' | 'csv'): void {
    if (this.phase.kind !== 'shown') return;
    this.host.send({
      type: 'copy',
      what,
      text: formatComparison(copied(this.phase.shown), what).slice(0, BOUNDS.copied),
    });
  }

  /** Writes everything about the cell in focus into the strip below the table. */
  private describe(place: Place): void {
    const line = this.lines.lines[place.row];
    if (this.phase.kind !== 'shown' || line === undefined || line.kind === 'group') {
      this.detail.hidden = true;
      return;
    }
    this.detail.hidden = false;
    const { shown } = this.phase;
    const at = place.column - 1;
    const column = shown.fields.columns[shown.order[at] ?? -1];
    const heading = make('h2');
    const lines: HTMLElement[] = [];
    if (column === undefined) {
      heading.textContent = fieldName(line.field);
      if (line.kind === 'field' && line.row.incomparable !== undefined)
        lines.push(make('p', { text: said(line.row.incomparable) }));
    } else if (line.kind === 'item') {
      heading.textContent = `${fieldName(line.field)} · ${column.rev}`;
      lines.push(make('p', { text: valueText(line.item) }));
    } else {
      const detail = cellDetail(
        { field: line.field, row: line.row, at, baseline: shown.order.indexOf(shown.baseline) },
        column,
      );
      heading.textContent = detail.title;
      append(
        lines,
        detail.lines.map((text, index) => make('p', { class: index === 0 ? 'full' : '', text })),
      );
    }
    this.detail.replaceChildren(heading, ...lines);
  }
}

function folded(shown: Shown): boolean {
  return GROUPS.every(
    (group) => shown.collapsed.has(group) || !shown.fields.fields.some((field) => field.group === group),
  );
}
