import type { Diagnostic } from '../diagnostic.js';
import type { CommitId } from '../git/ids.js';
import type { Settings } from '../settings/settings.js';
import { findAlike } from './alike.js';
import { belongsTo, bindArtifact } from './binding.js';
import type { PlainTag, RegisteredModel, Version } from './catalog.js';
import type { NameSet } from './nameSets.js';
import { NameSets } from './nameSets.js';
import type { PackedVersions } from './packedVersions.js';
import { packVersions, unpackVersions } from './packedVersions.js';
import type { ArtifactSummary } from './registered.js';
import { listRegistered, summarizeArtifacts } from './registered.js';
import type { Snapshot } from './snapshot.js';
import type { RegisteredTags, UnboundVersion } from './versions.js';

/** What tags meant for one catalog. */
interface Told {
  /** Newest first. */
  readonly versions: readonly Version[];
  /** Newest first. */
  readonly plain: readonly PlainTag[];
  readonly artifacts: readonly ArtifactSummary[];
  readonly diagnostics: readonly Diagnostic[];
}

/** The same as it is kept for the next catalog. */
export interface StoredRegistry extends Omit<Told, 'versions'>, PackedVersions {
  /** Stands for the tags, their objects, and the settings on tags. */
  readonly key: string;
}

/**
 * What the tags of a repository say of its models: versions bound to them, and through the versions the names.
 * Depends on tags and settings alone, so that it serves every catalog until one of those changes.
 */
export class RegistryView {
  readonly versions: ReadonlyMap<string, Version>;
  readonly names: NameSets;
  private readonly belonging = new Map<NameSet, readonly (readonly number[])[]>();
  private readonly containedBy = new Map<CommitId, ReadonlySet<CommitId>>();

  private constructor(
    private readonly told: Told,
    settings: Settings,
  ) {
    this.versions = new Map(told.versions.map((version) => [version.tag, version]));
    this.names = new NameSets(settings, boundNames(told.versions));
  }

  /**
   * Binds the versions that tags register to the models of their commits.
   * @param diagnostics what was wrong with tags that could not be read at all.
   */
  static bind(
    tags: RegisteredTags,
    settings: Settings,
    diagnostics: readonly Diagnostic[],
    snapshotOf: (commit: CommitId) => Snapshot | undefined,
  ): RegistryView {
    return new RegistryView(
      {
        versions: bind(tags.versions, settings, snapshotOf),
        plain: tags.plain,
        artifacts: summarizeArtifacts(tags.gto),
        diagnostics: [...diagnostics, ...tags.diagnostics],
      },
      settings,
    );
  }

  /** What an earlier catalog left. */
  static restore(stored: StoredRegistry, settings: Settings): RegistryView {
    const { plain, artifacts, diagnostics } = stored;
    return new RegistryView({ plain, artifacts, diagnostics, versions: unpackVersions(stored) }, settings);
  }

  /** Newest first; positions are what `belongingTo` means. */
  get ordered(): readonly Version[] {
    return this.told.versions;
  }

  get plainTags(): readonly PlainTag[] {
    return this.told.plain;
  }

  get diagnostics(): readonly Diagnostic[] {
    return this.told.diagnostics;
  }

  registered(): readonly RegisteredModel[] {
    return listRegistered(this.told.artifacts, this.told.versions);
  }

  /** What the next catalog of the same tags can take over. */
  store(key: string): StoredRegistry {
    const { versions, ...told } = this.told;
    return { ...told, key, ...packVersions(versions) };
  }

  /** Per model of a name set, the positions of its versions, newest first; worked out once per set. */
  belongingTo(names: NameSet): readonly (readonly number[])[] {
    let answer = this.belonging.get(names);
    if (!answer) {
      const lists: number[][] = names.names.map(() => []);
      this.ordered.forEach((version, position) => {
        const index = version.model === null ? undefined : belongsTo(version.model, names);
        if (index !== undefined) lists[index]?.push(position);
      });
      this.belonging.set(names, (answer = lists));
    }
    return answer;
  }

  /** The tagged commits that a commit contains, once they were worked out. */
  contained(commit: CommitId): ReadonlySet<CommitId> | undefined {
    return this.containedBy.get(commit);
  }

  keepContained(commit: CommitId, tagged: ReadonlySet<CommitId>): void {
    this.containedBy.set(commit, tagged);
  }
}

function bind(
  versions: readonly UnboundVersion[],
  settings: Settings,
  snapshotOf: (commit: CommitId) => Snapshot | undefined,
): readonly Version[] {
  const unbound = new NameSets(settings, new Map());
  const models = versions.map(({ artifact, commit }) => {
    const snapshot = snapshotOf(commit);
    return snapshot ? bindArtifact(artifact, unbound.name(snapshot)) : null;
  });
  const digests = models.map((model) => model?.digest ?? null);
  const alike = findAlike(versions, digests);
  // Field by field: there are thousands, and a copy of an object costs several times as much.
  return versions.map((version, index) => {
    const model = models[index] ?? null;
    return {
      kind: version.kind,
      tag: version.tag,
      version: version.version,
      artifact: version.artifact,
      model: model && { name: model.name, path: model.path },
      commit: version.commit,
      digest: digests[index] ?? null,
      time: version.time,
      author: version.author,
      message: version.message,
      active: version.active,
      stages: version.stages,
      alike: alike[index] ?? NONE,
    };
  });
}

const NONE: readonly never[] = [];

/** Path to the name under which its newest version is bound (design.md: a name never moves). */
function boundNames(newestFirst: readonly Version[]): ReadonlyMap<string, string> {
  const names = new Map<string, string>();
  for (const { model } of newestFirst) {
    if (model?.path != null && !names.has(model.path)) names.set(model.path, model.name);
  }
  return names;
}
