import type { Diagnostic } from '../diagnostic.js';
import type { Signature, TagHeader } from '../git/commits.js';
import { isoTime, secondsTold } from '../git/commits.js';
import type { CommitId, ObjectId, RefName } from '../git/ids.js';
import { buildGtoState } from '../registry/gto/build.js';
import { compareSemVer, parseSemVer } from '../registry/gto/semver.js';
import type { GtoArtifact, GtoState, GtoVersion } from '../registry/gto/state.js';
import type { TagObject } from '../registry/gto/tagObject.js';
import { parseTagName } from '../registry/gto/tagName.js';
import { compileTagTemplate } from '../registry/gto/template.js';
import type { PlainTag, Version } from './catalog.js';
import type { CommitSays } from './tagStore.js';

/** A tag of the repository that peels to a commit. */
export interface CommitTag {
  readonly name: string;
  readonly ref: RefName;
  readonly id: ObjectId;
  readonly commit: CommitId;
  /** Null for a lightweight tag. */
  readonly header: TagHeader | null;
}

/** A version before it is bound to a model: `Version` without what its commit's tree tells. */
export interface UnboundVersion extends Omit<Version, 'model' | 'digest' | 'alike'> {
  /** `time` as seconds since 1970: what versions are sorted by. */
  readonly seconds: number;
}

export interface RegisteredTags {
  readonly gto: GtoState;
  /** Newest first. */
  readonly versions: readonly UnboundVersion[];
  /** Newest first. */
  readonly plain: readonly PlainTag[];
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * What tags mean: versions (GTO's grammar, or the team's template) and plain tags. Lightweight tags in GTO's grammar are
 * neither. Worked out when it is asked for, or before that in steps, since repositories have thousands of tags.
 */
export class TagMeanings {
  private sorted: Sorted | undefined;
  private told: RegisteredTags | undefined;

  constructor(
    private readonly tags: readonly CommitTag[],
    /** `versions.tags`. */
    private readonly template: string,
    /** The commit object behind a tag, for what the tag itself does not say. */
    private readonly commitOf: (commit: CommitId) => CommitSays | undefined,
  ) {}

  /** Pieces of the work; the last one leaves the answer. */
  get steps(): readonly (() => void)[] {
    return [() => this.sort(), () => this.tell()];
  }

  get registered(): RegisteredTags {
    return this.tell();
  }

  private sort(): Sorted {
    return (this.sorted ??= sortTags(this.tags));
  }

  private tell(): RegisteredTags {
    return (this.told ??= tellTags(this.sort(), this.template, this.commitOf));
  }
}

/** The state of the registry, and the tags that are none of GTO's. */
interface Sorted {
  readonly gto: GtoState;
  readonly others: readonly CommitTag[];
}

function sortTags(tags: readonly CommitTag[]): Sorted {
  const objects: TagObject[] = [];
  const lightweight: string[] = [];
  const others: CommitTag[] = [];
  for (const tag of tags) {
    const inGrammar = parseTagName(tag.name) !== undefined;
    if (!inGrammar) others.push(tag);
    else if (tag.header === null) lightweight.push(tag.name);
    else {
      const { name, tagger, message } = tag.header;
      objects.push({ ref: tag.ref, id: tag.id, name, commit: tag.commit, tagger, message });
    }
  }
  return { gto: buildGtoState(objects, lightweight), others };
}

function tellTags(
  { gto, others }: Sorted,
  template: string,
  commitOf: (commit: CommitId) => CommitSays | undefined,
): RegisteredTags {
  const versions: UnboundVersion[] = [];
  for (const artifact of gto.artifacts.values()) {
    const stages = stagesHeld(artifact);
    for (const version of artifact.versions) {
      if (version.registered)
        versions.push(gtoVersion(artifact.name, version, stages.get(version) ?? NONE, commitOf));
    }
  }
  const scheme = template === 'gto' ? undefined : compileTagTemplate(template);
  const plain: { readonly seconds: number; readonly tag: PlainTag }[] = [];
  for (const tag of others) {
    const { at, ...told } = tellTag(tag, commitOf);
    const said = scheme?.parse(tag.name);
    if (!said) {
      const annotated = tag.header !== null;
      plain.push({
        seconds: secondsTold(at),
        tag: { name: tag.name, commit: tag.commit, annotated, ...told },
      });
    } else {
      versions.push({
        kind: 'tag',
        tag: tag.name,
        version: said.version,
        artifact: said.model ?? '',
        commit: tag.commit,
        ...told,
        seconds: secondsTold(at),
        active: true,
        stages: [],
      });
    }
  }
  versions.sort((left, right) => right.seconds - left.seconds || byName(left, right));
  plain.sort((left, right) => right.seconds - left.seconds || (left.tag.name < right.tag.name ? 1 : -1));
  return { gto, versions, plain: plain.map(({ tag }) => tag), diagnostics: gto.diagnostics };
}

const NONE: readonly never[] = [];

/** The stages of which each version is the newest holder. */
function stagesHeld({ stages }: GtoArtifact): ReadonlyMap<GtoVersion, readonly string[]> {
  const held = new Map<GtoVersion, string[]>();
  for (const [stage, [holder]] of stages) {
    if (holder) held.set(holder.version, [...(held.get(holder.version) ?? NONE), stage]);
  }
  return held;
}

function gtoVersion(
  artifact: string,
  version: GtoVersion,
  stages: readonly string[],
  commitOf: (commit: CommitId) => CommitSays | undefined,
): UnboundVersion {
  const event = version.authoring;
  // A tagger may have no name, and is a tagger still.
  const commit = event.author === '' && event.seconds === 0 ? commitOf(version.commit) : undefined;
  const at = commit?.committer ?? event;
  return {
    kind: 'gto',
    tag: event.ref,
    version: version.version,
    artifact,
    commit: version.commit,
    time: isoTime(at),
    seconds: secondsTold(at),
    author: commit?.author?.name ?? event.author,
    message: event.message,
    active: version.active,
    stages,
  };
}

/** Time, author and message: the tagger's, else the commit's (cli.md: Version). */
function tellTag(
  tag: CommitTag,
  commitOf: (commit: CommitId) => CommitSays | undefined,
): Pick<PlainTag, 'time' | 'author' | 'message'> & { readonly at: Pick<Signature, 'seconds' | 'zone'> } {
  const commit = tag.header?.tagger ? undefined : commitOf(tag.commit);
  const message = tag.header?.message ?? commit?.message ?? '';
  const at = tag.header?.tagger ?? commit?.committer ?? { seconds: 0, zone: '+0000' };
  return {
    at,
    time: isoTime(at),
    author: tag.header?.tagger?.name ?? commit?.author?.name ?? '',
    message: message.trim(),
  };
}

type Dated = Pick<Version, 'time' | 'version' | 'tag'>;

/** Newest first: by time, then SemVer, then tag name. */
export function byNewest(left: Dated, right: Dated): number {
  return parseTime(right.time) - parseTime(left.time) || byName(left, right);
}

/** Milliseconds; 0 for a zone that nobody lives in, which `Date` does not read. */
function parseTime(time: string): number {
  return Date.parse(time) || 0;
}

function byName(left: Dated, right: Dated): number {
  return -byPrecedence(left, right) || (left.tag < right.tag ? 1 : left.tag > right.tag ? -1 : 0);
}

/** Ascending by SemVer; what is no SemVer comes first. */
export function byPrecedence(left: Pick<Version, 'version'>, right: Pick<Version, 'version'>): number {
  const a = parseSemVer(left.version);
  const b = parseSemVer(right.version);
  if (a && b) return compareSemVer(a, b);
  return a ? 1 : b ? -1 : 0;
}

/** Tags of other versions of the same model with an equal digest, oldest first; never plain tags. */
export function sameAs({ tag, alike }: Pick<Version, 'tag' | 'alike'>): readonly string[] {
  return alike.filter((other) => other !== tag);
}
