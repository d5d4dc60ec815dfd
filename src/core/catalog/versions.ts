import type { Diagnostic } from '../diagnostic.js';
import type { Digest } from '../digest.js';
import { digestKey } from '../digest.js';
import type { TagHeader } from '../git/commits.js';
import { isoTime } from '../git/commits.js';
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
export type UnboundVersion = Omit<Version, 'model' | 'digest' | 'alike'>;

export interface RegisteredTags {
  readonly gto: GtoState;
  readonly versions: readonly UnboundVersion[];
  readonly plain: readonly PlainTag[];
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * Sorts tags into versions (GTO's grammar, or the team's template) and plain tags. Lightweight tags in GTO's
 * grammar are neither.
 * @param commitOf the commit object behind a tag, for what the tag itself does not say.
 */
export function readTagMeanings(
  tags: readonly CommitTag[],
  template: string,
  commitOf: (commit: CommitId) => CommitSays | undefined,
): RegisteredTags {
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
  const gto = buildGtoState(objects, lightweight);
  const versions: UnboundVersion[] = [];
  for (const artifact of gto.artifacts.values()) {
    const stages = stagesHeld(artifact);
    for (const version of artifact.versions) {
      if (version.registered)
        versions.push(gtoVersion(artifact.name, version, stages.get(version) ?? NONE, commitOf));
    }
  }
  const scheme = template === 'gto' ? undefined : compileTagTemplate(template);
  const plain: PlainTag[] = [];
  for (const tag of others) {
    const told = tellTag(tag, commitOf);
    const said = scheme?.parse(tag.name);
    if (!said) plain.push({ name: tag.name, commit: tag.commit, annotated: tag.header !== null, ...told });
    else {
      versions.push({
        kind: 'tag',
        tag: tag.name,
        version: said.version,
        artifact: said.model ?? '',
        commit: tag.commit,
        ...told,
        active: true,
        stages: [],
      });
    }
  }
  return { gto, versions, plain, diagnostics: gto.diagnostics };
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
  return {
    kind: 'gto',
    tag: event.ref,
    version: version.version,
    artifact,
    commit: version.commit,
    time: isoTime(commit?.committer ?? { seconds: event.seconds, zone: event.zone }),
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
): Pick<PlainTag, 'time' | 'author' | 'message'> {
  const commit = tag.header?.tagger ? undefined : commitOf(tag.commit);
  const message = tag.header?.message ?? commit?.message ?? '';
  return {
    time: isoTime(tag.header?.tagger ?? commit?.committer ?? { seconds: 0, zone: '+0000' }),
    author: tag.header?.tagger?.name ?? commit?.author?.name ?? '',
    message: message.trim(),
  };
}

type Dated = Pick<Version, 'time' | 'version' | 'tag'>;

/** Newest first: by time, then SemVer, then tag name. */
export function byNewest(left: Dated, right: Dated): number {
  return Date.parse(right.time) - Date.parse(left.time) || byName(left, right);
}

/** Sorts newest first; each time is parsed once, which for thousands of versions is most of the work. */
export function newestFirst<T>(list: readonly T[], dated: (item: T) => Dated): T[] {
  return list
    .map((item) => ({ item, at: dated(item), time: Date.parse(dated(item).time) }))
    .sort((left, right) => right.time - left.time || byName(left.at, right.at))
    .map(({ item }) => item);
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

/** Per tag of a GTO version that is not alone: the tags of the versions of its artifact with its digest, oldest first. */
export function findAlike(
  versions: readonly { readonly version: UnboundVersion; readonly digest: Digest | null }[],
): ReadonlyMap<string, readonly string[]> {
  const ofGto = versions.filter(({ version, digest }) => version.kind === 'gto' && digest !== null);
  const found = new Map<string, readonly string[]>();
  for (const group of grouped(ofGto, ({ digest }) => digest?.value ?? '')) {
    if (group.length < 2) continue;
    const equal = grouped(group, ({ version, digest }) =>
      digest === null ? '' : `${version.artifact}\0${digestKey(digest)}`,
    );
    for (const alike of equal) {
      if (alike.length < 2) continue;
      const versions = alike.map(({ version }) => version);
      const tags = newestFirst(versions, (version) => version)
        .map(({ tag }) => tag)
        .reverse();
      for (const tag of tags) found.set(tag, tags);
    }
  }
  return found;
}

function grouped<T>(items: readonly T[], keyOf: (item: T) => string): Iterable<readonly T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group) group.push(item);
    else groups.set(key, [item]);
  }
  return groups.values();
}
