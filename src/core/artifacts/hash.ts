import { open, realpath, stat } from 'node:fs/promises';
import type { Digest } from '../digest.js';
import { beginHash } from '../hashing.js';
import { filesOf } from './folders.js';
import type { ManifestEntry } from './manifest.js';
import { folderDigest } from './manifest.js';

/** A digest of bytes on disk, or why there is none. */
export type Hashed =
  | { readonly kind: 'digest'; readonly digest: Digest; readonly size: number }
  | { readonly kind: 'absent' }
  | { readonly kind: 'unreadable'; readonly message: string };

export interface HashOptions {
  readonly signal?: AbortSignal;
  /** Whether DVC leaves a file of a folder out; paths relative to that folder. */
  readonly ignored?: (relative: string, isDirectory: boolean) => boolean;
  /** Called with the bytes just read, for a progress bar. */
  readonly progress?: (bytes: number) => void;
}

/** DVC's own: md5-dos2unix looks at chunks of 1 MiB, and in each at 512 bytes to tell text from binary. */
const CHUNK = 1024 * 1024;
const SAMPLE = 512;
const TEXT_BYTES = new Set([8, 9, 10, 12, 13, ...Array.from({ length: 95 }, (_, index) => index + 32)]);

/**
 * Hashes what lies at a place the way the expected digest was made: md5 or md5-dos2unix for DVC's files and folders,
 * sha256 for LFS. Streams files in 1 MiB pieces.
 */
export async function hashLike(place: string, expected: Digest, options: HashOptions = {}): Promise<Hashed> {
  const found = await stat(place).catch((error: unknown) => error);
  if (found instanceof Error) {
    const code = 'code' in found ? String(found.code) : '';
    return code === 'ENOENT' || code === 'ENOTDIR' ? { kind: 'absent' } : unreadable(found);
  }
  if (expected.algorithm !== 'md5' && expected.algorithm !== 'sha256') {
    return {
      kind: 'unreadable',
      message: `a digest of the kind "${expected.algorithm}" cannot be made from the bytes`,
    };
  }
  if (expected.value.endsWith('.lfsdir')) {
    return {
      kind: 'unreadable',
      message: 'the digest of a folder of LFS files is not made from its bytes alone',
    };
  }
  try {
    if ((await stat(place)).isDirectory()) return await hashFolder(place, expected, options);
    const { value, size } = await hashFile(place, methodOf(expected), options);
    return { kind: 'digest', digest: digestLike(expected, value), size };
  } catch (error) {
    options.signal?.throwIfAborted();
    return unreadable(error);
  }
}

type Method = 'md5' | 'md5-dos2unix' | 'sha256';

function methodOf(expected: Digest): Method {
  return expected.algorithm === 'sha256' ? 'sha256' : expected.legacy ? 'md5-dos2unix' : 'md5';
}

function digestLike(expected: Digest, value: string): Digest {
  return { algorithm: expected.algorithm, value, ...(expected.legacy ? { legacy: true } : {}) };
}

/** The hash of one file as lower-case hex, with the bytes read. */
export async function hashFile(
  place: string,
  method: Method,
  options: HashOptions = {},
): Promise<{ readonly value: string; readonly size: number }> {
  const hash = beginHash(method === 'sha256' ? 'sha256' : 'md5');
  const buffer = Buffer.alloc(CHUNK);
  const handle = await open(place, 'r');
  let size = 0;
  try {
    for (;;) {
      options.signal?.throwIfAborted();
      const read = await fill(handle, buffer);
      if (read === 0) break;
      size += read;
      const chunk = buffer.subarray(0, read);
      hash.update(method === 'md5-dos2unix' && isText(chunk) ? withoutCarriageReturns(chunk) : chunk);
      options.progress?.(read);
    }
  } finally {
    await handle.close();
  }
  return { value: hash.digest('hex'), size };
}

/** Fills the buffer as far as the file goes: DVC's chunks are whole ones. */
async function fill(handle: Awaited<ReturnType<typeof open>>, buffer: Buffer): Promise<number> {
  let filled = 0;
  while (filled < buffer.length) {
    const { bytesRead } = await handle.read(buffer, filled, buffer.length - filled, null);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return filled;
}

/** DVC's `istextblock`: no NUL in the first 512 bytes, and at most 30 % that no text has. */
function isText(chunk: Buffer): boolean {
  const sample = chunk.subarray(0, SAMPLE);
  if (sample.length === 0) return true;
  let odd = 0;
  for (const byte of sample) {
    if (byte === 0) return false;
    if (!TEXT_BYTES.has(byte)) odd += 1;
  }
  return odd / sample.length <= 0.3;
}

function withoutCarriageReturns(chunk: Buffer): Buffer {
  const result = Buffer.alloc(chunk.length);
  let length = 0;
  for (let at = 0; at < chunk.length; at += 1) {
    const byte = chunk[at] ?? 0;
    if (byte === 13 && chunk[at + 1] === 10) continue;
    result[length] = byte;
    length += 1;
  }
  return result.subarray(0, length);
}

/** A folder as DVC sees it: every file that `.dvcignore` leaves, hashed into a manifest. */
async function hashFolder(place: string, expected: Digest, options: HashOptions): Promise<Hashed> {
  if (expected.algorithm !== 'md5')
    return { kind: 'unreadable', message: 'a folder stands where a file is expected' };
  const { ignored } = options;
  const keep = (relative: string, isDirectory: boolean): boolean => !ignored?.(relative, isDirectory);
  const files = await filesOf(place, keep, options.signal);
  if (files === undefined)
    return { kind: 'unreadable', message: 'the folder is too large or cannot be listed' };
  const entries: ManifestEntry[] = [];
  let size = 0;
  for (const file of files) {
    const hashed = await hashFile(file.absolute, methodOf(expected), options);
    entries.push({ md5: hashed.value, relpath: file.relative });
    size += hashed.size;
  }
  return { kind: 'digest', digest: digestLike(expected, folderDigest(entries)), size };
}

function unreadable(error: unknown): Hashed {
  return { kind: 'unreadable', message: error instanceof Error ? error.message : 'unknown error' };
}

/**
 * Hashes and remembers: a file that has the same place, size, time and inode as before is not read again. Folders are
 * hashed anew.
 */
export class Hasher {
  private readonly known = new Map<string, { readonly stamp: string; readonly hashed: Hashed }>();

  /** @param limit results kept */
  constructor(private readonly limit = 1_000) {}

  async hash(place: string, expected: Digest, options: HashOptions = {}): Promise<Hashed> {
    const key = `${methodOf(expected)} ${await realpath(place).catch(() => place)}`;
    const stamp = await stampOf(place);
    const known = this.known.get(key);
    if (stamp !== null && known?.stamp === stamp) return known.hashed;
    const hashed = await hashLike(place, expected, options);
    // Written to while it was read: the answer is as good as any, but not to be kept.
    if (stamp !== null && hashed.kind === 'digest' && (await stampOf(place)) === stamp) {
      if (this.known.size >= this.limit) this.known.clear();
      this.known.set(key, { stamp, hashed });
    }
    return hashed;
  }
}

async function stampOf(place: string): Promise<string | null> {
  const found = await stat(place, { bigint: true }).catch(() => null);
  return found?.isFile() ? `${found.size} ${found.mtimeNs} ${found.ctimeNs} ${found.ino}` : null;
}
