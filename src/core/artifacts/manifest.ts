import * as v from 'valibot';
import { beginHash } from '../hashing.js';

/** One file of a DVC folder, as its `.dir` manifest lists it. */
export interface ManifestEntry {
  readonly md5: string;
  /** With `/`, relative to the folder. */
  readonly relpath: string;
}

const Manifest = v.array(
  v.object({ md5: v.pipe(v.string(), v.regex(/^[0-9a-f]{32}$/)), relpath: v.string() }),
);

/** Reads a `.dir` manifest; null when it is none. A path that leaves the folder makes it none too. */
export function parseManifest(bytes: Uint8Array): readonly ManifestEntry[] | null {
  let data: unknown;
  try {
    data = JSON.parse(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8'));
  } catch {
    return null;
  }
  const parsed = v.safeParse(Manifest, data);
  if (!parsed.success) return null;
  const leaves = ({ relpath }: ManifestEntry): boolean =>
    relpath === '' || relpath.startsWith('/') || relpath.includes('\0') || relpath.split('/').includes('..');
  return parsed.output.some(leaves) ? null : parsed.output;
}

/**
 * The bytes DVC writes for a folder: sorted by relpath, Python's separators, everything but ASCII escaped, no newline.
 */
export function formatManifest(entries: readonly ManifestEntry[]): string {
  const sorted = [...entries].sort((left, right) => compareCodePoints(left.relpath, right.relpath));
  return `[${sorted
    .map((entry) => `{"md5": "${entry.md5}", "relpath": ${pythonString(entry.relpath)}}`)
    .join(', ')}]`;
}

/** A folder's DVC hash: md5 of its manifest, plus `.dir`. */
export function folderDigest(entries: readonly ManifestEntry[]): string {
  return `${beginHash('md5').update(formatManifest(entries), 'ascii').digest('hex')}.dir`;
}

/** Python's `json.dumps` of a string: ASCII only, lower-case `\uXXXX` for the rest. */
function pythonString(text: string): string {
  return JSON.stringify(text).replace(
    /[\u007f-\uffff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** DVC sorts by relpath as Python does, by code point. */
function compareCodePoints(left: string, right: string): number {
  const a = [...left];
  const b = [...right];
  for (let index = 0; index < Math.min(a.length, b.length); index += 1) {
    const difference = (a[index]?.codePointAt(0) ?? 0) - (b[index]?.codePointAt(0) ?? 0);
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}
