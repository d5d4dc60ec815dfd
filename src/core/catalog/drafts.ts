import { append } from '../append.js';
import type { Diagnostic } from '../diagnostic.js';
import type { Digest } from '../digest.js';
import type { ObjectReader } from '../git/objects.js';
import type { AttributeRules } from './attributes.js';
import type { BlobMemo } from './blobs.js';
import type { Candidate, Candidates } from './candidates.js';
import type { Folders } from './folders.js';
import type { IgnoreRules } from './ignores.js';
import type { ObjectNumber } from './objectIds.js';
import type { Declaration, Pipelines } from './pipelines.js';
import { declarations } from './pipelines.js';
import type { Placed, PlacedFile } from './placed.js';
import { filesOf } from './placed.js';
import { collectShards } from './shards.js';
import type { Snapshot } from './snapshot.js';
import { takeSnapshot } from './snapshot.js';
import { FileKind } from './treeNames.js';
import { unreadableFile } from './treeProblems.js';

/** What Git itself has at a declared path that no pointer tracks. */
interface GitEntry {
  readonly digest: Digest;
  readonly tree: boolean;
  readonly size: number | null;
}

/** What was read of other files of a commit. */
interface Memory {
  readonly blobs: BlobMemo;
  readonly pipelines: Pipelines;
  readonly folders: Folders;
  readonly ignores: IgnoreRules;
  readonly attributes: AttributeRules;
}

/**
 * Snapshots of commits in which files have a say on each other: declarations, names, `.dvcignore`, shards, models of
 * many files, one path tracked twice.
 */
export class Drafts {
  private readonly gitEntries = new Map<string, GitEntry | null>();

  constructor(
    private readonly memo: Memory,
    private readonly candidates: Candidates,
    /** Paths that `models.names` names. */
    private readonly given: ReadonlySet<string>,
  ) {}

  /** Makes the snapshots of some root trees, and reads what declarations name beside them. */
  async settle(
    trees: ReadonlyMap<string, Placed>,
    reader: ObjectReader,
  ): Promise<ReadonlyMap<string, Snapshot>> {
    const drafts = [...trees].map(([tree, placed]) => this.draft(tree, placed));
    for (const draft of drafts)
      for (const path of draft.unknownPaths) this.requestGitEntry(draft.tree, path, reader);
    await reader.settle();
    for (const draft of drafts) {
      for (const path of draft.unknownPaths) {
        const entry = this.gitEntries.get(`${draft.tree}:${path}`);
        if (entry?.tree) this.memo.folders.request(entry.digest.value, reader);
      }
    }
    await reader.settle();
    return new Map(drafts.map((draft) => [draft.tree, this.finish(draft)]));
  }

  private draft(tree: string, placed: Placed): Draft {
    const diagnostics: Diagnostic[] = [
      ...placed.diagnostics,
      ...this.memo.attributes.check(placed),
      ...this.memo.ignores.problems(placed),
    ];
    const ignored = this.memo.ignores.of(placed);
    let files = filesOf(placed);
    const declared: Declaration[] = [];
    if (ignored) files = files.filter(({ file }) => file.tracking === 'lfs' || !ignored(file.pointer));
    for (const pipeline of placed.pipelines) {
      if (ignored?.(pipeline.folder === '' ? 'dvc.yaml' : `${pipeline.folder}/dvc.yaml`)) continue;
      const resolved = this.memo.pipelines.resolve(pipeline, tree);
      if (resolved.files.length > 0) files = [...files, ...resolved.files];
      append(declared, resolved.declarations);
      append(diagnostics, resolved.diagnostics);
    }
    if (placed.artifacts !== null) this.addIndex(placed.artifacts, declared, diagnostics);
    const unique = this.withoutDuplicates(files, diagnostics);
    const tracked = new Set(unique.map((file) => file.file.path));
    const wanted = [...declared.filter(({ url }) => !url).map(({ path }) => path), ...this.given];
    return {
      tree,
      files: unique,
      declared,
      diagnostics,
      unknownPaths: [...new Set(wanted)].filter((path) => !tracked.has(path)),
    };
  }

  private addIndex(blob: ObjectNumber, declared: Declaration[], diagnostics: Diagnostic[]): void {
    const parsed = this.memo.blobs.get(FileKind.artifacts, blob);
    if (!parsed.ok) {
      diagnostics.push(unreadableFile('artifacts.yaml', parsed.reason));
      return;
    }
    for (const problem of parsed.value.problems) diagnostics.push({ ...problem, path: 'artifacts.yaml' });
    const index = declarations(parsed.value.artifacts, '', 'artifacts.yaml');
    append(declared, index.declarations);
    append(diagnostics, index.diagnostics);
  }

  /** One path has one pointer: a second one is reported and left out. */
  private withoutDuplicates(files: readonly PlacedFile[], diagnostics: Diagnostic[]): readonly PlacedFile[] {
    const seen = new Map<string, PlacedFile>();
    for (const file of files) {
      const first = seen.get(file.file.path);
      if (!first) seen.set(file.file.path, file);
      else {
        diagnostics.push({
          severity: 'error',
          code: 'tracked-twice',
          message: `${file.file.path} is tracked by ${first.file.pointer} and by ${file.file.pointer}; only the first counts.`,
          path: file.file.pointer,
          ...(file.line === undefined ? {} : { line: file.line }),
        });
      }
    }
    return seen.size === files.length ? files : [...seen.values()];
  }

  private requestGitEntry(tree: string, path: string, reader: ObjectReader): void {
    const spec = `${tree}:${path}`;
    if (this.gitEntries.has(spec)) return;
    this.gitEntries.set(spec, null);
    reader.info(spec, {
      failed: () => undefined, // nothing of that path in Git: tracking `none`
      info: (type, size, id) => {
        if (type !== 'blob' && type !== 'tree') return;
        this.gitEntries.set(spec, {
          digest: { algorithm: 'git', value: id },
          tree: type === 'tree',
          size: type === 'blob' ? size : null,
        });
      },
    });
  }

  private finish(draft: Draft): Snapshot {
    const { candidates } = this;
    const diagnostics = [...draft.diagnostics];
    const byPath = new Map<string, Declaration[]>();
    for (const declaration of draft.declared) {
      const at = byPath.get(declaration.path);
      if (at) at.push(declaration);
      else byPath.set(declaration.path, [declaration]);
    }
    const gathered = this.gatheredFolders(draft);
    const { files, groups } = collectShards(
      gathered.size === 0
        ? draft.files
        : draft.files.filter(({ file }) => file.tracking !== 'lfs' || !isInside(file.path, gathered)),
    );
    const models: Candidate[] = [];
    const others: Candidate[] = [];
    const add = (candidate: Candidate | null): void => {
      if (candidate) (candidate.isModel ? models : others).push(candidate);
    };
    for (const file of groups.length > 0 ? [...files, ...groups] : files) {
      const declared = byPath.size > 0 ? byPath.get(file.file.path) : undefined;
      if (!declared) add(candidates.tracked(file, this.given.has(file.file.path)));
      else for (const declaration of declared) add(candidates.declared(file.file, declaration));
      if (declared) byPath.delete(file.file.path);
    }
    for (const [path, folder] of gathered) {
      const file = { path, tracking: 'lfs', pointer: path, ...folder } as const;
      const declared = byPath.get(path);
      if (!declared) add(candidates.tracked({ file, declaredType: undefined }, true));
      else for (const declaration of declared) add(candidates.declared(file, declaration));
      byPath.delete(path);
    }
    for (const [path, declared] of byPath) {
      for (const declaration of declared) add(this.untracked(draft, path, declaration));
    }
    for (const declaration of draft.declared) {
      const problem = candidates.nameProblem(declaration);
      if (problem) diagnostics.push(problem);
    }
    const ids = (list: readonly Candidate[]): Uint32Array => Uint32Array.from(list, ({ id }) => id);
    return takeSnapshot(candidates, ids(models), ids(others), diagnostics);
  }

  /** A declaration whose path no pointer names: Git's own file, a path inside a folder output, or nothing. */
  private untracked(draft: Draft, path: string, declaration: Declaration): Candidate | null {
    if (!declaration.url) {
      const outer = draft.files.find(
        ({ file }) => file.tracking === 'dvc' && path.startsWith(`${file.path}/`),
      );
      if (outer) return this.candidates.inside(outer.file, path, declaration);
      const entry = this.gitEntries.get(`${draft.tree}:${path}`);
      if (entry) return this.candidates.git(entry, path, declaration);
    }
    return this.candidates.missing(path, declaration);
  }

  private gatheredFolders(
    draft: Draft,
  ): ReadonlyMap<string, { digest: Digest; size: number | null; files: number }> {
    const found = new Map<string, { digest: Digest; size: number | null; files: number }>();
    for (const path of draft.unknownPaths) {
      const entry = this.gitEntries.get(`${draft.tree}:${path}`);
      const folder = entry?.tree ? this.memo.folders.get(entry.digest.value) : null;
      if (folder) found.set(path, folder);
    }
    return found;
  }
}

interface Draft {
  readonly tree: string;
  readonly files: readonly PlacedFile[];
  readonly declared: readonly Declaration[];
  readonly diagnostics: readonly Diagnostic[];
  /** Declared or named paths that no pointer tracks. */
  readonly unknownPaths: readonly string[];
}

function isInside(path: string, folders: ReadonlyMap<string, unknown>): boolean {
  for (let slash = path.indexOf('/'); slash >= 0; slash = path.indexOf('/', slash + 1)) {
    if (folders.has(path.slice(0, slash))) return true;
  }
  return false;
}
