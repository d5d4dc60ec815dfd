import * as v from 'valibot';
import type { Curves, Field, Fields } from '../core/compare/comparison.js';
import { GROUPS } from '../core/compare/comparison.js';
import type { Json } from '../core/compare/value.js';
import { isList } from '../core/compare/value.js';

/** Raised whenever a message changes its meaning; a page and a host of different versions do not talk. */
export const PROTOCOL = 1;

/** The bounds of what crosses the border between the editor and its page, in either direction. */
export const BOUNDS = {
  columns: 12,
  fields: 20_000,
  text: 20_000,
  depth: 40,
  copied: 5_000_000,
  strings: 5000,
  problems: 100,
  curves: 60,
  points: 1000,
} as const;

const text = v.pipe(v.string(), v.maxLength(BOUNDS.text));
const column = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(BOUNDS.columns - 1));

/** Plain data of bounded depth; walks it once, so that nothing else (functions, cycles) gets through. */
const json = v.custom<Json>((input) => isJson(input, 0), 'Expected plain data');

function isJson(input: unknown, depth: number): boolean {
  if (depth > BOUNDS.depth) return false;
  switch (typeof input) {
    case 'string':
      return input.length <= BOUNDS.text;
    case 'number':
      return Number.isFinite(input);
    case 'boolean':
      return true;
    case 'object':
      if (input === null) return true;
      if (Array.isArray(input)) return input.every((item) => isJson(item, depth + 1));
      return Object.values(input).every((item) => isJson(item, depth + 1));
    default:
      return false;
  }
}

const perColumn = <Item extends v.GenericSchema>(item: Item) =>
  v.pipe(v.array(item), v.maxLength(BOUNDS.columns));

const ColumnSchema = v.strictObject({
  rev: text,
  commit: text,
  version: v.exactOptional(text),
  tag: v.exactOptional(text),
  time: v.exactOptional(text),
  present: v.boolean(),
  unreadable: v.exactOptional(v.literal(true)),
  digest: v.nullable(text),
  pointer: v.nullable(text),
  problems: v.pipe(v.array(text), v.maxLength(BOUNDS.problems)),
});

const FieldSchema = v.strictObject({
  group: v.picklist(GROUPS),
  field: text,
  values: perColumn(json),
  direction: v.exactOptional(v.picklist(['higher', 'lower'])),
  unknown: v.exactOptional(perColumn(v.nullable(text))),
  basis: v.exactOptional(perColumn(v.nullable(text))),
});

const FieldsSchema = v.pipe(
  v.strictObject({
    model: text,
    columns: v.pipe(v.array(ColumnSchema), v.minLength(1), v.maxLength(BOUNDS.columns)),
    fields: v.pipe(v.array(FieldSchema), v.maxLength(BOUNDS.fields)),
  }),
  v.check(
    ({ columns, fields }) =>
      fields.every((field) => perColumnLengths(field).every((size) => size === columns.length)),
    'Expected one value per column',
  ),
);

const finite = v.pipe(v.number(), v.finite());
const CurveSchema = v.strictObject({
  metric: text,
  direction: v.exactOptional(v.picklist(['higher', 'lower'])),
  series: perColumn(v.nullable(v.pipe(v.array(v.strictTuple([finite, finite])), v.maxLength(BOUNDS.points)))),
  gaps: v.exactOptional(
    perColumn(v.pipe(v.array(v.strictTuple([finite, finite, finite])), v.maxLength(BOUNDS.points))),
  ),
  unknown: v.exactOptional(perColumn(v.nullable(text))),
});

/** Metrics over the steps of each run, beside the fields. */
const CurvesSchema = v.strictObject({
  list: v.pipe(v.array(CurveSchema), v.maxLength(BOUNDS.curves)),
  /** Why curves are missing, one per column; empty where none are. */
  unknown: perColumn(v.nullable(text)),
  /** How many there are in all. */
  total: v.pipe(v.number(), v.integer()),
});

function fit({ list, unknown }: v.InferOutput<typeof CurvesSchema>, columns: number): boolean {
  const lengths = list.flatMap((each) => [each.series, each.gaps, each.unknown].map((all) => all?.length));
  return [...lengths, unknown.length || columns].every((length = columns) => length === columns);
}

function perColumnLengths(field: Field): number[] {
  return [field.values, field.unknown, field.basis].flatMap((list) =>
    list === undefined ? [] : [list.length],
  );
}

const version = v.literal(PROTOCOL);

/** What the editor tells its page. */
export const ToPage = v.variant('type', [
  /** First: the words on screen in the user's language, English text to translation. */
  v.strictObject({
    protocol: version,
    type: v.literal('start'),
    language: text,
    /** Absolute path of the repository and what the model was called: part of what the page stores. */
    repository: text,
    model: text,
    strings: v.pipe(v.record(text, text), v.maxEntries(BOUNDS.strings)),
  }),
  v.strictObject({ protocol: version, type: v.literal('loading'), model: text }),
  /** `baseline` is the index of the column to measure against, unless the page knows better. */
  v.pipe(
    v.strictObject({
      protocol: version,
      type: v.literal('comparison'),
      comparison: FieldsSchema,
      curves: CurvesSchema,
      baseline: column,
      /** What the column's menu can offer here: nothing that could not work is offered. */
      abilities: v.array(v.picklist(['pin', 'open', 'fetch', 'reveal'])),
    }),
    v.check(
      ({ comparison, curves }) => fit(curves, comparison.columns.length),
      'Expected one curve per column',
    ),
  ),
  v.strictObject({ protocol: version, type: v.literal('failed'), message: text }),
  /** Something was done, to be said aloud: `Copied as Markdown`. */
  v.strictObject({ protocol: version, type: v.literal('said'), message: text }),
]);
export type ToPage = v.InferOutput<typeof ToPage>;
/** The curves as they cross the border. */
export type SentCurves = v.InferOutput<typeof CurvesSchema>;

/** What the page keeps over a reload, and what a new window opens it with. */
export const PageState = v.strictObject({
  protocol: version,
  /** Absolute path of the repository, as the editor told it. */
  repository: text,
  model: text,
  revs: v.pipe(v.array(text), v.maxLength(BOUNDS.columns)),
  /** A rev among `revs`. */
  baseline: text,
  onlyDifferences: v.boolean(),
  query: text,
  collapsed: v.pipe(v.array(v.picklist(GROUPS)), v.maxLength(GROUPS.length)),
  /** Where the curves are folded away. */
  curvesFolded: v.exactOptional(v.literal(true)),
});
export type PageState = v.InferOutput<typeof PageState>;

/** What a person did on the page. Columns are named by their rev. */
export const FromPage = v.variant('type', [
  v.strictObject({ protocol: version, type: v.literal('ready') }),
  v.strictObject({ protocol: version, type: v.literal('retry') }),
  v.strictObject({ protocol: version, type: v.literal('add') }),
  /** The columns that remain, in their new order, and the baseline among them. */
  v.strictObject({
    protocol: version,
    type: v.literal('arranged'),
    revs: v.pipe(v.array(text), v.minLength(1), v.maxLength(BOUNDS.columns)),
    baseline: text,
  }),
  v.strictObject({
    protocol: version,
    type: v.literal('act'),
    action: v.picklist(['pin', 'open', 'fetch', 'reveal']),
    rev: text,
  }),
  v.strictObject({
    protocol: version,
    type: v.literal('copy'),
    what: v.picklist(['markdown', 'csv', 'digest']),
    text: v.pipe(v.string(), v.maxLength(BOUNDS.copied)),
  }),
]);
export type FromPage = v.InferOutput<typeof FromPage>;
/** What a column's menu can ask of the editor. */
export type Ability = Extract<ToPage, { type: 'comparison' }>['abilities'][number];

/** Takes a message that came from the page; `undefined` when it is not one of this version's. */
export function parseFromPage(input: unknown): FromPage | undefined {
  const result = v.safeParse(FromPage, input, { abortEarly: true });
  return result.success ? result.output : undefined;
}

/** Takes a message that came from the editor; `undefined` when it is not one of this version's. */
export function parseToPage(input: unknown): ToPage | undefined {
  const result = v.safeParse(ToPage, input, { abortEarly: true });
  return result.success ? result.output : undefined;
}

/** Takes what a page had stored; `undefined` when it is not this version's, so that nothing stale is opened. */
export function parsePageState(input: unknown): PageState | undefined {
  const result = v.safeParse(PageState, input, { abortEarly: true });
  return result.success ? result.output : undefined;
}

/**
 * Cuts a comparison to the bounds of the border: too long texts (end in `…`), too many fields.
 * @param note says in each column that fields were left out
 */
export function bounded(fields: Fields, note: string): Fields {
  const notes = fields.fields.length > BOUNDS.fields ? [note] : [];
  return {
    model: clipped(fields.model),
    columns: fields.columns.map((each) => ({
      ...each,
      rev: clipped(each.rev),
      problems: [...notes, ...each.problems.map(clipped)].slice(0, BOUNDS.problems),
    })),
    fields: fields.fields.slice(0, BOUNDS.fields).map((each) => ({
      ...each,
      field: clipped(each.field),
      values: each.values.map((value) => clippedJson(value, 0)),
    })),
  };
}

/** Curves cut to the same bounds; `total` says of how many. */
export function boundedCurves({ curves, curvesUnknown }: Curves): SentCurves {
  return {
    list: curves.slice(0, BOUNDS.curves).map(({ metric, direction, series, gaps, unknown }) => ({
      metric: clipped(metric),
      ...(direction === undefined ? {} : { direction }),
      series: series.map(
        (points) => points?.slice(0, BOUNDS.points).map(([step, value]) => [step, value]) ?? null,
      ),
      ...(gaps === undefined
        ? {}
        : {
            gaps: gaps.map((each) =>
              each.slice(0, BOUNDS.points).map(([first, last, count]) => [first, last, count]),
            ),
          }),
      ...(unknown === undefined ? {} : { unknown: unknown.map(clippedReason) }),
    })),
    unknown: curvesUnknown.map(clippedReason),
    total: curves.length,
  };
}

function clippedReason(reason: string | null): string | null {
  return reason === null ? null : clipped(reason);
}

function clipped(value: string): string {
  return value.length > BOUNDS.text ? `${value.slice(0, BOUNDS.text - 1)}…` : value;
}

function clippedJson(value: Json, depth: number): Json {
  if (typeof value === 'string') return clipped(value);
  if (typeof value !== 'object' || value === null) return value;
  if (depth >= BOUNDS.depth) return '…';
  if (isList(value)) return value.map((item) => clippedJson(item, depth + 1));
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, clippedJson(item, depth + 1)]));
}
