/** A metric over the steps of a run, as a file of the commit has it (dvclive: `plots/metrics/train/loss.tsv`). */
export interface Curve {
  /** Repository path of the file. */
  readonly file: string;
  /** As the summary names the metric: `train.loss`. */
  readonly name: string;
  /** In the file's order, thinned to at most a thousand; the lowest and the highest value stay. */
  readonly points: readonly Point[];
  /** Where the run measured what is no number (`nan`, `inf`). */
  readonly gaps: readonly Gap[];
}

export type Point = readonly [step: number, value: number];
/** Rows after one another without a number: their first and last step, and how many they are. */
export type Gap = readonly [first: number, last: number, count: number];

/** Files that can hold the points of a curve. */
export const TABLES = /\.(?:tsv|csv|json)$/i;

/** Where dvclive puts its curves, beside its summary. */
export const CURVES_FOLDER = 'plots/metrics';

/** More than a screen has columns. */
const MOST_POINTS = 1000;
const MOST_ROWS = 200_000;
const MOST_COLUMNS = 20;
const RUN_STEPS = ['step', 'epoch', 'iteration'];
const STEPS = [...RUN_STEPS, 'index'];
/** When a row was written, not what was measured. */
const NO_VALUES = new Set([...STEPS, 'timestamp', 'rev']);

/** After what the curves of a file are named. */
export type Naming =
  /** dvclive: after the file's path below its folder of curves. */
  | { readonly kind: 'live'; readonly folder: string }
  /** After the columns of the file, whatever it is called. */
  | { readonly kind: 'plot' };

/**
 * Reads the curves of a table: each column of numbers over its step. dvclive's are over their row where there is none;
 * any other table without one is no curve of a run. Never throws; a file that is no table has none.
 */
export function curvesIn(file: string, naming: Naming, bytes: Uint8Array): readonly Curve[] {
  const text = new TextDecoder().decode(bytes);
  const { columns, rows } = file.toLowerCase().endsWith('.json') ? fromJson(text) : fromText(file, text);
  const metric = metricOf(file, naming);
  const step = STEPS.map((name) => columns.indexOf(name)).find((index) => index >= 0);
  if (naming.kind === 'plot' && !RUN_STEPS.some((name) => columns.includes(name))) return [];
  const values = columns.flatMap((name, index) => (NO_VALUES.has(name) ? [] : [{ name, index }]));
  return values.slice(0, MOST_COLUMNS).flatMap(({ name, index }): Curve[] => {
    const points: Point[] = [];
    const gaps: Gap[] = [];
    let open = false;
    rows.forEach((row, number) => {
      const at = step === undefined ? number : row[step];
      const value = row[index];
      if (at === undefined || value === undefined || !Number.isFinite(at)) return;
      if (Number.isFinite(value)) points.push([at, value]);
      else {
        const [first, , count] = (open ? gaps.pop() : undefined) ?? [at, at, 0];
        gaps.push([first, at, count + 1]);
      }
      open = !Number.isFinite(value);
    });
    if (points.length === 0 && gaps.length === 0) return [];
    return [
      {
        file,
        name: (naming.kind === 'live' ? values.length === 1 : name === metric) ? metric : `${metric}.${name}`,
        points: thinned(points),
        gaps: gaps.slice(0, MOST_POINTS),
      },
    ];
  });
}

/**
 * The metric that a file is named after: dvclive's `train/loss.tsv` is of `train.loss`. With several columns, and in any
 * other plot, it stands before the name of each.
 */
export function metricOf(file: string, naming: Naming): string {
  const named =
    naming.kind === 'live' ? file.slice(naming.folder.length + 1) : file.slice(file.lastIndexOf('/') + 1);
  return named.replace(/\.[^./]+$/, '').replaceAll('/', '.');
}

interface Table {
  readonly columns: readonly string[];
  /** Cells that were not measured, or are no numbers at all, are undefined. */
  readonly rows: readonly (readonly (number | undefined)[])[];
}

const NOTHING: Table = { columns: [], rows: [] };

function fromText(name: string, text: string): Table {
  const separator = name.toLowerCase().endsWith('.csv') ? ',' : '\t';
  const [head = '', ...lines] = text.split(/\r?\n/, MOST_ROWS);
  const columns = head.split(separator).map((column) => column.trim().replace(/^"(.*)"$/, '$1'));
  const filled = lines.filter((line) => line.trim() !== '');
  return { columns, rows: filled.map((line) => line.split(separator).map(numberOf)) };
}

/** A list of records, as DVC's plots take them. */
function fromJson(text: string): Table {
  let data: unknown;
  try {
    data = JSON.parse(text);
  } catch {
    return NOTHING;
  }
  if (!Array.isArray(data)) return NOTHING;
  const records = data
    .slice(0, MOST_ROWS)
    .filter((one: unknown): one is object => typeof one === 'object' && one !== null);
  const columns = Object.keys(records[0] ?? {});
  return {
    columns,
    rows: records.map((record) => {
      const cells = new Map<string, unknown>(Object.entries(record));
      return columns.map((column) => numberOf(cells.get(column)));
    }),
  };
}

/** What Python writes for a value that is no finite number. */
const NO_NUMBER = /^[+-]?(?:nan|inf(?:inity)?)$/i;

function numberOf(cell: unknown): number | undefined {
  if (typeof cell === 'number') return cell;
  if (typeof cell !== 'string' || cell.trim() === '') return undefined;
  if (NO_NUMBER.test(cell.trim())) return Number.NaN;
  const value = Number(cell);
  return Number.isNaN(value) ? undefined : value;
}

/** Keeps the first and the last point, and of each stretch between them the lowest and the highest. */
function thinned(points: readonly Point[]): readonly Point[] {
  if (points.length <= MOST_POINTS) return points;
  const stretches = (MOST_POINTS - 2) / 2;
  const kept = new Set([0, points.length - 1]);
  for (let stretch = 0; stretch < stretches; stretch += 1) {
    const from = 1 + Math.floor((stretch * (points.length - 2)) / stretches);
    const to = 1 + Math.floor(((stretch + 1) * (points.length - 2)) / stretches);
    let [low, high] = [from, from];
    for (let at = from; at < to; at += 1) {
      if (valueAt(points, at) < valueAt(points, low)) low = at;
      if (valueAt(points, at) > valueAt(points, high)) high = at;
    }
    kept.add(low).add(high);
  }
  return points.filter((_, at) => kept.has(at));
}

function valueAt(points: readonly Point[], at: number): number {
  return points[at]?.[1] ?? Number.NaN;
}
