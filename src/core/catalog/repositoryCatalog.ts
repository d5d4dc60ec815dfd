import type { Diagnostic } from '../diagnostic.js';
import { sameBits } from '../digest.js';
import type { CommitGraph } from '../git/graph.js';
import type { CommitId } from '../git/ids.js';
import type { ObjectReader } from '../git/objects.js';
import type { Repository } from '../git/repository.js';
import type { Settings } from '../settings/settings.js';
import { belongsTo } from './binding.js';
import type {
  Branch,
  BranchChanges,
  BranchModel,
  BranchModels,
  Catalog,
  CommitModels,
  DefaultBranch,
  Head,
  Model,
  PlainTag,
  RegisteredModel,
  Version,
} from './catalog.js';
import { Changes, NO_CHANGES } from './changes.js';
import type { CommitTrees } from './commitTrees.js';
import { compareBytes } from './names.js';
import type { NameSet, NamedSnapshot } from './nameSets.js';
import type { RefsView } from './refsView.js';
import { unreadableRef } from './refsView.js';
import type { RegistryView } from './registryView.js';
import type { Snapshot } from './snapshot.js';
import type { Snapshots } from './snapshots.js';

interface Parts {
  readonly repository: Repository;
  readonly settings: Settings;
  readonly view: RefsView;
  readonly defaultBranch: DefaultBranch | null;
  readonly registry: RegistryView;
  readonly diagnostics: readonly Diagnostic[];
  readonly snapshots: Snapshots;
  /** Every tracked file, for those who ask. */
  readonly tracked: Snapshots;
  readonly graph: CommitGraph;
  /** The clone is shallow: the graph ends where the clone does. */
  readonly shallow: boolean;
  /** Best common ancestors by `COMMIT BASE`, kept between catalogs. */
  readonly mergeBases: Map<string, CommitId | null>;
  readonly commits: CommitTrees;
  /** A reader of the repository; who takes one closes it. */
  readonly reader: (options: Abortable) => ObjectReader;
}

interface Abortable {
  readonly signal?: AbortSignal;
}

/** The catalog of one state of the refs. Trees that were not needed to build it are read when asked for. */
export class RepositoryCatalog implements Catalog {
  readonly repository: Repository;
  readonly settings: Settings;
  readonly head: Head;
  readonly defaultBranch: DefaultBranch | null;
  readonly branches: readonly Branch[];
  readonly versions: ReadonlyMap<string, Version>;
  readonly plainTags: readonly PlainTag[];
  readonly experiments: Catalog['experiments'];
  readonly diagnostics: readonly Diagnostic[];
  private readonly changes: Changes;
  private everything = false;

  constructor(private readonly parts: Parts) {
    const { view, registry } = parts;
    this.repository = parts.repository;
    this.settings = parts.settings;
    this.head = view.head;
    this.defaultBranch = parts.defaultBranch;
    this.branches = view.branches;
    this.experiments = view.experiments;
    this.plainTags = registry.plainTags;
    this.versions = registry.versions;
    this.diagnostics = parts.diagnostics;
    this.changes = new Changes(parts.graph, parts.mergeBases, (commit) => this.named(commit), parts.shallow);
  }

  async load(branches: readonly Branch[], options: Abortable = {}): Promise<void> {
    await this.read(
      branches.flatMap(({ commit }) => commit ?? []),
      options,
    );
  }

  async loadCommits(commits: readonly CommitId[], options: Abortable = {}): Promise<void> {
    await this.read(commits, options);
  }

  find(model: { readonly name: string; readonly path: string | null }, commit: CommitId): Model | undefined {
    const named = this.named(commit);
    return named && findIn(model, named);
  }

  mayLack(commit: CommitId): boolean {
    return this.snapshots.incomplete || this.parts.commits.failure(commit) !== undefined;
  }

  includeEveryTrackedFile(): void {
    this.everything = true;
  }

  async containing(
    commits: readonly CommitId[],
    options: Abortable = {},
  ): Promise<ReadonlyMap<CommitId, readonly Branch[]>> {
    await this.parts.graph.extend(this.repository, this.tips(), options);
    const marked = [...new Set(commits)];
    const contained = this.parts.graph.contained(this.tips(), marked);
    const answer = new Map<CommitId, Branch[]>(marked.map((commit) => [commit, []]));
    for (const branch of this.branches) {
      for (const position of (branch.commit && contained.get(branch.commit)) ?? []) {
        const commit = marked[position];
        if (commit !== undefined) answer.get(commit)?.push(branch);
      }
    }
    return answer;
  }

  registered(): readonly RegisteredModel[] {
    return this.parts.registry.registered();
  }

  async plainVersions(
    model: { readonly name: string; readonly path: string | null },
    options: Abortable = {},
  ): Promise<readonly Version[]> {
    await this.read(
      this.plainTags.map(({ commit }) => commit),
      options,
    );
    return this.plainTags.flatMap((tag): Version[] => {
      const named = this.named(tag.commit);
      const found = named && findIn(model, named);
      if (!found) return [];
      return [
        {
          kind: 'tag',
          tag: tag.name,
          version: tag.name,
          artifact: found.name,
          model: { name: found.name, path: found.path },
          commit: tag.commit,
          digest: found.digest,
          time: tag.time,
          author: tag.author,
          message: tag.message,
          active: true,
          stages: [],
          alike: [],
        },
      ];
    });
  }

  async modelsAt(commit: CommitId, options: Abortable = {}): Promise<CommitModels> {
    await this.read([commit], options);
    const named = this.named(commit);
    if (!named) return { models: [], others: [], diagnostics: [this.unreadable(commit)] };
    return {
      models: byPath(named.models),
      others: byPath(named.others),
      diagnostics: this.diagnosticsOf(commit, undefined),
    };
  }

  async modelsOn(branch: Branch, options: Abortable = {}): Promise<BranchModels> {
    const { commit } = branch;
    if (commit === null) return { branch, models: [], others: [], tags: [], diagnostics: [] };
    await this.read([commit], options);
    const named = this.named(commit);
    if (!named) {
      const reason = this.parts.commits.failure(commit) ?? 'missing';
      return { branch, models: [], others: [], tags: [], diagnostics: [unreadableRef(branch.ref, reason)] };
    }
    const contains = await this.containedIn(branch, options);
    return {
      branch,
      models: byPath(this.withVersions(named.models, named.modelNames, contains)),
      others: byPath(this.withVersions(named.others, named.otherNames, contains)),
      tags: this.plainTags.filter((tag) => contains.has(tag.commit)),
      diagnostics: this.diagnosticsOf(commit, branch),
    };
  }

  async changesOn(branch: Branch, options: Abortable = {}): Promise<BranchChanges> {
    const base = this.defaultBranch?.branch.commit ?? null;
    if (branch.commit === null || base === null || branch.commit === base) return NO_CHANGES;
    await this.read([branch.commit, base], options);
    if (this.changes.differs(branch.commit, base)) {
      if (!this.changes.knowsMergeBase(branch.commit, base)) {
        await this.parts.graph.extend(this.repository, this.tips(), options);
      }
      const mergeBase = this.changes.mergeBase(branch.commit, base);
      if (mergeBase !== undefined) await this.read([mergeBase], options);
    }
    return this.changes.of(branch.commit, base);
  }

  /** Like `modelsOn`, with every LFS file among `others`, whatever its name; reads what the patterns left out. */
  async trackedOn(branch: Branch, options: Abortable = {}): Promise<BranchModels> {
    await this.loadTracked([branch], options);
    const on = await this.modelsOn(branch, options);
    const tree = branch.commit === null ? undefined : this.parts.commits.get(branch.commit);
    const { tracked } = this.parts;
    if (branch.commit === null || tree === undefined || !tracked.has(tree)) return on;
    const named = this.parts.registry.names.name(tracked.get(tree));
    const contains = await this.containedIn(branch, options);
    return { ...on, others: byPath(this.withVersions(named.others, named.otherNames, contains)) };
  }

  /** Reads every tracked file of many branches in one pass. */
  async loadTracked(branches: readonly Branch[], options: Abortable = {}): Promise<void> {
    await this.load(branches, options);
    const { commits, tracked } = this.parts;
    const trees = branches.flatMap(({ commit }) => (commit && commits.get(commit)) ?? []);
    const missing = trees.filter((tree) => !tracked.has(tree));
    if (missing.length === 0) return;
    const reader = this.parts.reader(options);
    try {
      await tracked.load(missing, reader);
    } finally {
      reader.close();
    }
  }

  /** What is wrong with a branch whose trees have been read. */
  diagnosticsOn(branch: Branch): readonly Diagnostic[] {
    const { commit } = branch;
    if (commit === null) return [];
    const reason = this.parts.commits.failure(commit);
    return reason ? [unreadableRef(branch.ref, reason)] : this.diagnosticsOf(commit, branch);
  }

  /** How many models each branch has and changes, for many branches in one pass. */
  async summarize(
    branches: readonly Branch[],
    options: Abortable = {},
  ): Promise<ReadonlyMap<Branch, BranchSummary>> {
    const base = this.defaultBranch?.branch.commit ?? null;
    await this.read([...branches.flatMap(({ commit }) => commit ?? []), ...(base ? [base] : [])], options);
    const differing = branches.filter(({ commit }) => commit && base && this.changes.differs(commit, base));
    if (differing.length > 0 && base) {
      if (!differing.every(({ commit }) => commit && this.changes.knowsMergeBase(commit, base))) {
        await this.parts.graph.extend(this.repository, this.tips(), options);
      }
      await this.read(
        differing.flatMap(({ commit }) => (commit && this.changes.mergeBase(commit, base)) ?? []),
        options,
      );
    }
    return new Map(
      branches.map((branch): [Branch, BranchSummary] => {
        const { commit } = branch;
        const named = commit === null ? undefined : this.named(commit);
        if (commit === null) return [branch, { count: 0, changed: 0, unsure: null }];
        if (!named) return [branch, { count: null, changed: null, unsure: 'unread' }];
        const count = named.unread ? null : named.count;
        const { changed, unsure } = base === null ? NO_CHANGES : this.changes.of(commit, base);
        return [branch, { count, changed: unsure === null ? changed.size : null, unsure }];
      }),
    );
  }

  private async read(commits: readonly CommitId[], options: Abortable): Promise<void> {
    const { commits: source } = this.parts;
    const missing = commits.filter((commit) => !this.isReady(commit));
    if (missing.length === 0) return;
    const reader: ObjectReader = this.parts.reader(options);
    try {
      await source.read(missing, reader);
      await this.snapshots.load(
        missing.flatMap((commit) => source.get(commit) ?? []),
        reader,
      );
    } finally {
      reader.close();
    }
  }

  private get snapshots(): Snapshots {
    return this.everything ? this.parts.tracked : this.parts.snapshots;
  }

  private isReady(commit: CommitId): boolean {
    const tree = this.parts.commits.get(commit);
    return tree === undefined ? this.parts.commits.failure(commit) !== undefined : this.snapshots.has(tree);
  }

  private snapshot(commit: CommitId): Snapshot | undefined {
    const tree = this.parts.commits.get(commit);
    return tree === undefined || !this.snapshots.has(tree) ? undefined : this.snapshots.get(tree);
  }

  private named(commit: CommitId): NamedSnapshot | undefined {
    const snapshot = this.snapshot(commit);
    return snapshot && this.parts.registry.names.name(snapshot);
  }

  private withVersions(
    models: readonly Model[],
    names: NameSet,
    contains: ReadonlySet<CommitId>,
  ): readonly BranchModel[] {
    const belonging = this.parts.registry.belongingTo(names);
    return models.map((model, index) => {
      const own: Version[] = [];
      const all: Version[] = [];
      for (const position of belonging[index] ?? []) {
        const version = this.parts.registry.ordered[position];
        if (!version) continue;
        const same = sameBits(version.digest, model.digest);
        if (same) own.push(version);
        if (same || contains.has(version.commit)) all.push(version);
      }
      return {
        ...model,
        versions: all.map(({ tag }) => tag),
        at: own.find(({ active }) => active)?.tag ?? null,
        stages: [...new Set(own.flatMap(({ stages }) => stages))],
      };
    });
  }

  private async containedIn(branch: Branch, options: Abortable): Promise<ReadonlySet<CommitId>> {
    const { commit } = branch;
    if (commit === null) return new Set();
    const { graph, registry } = this.parts;
    const known = registry.contained(commit);
    if (known) return known;
    await graph.extend(this.repository, [...this.tips(), commit], options);
    const marked = [...new Set([...this.parts.registry.ordered, ...this.plainTags].map((tag) => tag.commit))];
    const tips = [...new Set([...this.tips(), commit])];
    for (const [tip, positions] of graph.contained(tips, marked)) {
      registry.keepContained(tip, new Set(positions.flatMap((position) => marked[position] ?? [])));
    }
    return registry.contained(commit) ?? new Set();
  }

  /** Tips of all branches whose commits are here. */
  private tips(): readonly CommitId[] {
    return this.branches.flatMap(({ commit }) =>
      commit && this.parts.commits.failure(commit) === undefined ? commit : [],
    );
  }

  private diagnosticsOf(commit: CommitId, branch: Branch | undefined): readonly Diagnostic[] {
    const found = this.snapshot(commit)?.diagnostics ?? [];
    return found.map((diagnostic) => ({ ...diagnostic, commit, ...(branch ? { ref: branch.ref } : {}) }));
  }

  private unreadable(commit: CommitId): Diagnostic {
    const corrupt = this.parts.commits.failure(commit) === 'corrupt';
    return {
      severity: 'error',
      code: corrupt ? 'object-corrupt' : 'object-missing',
      message: `Commit ${commit.slice(0, 8)} ${corrupt ? 'is damaged; run git fsck' : 'is not in this clone; fetch it'}.`,
      commit,
    };
  }
}

/** How many models a branch has and changes. */
export interface BranchSummary {
  /** Null where something of the branch cannot be read: unknown, not empty. */
  readonly count: number | null;
  readonly changed: number | null;
  /** Why `changed` is null. */
  readonly unsure: BranchChanges['unsure'];
}

function findIn(
  model: { readonly name: string; readonly path: string | null },
  named: NamedSnapshot,
): Model | undefined {
  const index = belongsTo(model, named.modelNames);
  if (index !== undefined) return named.model(index);
  const other = belongsTo(model, named.otherNames);
  return other === undefined ? undefined : named.other(other);
}

function byPath<T extends { readonly path: string | null }>(models: readonly T[]): readonly T[] {
  return [...models].sort((left, right) => compareBytes(left.path ?? '', right.path ?? ''));
}
