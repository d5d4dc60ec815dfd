import { pinStatus } from '../core/pins/status/status.js';
import type { PinStatus, StatusOptions } from '../core/pins/status/status.js';
import type { Side } from '../core/pins/status/side.js';
import type { Command, CommandContext, ExitCode, ParsedArguments } from './command.js';
import { CommandError } from './command.js';
import { printable } from './context.js';
import { pinnedName, text } from './pins.js';

/** `status`: what is pinned, registered, on disk and running. */
export const status: Command = {
  name: 'status',
  summary: 'What is pinned, registered, on disk and running',
  usage: 'status [MODEL] [--env E] [--offline]',
  help: `  --env E     one environment of modelkeep.yaml
  --offline   ask no service; what runs is then unknown

Exits 0 when all is in sync, 1 on drift or during a roll-out, 2 when modelkeep.yaml has errors, 3 when
something could not be determined.`,
  options: { env: { type: 'string' }, offline: { type: 'boolean' } },
  positionals: { min: 0, max: 1 },
  run: async (context, args) => {
    const found = await readStatus(context, args, { offline: args.values.offline === true });
    if (found.pins.length === 0 && !context.json)
      await context.out('modelkeep.yaml names no environment, so nothing is pinned\n');
    return reportStatus(context, found);
  },
};

/** Pins that could be read, and whether errors in modelkeep.yaml may hide others. */
export interface FoundStatus {
  readonly pins: readonly PinStatus[];
  readonly misconfigured: boolean;
}

/** The status of the pins that the arguments name. Exit 2 for an environment or a model that pins nothing. */
export async function readStatus(
  context: CommandContext,
  { values, positionals }: ParsedArguments,
  options: Pick<StatusOptions, 'offline' | 'hash' | 'remote' | 'progress'>,
): Promise<FoundStatus> {
  const catalog = await context.catalog();
  const { environments } = catalog.settings;
  const environment = text(values.env);
  if (environment !== undefined && !environments.some(({ name }) => name === environment)) {
    const names = environments.map(({ name }) => name);
    throw new CommandError(2, 'no-pin', `There is no environment "${environment}" in modelkeep.yaml`, names);
  }
  const [written] = positionals;
  const model = written === undefined ? undefined : await pinnedName(context, catalog, written);
  const pins = await pinStatus(catalog, {
    ...options,
    ...(environment === undefined ? {} : { environment }),
    ...(model === undefined ? {} : { model }),
    signal: context.signal,
  });
  if (pins.length === 0 && model !== undefined) {
    const all = environments.flatMap(({ name, pins: own }) => own.map((pin) => `${pin.model} in ${name}`));
    throw new CommandError(2, 'no-pin', `Nothing pins "${model}" there`, all);
  }
  const misconfigured = catalog.diagnostics.some(
    ({ severity, code }) => severity === 'error' && code.startsWith('settings-'),
  );
  return { pins, misconfigured };
}

/** Prints statuses; the exit code is the worst of them: drift, then a pin that a mistake may hide, then unknown. */
export async function reportStatus(
  context: CommandContext,
  { pins, misconfigured }: FoundStatus,
): Promise<ExitCode> {
  if (context.json) await context.answer({ pins });
  else for (const pin of pins) await context.out(printable(describe(pin)));
  if (pins.some(({ state }) => state === 'drifted' || state === 'rolling out')) return 1;
  if (misconfigured) return 2;
  return pins.some(({ state }) => state === 'unknown') ? 3 : 0;
}

function describe(pin: PinStatus): string {
  const { pinned, registry, pointer, disk, remote, service, reasons } = pin;
  const stage = registry.stage ? `, ${registry.stage.name}: ${registry.stage.holder ?? 'nobody'}` : '';
  const lines = [
    `${pin.model} in ${pin.environment}: ${pin.state}`,
    row('pinned', pinned, pinned.here === undefined ? '' : `, here ${pinned.here}`),
    row('registry', registry, stage),
    ...(pointer ? [row('pointer', pointer)] : []),
    ...(disk.state === 'n/a' ? [] : [row('disk', disk)]),
    ...(remote ? [row('remote', remote)] : []),
    ...(service.state === 'n/a' ? [] : [row('service', service)]),
    ...reasons.map(({ code, message }) => `  ! ${message} (${code})`),
  ];
  return `${lines.join('\n')}\n`;
}

function row(name: string, side: Side, more = ''): string {
  const digest = side.digest ? `${side.digest.algorithm} ${side.digest.value.slice(0, 8)}` : '';
  const value = side.value === '' ? '(empty)' : (side.value ?? digest);
  return `  ${name.padEnd(9)} ${side.state.padEnd(8)} ${value === '' ? '' : `${value}  `}${side.source}${more}`;
}
