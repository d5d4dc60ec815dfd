import { parseArgs } from 'node:util';
import type { ParseArgsConfig } from 'node:util';
import { version } from '../../package.json';
import type { Command, ExitCode, ParsedArguments } from './command.js';
import { CommandError } from './command.js';
import { COMMANDS } from './commands.js';
import { createContext, printable } from './context.js';

/** Options that every command takes. */
const COMMON = {
  repo: { type: 'string' },
  json: { type: 'boolean' },
  'no-color': { type: 'boolean' },
  verbose: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const satisfies ParseArgsConfig['options'];

const COMMON_HELP = `Everywhere:
  --repo DIR   the repository (default: the one around the current folder)
  --json       one JSON object on stdout, with "schema": 1
  --no-color   plain text (also NO_COLOR, and when not a terminal)
  --verbose    when a command fails, also where it failed, on stderr
  -h, --help   this help

Exit codes: 0 done or in sync; 1 drift found or a rule broken; 2 wrong use, bad configuration or
refused; 3 could not be determined.`;

/** Runs one command line and returns its exit code. Never throws. */
export async function main(args: readonly string[], process: NodeJS.Process): Promise<ExitCode> {
  const aborted = new AbortController();
  const interrupt = (): void => aborted.abort(new Error('interrupted'));
  process.once('SIGINT', interrupt);
  process.once('SIGTERM', interrupt);
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    // A reader that goes away (`| head`) has what it wanted; where the disk is full the answer is lost.
    if (error.code === 'EPIPE') process.exit(0);
    process.stderr.write(`modelkeep: the answer could not be written: ${error.message}\n`);
    process.exit(3);
  });
  process.stderr.on('error', () => undefined);
  try {
    return await dispatch(args, process, aborted.signal);
  } finally {
    process.off('SIGINT', interrupt);
    process.off('SIGTERM', interrupt);
  }
}

async function dispatch(
  args: readonly string[],
  process: NodeJS.Process,
  signal: AbortSignal,
): Promise<ExitCode> {
  const { name, rest } = split(args);
  if (name === '--version') {
    process.stdout.write(`${version}\n`);
    return 0;
  }
  const json = rest.includes('--json');
  if (name === '-h' || name === '--help' || name === 'help' || (name === '' && !json)) {
    const [about] = rest;
    if (name === 'help' && about !== undefined && !about.startsWith('-'))
      return dispatch([about, '--help'], process, signal);
    process.stdout.write(await overview());
    return name === '' ? 2 : 0;
  }
  const context = createContext({ process, json, signal });
  try {
    const load = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
    if (!load) {
      const what = name === '' ? 'Name a command' : `there is no command "${printable(name)}"`;
      throw new CommandError(2, 'usage', `${what}; "modelkeep --help" lists them`);
    }
    const command = await load();
    const parsed = parse(command, rest);
    if (parsed.values.help === true) {
      process.stdout.write(helpOf(command));
      return 0;
    }
    context.configure(parsed.values);
    const exitCode = await command.run(context, parsed);
    await context.finish();
    return exitCode;
  } catch (error) {
    return context.fail(error);
  }
}

/** The command and its arguments; options that every command takes may stand before its name too. */
function split(args: readonly string[]): { name: string; rest: readonly string[] } {
  let at = 0;
  for (; at < args.length; at += 1) {
    const word = args[at] ?? '';
    if (word === '--repo') at += 1;
    else if (
      word !== '--json' &&
      word !== '--no-color' &&
      word !== '--verbose' &&
      !word.startsWith('--repo=')
    )
      break;
  }
  return { name: args[at] ?? '', rest: [...args.slice(0, at), ...args.slice(at + 1)] };
}

function parse(command: Command, args: readonly string[]): ParsedArguments {
  let parsed: ReturnType<typeof parseArgs>;
  try {
    parsed = parseArgs({
      args: [...args],
      options: { ...command.options, ...COMMON },
      allowPositionals: true,
    });
  } catch (error) {
    const reason = error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error);
    throw new CommandError(
      2,
      'usage',
      `${reason.replace(/\. To specify.*$|\.+$/, '')}. Usage: modelkeep ${command.usage}`,
    );
  }
  const { positionals } = parsed;
  if (parsed.values.help !== true) {
    if (positionals.length < command.positionals.min || positionals.length > command.positionals.max) {
      throw new CommandError(2, 'usage', `Usage: modelkeep ${command.usage}`);
    }
  }
  return { values: parsed.values, positionals };
}

async function overview(): Promise<string> {
  const commands = await Promise.all(Object.values(COMMANDS).map((load) => load()));
  const width = Math.max(...commands.map((command) => command.name.length));
  const lines = commands.map((command) => `  ${command.name.padEnd(width)}  ${command.summary}`);
  return `modelkeep ${version}: model versions in Git, tracked by DVC and Git LFS

Usage: modelkeep COMMAND [options]

${lines.join('\n')}

${COMMON_HELP}
`;
}

function helpOf(command: Command): string {
  const own = command.help === undefined ? '' : `\n${command.help.trimEnd()}\n`;
  return `${command.summary}\n\nUsage: modelkeep ${command.usage}\n${own}\n${COMMON_HELP}\n`;
}
