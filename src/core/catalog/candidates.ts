import type { Diagnostic } from '../diagnostic.js';
import type { Digest } from '../digest.js';
import { isArtifactName } from '../registry/gto/tagName.js';
import type { TrackedFile } from '../tracking/trackedFile.js';
import type { Model } from './catalog.js';
import type { PathPatterns } from './patterns.js';
import type { Declaration } from './pipelines.js';
import type { Placed, PlacedFile } from './placed.js';

type Unnamed = Omit<Model, 'name'>;

/**
 * A tracked file (or a declaration) of one or more commits that waits for its name. The same pointer at the
 * same path is one candidate in every commit, so that models can be compared by identity.
 */
export class Candidate {
  /** Under the one name that most candidates have, and under others. */
  private first: Model | undefined;
  private others: Map<string, Model> | undefined;

  constructor(
    /** Grows by one with each candidate; equal ids mean equal content. */
    readonly id: number,
    readonly path: string,
    readonly declared: string | null,
    readonly isModel: boolean,
    /** Numbers (path, declared name): what a name can depend on. */
    readonly nameKey: number,
    readonly content: Unnamed,
  ) {}

  get digest(): Digest | null {
    return this.content.digest;
  }

  /** The model under a name: the same object for the same name. */
  model(name: string): Model {
    if (this.first?.name === name) return this.first;
    if (!this.first) return (this.first = { name, ...this.content });
    this.others ??= new Map();
    let model = this.others.get(name);
    if (!model) this.others.set(name, (model = { name, ...this.content }));
    return model;
  }
}

/** A candidate as it is kept on disk, in the order of ids. */
export type StoredCandidate = readonly [declared: string | null, isModel: boolean, content: Unnamed];

/** Decides what is a model (design.md: a declaration always wins, else `models.match`). */
export class Candidates {
  private readonly byFile = new Map<PlacedFile, Candidate>();
  private readonly byContent = new Map<string, Candidate>();
  private readonly all: Candidate[] = [];
  private readonly nameKeys = new Map<string, number>();
  /** By hash: a number and a list of candidates that has it. */
  private readonly pathSets = new Map<number, { readonly set: number; readonly example: Uint32Array }[]>();
  /** Name keys by candidate id. */
  private readonly keyOfId: number[] = [];
  /** By candidate id, a number for what counts as a change: digest and tracking. */
  private readonly bitsOfId: number[] = [];
  private readonly bits = new Map<string, number>();
  private nextSet = 0;
  private restored:
    { stored: readonly StoredCandidate[]; sets: ReadonlyMap<number, Uint32Array> } | undefined;

  constructor(private readonly patterns: PathPatterns) {}

  /** The candidate of that id. */
  get(id: number): Candidate {
    const candidate = this.all[id];
    if (!candidate) throw new RangeError(`there is no candidate ${id}`);
    return candidate;
  }

  /** Whether two candidates have the same digest and tracking. */
  sameBits(left: number, right: number): boolean {
    return left === right || this.bitsOfId[left] === this.bitsOfId[right];
  }

  /** Whether two of the candidates, or one of them and one of the ids, name the same path (and declared name). */
  overlap(placed: Pick<Placed, 'modelIds' | 'otherIds'>, candidates: readonly Candidate[]): boolean {
    if (candidates.length === 0) return false;
    const keys = new Set(candidates.map(({ nameKey }) => nameKey));
    if (keys.size < candidates.length) return true;
    const claimed = (id: number): boolean => keys.has(this.keyOfId[id] ?? -1);
    return placed.modelIds.some(claimed) || placed.otherIds.some(claimed);
  }

  get count(): number {
    return this.all.length;
  }

  /** All candidates, or those from an id on, to be kept. */
  store(from = 0): readonly StoredCandidate[] {
    return this.all.slice(from).map(({ declared, isModel, content }) => [declared, isModel, content]);
  }

  /**
   * Takes over what was kept. Only before anything else was made here.
   * @param sets path set numbers with the candidate ids of one list each.
   */
  restore(stored: readonly StoredCandidate[], sets: ReadonlyMap<number, Uint32Array>): void {
    for (const [declared, isModel, content] of stored) this.add(declared, isModel, content);
    this.restored = { stored, sets };
  }

  /** Content keys and path sets of restored candidates are needed only when a new one is made. */
  private reindex(): void {
    const { restored } = this;
    if (!restored) return;
    this.restored = undefined;
    for (const candidate of this.all) {
      const { declared, isModel, content } = candidate;
      this.byContent.set(contentKey(declared, isModel, content), candidate);
    }
    for (const [set, ids] of restored.sets) {
      if (this.findSet(ids) === undefined) this.addSet(ids, set);
    }
  }

  /** Numbers a list of candidates by what their names depend on: equal lists of paths and declared names. */
  pathSet(ids: Uint32Array): number {
    this.reindex();
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
    let hash = ids.length;
    for (const id of ids) hash = (Math.imul(hash, 31) + (this.keyOfId[id] ?? 0)) | 0;
    return hash;
  }

  private sameNames(left: Uint32Array, right: Uint32Array): boolean {
    if (left.length !== right.length) return false;
    for (let index = 0; index < left.length; index += 1) {
      const a = left[index] ?? 0;
      const b = right[index] ?? 0;
      if (a !== b && this.keyOfId[a] !== this.keyOfId[b]) return false;
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
    if (isArtifactName(declaration.name)) return undefined;
    return {
      severity: 'warning',
      code: 'name-not-allowed',
      message: `"${declaration.name}" cannot be registered: names are letters, digits, "-", "_" and "/", beginning and ending with a letter or digit.`,
      path: declaration.source,
    };
  }

  private declaresModel(path: string, declaration: Declaration): boolean {
    return declaration.type === undefined ? this.patterns.includesPath(path) : declaration.type === 'model';
  }

  private intern(declared: string | null, isModel: boolean, content: Unnamed): Candidate {
    this.reindex();
    const key = contentKey(declared, isModel, content);
    let candidate = this.byContent.get(key);
    if (!candidate) this.byContent.set(key, (candidate = this.add(declared, isModel, content)));
    return candidate;
  }

  private add(declared: string | null, isModel: boolean, content: Unnamed): Candidate {
    const path = content.path ?? '';
    const nameKey = this.nameKey(declared === null ? path : `${declared}\0${path}`);
    const candidate = new Candidate(this.all.length, path, declared, isModel, nameKey, content);
    this.all.push(candidate);
    this.keyOfId.push(nameKey);
    this.bitsOfId.push(this.bitsKey(content));
    return candidate;
  }

  private bitsKey({ tracking, digest }: Unnamed): number {
    const legacy = digest?.legacy === true ? 'legacy' : '';
    const text = digest === null ? tracking : `${tracking} ${digest.algorithm}${legacy} ${digest.value}`;
    let key = this.bits.get(text);
    if (key === undefined) this.bits.set(text, (key = this.bits.size));
    return key;
  }

  private nameKey(text: string): number {
    let key = this.nameKeys.get(text);
    if (key === undefined) this.nameKeys.set(text, (key = this.nameKeys.size));
    return key;
  }
}

/** A text that is equal for equal content; thousands are made, so it is put together by hand where it is simple. */
function contentKey(declared: string | null, isModel: boolean, content: Unnamed): string {
  const { path, pointer, tracking, digest, size, files, stage } = content;
  const described =
    declared !== null || content.type !== undefined || content.description !== undefined || content.labels;
  if (described) return JSON.stringify([declared, isModel, content]);
  const bits =
    digest === null ? '' : `${digest.algorithm}${digest.legacy === true ? '~' : '='}${digest.value}`;
  return `${path ?? ''}\0${pointer ?? ''}\0${stage ?? ''}\0${tracking}${content.declared ? '!' : ''}${isModel ? '+' : '-'}${bits} ${size ?? ''} ${files ?? ''}`;
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
