import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';

const BUILT = path.resolve('dist/cli.js');
/** The built command line; from the sources before the first build. */
export const COMMAND: readonly string[] = existsSync(BUILT)
  ? [BUILT]
  : [path.resolve('node_modules/tsx/dist/cli.mjs'), path.resolve('src/cli.ts')];

export interface CliResult {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs `modelkeep` as a process of its own. */
export function modelkeep(
  args: readonly string[],
  options: { readonly cwd: string; readonly env: NodeJS.ProcessEnv },
): CliResult {
  const done = spawnSync(process.execPath, [...COMMAND, ...args], {
    cwd: options.cwd,
    env: options.env,
    encoding: 'utf8',
    maxBuffer: 1 << 30,
  });
  if (done.error) throw done.error;
  return { exitCode: done.status, stdout: done.stdout, stderr: done.stderr };
}

/** Runs a command with `--json` that must end with exit code 0, and parses its answer. */
export function modelkeepJson(
  args: readonly string[],
  options: { readonly cwd: string; readonly env: NodeJS.ProcessEnv },
): unknown {
  const { exitCode, stdout, stderr } = modelkeep([...args, '--json'], options);
  if (exitCode !== 0)
    throw new Error(`modelkeep ${args.join(' ')} ended with ${exitCode}: ${stderr}${stdout}`);
  const answer: unknown = JSON.parse(stdout);
  return answer;
}
