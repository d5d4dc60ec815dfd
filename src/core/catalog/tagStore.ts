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
    this.stored = stored;
  }

  /** Everything that is known, to be kept. */
  store(): Buffer {
    return this.stored ?? Buffer.from(JSON.stringify([...this.tags]));
  }

  private open(): void {
    const { stored } = this;
    if (!stored) return;
    this.stored = undefined;
    const tags = JSON.parse(stored.toString('utf8')) as readonly (readonly [ObjectId, StoredTag])[];
    for (const [id, tag] of tags) this.tags.set(id, tag);
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
