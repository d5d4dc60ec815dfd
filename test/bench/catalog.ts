import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { CatalogSource } from '../../src/core/catalog/source.js';
import { openRepository } from '../../src/core/git/repository.js';
import type { Shape } from '../fixtures/largeRepository.js';
import { LARGE, moveBranch } from '../fixtures/largeRepository.js';
import type { Case, Timing, Timings } from './measure.js';
import { interleave, peakMemory, time } from './measure.js';
import { largeRepository, writeObjectList } from './repositories.js';
import type { Line } from './table.js';
import { duration } from './table.js';

export const CLI = path.resolve('dist/cli.js');
const SUMMARY = ['list', '--all', '--remotes', '--summary', '--json'];
const FULL = ['list', '--all', '--remotes', '--json'];

/** The whole catalog of a large repository, as a process and in the editor, against raw Git in the same rounds. */
export async function benchCatalog(shape: Shape, rounds: number): Promise<readonly Line[]> {
  // What a program needs to start is most of a call in a small repository: goals are those of the large one.
  const goals = shape === LARGE;
  const repository = await largeRepository(shape);
  const caches = mkdtempSync(path.join(os.tmpdir(), 'modelkeep-bench-'));
  try {
    const plumbing = plumbingCases(repository);
    const cases = [
      ...plumbing.cases,
      ...commandCases(repository, caches),
      movedCase(repository, caches),
      fullCase(repository, caches),
      await editorCase(repository),
    ];
    const timings = await interleave(cases, rounds);
    const lines = [...report(timings, plumbing.objects), ...memory(repository, caches)];
    return goals
      ? lines
      : lines.map(({ name, measured, ratio }) => ({
          name,
          measured,
          ...(ratio === undefined ? {} : { ratio }),
        }));
  } finally {
    rmSync(caches, { recursive: true, force: true });
  }
}

/** Cold and warm against the floor for several numbers of branches on otherwise equal repositories. */
export async function benchGrowth(branches: readonly number[], rounds: number): Promise<readonly Line[]> {
  const lines: Line[] = [];
  for (const count of branches) {
    const repository = await largeRepository({ ...LARGE, branches: count });
    const caches = mkdtempSync(path.join(os.tmpdir(), 'modelkeep-bench-'));
    try {
      const { cases, objects } = plumbingCases(repository);
      const timings = await interleave([...cases, ...commandCases(repository, caches)], rounds);
      const floor = floorOf(timings);
      for (const name of ['cold', 'warm']) {
        const took = at(timings, name);
        lines.push({
          name: `${count} branches, ${objects} unique objects: ${name}`,
          measured: duration(took.median),
          ratio: `${ratioText(took, floor, 'F')}, ${((took.median * 1000) / objects).toFixed(1)} µs an object`,
        });
      }
    } finally {
      rmSync(caches, { recursive: true, force: true });
    }
  }
  return lines;
}

/** One for-each-ref and one cat-file over every object the catalog needs, to nowhere; and Node doing nothing. */
function plumbingCases(repository: string): { readonly cases: readonly Case[]; readonly objects: number } {
  const { file, count } = writeObjectList(repository);
  const refs = ['for-each-ref', '--format=%(objectname) %(objecttype) %(symref) %(refname)'];
  const namespaces = ['refs/heads', 'refs/remotes', 'refs/tags', 'refs/exps'];
  return {
    objects: count,
    cases: [
      {
        name: 'plumbing',
        run: () =>
          time('git', [...refs, ...namespaces], { cwd: repository }) +
          time('git', ['cat-file', '--batch', '--buffer'], { cwd: repository, input: file }),
      },
      { name: 'node', run: () => time(process.execPath, ['-e', '0'], { cwd: repository }) },
    ],
  };
}

function commandCases(repository: string, caches: string): readonly Case[] {
  let fresh = 0;
  return [
    {
      name: 'cold',
      run: () => list(repository, SUMMARY, path.join(caches, `cold-${(fresh += 1)}`)),
    },
    {
      name: 'warm',
      run: () => {
        const cache = path.join(caches, 'warm');
        // Another case moves a branch in every round: what is measured is a call after which nothing changed.
        list(repository, SUMMARY, cache);
        return list(repository, SUMMARY, cache);
      },
    },
  ];
}

function movedCase(repository: string, caches: string): Case {
  const branch = firstBranch(repository);
  return {
    name: 'moved',
    run: async (round) => {
      const cache = path.join(caches, 'moved');
      if (round === 0) list(repository, SUMMARY, cache);
      await moveBranch(repository, branch, Date.now());
      return list(repository, SUMMARY, cache);
    },
  };
}

function fullCase(repository: string, caches: string): Case {
  return { name: 'full', run: () => list(repository, FULL, path.join(caches, 'warm')) };
}

/** What the editor does when a ref moved: the next catalog from the same source, with every branch's summary. */
async function editorCase(folder: string): Promise<Case> {
  const branch = firstBranch(folder);
  const source = new CatalogSource(await openRepository(folder));
  const refresh = async (): Promise<number> => {
    const start = performance.now();
    const catalog = await source.load({ branches: (view) => view.branches, changes: true });
    await catalog.summarize(catalog.branches);
    return performance.now() - start;
  };
  await refresh();
  return {
    name: 'editor',
    run: async () => {
      await moveBranch(folder, branch, Date.now());
      return refresh();
    },
  };
}

function list(repository: string, args: readonly string[], cache: string): number {
  mkdirSync(cache, { recursive: true });
  return time(process.execPath, [CLI, ...args], { cwd: repository, env: { MODELKEEP_CACHE_DIR: cache } });
}

function report(timings: Timings, objects: number): readonly Line[] {
  const floor = floorOf(timings);
  const against = (name: string, title: string, goal?: number): Line => {
    const took = at(timings, name);
    return {
      name: title,
      measured: duration(took.median),
      ratio: ratioText(took, floor, 'F'),
      ...(goal === undefined ? {} : { goal: `at most ${goal} F`, met: took.median <= goal * floor.median }),
    };
  };
  const [editor, plumbing] = [at(timings, 'editor'), at(timings, 'plumbing')];
  return [
    { name: `raw plumbing over ${objects} objects`, measured: duration(plumbing.median) },
    { name: 'node -e 0', measured: duration(at(timings, 'node').median) },
    { name: 'F, their sum', measured: duration(floor.median), ratio: '1.00 F' },
    against('cold', 'list --all --remotes --summary, cold', 4),
    against('warm', 'the same, warm', 1.5),
    against('moved', 'the same after one branch moved', 1.6),
    against('full', 'list --all --remotes in full, warm'),
    {
      name: 'in the editor after one ref moved',
      measured: duration(editor.median),
      ratio: ratioText(editor, plumbing, 'plumbing'),
      goal: 'under 0.6 plumbing',
      met: editor.median < 0.6 * plumbing.median,
    },
  ];
}

function memory(repository: string, caches: string): readonly Line[] {
  const peak = (name: string, args: readonly string[], cache: string): Line => {
    const megabytes = peakMemory([CLI, ...args], {
      cwd: repository,
      env: { MODELKEEP_CACHE_DIR: path.join(caches, cache) },
    });
    return { name, measured: `${megabytes.toFixed(0)} MB`, goal: 'under 250 MB', met: megabytes < 250 };
  };
  return [
    peak('peak memory, summary, cold', SUMMARY, 'memory'),
    peak('peak memory, summary, warm', SUMMARY, 'warm'),
    peak('peak memory, in full', FULL, 'warm'),
  ];
}

function firstBranch(repository: string): string {
  const branches = execFileSync(
    'git',
    ['for-each-ref', '--format=%(refname:short)', 'refs/heads/experiment'],
    {
      cwd: repository,
      encoding: 'utf8',
    },
  );
  return branches.split('\n', 1)[0] ?? '';
}

function floorOf(timings: Timings): Timing {
  const [plumbing, node] = [at(timings, 'plumbing'), at(timings, 'node')];
  return { median: plumbing.median + node.median, least: plumbing.least + node.least };
}

function at(timings: Timings, name: string): Timing {
  return timings.get(name) ?? { median: NaN, least: NaN };
}

/** `3.12 F (least 2.90)`: the verdict goes by the first. */
function ratioText(took: Timing, floor: Timing, unit: string): string {
  const [median, least] = [took.median / floor.median, took.least / floor.least];
  return `${median.toFixed(2)} ${unit} (least ${least.toFixed(2)})`;
}
