import { escapeCsv, escapeMarkdown, guard as guardFormula } from '../core/compare/format.js';
import { isoTime } from '../core/git/commits.js';
import { stageHistory } from '../core/registry/gto/stageHistory.js';
import type { StageChange } from '../core/registry/gto/stageHistory.js';
import { readTrailers } from '../core/registry/versions/messages.js';
import { readRegistry } from '../core/registry/versions/registry.js';
import type { Command, CommandContext, ExitCode, ParsedArguments } from './command.js';
import { CommandError } from './command.js';
import { printable } from './context.js';
import { registeredOrTracked, textOption } from './registry.js';

/** `history`: who put which version where, and when. */
export const history: Command = {
  name: 'history',
  summary: 'Every change of a stage: when, who, before and after',
  usage: 'history [MODEL] [--env E] [--at TIME] [--since TIME] [--format markdown|csv|json]',
  help: `  --env E        only the stage that this environment asks for
  --at TIME      what held each stage then (2026-03-01, or with a time)
  --since TIME   only what happened from then on
  --format F     markdown, csv or json instead of lines

Times are those of the tags: when Git recorded it, not when it was deployed.`,
  options: {
    env: { type: 'string' },
    at: { type: 'string' },
    since: { type: 'string' },
    format: { type: 'string' },
  },
  positionals: { min: 0, max: 1 },
  run,
};

/** One change, as `--json` gives it. */
interface HistoryEvent {
  readonly kind: 'stage';
  readonly model: string;
  readonly stage: string;
  readonly time: string;
  readonly author: string;
  readonly email: string;
  readonly commit: string;
  readonly tag: string;
  readonly before: string | null;
  readonly after: string | null;
  readonly reason?: string;
  readonly approvedBy?: readonly string[];
}

const FORMATS = ['lines', 'markdown', 'csv', 'json'] as const;
type Format = (typeof FORMATS)[number];

async function run(context: CommandContext, { values, positionals }: ParsedArguments): Promise<ExitCode> {
  const format = formatOf(textOption(values, 'format'), context.json);
  const at = secondOf(textOption(values, 'at'), '--at');
  const since = secondOf(textOption(values, 'since'), '--since');
  const catalog = await context.catalog();
  const [name] = positionals;
  const model = name === undefined ? undefined : (await registeredOrTracked(context, catalog, name)).name;
  const environment = textOption(values, 'env');
  const setting = catalog.settings.environments.find((one) => one.name === environment);
  if (environment !== undefined && !setting) {
    const names = catalog.settings.environments.map((one) => one.name);
    throw new CommandError(2, 'environment-unknown', `There is no environment "${environment}"`, names);
  }
  const { state } = await readRegistry(catalog.repository, { signal: context.signal });
  const stages = setting ? [setting.stage] : undefined;
  const changes = [...state.artifacts.values()]
    .filter((artifact) => model === undefined || artifact.name === model)
    .flatMap(stageHistory)
    .filter((change) => stages === undefined || stages.includes(change.stage))
    .filter((change) => since === undefined || change.event.seconds >= since)
    .sort((left, right) => right.event.seconds - left.event.seconds);
  const events = (at === undefined ? changes : heldAt(changes, at)).map(eventOf);
  if (format === 'json') await context.answer({ events });
  else await context.out(textOf(events, format));
  return 0;
}

/** The last change of each stage at or before a time, where something held it afterwards. */
function heldAt(changes: readonly StageChange[], second: number): readonly StageChange[] {
  const last = new Map<string, StageChange>();
  for (const change of changes) {
    const key = `${change.artifact}#${change.stage}`;
    if (change.event.seconds <= second && !last.has(key)) last.set(key, change);
  }
  return [...last.values()].filter((change) => change.after !== null);
}

function eventOf(change: StageChange): HistoryEvent {
  const { event } = change;
  return {
    kind: 'stage',
    model: change.artifact,
    stage: change.stage,
    time: isoTime(event),
    author: event.author,
    email: event.email,
    commit: change.commit,
    tag: event.tag,
    before: change.before,
    after: change.after,
    ...readTrailers(event.message),
  };
}

function formatOf(text: string | undefined, json: boolean): Format {
  if (text === undefined) return json ? 'json' : 'lines';
  const format = FORMATS.find((one) => one === text);
  if (!format || format === 'lines') {
    throw new CommandError(2, 'usage', `--format takes markdown, csv or json, not "${text}"`);
  }
  return json ? 'json' : format;
}

/** Seconds since 1970. A date alone is its end for `--at`, its beginning for `--since`, in the local zone. */
function secondOf(text: string | undefined, option: '--at' | '--since'): number | undefined {
  if (text === undefined) return undefined;
  const day = /^\d{4}-\d{2}-\d{2}$/.test(text);
  const time = Date.parse(day ? `${text}T${option === '--at' ? '23:59:59' : '00:00:00'}` : text);
  if (Number.isNaN(time)) {
    throw new CommandError(
      2,
      'usage',
      `${option} takes a time such as 2026-03-01 or 2026-03-01T12:00:00Z, not "${text}"`,
    );
  }
  return Math.floor(time / 1000);
}

const COLUMNS = [
  'time',
  'model',
  'stage',
  'before',
  'after',
  'author',
  'approved by',
  'reason',
  'tag',
  'commit',
];

function textOf(events: readonly HistoryEvent[], format: Exclude<Format, 'json'>): string {
  if (format === 'lines')
    return events.length === 0 ? 'no stage was ever assigned\n' : printable(events.map(line).join(''));
  const rows = events.map((one) => [
    one.time,
    one.model,
    one.stage,
    one.before ?? '',
    one.after ?? '',
    one.author,
    (one.approvedBy ?? []).join('; '),
    one.reason ?? '',
    one.tag,
    one.commit,
  ]);
  if (format === 'csv')
    return [COLUMNS, ...rows]
      .map((row) => `${row.map((text) => escapeCsv(guardFormula(printable(text)))).join(',')}\r\n`)
      .join('');
  const cells = (row: readonly string[]): string =>
    `| ${row.map((text) => escapeMarkdown(printable(text))).join(' | ')} |\n`;
  return cells(COLUMNS) + cells(COLUMNS.map(() => '---')) + rows.map(cells).join('');
}

function line(event: HistoryEvent): string {
  const approved = event.approvedBy ? ` (approved by ${event.approvedBy.join(', ')})` : '';
  const reason = event.reason === undefined ? '' : `: ${event.reason}`;
  return `${event.time}  ${event.model}#${event.stage}  ${short(event.before)} -> ${short(event.after)}  ${event.author}${approved}${reason}\n`;
}

function short(version: string | null): string {
  if (version === null) return 'none';
  return version.startsWith('v') ? version : version.slice(0, 10);
}
