import type { ObjectReader } from '../git/objects.js';
import { entriesOfTree } from '../git/trees.js';

/** A file of a commit that may hold pipelines, parameters or metrics. */
export interface LayoutFile {
  /** Repository path with `/`. */
  readonly path: string;
  readonly blob: string;
}

interface Folder {
  readonly files: { readonly name: string; readonly blob: string }[];
  readonly folders: { readonly name: string; readonly folder: Folder }[];
  /** Whether anything of interest is at or below it; undefined until asked. */
  holds: boolean | undefined;
}

/** Bounds of one commit: a tree that repeats itself ten levels deep must not become ten billion paths. */
const MOST_FILES = 5000;
const MOST_DEPTH = 100;
const MOST_FOLDERS = 200_000;

const NAMES = /^(?:dvc\.yaml|dvc\.lock|metrics\.(?:json|ya?ml|toml)|params\.(?:json|ya?ml|toml|py))$/i;

/** Files that can hold values, wherever they lie. */
export const VALUES = /\.(?:json|ya?ml|toml|py)$/i;

/** Whether a file is named as those that hold metrics or parameters are. */
export function isLoose(path: string, kind: 'metrics' | 'params'): boolean {
  const name = path.slice(path.lastIndexOf('/') + 1);
  return NAMES.test(name) && name.toLowerCase().startsWith(`${kind}.`);
}

/**
 * Finds the files of a commit that say something about parameters and metrics: `dvc.yaml`, `dvc.lock`, `params.*`,
 * `metrics.*`, in every folder but `.dvc` and `.git`. Each tree object is read once, however many commits share it.
 */
export class Layouts {
  private folders = new Map<string, Folder>();

  constructor(
    private readonly idBytes: 20 | 32,
    /** Which files are of interest, by their own name. */
    private readonly names = NAMES,
  ) {}

  /**
   * The files in order of path, relative to the tree; those of unreadable folders are missing.
   * @param tree as cat-file takes it: `COMMIT^{tree}`, `COMMIT:folder`
   */
  async filesIn(tree: string, reader: ObjectReader): Promise<readonly LayoutFile[]> {
    if (this.folders.size > MOST_FOLDERS) this.folders = new Map();
    const root = emptyFolder();
    this.ask(tree, root, reader);
    await reader.settle();
    const files: LayoutFile[] = [];
    collect(root, '', 0, files);
    return files;
  }

  private ask(spec: string, folder: Folder, reader: ObjectReader): void {
    reader.contents(spec, {
      failed: () => undefined, // the catalog reports unreadable trees
      object: (type, data) => {
        if (type === 'tree') this.scan(data, folder, reader);
      },
    });
  }

  private scan(data: Buffer, folder: Folder, reader: ObjectReader): void {
    for (const { mode, name, id } of entriesOfTree(data, this.idBytes)) {
      if (mode === '40000') this.enter(name, id, folder, reader);
      else if (mode.startsWith('100') && this.names.test(name)) folder.files.push({ name, blob: id });
    }
  }

  private enter(name: string, id: string, parent: Folder, reader: ObjectReader): void {
    if (name === '.dvc' || name.toLowerCase() === '.git') return;
    let folder = this.folders.get(id);
    if (folder === undefined) {
      folder = emptyFolder();
      this.folders.set(id, folder);
      this.ask(id, folder, reader);
    }
    parent.folders.push({ name, folder });
  }
}

function emptyFolder(): Folder {
  return { files: [], folders: [], holds: undefined };
}

function holds(folder: Folder, depth: number): boolean {
  if (depth > MOST_DEPTH) return false;
  folder.holds ??= folder.files.length > 0 || folder.folders.some((each) => holds(each.folder, depth + 1));
  return folder.holds;
}

function collect(folder: Folder, prefix: string, depth: number, files: LayoutFile[]): void {
  if (files.length >= MOST_FILES || !holds(folder, depth)) return;
  for (const { name, blob } of folder.files) {
    if (files.length < MOST_FILES) files.push({ path: `${prefix}${name}`, blob });
  }
  for (const { name, folder: inner } of folder.folders) collect(inner, `${prefix}${name}/`, depth + 1, files);
}
