import type { Diagnostic } from '../diagnostic.js';
import type { Digest } from '../digest.js';
import { artifactNameProblem } from '../registry/gto/tagName.js';
import type { TrackedFile } from '../tracking/trackedFile.js';
import type { Model } from './catalog.js';
import type { Candidate, StoredCandidates, Unnamed } from './candidateTable.js';
import { CandidateTable } from './candidateTable.js';
import type { PathPatterns } from './patterns.js';
import type { Declaration } from './pipelines.js';
import type { PlacedFile, PlacedIds } from './placed.js';

export type { Candidate } from './candidateTable.js';

/** Decides what is a model (design.md: a declaration always wins, else `models.match`). */
export class Candidates {
  private readonly table = new CandidateTable();
  private readonly byFile = new Map<PlacedFile, Candidate>();
  /** By hash: a number and a list of candidates that has it. */
  private readonly pathSets = new Map<number, { readonly set: number; readonly example: Uint32Array }[]>();
  private nextSet = 0;
  /** Path sets of an earlier catalog are needed only when a new one is met. */
  private restored: ReadonlyMap<number, Uint32Array> | undefined;

  constructor(private readonly patterns: PathPatterns) {}

  /** The candidate of that id. */
  get(id: number): Candidate {
    return this.table.get(id);
  }

  /** Whether two candidates have the same digest and tracking. */
  sameBits(left: number, right: number): boolean {
    return this.table.sameBits(left, right);
  }

  /** The positions at which two lists differ in their bits; the first one only, if that is enough. */
  differing(left: Uint32Array, right: Uint32Array, first: boolean): readonly number[] {
    return this.table.differing(left, right, first);
  }

  /** Whether two of the candidates, or one of them and one of the ids, name the same path (and declared name). */
  overlap({ models, others }: PlacedIds, candidates: readonly Candidate[]): boolean {
    if (candidates.length === 0) return false;
    const keys = new Set(candidates.map(({ nameKey }) => nameKey));
    if (keys.size < candidates.length) return true;
    const claimed = (id: number): boolean => keys.has(this.table.nameKey(id));
    return models.some(claimed) || others.some(claimed);
  }

  get count(): number {
    return this.table.count;
  }

  /** All candidates, or those from an id on, to be kept. */
  store(from = 0): StoredCandidates {
    return this.table.store(from);
  }

  /**
   * Takes over what was kept. Only before anything else was made here.
   * @param sets path set numbers with the candidate ids of one list each.
   */
  restore(stored: readonly StoredCandidates[], sets: ReadonlyMap<number, Uint32Array>): void {
    this.table.restore(stored);
    this.restored = sets;
  }

  /** Numbers a list of candidates by what their names depend on: equal lists of paths and declared names. */
  pathSet(ids: Uint32Array): number {
    const { restored } = this;
    this.restored = undefined;
    for (const [set, example] of restored ?? [])
      if (this.findSet(example) === undefined) this.addSet(example, set);
    return this.findSet(ids) ?? this.addSet(ids, this.nextSet);
  }

  private findSet(ids: Uint32Array): number | undefined {
    return this.pathSets.get(this.hash(ids))?.find(({ example }) => this.sameNames(example, ids))?.set;
  }

  private addSet(ids: Uint32Array, set: number): number {
    const hash = this.hash(ids);
    const bucket = this.pathSets.get(hash);
    if (bucket) bucket.push({ set, example: ids });
    else this.pathSets.set(hash, [{ set, example: ids }]);
    this.nextSet = Math.max(this.nextSet, set + 1);
    return set;
  }

  private hash(ids: Uint32Array): number {
    const { table } = this;
    let hash = ids.length;
    for (let index = 0; index < ids.length; index += 1)
      hash = (Math.imul(hash, 31) + table.nameKey(ids[index] ?? 0)) | 0;
    return hash;
  }

  private sameNames(left: Uint32Array, right: Uint32Array): boolean {
    if (left.length !== right.length) return false;
    for (let index = 0; index < left.length; index += 1) {
      const a = left[index] ?? 0;
      const b = right[index] ?? 0;
      if (a !== b && this.table.nameKey(a) !== this.table.nameKey(b)) return false;
    }
    return true;
  }

  /** A tracked file that no `artifacts:` section names; `given` when `models.names` does. */
  tracked(placed: PlacedFile, given: boolean): Candidate {
    const known = this.byFile.get(placed);
    if (known) return known;
    const { declaredType, file } = placed;
    const isModel =
      declaredType === undefined ? given || this.patterns.includesPath(file.path) : declaredType === 'model';
    const candidate = this.intern(null, isModel, {
      ...contentOf(file),
      declared: declaredType !== undefined,
    });
    this.byFile.set(placed, candidate);
    return candidate;
  }

  /** A tracked file under the name that a declaration gives it. */
  declared(file: TrackedFile, declaration: Declaration): Candidate {
    const type = declaration.type ?? file.type;
    const isModel = type === undefined ? this.patterns.includesPath(file.path) : type === 'model';
    return this.intern(declaration.name, isModel, { ...contentOf(file), ...described(declaration) });
  }

  /** A declared path inside a folder output: that output's pointer, its own digest and size unknown. */
  inside(outer: TrackedFile, path: string, declaration: Declaration): Candidate {
    return this.intern(declaration.name, this.declaresModel(path, declaration), {
      path,
      tracking: 'dvc',
      pointer: outer.pointer,
      ...(outer.stage === undefined ? {} : { stage: outer.stage }),
      digest: null,
      size: null,
      ...described(declaration),
    });
  }

  /** A declared file or folder of Git itself; an untyped declaration of one is no model and not listed. */
  git(
    entry: { readonly digest: Digest; readonly size: number | null },
    path: string,
    declaration: Declaration,
  ): Candidate | null {
    if (declaration.type === undefined) return null;
    return this.intern(declaration.name, declaration.type === 'model', {
      path,
      tracking: 'git',
      pointer: path,
      digest: entry.digest,
      size: entry.size,
      ...described(declaration),
    });
  }

  /** A declaration of something that is neither tracked nor in Git. */
  missing(path: string, declaration: Declaration): Candidate {
    return this.intern(declaration.name, this.declaresModel(path, declaration), {
      path,
      tracking: 'none',
      pointer: null,
      digest: null,
      size: null,
      ...described(declaration),
    });
  }

  /** GTO's own rule on names: others are listed as written and cannot be tagged. */
  nameProblem(declaration: Declaration): Diagnostic | undefined {
    const message = artifactNameProblem(declaration.name);
    if (message === undefined) return undefined;
    return {
      severity: 'warning',
      code: 'name-not-allowed',
      message,
      path: declaration.source,
      ...(declaration.line === undefined ? {} : { line: declaration.line }),
    };
  }

  private declaresModel(path: string, declaration: Declaration): boolean {
    return declaration.type === undefined ? this.patterns.includesPath(path) : declaration.type === 'model';
  }

  private intern(declared: string | null, isModel: boolean, content: Unnamed): Candidate {
    return this.table.intern(declared, isModel, content);
  }
}

function contentOf(file: TrackedFile): Omit<Unnamed, 'declared'> {
  return {
    path: file.path,
    tracking: file.tracking,
    pointer: file.pointer,
    ...(file.stage === undefined ? {} : { stage: file.stage }),
    ...(file.type === undefined ? {} : { type: file.type }),
    ...(file.description === undefined ? {} : { description: file.description }),
    ...(file.labels === undefined ? {} : { labels: file.labels }),
    digest: file.digest,
    size: file.size,
    ...(file.files === undefined ? {} : { files: file.files }),
  };
}

function described(declaration: Declaration): Pick<Model, 'declared' | 'type' | 'description' | 'labels'> {
  return {
    declared: true,
    ...(declaration.type === undefined ? {} : { type: declaration.type }),
    ...(declaration.description === undefined ? {} : { description: declaration.description }),
    ...(declaration.labels === undefined ? {} : { labels: declaration.labels }),
  };
}
