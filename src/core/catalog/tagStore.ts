import type { CommitObject, TagHeader } from '../git/commits.js';
import { parseCommit } from '../git/commits.js';
import type { CommitId, ObjectId } from '../git/ids.js';
import type { ObjectFailure, ObjectReader } from '../git/objects.js';
import { peelTag } from '../git/tags.js';

/** What a tag ref holds, as it is remembered between catalogs. */
export type StoredTag =
  | { readonly kind: 'annotated'; readonly commit: CommitId; readonly header: TagHeader }
  | {
      readonly kind: 'lightweight';
      readonly commit: CommitId;
      readonly tree: string;
      readonly told: CommitSays;
    }
  | { readonly kind: 'other' };

/** What a commit says of itself. */
export type CommitSays = Pick<CommitObject, 'author' | 'committer' | 'message'>;

/** The objects behind tag refs, each read once. */
export class TagStore {
  private readonly tags = new Map<ObjectId, StoredTag>();
  private readonly failures = new Map<ObjectId, ObjectFailure>();
  /** What an earlier catalog left, while nobody needs it. */
  private stored: Buffer | undefined;
  /** Grows when something new was read. */
  changes = 0;

  /** Takes over what `store` gave; it is not even parsed until a tag is asked for. */
  restore(stored: Buffer): void {
    if (this.tags.size === 0) this.stored = stored;
  }

  /** Everything that is known, to be kept. */
  store(): Buffer {
    return this.stored ?? Buffer.from(JSON.stringify([...this.tags].map(pack)));
  }

  private open(): void {
    const { stored } = this;
    if (!stored) return;
    this.stored = undefined;
    const tags = JSON.parse(stored.toString('utf8')) as readonly PackedTag[];
    for (const packed of tags) this.tags.set(packed[0], unpack(packed));
  }

  /** Asks for a tag unless it is known; `told` hears what it holds, at once or when it was read. */
  request(id: ObjectId, reader: ObjectReader, told: (tag: StoredTag) => void): void {
    this.open();
    const known = this.tags.get(id);
    if (known) {
      told(known);
      return;
    }
    peelTag(reader, id, (peeled) => {
      if (peeled.kind === 'failed') this.failures.set(id, peeled.reason);
      else if (peeled.kind === 'lightweight') this.keepCommit(id, peeled.commit, peeled.data);
      else this.keep(id, peeled);
      const tag = this.tags.get(id);
      if (tag) told(tag);
    });
  }

  get(id: ObjectId): StoredTag | undefined {
    return this.tags.get(id);
  }

  failure(id: ObjectId): ObjectFailure | undefined {
    return this.failures.get(id);
  }

  private keepCommit(id: ObjectId, commit: CommitId, data: Buffer): void {
    const parsed = parseCommit(data);
    if (!parsed) this.failures.set(id, 'corrupt');
    else {
      const { tree, author, committer, message } = parsed;
      this.keep(id, { kind: 'lightweight', commit, tree, told: { author, committer, message } });
    }
  }

  private keep(id: ObjectId, tag: StoredTag): void {
    this.tags.set(id, tag);
    this.failures.delete(id);
    this.changes += 1;
  }
}

/** A tag with its id; what most of them are, annotated tags of commits, as lists without the names of fields. */
type PackedTag =
  | readonly [id: ObjectId, other: Exclude<StoredTag, { kind: 'annotated' }>]
  | readonly [id: ObjectId, commit: CommitId, name: string, message: string]
  | readonly [
      ...named: readonly [id: ObjectId, commit: CommitId, name: string, message: string],
      ...tagger: readonly [name: string, email: string, seconds: number, zone: string],
    ];

function pack([id, tag]: readonly [ObjectId, StoredTag]): PackedTag {
  if (tag.kind !== 'annotated') return [id, tag];
  const { name, message, tagger } = tag.header;
  if (tagger === null) return [id, tag.commit, name, message];
  return [id, tag.commit, name, message, tagger.name, tagger.email, tagger.seconds, tagger.zone];
}

function unpack(packed: PackedTag): StoredTag {
  if (packed.length === 2) return packed[1];
  const [, commit, name, message] = packed;
  const [, , , , tagger, email, seconds, zone] = packed.length === 4 ? [] : packed;
  const signature =
    tagger === undefined
      ? null
      : { name: tagger, email: email ?? '', seconds: seconds ?? 0, zone: zone ?? '' };
  return {
    kind: 'annotated',
    commit,
    header: { object: commit, type: 'commit', name, tagger: signature, message },
  };
}
