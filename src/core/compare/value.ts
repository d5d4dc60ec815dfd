/** Plain data as JSON can hold it: what parameter files, metrics files and artifact headers come down to. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

/** How much of one hostile document is taken; what lies beyond is cut and said to be cut. */
export const LIMITS = { depth: 32, fields: 10_000, text: 10_000, items: 10_000 } as const;

/**
 * Flattens nested maps to dotted fields: `{train: {lr: 0.1}}` gives `train.lr`. Lists stay whole, because they are
 * compared as lists; an empty map stays a value, so that it can be seen. A key that holds a dot, a bracket or a quote,
 * or is empty, is written `a["b.c"]`, so two different documents never flatten to the same fields.
 * Below `LIMITS.depth` a map stays a value; after `LIMITS.fields` fields the rest is left out.
 */
export function flatten(value: Json, prefix = ''): Map<string, Json> {
  const fields = new Map<string, Json>();
  collect(value, prefix, 0, fields);
  return fields;
}

function collect(value: Json, name: string, depth: number, fields: Map<string, Json>): void {
  if (fields.size >= LIMITS.fields) return;
  if (!isMap(value) || depth >= LIMITS.depth || Object.keys(value).length === 0) {
    if (name !== '' || !isMap(value)) fields.set(name, value);
    return;
  }
  for (const [key, item] of Object.entries(value)) collect(item, join(name, key), depth + 1, fields);
}

function join(prefix: string, key: string): string {
  if (key === '' || /["[\].]/.test(key)) return `${prefix}[${JSON.stringify(key)}]`;
  return prefix === '' ? key : `${prefix}.${key}`;
}

/** Whether the value is a map rather than a list or a single value. */
export function isMap(value: Json): value is { readonly [key: string]: Json } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Whether the value is a list. */
export function isList(value: Json): value is readonly Json[] {
  return Array.isArray(value);
}

/** Whether two values are the same data; the order of keys in a map does not matter, that of a list does. */
export function equalValues(left: Json, right: Json): boolean {
  if (left === right) return true;
  if (isList(left) || isList(right)) {
    if (!isList(left) || !isList(right) || left.length !== right.length) return false;
    return left.every((item, index) => equalValues(item, right[index] ?? null));
  }
  if (!isMapOrNull(left) || !isMapOrNull(right) || left === null || right === null) return false;
  const keys = Object.keys(left);
  if (keys.length !== Object.keys(right).length) return false;
  return keys.every((key) => {
    const other = Object.hasOwn(right, key) ? right[key] : undefined;
    return other !== undefined && equalValues(left[key] ?? null, other);
  });
}

function isMapOrNull(value: Json): value is { readonly [key: string]: Json } | null {
  return value === null || isMap(value);
}

/**
 * Takes data that a parser returned and gives what JSON can say of it: numbers without a JSON form become their names
 * (`NaN`, `Infinity`), dates their ISO text, everything unknown its text. Depth, length and text are bounded, and so is
 * the whole: a document whose aliases multiply stops at `LIMITS.items` values.
 */
export function toJson(value: unknown): Json {
  let left = LIMITS.items;
  const convert = (item: unknown, depth: number): Json => {
    left -= 1;
    if (left < 0) return '…';
    switch (typeof item) {
      case 'string':
        return item.length > LIMITS.text ? `${item.slice(0, LIMITS.text)}…` : item;
      case 'boolean':
        return item;
      case 'number':
        return Number.isFinite(item) ? item : String(item);
      case 'bigint':
        return Number.isSafeInteger(Number(item)) ? Number(item) : item.toString();
      case 'object':
        break;
      default:
        return null;
    }
    if (item === null) return null;
    if (item instanceof Date) return Number.isNaN(item.getTime()) ? 'Invalid date' : item.toISOString();
    if (depth >= LIMITS.depth) return '…';
    if (Array.isArray(item))
      return item.map((each: unknown) => convert(each, depth + 1)).slice(0, LIMITS.items);
    const entries = item instanceof Map ? [...item.entries()] : Object.entries(item);
    // `fromEntries` defines properties, so that even `__proto__` is a plain one.
    return Object.fromEntries(
      entries.flatMap(([key, each]) => (left <= 0 ? [] : [[String(key), convert(each, depth + 1)] as const])),
    );
  };
  return convert(value, 0);
}
