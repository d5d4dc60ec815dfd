import { append } from '../append.js';
import type { ObjectReader } from '../git/objects.js';
import { phrase } from '../phrase.js';
import { parseLfsPointer } from '../tracking/lfs/pointer.js';
import type { Curve, Naming } from './curves.js';
import { curvesIn, metricOf, TABLES } from './curves.js';
import type { Unread } from './facts.js';
import type { KeptBytes, KeptFiles, KeptOutput } from './kept.js';
import type { Layouts } from './layout.js';

/** Where curves of a run may lie. */
export interface CurvePlace {
  /** A folder or a file; repository path with `/`. */
  readonly path: string;
  /** `live`: a folder of dvclive's, each file named after its metric. `plot`: what a pipeline declares as a plot. */
  readonly kind: 'live' | 'plot';
}

/** Bytes of one table. */
const TABLE_LIMIT = 4 * 1024 * 1024;
/** Files of one place. */
const MOST_FILES = 100;

/** Reads tables of curves: those in Git, those in Git LFS, and those that DVC keeps as folders or as single files. */
export class CurveFiles {
  constructor(
    private readonly objects: ObjectReader,
    /** Of files that can hold tables. */
    private readonly tables: Layouts,
    private readonly kept: KeptFiles,
  ) {}

  /** The curves at a place. What cannot be read is added to `unread`. */
  async read(
    commit: string,
    place: CurvePlace,
    outputs: ReadonlyMap<string, KeptOutput>,
    unread: Unread[],
  ): Promise<readonly Curve[]> {
    const found = new Found(place, unread);
    await this.readGit(commit, place, found);
    // Git and DVC share no path: a file that one has is none of the other's.
    for (const output of outputs.values()) {
      if (output.path === place.path || output.path.startsWith(`${place.path}/`))
        await this.readOutput(output, output.path, found);
      else if (place.path.startsWith(`${output.path}/`)) await this.readOutput(output, place.path, found);
    }
    return found.curves;
  }

  private async readGit(commit: string, { path }: CurvePlace, found: Found): Promise<void> {
    const inLfs: { readonly file: string; readonly oid: string }[] = [];
    const take = (file: string, spec: string): void =>
      this.objects.contents(spec, {
        failed: (why) => found.lost(file, why === 'corrupt' ? phrase('damaged') : phrase('not local')),
        object: (type, data) => {
          if (type !== 'blob') return;
          const pointer = parseLfsPointer(data);
          if (pointer) inLfs.push({ file, oid: pointer.oid });
          else found.take(file, data);
        },
      });
    const inside = await this.tables.filesIn(`${commit}:${path}`, this.objects);
    for (const file of inside.slice(0, MOST_FILES)) take(`${path}/${file.path}`, file.blob);
    if (inside.length === 0 && TABLES.test(path)) {
      this.objects.info(`${commit}:${path}`, {
        failed: () => undefined, // not in Git
        info: (type, _size, id) => {
          if (type === 'blob') take(path, id);
        },
      });
    }
    await this.objects.settle();
    for (const { file, oid } of inLfs) takeKept(file, await this.kept.readLfs(oid), found);
  }

  /** What DVC keeps at `path`, which is an output or lies in one. */
  private async readOutput(output: KeptOutput, path: string, found: Found): Promise<void> {
    const inside = await this.kept.filesIn(output);
    if (inside === undefined) {
      const kept = await this.kept.read(output, path);
      // A folder whose files cannot be told says why when it is read.
      if (kept?.ok === false && isFolder(output)) found.lostFolder(output, path, kept.reason);
      else if (TABLES.test(path)) takeKept(path, kept, found);
      return;
    }
    const files = inside.filter(
      (file) => (file === path || file.startsWith(`${path}/`)) && TABLES.test(file),
    );
    for (const file of files.slice(0, MOST_FILES)) takeKept(file, await this.kept.read(output, file), found);
  }
}

function takeKept(file: string, kept: KeptBytes | undefined, found: Found): void {
  if (kept?.ok) found.take(file, kept.bytes);
  else if (kept) found.lost(file, kept.reason);
}

function isFolder({ digest }: KeptOutput): boolean {
  return digest?.value.endsWith('.dir') === true;
}

/** What was found at one place. */
class Found {
  readonly curves: Curve[] = [];
  private readonly naming: Naming;

  constructor(
    private readonly place: CurvePlace,
    private readonly unread: Unread[],
  ) {
    this.naming = place.kind === 'live' ? { kind: 'live', folder: place.path } : { kind: 'plot' };
  }

  take(file: string, bytes: Uint8Array): void {
    if (bytes.length > TABLE_LIMIT) return this.lost(file, phrase('too large to draw'));
    const curves = curvesIn(file, this.naming, bytes);
    // Not every plot is a curve: it may be a matrix, or one value over another.
    if (curves.length === 0 && this.place.kind === 'live') this.lost(file, phrase('no table of numbers'));
    append(this.curves, curves);
  }

  lost(file: string, reason: string): void {
    const doubtful = this.place.kind === 'plot' ? ({ doubtful: true } as const) : {};
    this.unread.push({ kind: 'curves', file, reason, metric: metricOf(file, this.naming), ...doubtful });
  }

  /** Of a folder all that lies in it may be lost, unless it is named after a part of the metrics. */
  lostFolder(output: KeptOutput, path: string, reason: string): void {
    const { place } = this;
    if (place.kind === 'live' && path !== place.path)
      return void this.unread.push({
        kind: 'curves',
        file: path,
        reason,
        metric: metricOf(path, this.naming),
      });
    this.unread.push({ kind: 'curves', file: path, reason, ...doubtOf(output, place) });
  }
}

/** Only a folder that is dvclive's own by name, or that of its plots, is sure to have curves. */
function doubtOf({ path }: KeptOutput, place: CurvePlace): { readonly doubtful?: true } {
  const isSure = place.kind === 'live' && (path === place.path || /(?:^|\/)(?:dvclive|plots)$/.test(path));
  return isSure ? {} : { doubtful: true };
}
