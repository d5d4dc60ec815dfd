import type { Catalog } from '../core/catalog/catalog.js';
import { isoTime } from '../core/git/commits.js';
import type { SelectedModel } from '../core/catalog/select.js';
import { pinHistory } from '../core/pins/history.js';
import type { PinChange } from '../core/pins/history.js';
import type { StageChange } from '../core/registry/gto/stageHistory.js';
import { stageHistory } from '../core/registry/gto/stageHistory.js';
import { readTrailers } from '../core/registry/versions/messages.js';
import { readRegistry } from '../core/registry/versions/registry.js';
import type { Environment } from '../core/settings/settings.js';
import type { Command, CommandContext, ExitCode, ParsedArguments } from './command.js';
import { CommandError } from './command.js';
import type { Format, HistoryEvent } from './historyText.js';
import { FORMATS, historyText } from './historyText.js';
import { textOption } from './registry.js';
import { chooseModel } from './select.js';

/** `history`: who put which version where, and when. */
export const history: Command = {
  name: 'history',
  summary: 'Every change of a pin or a stage: when, who, before and after',
  usage: 'history [MODEL] [--env E] [--at TIME] [--since TIME] [--format markdown|csv|json]',
  help: `  --env E        only the pins of this environment, and the stage that it asks for
  --at TIME      what each pin and stage was then (2026-03-01, or with a time)
  --since TIME   only what happened from then on
  --format F     markdown, csv or json instead of lines

Times are those of Git: of a stage its tag's, of a pin when its branch got the commit. When something was
deployed, Git does not know.`,
  options: {
    env: { type: 'string' },
    at: { type: 'string' },
    since: { type: 'string' },
    format: { type: 'string' },
  },
  positionals: { min: 0, max: 1 },
  run,
};

/** An event with the second by which it is sorted and chosen. */
interface Timed {
  readonly seconds: number;
  /** The pin or stage that it is about. */
  readonly key: string;
  readonly event: HistoryEvent;
}

async function run(context: CommandContext, { values, positionals }: ParsedArguments): Promise<ExitCode> {
  const format = formatOf(textOption(values, 'format'), context.json);
  const at = secondOf(textOption(values, 'at'), '--at');
  const since = secondOf(textOption(values, 'since'), '--since');
  const catalog = await context.catalog();
  const [name] = positionals;
  const model = name === undefined ? undefined : await modelOf(context, catalog, name);
  const environment = environmentOf(catalog, textOption(values, 'env'));
  const all = [
    ...(await stageEvents(context, catalog, model?.name, environment)),
    ...(await pinEvents(context, catalog, model, environment)),
  ]
    .filter(({ seconds }) => since === undefined || seconds >= since)
    .sort((left, right) => right.seconds - left.seconds);
  const events = (at === undefined ? all : standingAt(all, at)).map(({ event }) => event);
  if (format === 'json') await context.answer({ events });
  else await context.out(historyText(events, format));
  return 0;
}

type Chosen = Pick<SelectedModel, 'name' | 'path'>;

/** The model by name or path; one that only the settings pin may be registered in another repository. */
async function modelOf(context: CommandContext, catalog: Catalog, name: string): Promise<Chosen> {
  try {
    return await chooseModel(context, catalog, name);
  } catch (error) {
    const pinned = catalog.settings.environments.some(({ pins }) => pins.some((pin) => pin.model === name));
    if (error instanceof CommandError && pinned) return { name, path: null };
    throw error;
  }
}

function environmentOf(catalog: Catalog, name: string | undefined): Environment | undefined {
  if (name === undefined) return undefined;
  const { environments } = catalog.settings;
  const found = environments.find((one) => one.name === name);
  if (found) return found;
  const names = environments.map((one) => one.name);
  throw new CommandError(2, 'environment-unknown', `There is no environment "${name}"`, names);
}

async function stageEvents(
  context: CommandContext,
  catalog: Catalog,
  model: string | undefined,
  environment: Environment | undefined,
): Promise<readonly Timed[]> {
  if (environment?.stage === null) return [];
  const { state } = await readRegistry(catalog.repository, { signal: context.signal });
  return [...state.artifacts.values()]
    .filter((artifact) => model === undefined || artifact.name === model)
    .flatMap(stageHistory)
    .filter((change) => environment === undefined || change.stage === environment.stage)
    .map((change) => ({
      seconds: change.event.seconds,
      key: `#${change.artifact}#${change.stage}`,
      event: ofStage(change),
    }));
}

async function pinEvents(
  context: CommandContext,
  catalog: Catalog,
  model: Chosen | undefined,
  environment: Environment | undefined,
): Promise<readonly Timed[]> {
  const { changes, diagnostics } = await pinHistory(catalog, {
    ...(environment ? { environment: environment.name } : {}),
    ...(model ? { models: [model.name, model.path] } : {}),
    signal: context.signal,
  });
  context.diagnose(diagnostics);
  if (changes.length > 0) {
    const message = 'Pins are told as Git merged them, which is not when they were deployed.';
    context.diagnose([{ severity: 'info', code: 'not-deployment-times', message }]);
  }
  return changes.map((change) => ({
    seconds: change.seconds,
    key: [change.environment, change.model, change.file].join('\0'),
    event: ofPin(change),
  }));
}

/** The last event of each pin and stage at or before a time, where something stood there afterwards. */
function standingAt(events: readonly Timed[], second: number): readonly Timed[] {
  const last = new Map<string, Timed>();
  for (const one of events) if (one.seconds <= second && !last.has(one.key)) last.set(one.key, one);
  return [...last.values()].filter(({ event }) => event.after !== null);
}

function ofStage(change: StageChange): HistoryEvent {
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

function ofPin(change: PinChange): HistoryEvent {
  const { model, environment, file, ref, time, author, email, commit, before, after, cutOff } = change;
  return {
    kind: 'pin',
    model,
    environment,
    target: file,
    ref,
    time,
    author,
    email,
    commit,
    before,
    after,
    ...(cutOff ? { cutOff } : {}),
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
