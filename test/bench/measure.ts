import type { SpawnSyncOptions } from 'node:child_process';
import { spawnSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';

/** One thing to time; `run` resolves to milliseconds. */
export interface Case {
  readonly name: string;
  run(round: number): number | Promise<number>;
}

/** Milliseconds of all rounds. On a busy machine the least says more than the median. */
export interface Timing {
  readonly median: number;
  readonly least: number;
}

/** By the name of the case. */
export type Timings = ReadonlyMap<string, Timing>;

/**
 * Runs all cases once per round, in turn, so that whatever else the machine does falls on all of them alike.
 * One round more than asked for comes first and does not count.
 */
export async function interleave(cases: readonly Case[], rounds: number): Promise<Timings> {
  const times = new Map<string, number[]>(cases.map(({ name }) => [name, []]));
  for (let round = 0; round <= rounds; round++) {
    for (const each of cases) {
      const took = await each.run(round);
      if (round > 0) times.get(each.name)?.push(took);
    }
    process.stderr.write(`\r  round ${round} of ${rounds}`);
  }
  process.stderr.write('\r                      \r');
  return new Map(
    [...times].map(([name, list]) => [name, { median: median(list), least: Math.min(...list) }]),
  );
}

/** The middle value, or the mean of the two in the middle; NaN of nothing. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? NaN) + upper) / 2;
}

export interface RunOptions {
  readonly cwd: string;
  readonly env?: NodeJS.ProcessEnv;
  /** A file for standard input; nothing by default. */
  readonly input?: string;
}

let clock: 'wall' | 'processor' = 'wall';

/** Counts processor time (of the program and what it starts; POSIX only) instead of the time on the wall. */
export function countProcessorTime(): void {
  clock = 'processor';
}

/** Runs a program to its end, its output thrown away by the system; milliseconds. Throws when it fails. */
export function time(program: string, args: readonly string[], options: RunOptions): number {
  const input = options.input === undefined ? undefined : openSync(options.input, 'r');
  const settings: SpawnSyncOptions = {
    cwd: options.cwd,
    env: { ...process.env, ...options.env },
    stdio: [input ?? 'ignore', clock === 'wall' ? 'ignore' : 'pipe', 'pipe'],
  };
  const start = performance.now();
  const done =
    clock === 'wall'
      ? spawnSync(program, args, settings)
      : spawnSync('bash', ['-c', '"$@" >/dev/null && times', 'bash', program, ...args], settings);
  const took = performance.now() - start;
  if (input !== undefined) closeSync(input);
  if (done.error) throw done.error;
  if (done.status !== 0) throw new Error(`${program} ${args.join(' ')}: ${String(done.stderr)}`);
  return clock === 'wall' ? took : childrenTime(String(done.stdout));
}

/** The second line of `times` is what children used: `0m0.123s 0m0.045s`, user and system. */
function childrenTime(times: string): number {
  const parts = [...(times.split('\n')[1] ?? '').matchAll(/(\d+)m([\d.]+)s/g)];
  return parts.reduce(
    (sum, [, minutes, seconds]) => sum + (Number(minutes) * 60 + Number(seconds)) * 1000,
    0,
  );
}

/** Runs a Node program and returns the most memory it had resident, in MB. */
export function peakMemory(args: readonly string[], options: RunOptions): number {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'modelkeep-bench-'));
  const result = path.join(folder, 'peak');
  const watcher = path.join(folder, 'watch.cjs');
  writeFileSync(
    watcher,
    `process.on('exit', () => require('node:fs').writeFileSync(${JSON.stringify(result)}, String(process.resourceUsage().maxRSS)));`,
  );
  try {
    time(process.execPath, ['--require', watcher, ...args], options);
    return Number(readFileSync(result, 'utf8')) / 1024;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
