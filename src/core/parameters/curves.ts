/** A metric over the steps of a run, as a file of the commit has it (dvclive: `plots/metrics/train/loss.tsv`). */
export interface Curve {
  /** Repository path of the file. */
  readonly file: string;
  /** As the summary names the metric: `train.loss`. */
  readonly name: string;
  /** In the file's order, thinned evenly to at most a thousand. */
  readonly points: readonly Point[];
}

export type Point = readonly [step: number, value: number];

/** Files that can hold the points of a curve. */
export const TABLES = /\.(?:tsv|csv|json)$/i;

/** Where dvclive puts its curves, beside its summary. */
export const CURVES_FOLDER = 'plots/metrics';

/** More than a screen has columns. */
const MOST_POINTS = 1000;
const MOST_ROWS = 200_000;
const MOST_COLUMNS = 20;
const STEPS = ['step', 'epoch', 'iteration', 'index'];
/** When a row was written, not what was measured. */
const NO_VALUES = new Set([...STEPS, 'timestamp', 'rev']);

/**
 * Reads the curves of a table: each column of numbers over its step, over its row where there is none. Never throws;
 * a file that is no table has none.
 * @param inside path below the folder of curves: it names the metric
 */
export function curvesIn(file: string, inside: string, bytes: Uint8Array): readonly Curve[] {
  const text = new TextDecoder().decode(bytes);
  const { columns, rows } = inside.toLowerCase().endsWith('.json') ? fromJson(text) : fromText(inside, text);
  const metric = inside.replace(/\.[^./]+$/, '').replaceAll('/', '.');
  const step = STEPS.map((name) => columns.indexOf(name)).find((index) => index >= 0);
  const values = columns.flatMap((name, index) => (NO_VALUES.has(name) ? [] : [{ name, index }]));
  return values.slice(0, MOST_COLUMNS).flatMap(({ name, index }): Curve[] => {
    const points = rows.flatMap((row, number): Point[] => {
      const at = step === undefined ? number : row[step];
      const value = row[index];
      return at !== undefined && value !== undefined && Number.isFinite(at) && Number.isFinite(value)
        ? [[at, value]]
        : [];
    });
    if (points.length === 0) return [];
    return [{ file, name: values.length === 1 ? metric : `${metric}.${name}`, points: thinned(points) }];
  });
}

interface Table {
  readonly columns: readonly string[];
  /** Cells that are no numbers are NaN. */
  readonly rows: readonly (readonly number[])[];
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

function numberOf(cell: unknown): number {
  if (typeof cell === 'number') return cell;
  return typeof cell === 'string' && cell.trim() !== '' ? Number(cell) : Number.NaN;
}

function thinned(points: readonly Point[]): readonly Point[] {
  if (points.length <= MOST_POINTS) return points;
  const every = (points.length - 1) / (MOST_POINTS - 1);
  return Array.from({ length: MOST_POINTS }, (_, index) => points[Math.round(index * every)] ?? [0, 0]);
}
