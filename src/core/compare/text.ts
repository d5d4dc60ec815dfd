import type { Column, Row, Unit } from './comparison.js';
import type { Json } from './value.js';
import { isList, isMap } from './value.js';

/**
 * A value as people read it, on one line: lists and maps in JSON's form, sizes in the unit a person would use,
 * digests by algorithm and value. Control characters, which could drive a terminal, become spaces.
 */
export function valueText(value: Json, unit?: Unit): string {
  if (value === null) return '';
  if (typeof value === 'string') return plain(value);
  if (typeof value === 'number') return unit === 'bytes' ? bytes(value) : number(value);
  if (typeof value === 'boolean') return String(value);
  const digest = digestOf(value);
  if (digest !== null) return plain(`${digest.algorithm} ${digest.value}`);
  if (isList(value) && value.every((item) => typeof item !== 'object' || item === null)) {
    return value.map((item) => (item === null ? 'null' : valueText(item))).join(', ');
  }
  return plain(JSON.stringify(value));
}

/** `valueText` where room is short: of digests and commits only as much as tells them apart. */
export function shortText(value: Json, unit?: Unit): string {
  if (unit === 'commit' && typeof value === 'string') return value.slice(0, 10);
  const digest = value === null ? null : digestOf(value);
  if (digest === null) return valueText(value, unit);
  const [, hash = '', suffix = ''] = /^([^.]*)(\..*)?$/.exec(digest.value) ?? [];
  return plain(`${digest.algorithm} ${hash.slice(0, 12)}${suffix}`);
}

/** The value as a digest (design.md: digest); null when it is something else. */
export function digestOf(value: Json): { readonly algorithm: string; readonly value: string } | null {
  if (value === null || !isMap(value)) return null;
  const { algorithm, value: hash } = value;
  return typeof algorithm === 'string' && typeof hash === 'string' ? { algorithm, value: hash } : null;
}

/** A difference to the baseline with its sign: `+0.021`, `-3`, `+1.2 MB`; `±0` where nothing changed. */
export function deltaText(delta: number, unit?: Unit): string {
  if (delta === 0) return '±0';
  const size = Math.abs(delta);
  return `${delta > 0 ? '+' : '−'}${unit === 'bytes' ? bytes(size) : number(size)}`;
}

/** At most six significant digits for fractions; whole numbers in full. */
export function number(value: number): string {
  if (Number.isInteger(value)) return String(value);
  return String(Number(value.toPrecision(6)));
}

/** `48 MB`, `1.2 GB`: decimal units, as file managers and DVC show them. */
export function bytes(size: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB', 'PB'];
  let value = size;
  let unit = 0;
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  const rounded = unit === 0 || value >= 99.5 ? Math.round(value) : Number(value.toPrecision(2));
  return `${rounded} ${units[unit] ?? 'B'}`;
}

/** Text without line ends and control characters (C0, C1, bidirectional overrides): one line, no tricks. */
export function plain(text: string): string {
  // eslint-disable-next-line no-control-regex -- these are exactly what must not reach a terminal
  return text.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]+/g, ' ');
}

/** How a column is called: its version where it has one that was not asked for by name, else what was asked for. */
export function columnTitle(column: Column): string {
  if (column.version === undefined || column.version === column.rev) return plain(column.rev);
  return `${plain(column.rev)} (${plain(column.version)})`;
}

/** One cell with what the comparison says of it: `0.914 (+0.021, better)`. A longer value than `width` ends in `…`. */
export function cellText(row: Row, index: number, unit?: Unit, width = Infinity): string {
  const unknown = row.unknown?.[index] ?? null;
  if (unknown !== null) return unknown;
  const text = cut(shortText(row.values[index] ?? null, unit), width);
  const delta = row.delta?.[index] ?? null;
  if (row.comparable?.[index] === false) return `${text} (not comparable)`;
  if (delta === null || delta === 0) return text;
  const better = row.better?.[index] ?? null;
  const verdict = better === null ? '' : better ? ', better' : ', worse';
  return `${text} (${deltaText(delta, unit)}${verdict})`;
}

/** At most so many characters, the last one `…` where something was cut off. */
export function cut(text: string, width: number): string {
  if (text.length <= width) return text;
  const characters = [...text];
  return characters.length > width ? `${characters.slice(0, width - 1).join('')}…` : text;
}
