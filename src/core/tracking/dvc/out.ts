import type { Digest } from '../../digest.js';
import { beginHash } from '../../hashing.js';
import type { ProblemList } from '../problem.js';
import {
  get,
  isBroken,
  isList,
  isMap,
  isNumberNode,
  isScalar,
  lineOf,
  scalarText,
  typeName,
} from './node.js';
import type { Item, MapNode, Node } from './node.js';

/** An output or dependency as one of DVC's files records it. Plain JSON. */
export interface RawDep {
  /** `wdir` joined, otherwise as written: neither normalised nor checked, see `locate`. */
  readonly path: string;
  readonly digest: Digest | null;
  /** Bytes. */
  readonly size: number | null;
  /** Number of files inside a folder. */
  readonly files?: number;
}

/** An output. `cached` is false when DVC leaves the bytes to Git (`cache: false`): then it is no tracked file. */
export interface RawOut extends RawDep {
  readonly cached: boolean;
  readonly type?: string;
  readonly description?: string;
  readonly labels?: readonly string[];
  /** The remote that it is pushed to, when not the default one. */
  readonly remote?: string;
  /** Object version in a cloud-versioned remote. */
  readonly cloudVersion?: string;
  /** 1-based line in its file; of a pipeline that is `dvc.yaml`. */
  readonly line?: number;
  /** 1-based line in `dvc.lock`, where that has the output of a pipeline. */
  readonly lockLine?: number;
}

/** What `dvc.yaml` and `.dvc` say about an output beside its hash. */
export interface OutSettings {
  readonly cached: boolean;
  readonly type?: string;
  readonly description?: string;
  readonly labels?: readonly string[];
  readonly remote?: string;
}

/** Joins a stage's `wdir` and a path, without normalising either; an absolute path or a URL stands alone. */
export function joinWdir(wdir: string | undefined, path: string): string {
  if (
    wdir === undefined ||
    wdir === '' ||
    wdir === '.' ||
    path.startsWith('/') ||
    /^[a-zA-Z][\w+.-]*:\/\//.test(path)
  ) {
    return path;
  }
  return wdir.endsWith('/') ? `${wdir}${path}` : `${wdir}/${path}`;
}

/** Text under a key; anything else but null is reported and left out. */
export function textAt(map: MapNode, key: string, problems: ProblemList): string | undefined {
  const value = get(map, key);
  if (typeof value === 'string') return value;
  reportType(value, `"${key}" must be text`, lineOf(map, key), problems);
  return undefined;
}

function booleanAt(map: MapNode, key: string, otherwise: boolean, problems: ProblemList): boolean {
  const value = get(map, key);
  if (typeof value === 'boolean') return value;
  reportType(value, `"${key}" must be true or false`, lineOf(map, key), problems);
  return otherwise;
}

function countAt(map: MapNode, key: string, problems: ProblemList): number | undefined {
  const value = get(map, key);
  const count = isNumberNode(value) ? Number(value.number) : value;
  if (typeof count === 'number' && Number.isSafeInteger(count) && count >= 0) return count;
  const rule = `"${key}" must be a whole number of 0 or more`;
  if (typeof count === 'number') {
    const written = isNumberNode(value) ? value.source : String(count);
    problems.add('error', 'dvc-wrong-type', `${rule}, not ${written.slice(0, 40)}`, lineOf(map, key));
  } else {
    reportType(value, rule, lineOf(map, key), problems);
  }
  return undefined;
}

function reportType(
  value: Node | undefined,
  rule: string,
  line: number | undefined,
  problems: ProblemList,
): void {
  if (value === undefined || value === null || isBroken(value)) return;
  problems.add('error', 'dvc-wrong-type', `${rule}, not ${typeName(value)}`, line);
}

/** `type`, `desc`, `labels`, `cache`, `remote` of an output in `.dvc` or `dvc.yaml`. */
export function readOutSettings(map: MapNode, problems: ProblemList): OutSettings {
  const type = textAt(map, 'type', problems);
  const description = textAt(map, 'desc', problems);
  const labels = textsAt(map, 'labels', problems);
  const remote = textAt(map, 'remote', problems);
  return {
    cached: booleanAt(map, 'cache', true, problems),
    ...(type === undefined ? {} : { type }),
    ...(description === undefined ? {} : { description }),
    ...(labels.length === 0 ? {} : { labels }),
    ...(remote === undefined ? {} : { remote }),
  };
}

/** A list of texts under a key; items of other types are reported and left out. */
export function textsAt(map: MapNode, key: string, problems: ProblemList): string[] {
  const value = get(map, key);
  if (!isList(value)) {
    reportType(value, `"${key}" must be a list`, lineOf(map, key), problems);
    return [];
  }
  const texts: string[] = [];
  for (const item of value) {
    // a template may have made a number of it
    if (isScalar(item) && item !== null) texts.push(scalarText(item));
    else reportType(item, `"${key}" must be a list of texts`, lineOf(map, key), problems);
  }
  return texts;
}

const DATA_KEYS = 'path md5 etag checksum hash size nfiles isexec version_id cloud files';
/** What DVC 3 knows in an entry of `outs` or `deps` of a `.dvc` file, and of a lock. */
const POINTER_KEYS = new Set(
  `${DATA_KEYS} persist desc type labels meta cache remote push fs_config repo db`.split(' '),
);
const LOCK_KEYS = new Set(`${DATA_KEYS} dataset`.split(' '));

/**
 * Reads one entry of `outs` or `deps` in a `.dvc` file or a lock; undefined (and reported) without a usable path.
 * @param wdir joined before the path
 */
export function readEntry(
  { node, line }: Item,
  wdir: string | undefined,
  problems: ProblemList,
  form: 'pointer' | 'lock',
): (RawDep & { readonly cloudVersion?: string; readonly line?: number }) | undefined {
  if (!isMap(node)) {
    reportType(node === null ? '' : node, 'Each output and dependency must be a mapping', line, problems);
    return undefined;
  }
  const known = form === 'lock' ? LOCK_KEYS : POINTER_KEYS;
  for (const [key, , keyLine] of node.map) {
    if (!known.has(key))
      problems.add('warning', 'dvc-unknown-key', `DVC does not know the key "${key}" here`, keyLine);
  }
  const path = get(node, 'path');
  if (typeof path !== 'string' || path === '') {
    if (!isBroken(path))
      problems.add('error', 'dvc-missing-path', 'The output or dependency has no path', line);
    return undefined;
  }
  const cloud = cloudEntry(node);
  const files = get(node, 'files');
  const manifest = isList(files) && files.length > 0 ? readManifest(files, isLegacy(node)) : undefined;
  const size = manifest
    ? manifest.size
    : (countAt(node, 'size', problems) ?? (cloud ? countAt(cloud, 'size', problems) : undefined));
  const count = manifest ? manifest.count : countAt(node, 'nfiles', problems);
  const version = get(node, 'version_id') ?? (cloud ? get(cloud, 'version_id') : undefined);
  return {
    path: joinWdir(wdir, path),
    digest: manifest?.digest ?? readDigest(node, cloud, path, problems),
    size: size ?? null,
    ...(count === undefined ? {} : { files: count }),
    ...(typeof version === 'string' && version !== '' ? { cloudVersion: version } : {}),
    ...(line === undefined ? {} : { line }),
  };
}

/** Reads one entry of `outs` of a `.dvc` file. */
export function readOut(item: Item, wdir: string | undefined, problems: ProblemList): RawOut | undefined {
  const entry = readEntry(item, wdir, problems, 'pointer');
  return entry && isMap(item.node) ? { ...entry, ...readOutSettings(item.node, problems) } : undefined;
}

/** `cloud: {remote: {etag, version_id, …}}`: the first remote's record (DVC allows one). */
function cloudEntry(map: MapNode): MapNode | undefined {
  const cloud = get(map, 'cloud');
  const first = isMap(cloud) ? cloud.map[0]?.[1] : undefined;
  return isMap(first) ? first : undefined;
}

/** DVC 3: an md5 without `hash` is the older md5-dos2unix; some write so. */
function isLegacy(map: MapNode): boolean {
  const hash = get(map, 'hash');
  return hash === undefined || hash === 'md5-dos2unix';
}

/** The digest that an entry records: its md5, else what a cloud knows it by. */
function readDigest(
  map: MapNode,
  cloud: MapNode | undefined,
  path: string,
  problems: ProblemList,
): Digest | null {
  const md5 = hashAt(map, 'md5', problems);
  if (md5 !== undefined) {
    const value = md5.toLowerCase();
    if (/^[0-9a-f]{32}(?:\.dir)?$/.test(value))
      return { algorithm: 'md5', value, ...(isLegacy(map) ? { legacy: true } : {}) };
    problems.add(
      'error',
      'dvc-bad-hash',
      `The md5 of ${JSON.stringify(path)} is not one`,
      lineOf(map, 'md5'),
    );
    return null;
  }
  for (const algorithm of ['etag', 'checksum'] as const) {
    const value =
      hashAt(map, algorithm, problems) ?? (cloud ? hashAt(cloud, algorithm, problems) : undefined);
    if (value !== undefined)
      return { algorithm, value: algorithm === 'checksum' ? value.toLowerCase() : value };
  }
  return null;
}

/**
 * The text of a hash. YAML takes unquoted digits, also `12e34`, for a number: DVC then fails or reads another hash.
 * The source of the number is what was meant, so it is read, and reported.
 */
function hashAt(map: MapNode, key: string, problems: ProblemList): string | undefined {
  const value = get(map, key);
  if (typeof value === 'string') return value === '' ? undefined : value;
  if (typeof value === 'number' || isNumberNode(value)) {
    const source = isNumberNode(value) ? value.source : String(value);
    const message = `The ${key} ${source.slice(0, 40)} is read as a number; put it in quotes`;
    problems.add('warning', 'dvc-number-hash', message, lineOf(map, key));
    return source;
  }
  reportType(value, `"${key}" must be text`, lineOf(map, key), problems);
  return undefined;
}

/**
 * The folder that `files:` lists (cloud-versioned outputs): the md5 of the manifest that DVC would store for it
 * (formats.md, storage), so that it equals the same folder tracked without cloud versioning. No digest when a file
 * has no md5.
 */
function readManifest(
  files: readonly Node[],
  legacy: boolean,
): { readonly digest: Digest | undefined; readonly size: number; readonly count: number } {
  const entries: { md5: string; relpath: string }[] = [];
  let size = 0;
  let complete = true;
  for (const file of files) {
    const relpath = isMap(file) ? get(file, 'relpath') : undefined;
    const md5 = isMap(file) ? get(file, 'md5') : undefined;
    const bytes = isMap(file) ? get(file, 'size') : undefined;
    if (typeof bytes === 'number' && bytes > 0) size += bytes;
    if (typeof relpath === 'string' && typeof md5 === 'string') entries.push({ md5, relpath });
    else complete = false;
  }
  if (!complete) return { digest: undefined, size, count: files.length };
  const value = `${beginHash('md5').update(manifestBytes(entries)).digest('hex')}.dir`;
  const digest: Digest = { algorithm: 'md5', value, ...(legacy ? { legacy: true } : {}) };
  return { digest, size, count: files.length };
}

/** The manifest as Python's `json.dumps(sort_keys=True)` writes it: `", "` and `": "`, ASCII escapes, by relpath. */
export function manifestBytes(
  entries: readonly { readonly md5: string; readonly relpath: string }[],
): string {
  const sorted = [...entries].sort((left, right) => comparePoints(left.relpath, right.relpath));
  return `[${sorted.map(({ md5, relpath }) => `{"md5": ${ascii(md5)}, "relpath": ${ascii(relpath)}}`).join(', ')}]`;
}

function ascii(text: string): string {
  return JSON.stringify(text).replace(
    /[\u007f-\uffff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** Python orders text by code point; UTF-8 bytes have the same order. */
function comparePoints(left: string, right: string): number {
  return Buffer.compare(Buffer.from(left), Buffer.from(right));
}
