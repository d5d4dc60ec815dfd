import type { CommitId, ObjectId } from '../../git/ids.js';
import type { Diagnostic } from '../../diagnostic.js';
import type { TagObject } from './tagObject.js';
import { parseTagName } from './tagName.js';
import type { GtoTag } from './tagName.js';

interface EventBase {
  readonly artifact: string;
  /** The tag header: the name it was made with. */
  readonly tag: string;
  /** Short name of the ref it was met under first. */
  readonly ref: string;
  readonly id: ObjectId;
  readonly commit: CommitId;
  /** The tagger's second; 0 for a tag without tagger. */
  readonly seconds: number;
  readonly zone: string;
  readonly author: string;
  readonly email: string;
  /** Trimmed. */
  readonly message: string;
}

export type GtoEvent = EventBase &
  (
    | { readonly kind: 'deprecation' }
    | { readonly kind: 'registration' | 'deregistration'; readonly version: string }
    | {
        readonly kind: 'assignment' | 'unassignment';
        readonly stage: string;
        /** The version on the commit, or the commit id where none was ever registered. */
        readonly version: string;
      }
  );

export type VersionEvent = Extract<GtoEvent, { kind: 'registration' | 'deregistration' }>;
export type StageEvent = Extract<GtoEvent, { kind: 'assignment' | 'unassignment' }>;
export type DeprecationEvent = Extract<GtoEvent, { kind: 'deprecation' }>;

/** A stage tag, before it is bound to the version that it speaks of. */
export type StageTag = EventBase & {
  readonly kind: 'assignment' | 'unassignment';
  readonly stage: string;
};

/** What a tag says. */
export type ReadTag = DeprecationEvent | VersionEvent | StageTag;

/** Deprecations, (de)registrations, stage tags: each oldest first, ties in order of ref name (GTO's passes). */
export interface Passes {
  readonly deprecations: readonly ReadTag[];
  readonly versions: readonly ReadTag[];
  readonly stages: readonly ReadTag[];
  readonly diagnostics: readonly Diagnostic[];
}

const TAGS = 'refs/tags/';

/** `refs/tags/m@v1.0.0` to `m@v1.0.0`. */
export function shortTag(ref: string): string {
  return ref.startsWith(TAGS) ? ref.slice(TAGS.length) : ref;
}

/**
 * Sorts tags into GTO's three passes. The pass goes by the ref's name, the content by the tag's own header; a
 * tag object that stands under several refs counts once.
 */
export function readTags(tags: readonly TagObject[]): Passes {
  const deprecations: ReadTag[] = [];
  const versions: ReadTag[] = [];
  const stages: ReadTag[] = [];
  const diagnostics: Diagnostic[] = [];
  const seen = new Set<string>();
  for (const tag of [...tags].sort(byTimeThenName)) {
    const ref = shortTag(tag.ref);
    const named = parseTagName(ref);
    if (!named) continue;
    const said = tag.name === ref ? named : parseTagName(tag.name);
    const told = { ref: tag.ref, commit: tag.commit };
    if (!said) {
      diagnostics.push({
        severity: 'warning',
        code: 'gto-tag-header',
        message: `The tag ${ref} was made under the name "${tag.name}", which is not GTO's: it is not read, and GTO itself fails on it. Delete it and register again.`,
        ...told,
      });
      continue;
    }
    if (said.kind === 'creation') {
      diagnostics.push({
        severity: 'info',
        code: 'gto-created-tag',
        message: `The tag ${ref} says nothing to Modelkeep, and GTO itself fails on it.`,
        ...told,
      });
      continue;
    }
    if (seen.has(tag.id)) continue;
    seen.add(tag.id);
    if (!tag.tagger) {
      diagnostics.push({
        severity: 'info',
        code: 'gto-tag-without-tagger',
        message: `The tag ${ref} names no tagger: it counts as the oldest event of its artifact, and GTO itself fails on it.`,
        ...told,
      });
    }
    const pass = named.kind === 'version' ? versions : named.kind === 'stage' ? stages : deprecations;
    pass.push(whatIsSaid(said, baseOf(tag, ref, said.artifact)));
  }
  return { deprecations, versions, stages, diagnostics };
}

function byTimeThenName(left: TagObject, right: TagObject): number {
  return (
    (left.tagger?.seconds ?? 0) - (right.tagger?.seconds ?? 0) ||
    (left.ref < right.ref ? -1 : left.ref > right.ref ? 1 : 0)
  );
}

function whatIsSaid(said: Exclude<GtoTag, { kind: 'creation' }>, base: EventBase): ReadTag {
  switch (said.kind) {
    case 'deprecation':
      return { ...base, kind: 'deprecation' };
    case 'version':
      return { ...base, kind: said.active ? 'registration' : 'deregistration', version: said.version };
    case 'stage':
      return { ...base, kind: said.active ? 'assignment' : 'unassignment', stage: said.stage };
  }
}

function baseOf(tag: TagObject, ref: string, artifact: string): EventBase {
  return {
    artifact,
    tag: tag.name,
    ref,
    id: tag.id,
    commit: tag.commit,
    seconds: tag.tagger?.seconds ?? 0,
    zone: tag.tagger?.zone ?? '+0000',
    author: tag.tagger?.name ?? '',
    email: tag.tagger?.email ?? '',
    message: tag.message.trim(),
  };
}
