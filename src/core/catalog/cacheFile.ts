import { createHash, randomBytes } from 'node:crypto';
import { mkdir, open, readFile, readdir, rename, rm, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import path from 'node:path';
import { crc32 } from 'node:zlib';

const MAGIC = Buffer.from('MKCAT\u0000\u0000\u0003', 'latin1');
const SUFFIX = '.catalog';
/** A larger file is not worth its reading; it is written anew, smaller, from what is in use. */
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

/** The cache file of one repository: the same for all its worktrees and all who look at it. */
export function cacheFileOf(folder: string, commonDir: string): string {
  return path.join(folder, `${createHash('sha256').update(commonDir).digest('hex').slice(0, 32)}${SUFFIX}`);
}

/** Reads the content of a cache file; undefined when it is not there, damaged, or somebody else's. */
export async function readCacheFile(file: string): Promise<Buffer | undefined> {
  let data: Buffer;
  try {
    const { size } = await stat(file);
    if (size > LARGEST) return undefined;
    data = await readFile(file);
  } catch {
    return undefined; // no cache is the normal case, and an unreadable one only costs time
  }
  const header = MAGIC.length + 4;
  if (data.length < header || !data.subarray(0, MAGIC.length).equals(MAGIC)) return undefined;
  const content = data.subarray(header);
  return crc32(content) === data.readUInt32LE(MAGIC.length) ? content : undefined;
}

/**
 * Replaces a cache file in one step: a process that is killed, a full disk or a second writer leaves the old
 * file or a new one, never half of one. A folder that cannot be written only costs time.
 * @returns whether it was written.
 */
export async function writeCacheFile(file: string, content: readonly Uint8Array[]): Promise<boolean> {
  const temporary = `${file}.${process.pid}.${randomBytes(4).toString('hex')}.tmp`;
  try {
    await makeFolder(path.dirname(file));
    const checksum = Buffer.alloc(4);
    checksum.writeUInt32LE(content.reduce((sum, part) => crc32(part, sum), 0));
    const handle = await open(temporary, 'wx', 0o600);
    try {
      await handle.writev([MAGIC, checksum, ...content]);
    } finally {
      await handle.close();
    }
    await rename(temporary, file);
    return true;
  } catch {
    await rm(temporary, { force: true }).catch(() => undefined);
    return false;
  }
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

/** Removes cache files that nobody has used for long, and what killed writers left behind. */
export async function sweepCache(folder: string, now = Date.now()): Promise<void> {
  const names = await readdir(folder).catch(() => []);
  for (const name of names) {
    if (!name.includes(SUFFIX)) continue;
    const file = path.join(folder, name);
    const written = (await stat(file).catch(() => undefined))?.mtimeMs ?? now;
    const age = now - written;
    if (age > (name.endsWith('.tmp') ? ABANDONED : OLDEST))
      await rm(file, { force: true }).catch(() => undefined);
  }
}
