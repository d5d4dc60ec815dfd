import type { CommitId } from '../../git/ids.js';

/** Why nothing was, or would be, written. */
export type RegistryRefusal =
  // What is asked makes no tag.
  | 'invalid-name' // no artifact name for GTO, or no valid ref
  | 'not-semver'
  | 'invalid-stage'
  | 'stage-not-allowed' // `.gto` lists other stages
  | 'stages-need-gto' // versions.tags is a template
  | 'deprecation-needs-gto' // likewise
  | 'no-next-stage' // promotion: `.gto` orders no stages, or this is the last
  | 'no-previous-holder' // rolling back: nobody else ever held the stage
  // What is asked contradicts what is registered.
  | 'unknown-model' // no tag of that name
  | 'not-at-commit' // the commit has no model of that name
  | 'already-registered' // the commit has an active version
  | 'only-restore' // the commit's version was deregistered: only that one can stand there again
  | 'registered-elsewhere' // the version is that of another commit
  | 'registered-on-remote' // the remote has it, this clone has not
  | 'two-versions' // GTO fails on commits with two versions, and on versions on two commits
  | 'not-registered'
  | 'already-deregistered'
  | 'already-in-stage'
  | 'not-in-stage'
  | 'already-deprecated'
  | 'tag-exists'
  | 'name-in-the-way' // a tag `a` forbids `a/b`
  | 'conflict' // the remote has another tag of that name
  | 'clock-behind' // GTO goes by dates; the tag would count as older than what it is to change
  | 'changed' // the tags are not those of the preview any more
  // What happened while writing.
  | 'no-identity'
  | 'locked'
  | 'hook'
  | 'signing'
  | 'disk'
  | 'no-remote'
  | 'rejected' // the remote has a tag of that name
  | 'forbidden' // a rule of the remote keeps the tag from being made
  | 'unreachable'
  | 'pushed' // too late to undo
  | 'git';

export interface RegistryOffer {
  /** The next number that is free: `v1.0.3`. */
  readonly version?: string;
  readonly commit?: CommitId;
  /** What may do it where a rule forbids it from here: an argument list for CI. */
  readonly command?: readonly string[];
  /** What a tool or a remote said, whole. */
  readonly said?: string;
}

/** A registration, stage or deprecation that was refused. `message` says what, where and what next. */
export class RegistryError extends Error {
  override readonly name = 'RegistryError';
  constructor(
    readonly reason: RegistryRefusal,
    message: string,
    readonly offer: RegistryOffer = {},
  ) {
    super(message);
  }
}
