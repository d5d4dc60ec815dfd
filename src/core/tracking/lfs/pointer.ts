/** A Git LFS pointer: the file whose bytes live in the LFS store. */
export interface LfsPointer {
  /** Lowercase hex sha256 of the file. */
  readonly oid: string;
  /** Bytes; `git lfs ls-files` does not list a file of size 0. */
  readonly size: number;
  /** Whether Git LFS would write the same bytes; others are pointers all the same. */
  readonly canonical: boolean;
}

/** Git LFS reads no blob of this size or more as a pointer. */
export const POINTER_LIMIT = 1024;

const VERSIONS: ReadonlySet<string> = new Set([
  'https://git-lfs.github.com/spec/v1',
  'https://hawser.github.com/spec/v1',
  'http://git-media.io/v/2',
]);
const LATEST = 'https://git-lfs.github.com/spec/v1';
const KEYS = ['version', 'oid', 'size'] as const;
const OID = /^[0-9a-f]{64}$/;
const MOST_SIZE = 9_223_372_036_854_775_807n;

interface Extension {
  readonly name: string;
  readonly priority: number;
  readonly oid: string;
}

/**
 * Reads a blob as Git LFS 3 does (`lfs/pointer.go`), going by content alone; null for everything that is no pointer.
 * The empty blob is null too: it stands for an empty file, and `git lfs ls-files` does not list it. Never throws.
 */
export function parseLfsPointer(bytes: Uint8Array): LfsPointer | null {
  if (bytes.length === 0 || bytes.length >= POINTER_LIMIT || bytes.length < 80) return null;
  const raw = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  // Bytes one to one: what is no UTF-8 is no pointer in any case, and must not be repaired into one.
  const text = trimSpace(raw).toString('latin1');
  if (!/git-media|hawser|git-lfs/.test(text)) return null;
  const values: string[] = [];
  const extensions = new Map<string, string>();
  for (const line of text.split('\n')) {
    const content = line.endsWith('\r') ? line.slice(0, -1) : line;
    if (content === '') continue;
    const space = content.indexOf(' ');
    if (space === -1 || values.length >= KEYS.length) return null;
    const key = content.slice(0, space);
    const value = content.slice(space + 1);
    if (key === KEYS[values.length]) values.push(value);
    else if (/^ext-[0-9]-[A-Za-z0-9_]+/.test(key)) extensions.set(key, value);
    else return null;
  }
  const [version, oidValue, sizeValue] = values;
  if (version === undefined || oidValue === undefined || sizeValue === undefined || !VERSIONS.has(version))
    return null;
  const oid = sha256(oidValue);
  const size = int64(sizeValue);
  if (oid === null || size === null) return null;
  const chain = readExtensions(extensions);
  if (chain === null) return null;
  return { oid, size: Number(size), canonical: raw.toString('latin1') === encode(oid, size, chain) };
}

/** Go's `bytes.TrimSpace`: Unicode white space, of which only these can stand around a pointer. */
function trimSpace(bytes: Buffer): Buffer {
  const text = bytes.toString('utf8');
  const start =
    /^[\t\n\v\f\r \u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]*/.exec(text)?.[0] ?? '';
  const end =
    /[\t\n\v\f\r \u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]*$/.exec(text)?.[0] ?? '';
  return bytes.subarray(
    Buffer.byteLength(start),
    Math.max(Buffer.byteLength(start), bytes.length - Buffer.byteLength(end)),
  );
}

function sha256(value: string): string | null {
  const colon = value.indexOf(':');
  const oid = value.slice(colon + 1);
  return value.slice(0, colon) === 'sha256' && OID.test(oid) ? oid : null;
}

/** Go's `strconv.ParseInt(value, 10, 64)`, not negative. */
function int64(value: string): bigint | null {
  if (!/^[-+]?[0-9]+$/.test(value)) return null;
  const size = BigInt(value.replace(/^\+/, ''));
  return size < 0n || size > MOST_SIZE ? null : size;
}

function readExtensions(entries: ReadonlyMap<string, string>): Extension[] | null {
  const extensions: Extension[] = [];
  const priorities = new Set<number>();
  for (const [key, value] of entries) {
    const [, priorityText = '', ...name] = key.split('-');
    const priority = Number(priorityText);
    const oid = sha256(value);
    if (oid === null || priorities.has(priority)) return null;
    priorities.add(priority);
    extensions.push({ name: name.join('-'), priority, oid });
  }
  return extensions.sort((left, right) => left.priority - right.priority);
}

function encode(oid: string, size: bigint, extensions: readonly Extension[]): string {
  if (size === 0n) return ''; // Git LFS writes an empty file as it is
  const chain = extensions.map(
    (extension) => `ext-${extension.priority}-${extension.name} sha256:${extension.oid}\n`,
  );
  return `version ${LATEST}\n${chain.join('')}oid sha256:${oid}\nsize ${size}\n`;
}
