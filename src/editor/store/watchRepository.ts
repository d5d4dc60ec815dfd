import type { FSWatcher } from 'node:fs';
import { watch } from 'node:fs';
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import type { Repository } from '../../core/git/repository.js';

/** More folders than this below `refs` are not watched one by one: the count of watches is a shared resource. */
const MOST_FOLDERS = 1500;

/** Files of a Git directory whose change can change the catalog, or what is known of the remote. */
const GIT_FILES = new Set(['HEAD', 'packed-refs', 'FETCH_HEAD', 'shallow', 'config', 'reftable', 'refs']);

export interface RepositoryWatch {
  /** Settles when every folder that is there is watched: what changes from then on is told. */
  readonly ready: Promise<void>;
  /** Watches these files of the working copy (absolute paths) instead of those before. */
  follow(files: readonly string[]): void;
  dispose(): void;
}

export interface WatchHandlers {
  /** Something that the catalog is made of may have changed. */
  readonly changed: (what: string) => void;
  /** Watching is impossible, or came to an end: the reason in the system's own words. */
  readonly failed: (reason: string) => void;
}

/**
 * Watches what a catalog is made of: HEAD, refs, packed-refs and reftable, in the Git directory and in the one
 * that linked worktrees share, and some files of the working copy. Folders are watched, not files: Git replaces
 * files by renaming. Nothing else of the repository is looked at, and nothing is polled.
 * @param files absolute paths in the working copy (`modelkeep.yaml`, files with pins).
 */
export function watchRepository(
  repository: Repository,
  files: readonly string[],
  handlers: WatchHandlers,
): RepositoryWatch {
  const git = new FolderWatches(handlers.failed);
  const gitFile = (name: string): void => {
    if (GIT_FILES.has(name)) handlers.changed(name);
  };
  const { gitDir, commonDir } = repository;
  for (const folder of new Set([gitDir, commonDir])) {
    git.add(folder, gitFile);
    git.add(path.join(folder, 'reftable'), handlers.changed, { optional: true });
  }
  const ready = git.addTree(path.join(commonDir, 'refs'), handlers.changed);
  let followed = new FolderWatches(handlers.failed);
  const follow = (wanted: readonly string[]): void => {
    const before = followed;
    followed = new FolderWatches(handlers.failed);
    for (const [folder, names] of byFolder(wanted)) {
      followed.add(folder, (name) => names.has(name) && handlers.changed(name), { optional: true });
    }
    before.dispose();
  };
  follow(files);
  return {
    ready,
    follow,
    dispose: () => {
      git.dispose();
      followed.dispose();
    },
  };
}

function byFolder(files: readonly string[]): ReadonlyMap<string, ReadonlySet<string>> {
  const folders = new Map<string, Set<string>>();
  for (const file of files) {
    const folder = path.dirname(file);
    folders.set(folder, (folders.get(folder) ?? new Set()).add(path.basename(file)));
  }
  return folders;
}

/** Watches of single folders, and of all folders below one; new folders are taken in as they appear. */
class FolderWatches {
  private readonly watches = new Map<string, FSWatcher>();
  private disposed = false;

  constructor(private readonly failed: (reason: string) => void) {}

  add(folder: string, changed: (name: string) => void, options: { readonly optional?: boolean } = {}): void {
    if (this.disposed) return;
    try {
      const watcher = watch(folder, { persistent: false }, (_event, name) => {
        // Lock files come and go with every write of Git; what they become is reported by its own name.
        if (name !== null && !name.endsWith('.lock')) changed(name);
      });
      watcher.on('error', (error) => {
        this.drop(folder);
        if (options.optional !== true) this.fail(error);
      });
      this.watches.set(folder, watcher);
    } catch (error) {
      if (options.optional !== true) this.fail(error);
    }
  }

  /** Settles when the folders that are there are watched. */
  async addTree(folder: string, changed: (name: string) => void, top = folder): Promise<void> {
    if (this.disposed || this.watches.has(folder)) return;
    if (this.watches.size > MOST_FOLDERS) {
      this.fail(`more than ${String(MOST_FOLDERS)} folders of refs`);
      return;
    }
    this.add(
      folder,
      (name) => {
        changed(name);
        // A folder that goes tells its own name (packing refs leaves none that is empty); one that comes
        // instead is another, which is watched anew.
        if (folder !== top && name === path.basename(folder)) {
          this.drop(folder);
          void this.addFoldersBelow(path.dirname(folder), changed, top, true);
        }
        // A new folder (refs/heads/experiment): its refs may be there before the watch is.
        else void this.addFoldersBelow(folder, changed, top, true);
      },
      { optional: folder !== top },
    );
    await this.addFoldersBelow(folder, changed, top, false);
  }

  private async addFoldersBelow(
    folder: string,
    changed: (name: string) => void,
    top: string,
    tell: boolean,
  ): Promise<void> {
    const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
    const added: Promise<void>[] = [];
    for (const entry of entries) {
      const below = path.join(folder, entry.name);
      if (!entry.isDirectory() || this.watches.has(below)) continue;
      added.push(this.addTree(below, changed, top));
      if (tell) changed(entry.name);
    }
    await Promise.all(added);
  }

  private drop(folder: string): void {
    this.watches.get(folder)?.close();
    this.watches.delete(folder);
  }

  private fail(error: unknown): void {
    if (!this.disposed) this.failed(error instanceof Error ? error.message : String(error));
  }

  dispose(): void {
    this.disposed = true;
    for (const watcher of this.watches.values()) watcher.close();
    this.watches.clear();
  }
}
