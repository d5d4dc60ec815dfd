import { escapeCsv, escapeMarkdown, guard } from '../core/compare/format.js';
import { printable } from './context.js';

/** One change, as `--json` gives it. Versions are null where nothing was, or is, there. */
export type HistoryEvent = StageEvent | PinEvent;

interface EventBase {
  readonly model: string;
  /** ISO 8601: a stage's tag, a pin's commit on its branch. */
  readonly time: string;
  readonly author: string;
  readonly email: string;
  readonly commit: string;
  readonly before: string | null;
  readonly after: string | null;
}

interface StageEvent extends EventBase {
  readonly kind: 'stage';
  readonly stage: string;
  readonly tag: string;
  readonly reason?: string;
  readonly approvedBy?: readonly string[];
}

interface PinEvent extends EventBase {
  readonly kind: 'pin';
  readonly environment: string;
  /** The file that holds the pin. */
  readonly target: string;
  /** The branch whose history it is. */
  readonly ref: string;
  /** The clone's history begins here: what was before is not known. */
  readonly cutOff?: true;
}

export const FORMATS = ['lines', 'markdown', 'csv', 'json'] as const;
export type Format = (typeof FORMATS)[number];

const COLUMNS = [
  'time',
  'model',
  'kind',
  'stage',
  'environment',
  'before',
  'after',
  'approved by',
  'reason',
  'author',
  'tag',
  'target',
  'ref',
  'commit',
];

/** Events as lines for a terminal, or as a table for a pull request or a spreadsheet. */
export function historyText(events: readonly HistoryEvent[], format: Exclude<Format, 'json'>): string {
  if (format === 'lines') {
    return events.length === 0
      ? 'no pin or stage changed in that time\n'
      : printable(events.map(line).join(''));
  }
  const rows = events.map(cellsOf);
  if (format === 'csv') {
    return [COLUMNS, ...rows]
      .map((row) => `${row.map((text) => escapeCsv(guard(printable(text)))).join(',')}\r\n`)
      .join('');
  }
  const cells = (row: readonly string[]): string =>
    `| ${row.map((text) => escapeMarkdown(printable(text))).join(' | ')} |\n`;
  const table = cells(COLUMNS) + cells(COLUMNS.map(() => '---')) + rows.map(cells).join('');
  return `${table}\nTimes are when Git recorded it, not when it was deployed.\n`;
}

function cellsOf(event: HistoryEvent): readonly string[] {
  const { time, model, kind, author, commit } = event;
  const stage = event.kind === 'stage' ? event : undefined;
  const pin = event.kind === 'pin' ? event : undefined;
  return [
    time,
    model,
    kind,
    stage?.stage ?? '',
    pin?.environment ?? '',
    pin?.cutOff ? 'unknown' : (event.before ?? ''),
    event.after ?? '',
    (stage?.approvedBy ?? []).join('; '),
    stage?.reason ?? '',
    author,
    stage?.tag ?? '',
    pin?.target ?? '',
    pin?.ref ?? '',
    commit,
  ];
}

function line(event: HistoryEvent): string {
  const { time, model, author } = event;
  if (event.kind === 'pin') {
    const before = event.cutOff ? 'unknown' : short(event.before);
    const where = `${model} in ${event.environment}`;
    return `${time}  ${where}  ${before} -> ${short(event.after)}  ${author} (${event.target} on ${event.ref}, ${event.commit.slice(0, 8)})\n`;
  }
  const said = [
    ...(event.approvedBy ? [`approved by ${event.approvedBy.join(', ')}`] : []),
    ...(event.reason === undefined ? [] : [event.reason]),
  ];
  // Who agreed answers for it; who tagged may be a robot.
  const who = said.length === 0 ? author : `${said.join(': ')} (tagged by ${author})`;
  return `${time}  ${model}#${event.stage}  ${short(event.before)} -> ${short(event.after)}  ${who}\n`;
}

/** Of a commit id only as much as tells it apart. */
function short(version: string | null): string {
  if (version === null) return 'none';
  return /^[0-9a-f]{40,64}$/.test(version) ? version.slice(0, 10) : version;
}
