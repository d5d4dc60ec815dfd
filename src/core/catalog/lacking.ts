import { treeOfCommit } from '../git/commits.js';
import type { CommitId, ObjectId } from '../git/ids.js';
import { objectId } from '../git/ids.js';
import { openObjects } from '../git/objects.js';
import type { ObjectReader } from '../git/objects.js';
import { entriesOfTree } from '../git/trees.js';
import { AttributesStack, compileAttributes } from '../tracking/lfs/attributes.js';
import type { AttributesFile } from '../tracking/lfs/attributes.js';
import type { Catalog } from './catalog.js';

/** Objects that the catalog would read and that are not in this clone. */
export interface Lacking {
  /** Folders; what they name is only known once they are here. */
  readonly trees: ReadonlySet<ObjectId>;
  /** Files that say what is tracked: of DVC, of Git, and Git LFS pointers. They are small. */
  readonly files: ReadonlySet<ObjectId>;
  /** Files named like a model that no attribute gives to Git LFS: perhaps its bytes, of any size. Never asked for. */
  readonly large: readonly string[];
}

/** What DVC, Git and GTO read themselves: text, whatever the patterns say of it. */
const SAYS_WHAT_IS_TRACKED =
  /\.dvc$|(?:^|\/)(?:dvc\.yaml|dvc\.lock|artifacts\.yaml|modelkeep\.yaml|\.gitattributes|\.dvcignore)$/;

/** What templates of `dvc.yaml` take their values from. */
const HOLDS_VALUES = /\.(?:ya?ml|toml|py)$|(?:^|\/)params[^/]*\.json$/;

/** Whether what is missing at a path is asked for whatever its attributes say: a root folder, a text of its name. */
export function isAskedFor(path: string | null): boolean {
  return path === null || SAYS_WHAT_IS_TRACKED.test(path) || HOLDS_VALUES.test(path);
}

/**
 * Finds what is missing of every commit that a branch, a version, a tag or an experiment names, with two processes
 * however many there are. Reading is local: nothing is fetched for it.
 */
export async function findLacking(
  catalog: Catalog,
  options: { readonly signal?: AbortSignal } = {},
): Promise<Lacking> {
  const missing = await missingPaths(catalog, options);
  const found = { trees: new Set<ObjectId>(), files: new Set<ObjectId>(), large: new Set<string>() };
  if (missing.length === 0) return { ...found, large: [] };
  const reader = openObjects(catalog.repository, options);
  try {
    const folders = new Folders(reader);
    for (const { commit, path } of missing) {
      if (path === null) folders.requestRoot(commit);
      else for (const folder of foldersOf(path)) folders.request(commit, folder);
    }
    await reader.settle();
    const attributes = new Attributes(reader, folders);
    for (const { commit, path } of missing) if (path !== null) attributes.request(commit, path);
    await reader.settle();
    for (const { commit, path } of missing) {
      const entry = path === null ? folders.root(commit) : folders.entry(commit, path);
      if (!entry) continue;
      if (path === null || entry.folder) found.trees.add(entry.id);
      else if (SAYS_WHAT_IS_TRACKED.test(path)) found.files.add(entry.id);
      else {
        const { lacking, filter } = attributes.of(commit, path);
        for (const id of lacking) found.files.add(id);
        if (filter === 'lfs' || HOLDS_VALUES.test(path)) found.files.add(entry.id);
        else if (lacking.length === 0) found.large.add(path);
      }
    }
  } finally {
    reader.close();
  }
  return { ...found, large: [...found.large].sort() };
}

interface MissingPath {
  readonly commit: CommitId;
  /** Null for the folder at the root. */
  readonly path: string | null;
}

async function missingPaths(
  catalog: Catalog,
  options: { readonly signal?: AbortSignal },
): Promise<readonly MissingPath[]> {
  const { branches, experiments, versions, plainTags } = catalog;
  const named = [...branches, ...experiments, ...versions.values(), ...plainTags];
  const commits = [...new Set(named.flatMap(({ commit }) => commit ?? []))];
  await catalog.loadCommits(commits, options);
  const missing: MissingPath[] = [];
  const settings = catalog.diagnostics.find(({ code }) => code === 'object-missing')?.path;
  const standard = catalog.defaultBranch?.branch.commit ?? null;
  if (settings !== undefined && standard !== null) missing.push({ commit: standard, path: settings });
  for (const commit of commits) {
    if (!catalog.mayLack(commit)) continue;
    const { diagnostics } = await catalog.modelsAt(commit, options);
    for (const { code, path = null } of diagnostics)
      if (code === 'object-missing') missing.push({ commit, path });
  }
  return missing;
}

/** The folders around a path, from the root down. */
function foldersOf(path: string): readonly string[] {
  const parts = path.split('/').slice(0, -1);
  return ['', ...parts.map((_, index) => parts.slice(0, index + 1).join('/'))];
}

interface Entry {
  readonly id: ObjectId;
  readonly folder: boolean;
}

/** What folders of commits name, read as Git keeps it: the name and id of each entry, here or not. */
class Folders {
  private readonly entries = new Map<string, ReadonlyMap<string, Entry>>();
  private readonly roots = new Map<CommitId, Entry>();
  private readonly asked = new Set<string>();

  constructor(private readonly reader: ObjectReader) {}

  requestRoot(commit: CommitId): void {
    this.reader.contents(commit, {
      failed: () => undefined, // a commit that is not here is no partial clone's doing
      object: (_type, data) => {
        const id = treeOfCommit(data);
        if (id !== undefined) this.roots.set(commit, { id, folder: true });
      },
    });
  }

  request(commit: CommitId, folder: string): void {
    const spec = `${commit}:${folder}`;
    if (this.asked.has(spec)) return;
    this.asked.add(spec);
    this.reader.contents(spec, {
      failed: () => undefined, // the folder is itself what is missing
      object: (type, data) => {
        if (type === 'tree') this.entries.set(spec, namedIn(data, commit.length / 2));
      },
    });
  }

  root(commit: CommitId): Entry | undefined {
    return this.roots.get(commit);
  }

  entry(commit: CommitId, path: string): Entry | undefined {
    const slash = path.lastIndexOf('/');
    return this.entries.get(`${commit}:${path.slice(0, Math.max(0, slash))}`)?.get(path.slice(slash + 1));
  }
}

function namedIn(tree: Buffer, idBytes: number): ReadonlyMap<string, Entry> {
  const entries = new Map<string, Entry>();
  for (const { mode, name, id } of entriesOfTree(tree, idBytes))
    entries.set(name, { id: objectId(id), folder: mode === '40000' });
  return entries;
}

/** Which filter the `.gitattributes` around a file give it, as far as they are here. */
class Attributes {
  private readonly files = new Map<ObjectId, AttributesFile | null>();

  constructor(
    private readonly reader: ObjectReader,
    private readonly folders: Folders,
  ) {}

  request(commit: CommitId, path: string): void {
    for (const { id } of this.around(commit, path)) {
      if (this.files.has(id)) continue;
      this.files.set(id, null);
      this.reader.contents(id, {
        failed: () => undefined, // not here either: asked for with the rest
        object: (_type, data) => this.files.set(id, compileAttributes(Buffer.from(data))),
      });
    }
  }

  of(commit: CommitId, path: string): { readonly lacking: readonly ObjectId[]; readonly filter: string } {
    const lacking: ObjectId[] = [];
    let stack = AttributesStack.from();
    for (const { folder, id } of this.around(commit, path)) {
      const file = this.files.get(id) ?? null;
      if (file) stack = stack.with(folder, file);
      else lacking.push(id);
    }
    return { lacking, filter: lacking.length > 0 ? 'unknown' : stack.filterOf(path) };
  }

  private around(
    commit: CommitId,
    path: string,
  ): readonly { readonly folder: string; readonly id: ObjectId }[] {
    return foldersOf(path).flatMap((folder) => {
      const entry = this.folders.entry(commit, folder === '' ? '.gitattributes' : `${folder}/.gitattributes`);
      return entry ? { folder, id: entry.id } : [];
    });
  }
}
