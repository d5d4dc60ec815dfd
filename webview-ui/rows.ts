import { append } from '../src/core/append.js';
import type { Comparison, Field, Group, Row } from '../src/core/compare/comparison.js';
import { GROUPS } from '../src/core/compare/comparison.js';
import { judge } from '../src/core/compare/judge.js';
import type { Json } from '../src/core/compare/value.js';
import { isList } from '../src/core/compare/value.js';
import { valueText } from '../src/core/compare/text.js';
import type { Shown } from './state.js';
import { rowKey } from './state.js';
import { fieldName, groupName } from './words.js';

/** One line of the table. Values stand in the order of the columns on screen. */
export type Line =
  | {
      readonly kind: 'group';
      readonly group: Group;
      readonly collapsed: boolean;
      readonly count: number;
      readonly changed: number;
    }
  | {
      readonly kind: 'field';
      readonly field: Field;
      readonly row: Row;
      readonly fold: 'none' | 'closed' | 'open';
    }
  | {
      readonly kind: 'item';
      readonly field: Field;
      readonly item: Json;
      /** Per column: whether its list holds the item. */
      readonly holds: readonly boolean[];
      readonly last: boolean;
    };

export interface Lines {
  readonly lines: readonly Line[];
  /** Fields in all, fields that differ, and fields that the search leaves. */
  readonly total: number;
  readonly changed: number;
  readonly found: number;
}

/** The lines on screen: grouped, searched, only what differs where that is wanted, lists unfolded. */
export function linesOf(shown: Shown): Lines {
  const fields = shown.fields.fields.map((field) => arranged(field, shown.order));
  const baseline = shown.order.indexOf(shown.baseline);
  const words = wordsOf(shown.query);
  const lines: Line[] = [];
  let changed = 0;
  let found = 0;
  for (const group of GROUPS) {
    const inGroup: Line[] = [];
    let count = 0;
    let changedHere = 0;
    for (const field of fields) {
      if (field.group !== group) continue;
      const row = judge(field, baseline);
      const differs = row.changed || row.incomparable !== undefined;
      if (differs) changed += 1;
      if (shown.onlyDifferences && !differs && !hasUnknown(row)) continue;
      if (!matches(field, words)) continue;
      count += 1;
      if (differs) changedHere += 1;
      const foldable = field.values.some((value) => isList(value) && value.length > 1);
      const open = foldable && shown.unfolded.has(rowKey(group, field.field));
      inGroup.push({ kind: 'field', field, row, fold: foldable ? (open ? 'open' : 'closed') : 'none' });
      if (open) append(inGroup, itemsOf(field, baseline));
    }
    if (count === 0) continue;
    found += count;
    const collapsed = shown.collapsed.has(group);
    lines.push({ kind: 'group', group, collapsed, count, changed: changedHere });
    if (!collapsed) for (const line of inGroup) lines.push(line);
  }
  return { lines, total: fields.length, changed, found };
}

/** What is searched for: each of these must be there. */
export function wordsOf(query: string): readonly string[] {
  return query
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '');
}

/** What is on screen as a comparison, for copying. */
export function copied(shown: Shown): Comparison {
  const { lines } = linesOf({ ...shown, collapsed: new Set(), unfolded: new Set() });
  const columns = shown.order.flatMap((column) => shown.fields.columns[column] ?? []);
  return {
    model: shown.fields.model,
    baseline: shown.fields.columns[shown.baseline]?.rev ?? '',
    columns,
    rows: lines.flatMap((line) => (line.kind === 'field' ? [line.row] : [])),
  };
}

function arranged(field: Field, order: readonly number[]): Field {
  const pick = <Item>(list: readonly Item[], none: Item): Item[] =>
    order.map((column) => list[column] ?? none);
  return {
    ...field,
    values: pick<Json>(field.values, null),
    ...(field.unknown === undefined ? {} : { unknown: pick<string | null>(field.unknown, null) }),
    ...(field.basis === undefined ? {} : { basis: pick<string | null>(field.basis, null) }),
  };
}

function hasUnknown(row: Row): boolean {
  return row.unknown?.some((reason) => reason !== null) ?? false;
}

function matches(field: Field, words: readonly string[]): boolean {
  if (words.length === 0) return true;
  // By its name in the repository as by that on screen.
  const names = [field.field, field.group, fieldName(field), groupName(field.group)];
  const text = [...names, ...field.values.map((value) => valueText(value))].join('\n').toLowerCase();
  return words.every((word) => text.includes(word));
}

/** The items of a list over all columns: those of the baseline first, then what others add, equal ones on one line. */
function itemsOf(field: Field, baseline: number): Line[] {
  const lines = new Map<string, { readonly item: Json; readonly holds: boolean[] }>();
  const order = [baseline, ...field.values.keys()];
  for (const column of new Set(order)) {
    const list = field.values[column] ?? null;
    const seen = new Map<string, number>();
    for (const item of isList(list) ? list : []) {
      const text = JSON.stringify(item);
      const times = (seen.get(text) ?? 0) + 1;
      seen.set(text, times);
      const key = `${text}\n${times}`;
      const line = lines.get(key) ?? { item, holds: field.values.map(() => false) };
      line.holds[column] = true;
      lines.set(key, line);
    }
  }
  const all = [...lines.values()];
  return all.map((line, index) => ({ kind: 'item', field, ...line, last: index === all.length - 1 }));
}

/** How a list differs from the baseline's: items that came and items that went. */
export function listDelta(
  list: Json,
  against: Json,
): { readonly added: number; readonly gone: number } | null {
  if (!isList(list) || !isList(against)) return null;
  const counts = new Map<string, number>();
  for (const item of against) counts.set(JSON.stringify(item), (counts.get(JSON.stringify(item)) ?? 0) + 1);
  let added = 0;
  for (const item of list) {
    const left = counts.get(JSON.stringify(item)) ?? 0;
    if (left === 0) added += 1;
    else counts.set(JSON.stringify(item), left - 1);
  }
  return { added, gone: [...counts.values()].reduce((sum, each) => sum + each, 0) };
}
