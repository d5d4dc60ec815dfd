import type { Comparison, Field, Fields, Row } from './comparison.js';
import { equalValues } from './value.js';
import { phrase } from '../phrase.js';

/**
 * Measures every field against one column. Pure and free of Node, so that the page moves its baseline without asking.
 * `baseline` is the index of a column; `all: false` leaves out the fields that are the same everywhere.
 */
export function judgeAll(
  fields: Fields,
  baseline: number,
  options: { readonly all?: boolean } = {},
): Comparison {
  const rows: Row[] = [];
  for (const field of fields.fields) {
    const row = judge(field, baseline);
    const shown = row.changed || row.incomparable !== undefined || isOpen(row);
    if (shown || options.all === true) rows.push(row);
  }
  return {
    model: fields.model,
    baseline: fields.columns[baseline]?.rev ?? '',
    columns: fields.columns,
    rows,
  };
}

/** Whether the bits differ is the question itself: a digest that cannot be read is no equal one. */
function isOpen({ group, field, unknown }: Row): boolean {
  return group === 'identity' && field === 'digest' && unknown !== undefined;
}

/** Measures one field against the column with index `baseline`. */
export function judge(field: Field, baseline: number): Row {
  const { group, values, unknown } = field;
  const known = values.map((_, index) => (unknown?.[index] ?? null) === null);
  const comparable = values.map(
    (_, index) => known[index] === true && known[baseline] === true && sameBasis(field, index, baseline),
  );
  const against = values[baseline] ?? null;
  const numeric =
    typeof against === 'number' && values.some((value, index) => index !== baseline && isNumber(value));
  const delta = values.map((value, index) =>
    index !== baseline && comparable[index] === true && isNumber(value) && isNumber(against)
      ? difference(value, against)
      : null,
  );
  const reason = incomparable(field, baseline, known);
  return {
    group,
    field: field.field,
    values,
    changed: differs(field, known),
    ...(numeric ? { delta } : {}),
    ...(field.direction !== undefined && numeric
      ? {
          better: delta.map((by) =>
            by === null || by === 0 ? null : by > 0 === (field.direction === 'higher'),
          ),
        }
      : {}),
    ...(reason === null ? {} : { incomparable: reason, comparable: comparisons(field, baseline, known) }),
    ...(unknown === undefined ? {} : { unknown }),
  };
}

function isNumber(value: unknown): value is number {
  return typeof value === 'number';
}

/** Binary fractions leave dust (0.91 - 0.89 is 0.020000000000000018): twelve digits are kept. */
function difference(value: number, against: number): number {
  const by = value - against;
  return Number.isFinite(by) ? Number(by.toPrecision(12)) : 0;
}

function sameBasis(field: Field, left: number, right: number): boolean {
  return field.basis === undefined || (field.basis[left] ?? null) === (field.basis[right] ?? null);
}

function differs(field: Field, known: readonly boolean[]): boolean {
  const first = known.indexOf(true);
  if (first < 0) return false;
  const value = field.values[first] ?? null;
  return field.values.some((other, index) => known[index] === true && !equalValues(value, other));
}

function incomparable(field: Field, baseline: number, known: readonly boolean[]): string | null {
  if (comparisons(field, baseline, known).every(Boolean)) return null;
  if (field.group !== 'metrics')
    return phrase('The digests are of different kinds, so they cannot be compared');
  return phrase('Measured on other evaluation data than the baseline, so it is neither better nor worse');
}

/** False for the values that are there and may not be compared with the baseline's. */
function comparisons(field: Field, baseline: number, known: readonly boolean[]): readonly boolean[] {
  const isThere = (index: number): boolean => known[index] === true && (field.values[index] ?? null) !== null;
  return field.values.map(
    (_, index) => !isThere(index) || !isThere(baseline) || sameBasis(field, index, baseline),
  );
}
