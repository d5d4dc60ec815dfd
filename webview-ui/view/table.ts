import { columnTitle, shortText, valueText } from '../../src/core/compare/text.js';
import { icon, make, spoken } from '../dom.js';
import type { Line, Lines } from '../rows.js';
import type { Shown } from '../state.js';
import { said, t } from '../strings.js';
import { fieldName, groupName } from '../words.js';
import { drawItem, drawValue } from './cells.js';
import { drawHead } from './columns.js';
import type { GridContent } from './grid.js';

/** Turns what is to be shown into the rows of the grid. `openMenu` opens the menu of the column at a place on screen. */
export function tableOf(
  shown: Shown,
  { lines }: Lines,
  openMenu: (at: number, anchor: HTMLElement) => void,
): GridContent {
  const baseline = shown.order.indexOf(shown.baseline);
  const columns = shown.order.flatMap((index) => shown.fields.columns[index] ?? []);
  const mark = (cell: HTMLTableCellElement, at: number): HTMLTableCellElement => {
    if (at === baseline) cell.classList.add('baseline');
    return cell;
  };
  return {
    rows: lines.length,
    columns: columns.length,
    label: t('{0}: {1} versions side by side', shown.fields.model, columns.length),
    head: () => [
      make('th', { class: 'corner', text: t('Field'), attributes: { scope: 'col' } }),
      ...columns.map((column, at) => {
        const head = drawHead(column, at === baseline, (anchor) => openMenu(at, anchor));
        const cell = make('th', { attributes: { scope: 'col', 'data-menu': '' } }, head);
        if (shown.sorting !== null && at === 0) cell.classList.add('first-sorted');
        return mark(cell, at);
      }),
    ],
    row: (index) => {
      const line = lines[index];
      const row = make('tr');
      if (line === undefined) return row;
      row.className = `is-${line.kind}`;
      row.append(drawLabel(line, shown, columns.length));
      if (line.kind === 'field') {
        columns.forEach((_, at) => {
          const cell = drawValue({ field: line.field, row: line.row, at, baseline });
          row.append(mark(make('td', {}, cell), at));
        });
        if (line.row.changed) row.classList.add('changed');
      } else if (line.kind === 'item') {
        columns.forEach((_, at) => {
          const cell = drawItem(
            line.holds[at] ?? false,
            line.holds[baseline] ?? false,
            at === baseline,
            shortText(line.item),
          );
          row.append(mark(make('td', {}, cell), at));
        });
      }
      return row;
    },
  };
}

function drawLabel(line: Line, shown: Shown, columns: number): HTMLTableCellElement {
  if (line.kind === 'group') {
    const counted =
      line.changed === line.count ? String(line.count) : t('{0} of {1} differ', line.changed, line.count);
    const label = make(
      'div',
      { class: 'group' },
      icon(line.collapsed ? 'closed' : 'open'),
      make('span', { class: 'name', text: groupName(line.group) }),
      make('span', { class: 'count', text: counted }),
    );
    return make(
      'th',
      {
        attributes: {
          scope: 'colgroup',
          colspan: String(columns + 1),
          role: 'rowheader',
          'aria-expanded': String(!line.collapsed),
          'data-acts': '',
        },
      },
      label,
    );
  }
  if (line.kind === 'item') {
    const label = make('div', {
      class: 'label item',
      text: line.last ? '└' : '├',
      attributes: { 'aria-hidden': 'true' },
    });
    return make(
      'th',
      { attributes: { scope: 'row' } },
      label,
      spoken(t('{0}, one item', fieldName(line.field))),
    );
  }
  const { field, row } = line;
  const label = make('div', { class: 'label' });
  if (line.fold !== 'none') label.append(icon(line.fold === 'open' ? 'open' : 'closed'));
  const name = fieldName(field);
  label.append(make('span', { class: 'name', text: name, title: name }));
  if (row.incomparable !== undefined) {
    const note = make('span', { class: 'note', title: said(row.incomparable) }, icon('incomparable'));
    label.append(note, spoken(said(row.incomparable)));
  }
  const cell = make('th', { attributes: { scope: 'row' } }, label);
  if (line.fold !== 'none') {
    cell.setAttribute('aria-expanded', String(line.fold === 'open'));
    cell.setAttribute('data-acts', '');
  } else if (sortable(line)) {
    const active =
      shown.sorting?.group === field.group && shown.sorting.field === field.field ? shown.sorting : null;
    const order = active === null ? 'sort' : active.descending ? 'descending' : 'ascending';
    const hint = t('Sort versions by {0}', name);
    label.append(make('span', { class: active ? 'sort is-active' : 'sort', title: hint }, icon(order)));
    cell.setAttribute('aria-sort', active === null ? 'none' : active.descending ? 'descending' : 'ascending');
    cell.setAttribute('data-acts', '');
  }
  return cell;
}

/** Whether the versions can be put in the order of a line's values. */
export function sortable(line: Line): boolean {
  if (line.kind !== 'field') return false;
  const numeric = line.row.values.filter((value) => typeof value === 'number').length;
  return (
    numeric > 1 &&
    (line.field.group === 'metrics' ||
      line.field.group === 'other metrics' ||
      line.field.group === 'parameters')
  );
}

/** What the search field and copying say of a line: its plain text. */
export function lineText(line: Line, at: number): string {
  if (line.kind === 'field') return valueText(line.row.values[at] ?? null);
  return line.kind === 'item' ? valueText(line.item) : line.group;
}

/** The name of the version at a place on screen. */
export function titleAt(shown: Shown, at: number): string {
  const column = shown.fields.columns[shown.order[at] ?? -1];
  return column === undefined ? '' : columnTitle(column);
}
