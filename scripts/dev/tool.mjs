import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { devFolder } from './paths.mjs';

/** Something the tests or the demo need, that is not here and could not be fetched. */
export class MissingTool extends Error {
  /**
   * @param {string} tool what is missing
   * @param {string} command what would get it
   * @param {string} [why] the first line of what went wrong
   */
  constructor(tool, command, why) {
    super(`${tool} is missing${why ? ` (${why})` : ''}. To get it: ${command}`);
    this.name = 'MissingTool';
    this.tool = tool;
  }
}

/**
 * Makes a folder of the development folder once. It is built under another name and moved into place when complete, so
 * that an interrupted start leaves nothing that looks whole, and two starts at once do not disturb each other.
 * @param {string} name the folder's name, with the version of what is in it
 * @param {(folder: string) => Promise<void>} make
 * @returns {Promise<string>} its path
 */
export async function once(name, make) {
  const folder = join(devFolder, name);
  if (await isComplete(folder)) return folder;
  const draft = join(dirname(folder), `.${basename(folder)}.${process.pid}`);
  await rm(draft, { recursive: true, force: true });
  await mkdir(draft, { recursive: true });
  try {
    await make(draft);
    await writeFile(join(draft, COMPLETE), '');
    await rm(folder, { recursive: true, force: true });
    await rename(draft, folder);
  } catch (error) {
    await rm(draft, { recursive: true, force: true });
    if (await isComplete(folder)) return folder;
    throw error;
  }
  return folder;
}

/**
 * The same for what cannot be moved once it is made, because it holds its own path.
 * @param {string} name
 * @param {(folder: string) => Promise<void>} make
 */
export async function onceInPlace(name, make) {
  const folder = join(devFolder, name);
  if (await isComplete(folder)) return folder;
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  await make(folder);
  await writeFile(join(folder, COMPLETE), '');
  return folder;
}

/**
 * A short digest of files and of everything in folders: names and contents, in a fixed order.
 * @param {readonly string[]} paths
 */
export async function digestOf(paths) {
  const hash = createHash('sha256');
  /** @param {string} path */
  const add = async (path) => {
    const about = await stat(path).catch(() => null);
    if (about?.isDirectory()) {
      for (const name of (await readdir(path)).sort()) await add(join(path, name));
    } else if (about !== null) {
      hash
        .update(path)
        .update('\0')
        .update(await readFile(path))
        .update('\0');
    }
  };
  for (const path of paths) await add(path);
  return hash.digest('hex').slice(0, 12);
}

const COMPLETE = '.complete';

/** @param {string} folder */
function isComplete(folder) {
  return readFile(join(folder, COMPLETE)).then(
    () => true,
    () => false,
  );
}

/** @param {unknown} error */
export function firstLine(error) {
  const text = error instanceof Error ? error.message : String(error);
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  return (
    lines.find((line) => /error|enoent|not found|no matching|^E:/i.test(line)) ??
    lines[0] ??
    ''
  ).trim();
}
