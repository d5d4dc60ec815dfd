import { mkdir, open, readFile, readdir, rename, rm, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import path from 'node:path';
import { crc32 } from 'node:zlib';

const MAGIC = Buffer.from('MKCAT\u0000\u0000\u0007', 'latin1');
/** In front of each part: the length of its content, and a checksum that goes on from the part before. */
const PART_HEADER = 8;
const SUFFIX = '.catalog';
/** A larger file is not worth its reading, nor its writing: then the next process begins anew. */
const LARGEST = 256 * 1024 * 1024;
const OLDEST = 90 * 24 * 60 * 60 * 1000;
const ABANDONED = 60 * 60 * 1000;

/** Where the cache lies: `$MODELKEEP_CACHE_DIR`, else where the platform keeps caches. */
export function defaultCacheFolder(
  env: NodeJS.ProcessEnv = process.env,
  platform = process.platform,
): string {
  const own = env.MODELKEEP_CACHE_DIR;
  if (own !== undefined && own !== '') return path.resolve(own);
  if (env.XDG_CACHE_HOME !== undefined && path.isAbsolute(env.XDG_CACHE_HOME))
    return path.join(env.XDG_CACHE_HOME, 'modelkeep');
  if (platform === 'darwin') return path.join(homedir(), 'Library', 'Caches', 'modelkeep');
  if (platform === 'win32')
    return path.join(env.LOCALAPPDATA ?? path.join(homedir(), 'AppData', 'Local'), 'modelkeep', 'Cache');
  return path.join(homedir(), '.cache', 'modelkeep');
}

/**
 * The cache file of one repository: the same for all its worktrees and all who look at it with the same settings. Two
 * that share a name by chance take turns: what is kept says whose it is.
 * @param settings stands for those of the working copy that change what is kept; nothing where it has none.
 */
export function cacheFileOf(folder: string, commonDir: string, settings = ''): string {
  const [last = '', above = ''] = commonDir.split(/[\\/]/).reverse();
  const name = (last === '.git' ? above : last).replaceAll(/[^\w.-]/g, '_').slice(0, LONGEST_NAME);
  return path.join(folder, `${name}-${sum(commonDir)}${sum(settings)}${SUFFIX}`);
}

/** Characters of a repository's name in the name of its cache file. */
const LONGEST_NAME = 40;

function sum(text: string): string {
  return crc32(text).toString(16).padStart(8, '0');
}

/** How far a cache file is whole; what is added to it must follow on exactly that. */
export interface CacheState {
  /** Bytes of the whole parts. */
  readonly size: number;
  /** Bytes of the first part, which what is added should not outgrow. */
  readonly first: number;
  /** Checksum over all parts: the next part's goes on from it. */
  readonly checksum: number;
  /** Whether anything stands behind the whole parts: then nothing can be added. */
  readonly torn: boolean;
}

/** A cache file's parts, oldest first. */
export interface CacheFile {
  readonly parts: readonly Buffer[];
  readonly state: CacheState;
}

/** Reads a cache file as far as it is whole; undefined when it is not there, damaged, or somebody else's. */
export async function readCacheFile(file: string): Promise<CacheFile | undefined> {
  let data: Buffer;
  try {
    const found = await stat(file);
    if (!found.isFile() || found.size > LARGEST) return undefined;
    data = await readFile(file);
  } catch {
    return undefined; // no cache is the normal case, and an unreadable one only costs time
  }
  if (!data.subarray(0, MAGIC.length).equals(MAGIC)) return undefined;
  const parts: Buffer[] = [];
  let at = MAGIC.length;
  let checksum = 0;
  while (at + PART_HEADER <= data.length) {
    const start = at + PART_HEADER;
    const content = data.subarray(start, start + data.readUInt32LE(at));
    const found = crc32(content, checksum);
    if (start + data.readUInt32LE(at) > data.length || found !== data.readUInt32LE(at + 4)) break;
    parts.push(content);
    checksum = found;
    at = start + content.length;
  }
  const [first] = parts;
  if (!first) return undefined;
  return { parts, state: { size: at, first: first.length, checksum, torn: at < data.length } };
}

/**
 * Replaces a cache file in one step: a process that is killed, a full disk or a second writer leaves the old
 * file or a new one, never half of one. A folder that cannot be written only costs time.
 * @returns what the file is now; undefined when it could not be written.
 */
export async function writeCacheFile(
  file: string,
  content: readonly Uint8Array[],
): Promise<CacheState | undefined> {
  const temporary = `${file}.${process.pid}.${process.hrtime.bigint()}.tmp`;
  try {
    await makeFolder(path.dirname(file));
    const part = headed(content, 0);
    if (part.length > LARGEST) {
      await rm(file, { force: true });
      return undefined;
    }
    const size = MAGIC.length + PART_HEADER + part.length;
    const handle = await open(temporary, 'wx', 0o600);
    try {
      const { bytesWritten } = await handle.writev([MAGIC, part.header, ...content]);
      if (bytesWritten < size) throw new Error('the disk is full'); // which is told by no error where some of it fits
    } finally {
      await handle.close();
    }
    await rename(temporary, file);
    return { size, first: part.length, checksum: part.checksum, torn: false };
  } catch {
    await rm(temporary, { force: true }).catch(() => undefined);
    return undefined;
  }
}

/**
 * Adds a part to a cache file. A process that is killed leaves a part that is not whole, and a second writer one that
 * does not follow on what it stands behind: readers stop there, and the next writer replaces the file.
 * @returns what the file is now; undefined when it is no longer as it was read, or cannot be written.
 */
export async function appendCacheFile(
  file: string,
  state: CacheState,
  content: readonly Uint8Array[],
): Promise<CacheState | undefined> {
  if (state.torn) return undefined;
  try {
    const handle = await open(file, 'r+');
    try {
      if ((await handle.stat()).size !== state.size) return undefined;
      const part = headed(content, state.checksum);
      await handle.writev([part.header, ...content], state.size);
      return { ...state, size: state.size + PART_HEADER + part.length, checksum: part.checksum };
    } finally {
      await handle.close();
    }
  } catch {
    return undefined;
  }
}

function headed(
  content: readonly Uint8Array[],
  before: number,
): { readonly header: Buffer; readonly length: number; readonly checksum: number } {
  const length = content.reduce((sum, part) => sum + part.length, 0);
  // Node 20 takes no bytes at all for a new beginning: the checksum of nothing is then 0, not what it was.
  const checksum = content.reduce((sum, part) => (part.length === 0 ? sum : crc32(part, sum)), before);
  const header = Buffer.alloc(PART_HEADER);
  header.writeUInt32LE(length, 0);
  header.writeUInt32LE(checksum, 4);
  return { header, length, checksum };
}

/**
 * Makes a folder and those above it. Not Node's own `recursive`, which never ends where the system answers that an
 * existing folder is not there (`/proc`, some network file systems).
 */
async function makeFolder(folder: string): Promise<void> {
  const make = (): Promise<unknown> =>
    mkdir(folder, { mode: 0o700 }).catch((error: unknown) => {
      if (codeOf(error) !== 'EEXIST') throw error;
    });
  try {
    await make();
  } catch (error) {
    if (codeOf(error) !== 'ENOENT' || path.dirname(folder) === folder) throw error;
    await makeFolder(path.dirname(folder));
    await make();
  }
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined;
}

/**
 * Removes cache files that nobody has written for long, what killed writers left behind, and the oldest files while all
 * together are too large.
 */
export async function sweepCache(folder: string, now = Date.now(), largest = LARGEST): Promise<void> {
  const names = await readdir(folder).catch(() => []);
  const kept: { readonly file: string; readonly size: number; readonly written: number }[] = [];
  const remove = (file: string): Promise<void> => rm(file, { force: true }).catch(() => undefined);
  for (const name of names) {
    if (!name.includes(SUFFIX)) continue;
    const file = path.join(folder, name);
    const found = await stat(file).catch(() => undefined);
    if (!found) continue;
    if (now - found.mtimeMs > (name.endsWith('.tmp') ? ABANDONED : OLDEST)) await remove(file);
    else kept.push({ file, size: found.size, written: found.mtimeMs });
  }
  let total = 0;
  for (const { file, size } of kept.sort((left, right) => right.written - left.written)) {
    total += size;
    if (total > largest) await remove(file);
  }
}
