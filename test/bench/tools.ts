import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { LARGE, MEDIUM } from '../fixtures/largeRepository.js';
import { findTool } from '../interop/tools.js';
import { CLI } from './catalog.js';
import { interleave, time } from './measure.js';
import { largeRepository, taggedRepository } from './repositories.js';
import type { Line } from './table.js';
import { duration } from './table.js';

const QUIET = { DVC_NO_ANALYTICS: '1', DVC_GLOBAL_CONFIG_DIR: os.tmpdir(), NO_COLOR: '1' };

interface Contest {
  readonly title: string;
  readonly tool: 'gto' | 'dvc' | 'git-lfs';
  readonly theirs: string;
  readonly ours: readonly (readonly string[])[];
  readonly goal?: number;
  readonly rounds: number;
  /** Runs the tool once; milliseconds. */
  measure(program: string, repository: string): number;
  repository(): Promise<string>;
}

/** The same questions to the tools that own the formats, side by side. What is not installed is named. */
export async function benchTools(rounds: number): Promise<readonly Line[]> {
  const lines: Line[] = [];
  for (const contest of await contests(rounds)) {
    const program = findTool(contest.tool);
    if (program === undefined) {
      lines.push({ name: contest.theirs, measured: 'missing', ratio: `${contest.tool} is not installed` });
      continue;
    }
    lines.push(...(await hold(contest, program)));
  }
  return lines;
}

async function hold(contest: Contest, program: string): Promise<readonly Line[]> {
  const repository = await contest.repository();
  const cache = mkdtempSync(path.join(os.tmpdir(), 'modelkeep-bench-'));
  try {
    let fresh = 0;
    const ours = (folder: string): number =>
      contest.ours.reduce(
        (sum, args) =>
          sum +
          time(process.execPath, [CLI, ...args], { cwd: repository, env: { MODELKEEP_CACHE_DIR: folder } }),
        0,
      );
    const timings = await interleave(
      [
        {
          name: 'theirs',
          run: (round) => (round === 0 && contest.rounds === 1 ? 0 : contest.measure(program, repository)),
        },
        { name: 'cold', run: () => ours(path.join(cache, `cold-${(fresh += 1)}`)) },
        { name: 'warm', run: () => ours(path.join(cache, 'warm')) },
      ],
      contest.rounds,
    );
    const theirs = timings.get('theirs')?.median ?? NaN;
    const line = (name: string): Line => {
      const times = theirs / (timings.get(name)?.median ?? NaN);
      return {
        name: `${contest.title}, ${name}`,
        measured: duration(timings.get(name)?.median ?? NaN),
        ratio: `${times.toFixed(1)} times faster`,
        ...(contest.goal === undefined
          ? {}
          : { goal: `at least ${contest.goal} times`, met: times >= contest.goal }),
      };
    };
    return [{ name: contest.theirs, measured: duration(theirs) }, line('cold'), line('warm')];
  } finally {
    rmSync(cache, { recursive: true, force: true });
  }
}

async function contests(rounds: number): Promise<readonly Contest[]> {
  const medium = await largeRepository(MEDIUM);
  const branches = execFileSync(
    'git',
    ['for-each-ref', '--count=5', '--format=%(refname:short)', 'refs/heads'],
    {
      cwd: medium,
      encoding: 'utf8',
    },
  )
    .trim()
    .split('\n');
  return [
    {
      title: 'show --json on 4,000 tags',
      tool: 'gto',
      theirs: 'gto show --json on 4,000 tags of 40 models',
      ours: [['show', '--json']],
      goal: 50,
      rounds: 1, // about a minute a run
      measure: (program, cwd) => time(program, ['show', '--json'], { cwd, env: QUIET }),
      repository: () => taggedRepository({ models: 40, versions: 91 }),
    },
    {
      title: 'list --json for each of the five',
      tool: 'dvc',
      theirs: 'dvc ls -R --rev for each of five branches',
      ours: branches.map((branch) => ['list', '--branch', branch, '--tracked', '--json']),
      rounds: 1,
      measure: (program, cwd) =>
        branches.reduce(
          (sum, branch) =>
            sum +
            time(program, ['ls', '-R', '--dvc-only', '--json', '--rev', branch, '.'], { cwd, env: QUIET }),
          0,
        ),
      repository: () => Promise.resolve(medium),
    },
    {
      title: 'list --all --remotes --summary --json',
      tool: 'git-lfs',
      theirs: 'git lfs ls-files --all',
      ours: [['list', '--all', '--remotes', '--summary', '--json']],
      rounds: Math.min(rounds, 3),
      measure: (program, cwd) =>
        time('git', ['lfs', 'ls-files', '--all'], {
          cwd,
          env: { PATH: `${path.dirname(program)}${path.delimiter}${process.env.PATH ?? ''}` },
        }),
      repository: () => largeRepository(LARGE),
    },
  ];
}
