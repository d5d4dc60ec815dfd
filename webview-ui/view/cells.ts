import type { Column, Field, Row } from '../../src/core/compare/comparison.js';
import { unitOf } from '../../src/core/compare/format.js';
import { deltaText, shortText, valueText } from '../../src/core/compare/text.js';
import { equalValues, isList } from '../../src/core/compare/value.js';
import { icon, make, spoken } from '../dom.js';
import { listDelta } from '../rows.js';
import { absolute, ago, said, t } from '../strings.js';
import { fieldName } from '../words.js';

/** What one cell is about: a field's row, the place of its column on screen, and that of the baseline. */
export interface CellOf {
  readonly field: Field;
  readonly row: Row;
  readonly at: number;
  readonly baseline: number;
}

/** Draws one value: what it is, whether it differs from the baseline, by how much, and whether that is good. */
export function drawValue(cell: CellOf): HTMLElement {
  const { field, row, at, baseline } = cell;
  const value = row.values[at] ?? null;
  const reason = row.unknown?.[at] ?? null;
  if (reason !== null)
    return make('div', { class: 'cell unknown' }, make('span', { class: 'value', text: said(reason) }));
  const against = row.values[baseline] ?? null;
  const same = at === baseline || equalValues(value, against);
  const known = (row.unknown?.[baseline] ?? null) === null;
  const box = make('div', { class: at === baseline ? 'cell base' : same ? 'cell same' : 'cell differs' });
  const delta = row.delta?.[at] ?? null;
  const incomparable = row.comparable?.[at] === false;
  if (!same && known && delta === null && !incomparable) {
    box.append(icon('differs'), spoken(t('Differs from the baseline:')));
  }
  if (value === null || (isList(value) && value.length === 0))
    box.append(make('span', { class: 'value none', text: '–' }), spoken(t('none')));
  else box.append(make('span', { class: 'value', text: shown(value, field) }));
  if (incomparable)
    box.append(make('span', { class: 'delta' }, icon('incomparable'), text(t('not comparable'))));
  else if (delta !== null && delta !== 0) box.append(drawDelta(delta, row.better?.[at] ?? null, field));
  else if (!same && isList(value)) box.append(...drawListDelta(value, against));
  if (field.group === 'metrics' && typeof value === 'number') box.append(bar(value, row));
  return box;
}

function shown(value: Row['values'][number], field: Field): string {
  const unit = unitOf(field.group, field.field);
  if (unit === 'time' && typeof value === 'string') return ago(value);
  return shortText(value, unit);
}

function text(words: string): HTMLElement {
  return make('span', { text: words });
}

function drawDelta(delta: number, better: boolean | null, field: Field): HTMLElement {
  const chip = make('span', { class: 'delta' }, text(deltaText(delta, unitOf(field.group, field.field))));
  if (better === null) return chip;
  chip.append(icon(better ? 'better' : 'worse'), text(better ? t('better') : t('worse')));
  chip.classList.add(better ? 'is-better' : 'is-worse');
  return chip;
}

function drawListDelta(value: Row['values'][number], against: Row['values'][number]): HTMLElement[] {
  const delta = listDelta(value, against);
  if (delta === null) return [];
  const words =
    delta.added + delta.gone === 0
      ? t('other order')
      : [delta.added > 0 ? `+${delta.added}` : '', delta.gone > 0 ? `−${delta.gone}` : ''].join(' ').trim();
  return [make('span', { class: 'delta', text: words })];
}

/** A bar from nothing to the largest of the row; its length is set through CSSOM, as the page's policy demands. */
function bar(value: number, row: Row): HTMLElement {
  const largest = Math.max(...row.values.map((each) => (typeof each === 'number' ? Math.abs(each) : 0)));
  const track = make('span', { class: 'bar', attributes: { 'aria-hidden': 'true' } }, make('span'));
  const filled = track.firstElementChild;
  if (filled instanceof HTMLElement && largest > 0)
    filled.style.width = `${(Math.abs(value) / largest) * 100}%`;
  return track;
}

/** One column's half of a list item: whether its list holds it. */
export function drawItem(
  holds: boolean,
  inBaseline: boolean,
  isBaseline: boolean,
  value: string,
): HTMLElement {
  const box = make('div', { class: holds === inBaseline ? 'cell item same' : 'cell item differs' });
  if (isBaseline) box.className = 'cell item base';
  box.append(make('span', { class: holds ? 'value' : 'value none', text: holds ? value : '–' }));
  if (!isBaseline && holds !== inBaseline) {
    box.append(make('span', { class: 'delta', text: holds ? t('added') : t('gone') }));
  }
  return box;
}

/** Everything about one cell in words, for the strip below the table. */
export function cellDetail(
  cell: CellOf,
  column: Column,
): { readonly title: string; readonly lines: readonly string[] } {
  const { field, row, at } = cell;
  const unit = unitOf(field.group, field.field);
  const value = row.values[at] ?? null;
  const reason = row.unknown?.[at] ?? null;
  const lines: string[] = [];
  if (reason !== null) lines.push(said(reason));
  else if (value === null) lines.push(t('This revision does not have it.'));
  else lines.push(valueText(value));
  if (typeof value === 'number' && unit === 'bytes') lines.push(valueText(value, unit));
  if (typeof value === 'string' && unit === 'time') lines.push(absolute(value));
  const delta = row.delta?.[at] ?? null;
  const against = row.values[cell.baseline];
  if (delta !== null && delta !== 0 && typeof against === 'number') {
    const share =
      against === 0 ? '' : ` (${deltaText(Number(((delta / Math.abs(against)) * 100).toPrecision(2)))} %)`;
    const better = row.better?.[at] ?? null;
    const verdict = better === null ? '' : ` · ${better ? t('better') : t('worse')}`;
    lines.push(t('{0} against the baseline', `${deltaText(delta, unit)}${share}`) + verdict);
  }
  if (row.incomparable !== undefined && row.comparable?.[at] === false) lines.push(said(row.incomparable));
  return { title: `${fieldName(field)} · ${column.rev}`, lines };
}
