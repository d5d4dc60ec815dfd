import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { md5 } from '../fixtures/gitRepo.js';
import type { Shape } from '../fixtures/largeRepository.js';
import { writeLargeRepository, writeTaggedRepository } from '../fixtures/largeRepository.js';

/** Raised when the generators make something else for the same shape. */
const GENERATION = 1;
const FOLDER = path.resolve('.modelkeep-dev/bench');

/** The folder of a repository of a shape; made on the first run and kept for the next ones. */
export async function largeRepository(shape: Shape): Promise<string> {
  return kept(shape, (folder) => writeLargeRepository(folder, shape));
}

/** The folder of a repository whose commits register every model. */
export async function taggedRepository(shape: { models: number; versions: number }): Promise<string> {
  return kept(shape, (folder) => writeTaggedRepository(folder, shape));
}

/**
 * Writes the ids of every object that the whole catalog needs to read, each once: tags, commits of all refs,
 * their trees, and the files that say what is tracked.
 */
export function writeObjectList(repository: string): { readonly file: string; readonly count: number } {
  const listing = execFileSync('git', ['rev-list', '--objects', '--no-walk', '--all'], {
    cwd: repository,
    encoding: 'utf8',
    maxBuffer: 1 << 30,
  });
  const types = new Map(
    execFileSync('git', ['cat-file', '--batch-check=%(objectname) %(objecttype)', '--buffer'], {
      cwd: repository,
      encoding: 'utf8',
      input: listing.replace(/ .*$/gm, ''),
      maxBuffer: 1 << 30,
    })
      .trimEnd()
      .split('\n')
      .map((line): [string, string] => [line.slice(0, line.indexOf(' ')), line.slice(line.indexOf(' ') + 1)]),
  );
  const ids = listing
    .trimEnd()
    .split('\n')
    .filter((line) => types.get(line.split(' ', 1)[0] ?? '') !== 'blob' || CANDIDATE.test(line))
    .map((line) => line.split(' ', 1)[0]);
  const file = path.join(repository, '.git', 'bench-objects');
  writeFileSync(file, `${ids.join('\n')}\n`);
  return { file, count: ids.length };
}

const CANDIDATE =
  /(?:\.dvc|\.onnx|[ /]dvc\.(?:yaml|lock)|[ /]\.gitattributes|[ /]\.dvcignore|\.dvc\/config)$/;

async function kept(shape: object, make: (folder: string) => Promise<void>): Promise<string> {
  const folder = path.join(FOLDER, md5(JSON.stringify([GENERATION, shape])).slice(0, 12));
  const mark = path.join(folder, '.git', 'bench-complete');
  if (!existsSync(mark)) {
    process.stderr.write(`  making ${JSON.stringify(shape)}\n`);
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(FOLDER, { recursive: true });
    await make(folder);
    writeFileSync(mark, '');
  }
  return folder;
}
