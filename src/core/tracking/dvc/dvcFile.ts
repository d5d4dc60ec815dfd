import { ProblemList } from '../problem.js';
import type { Problem } from '../problem.js';
import { get, isBroken, isMap, itemsOf, lineOf, typeName } from './node.js';
import type { Item, MapNode } from './node.js';
import { readEntry, readOut, textAt } from './out.js';
import type { RawDep, RawOut } from './out.js';
import { readDocument } from './read.js';

export type { RawDep, RawOut } from './out.js';

/** A `.dvc` file, independent of where it lies: plain JSON, memoised by blob id. */
export interface ParsedDvcFile {
  readonly outs: readonly RawOut[];
  /** Its bytes come from elsewhere: another repository or an address (`dvc import`, `import-url`). */
  readonly imported: boolean;
  /** Where an import comes from. */
  readonly source?: ImportSource;
  readonly deps: readonly RawDep[];
  readonly description?: string;
  readonly problems: readonly Problem[];
}

export interface ImportSource {
  /** The repository's address as written; undefined for `import-url`. */
  readonly repository?: string;
  /** The path inside that repository, or the address. */
  readonly path: string;
  readonly rev?: string;
  /** The commit whose bytes they are. */
  readonly lockedRev?: string;
}

const KNOWN_KEYS = new Set([
  'outs',
  'deps',
  'md5',
  'wdir',
  'frozen',
  'locked',
  'meta',
  'desc',
  'always_changed',
  'cmd',
]);

/**
 * Reads a `.dvc` file (DVC 3.64, formats.md section 2). What is broken is reported and left out, the rest holds:
 * several outputs survive one bad one, and an output with a bad hash is there without a digest. Never throws.
 */
export function parseDvcFile(bytes: Uint8Array): ParsedDvcFile {
  const { root, problems: syntax } = readDocument(bytes);
  const problems = new ProblemList();
  problems.addAll(syntax);
  if (!isMap(root)) {
    // An empty file, or one with only comments, tracks nothing.
    if (root !== undefined && root !== null) {
      problems.add('error', 'dvc-wrong-type', `The file must be a mapping, not ${typeName(root)}`, 1);
    }
    return { outs: [], imported: false, deps: [], problems: problems.all };
  }
  for (const [key, , line] of root.map) {
    if (!KNOWN_KEYS.has(key))
      problems.add('warning', 'dvc-unknown-key', `DVC does not know the key "${key}" here`, line);
  }
  const wdir = textAt(root, 'wdir', problems);
  const outs: RawOut[] = [];
  for (const item of listAt(root, 'outs', problems)) {
    const out = readOut(item, wdir, problems);
    if (out) outs.push(out);
  }
  const { deps, source } = readDeps(root, wdir, problems);
  const description = textAt(root, 'desc', problems);
  return {
    outs,
    imported: source !== undefined,
    ...(source ? { source } : {}),
    deps,
    ...(description === undefined ? {} : { description }),
    problems: problems.all,
  };
}

/** The items under a key; null and a missing key are no items. */
export function listAt(map: MapNode, key: string, problems: ProblemList): readonly Item[] {
  const items = itemsOf(map, key);
  if (items) return items;
  const value = get(map, key);
  if (value !== undefined && value !== null && !isBroken(value)) {
    problems.add(
      'error',
      'dvc-wrong-type',
      `"${key}" must be a list, not ${typeName(value)}`,
      lineOf(map, key),
    );
  }
  return [];
}

/** Dependencies; in a `.dvc` file of `dvc import` or `import-url` the one dependency is the source. */
function readDeps(
  root: MapNode,
  wdir: string | undefined,
  problems: ProblemList,
): { readonly deps: readonly RawDep[]; readonly source?: ImportSource } {
  const deps: RawDep[] = [];
  let source: ImportSource | undefined;
  for (const item of listAt(root, 'deps', problems)) {
    const { node } = item;
    if (isMap(node) && isMap(get(node, 'db'))) {
      source ??= { path: 'database' };
      continue;
    }
    const repo = isMap(node) ? get(node, 'repo') : undefined;
    const dep = readEntry(item, isMap(repo) ? undefined : wdir, problems, 'pointer');
    if (!dep) continue;
    const { path, digest, size, files } = dep;
    if (isMap(repo)) {
      source ??= importSource(path, repo, problems);
    } else {
      deps.push({ path, digest, size, ...(files === undefined ? {} : { files }) });
      if (get(root, 'cmd') === undefined) source ??= { path };
    }
  }
  return source ? { deps, source } : { deps };
}

function importSource(path: string, repo: MapNode, problems: ProblemList): ImportSource {
  const repository = textAt(repo, 'url', problems);
  const rev = textAt(repo, 'rev', problems);
  const lockedRev = textAt(repo, 'rev_lock', problems);
  return {
    path,
    ...(repository === undefined ? {} : { repository }),
    ...(rev === undefined ? {} : { rev }),
    ...(lockedRev === undefined ? {} : { lockedRev }),
  };
}
