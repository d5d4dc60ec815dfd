import type { RootFile } from '../git/files.js';
import { readRootFile } from '../git/files.js';
import { ignoresCase } from '../git/ignoreCase.js';
import type { CommitId } from '../git/ids.js';
import type { ObjectReader } from '../git/objects.js';
import type { Repository } from '../git/repository.js';
import type { LoadedSettings } from '../settings/load.js';
import { loadSettings, loadWorkspaceSettings } from '../settings/load.js';
import type { Settings } from '../settings/settings.js';

/** Bytes of a file of a commit that is kept in the cache. */
const LARGEST_FILE = 128 * 1024;

/** Reads the settings for one catalog after another; what commits hold is read once. */
export class SettingsReader {
  /** By `COMMIT:NAME`, base64; null where the commit has none. */
  private readonly kept = new Map<string, string | null>();

  constructor(private readonly repository: Repository) {}

  /** What is known of commits, to be kept for the next window or call. */
  get files(): ReadonlyMap<string, string | null> {
    return this.kept;
  }

  restore(files: Iterable<readonly [string, string | null]>): void {
    for (const [spec, content] of files) this.kept.set(spec, content);
  }

  /** The settings of the working copy, or those that are `given` instead; null where a commit has to be asked. */
  async here(given: Settings | undefined): Promise<LoadedSettings | null> {
    if (given) return { settings: given, source: { kind: 'none' }, diagnostics: [] };
    return loadWorkspaceSettings(this.repository);
  }

  /** The settings that hold: those that are `here`, else those of a commit. */
  async load(
    here: LoadedSettings | null,
    defaultCommit: CommitId | null,
    reader: ObjectReader,
    options: { readonly signal?: AbortSignal },
  ): Promise<LoadedSettings> {
    const readAt = (commit: string, name: string): Promise<RootFile> => this.readAt(reader, commit, name);
    return loadSettings(this.repository, { ...options, here, defaultCommit, readAt });
  }

  /** Stands for what decides, beside the objects, which files of a tree are models and what they are called. */
  keyOf({ models }: Settings): string {
    return JSON.stringify([models.match, models.names, ignoresCase(this.repository)]);
  }

  private async readAt(reader: ObjectReader, commit: string, name: string): Promise<RootFile> {
    const spec = `${commit}:${name}`;
    const known = this.kept.get(spec);
    if (known !== undefined)
      return known === null ? { kind: 'absent' } : { kind: 'file', data: Buffer.from(known, 'base64') };
    const found = await readRootFile(reader, commit, name, LARGEST_FILE);
    // What could not be read may be there for the next catalog.
    if (found.kind === 'file') this.kept.set(spec, found.data.toString('base64'));
    else if (found.kind === 'absent') this.kept.set(spec, null);
    return found;
  }
}
