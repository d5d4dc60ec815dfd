import type { CommitObject, TagHeader } from '../git/commits.js';
import { parseCommit } from '../git/commits.js';
import type { CommitId, ObjectId } from '../git/ids.js';
import type { ObjectFailure, ObjectReader } from '../git/objects.js';
import { peelTag } from '../git/tags.js';
import { packTexts, unpackTexts } from './packedTexts.js';

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
    return this.stored ?? pack(this.tags);
  }

  private open(): void {
    const { stored } = this;
    if (!stored) return;
    this.stored = undefined;
    for (const [id, tag] of unpack(stored)) this.tags.set(id, tag);
  }

  /** Asks for a tag unless it is known; `told` hears what it holds, if it can be read, at once or when it was. */
  request(id: ObjectId, reader: ObjectReader, told: (tag: StoredTag | undefined) => void): void {
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
      told(this.tags.get(id));
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

/** Texts of a tag: id, commit, name, message, and of its tagger the name, the e-mail address, the seconds and the zone. */
const TEXTS = 8;

/** Annotated tags of commits, which most are, as texts; in front of them, as JSON, the others. */
function pack(tags: ReadonlyMap<ObjectId, StoredTag>): Buffer {
  const texts: string[] = [''];
  const others: (readonly [ObjectId, StoredTag])[] = [];
  for (const [id, tag] of tags) {
    if (tag.kind !== 'annotated' || tag.header.tagger === null) others.push([id, tag]);
    else {
      const { name, message, tagger } = tag.header;
      texts.push(id, tag.commit, name, message);
      texts.push(tagger.name, tagger.email, String(tagger.seconds), tagger.zone);
    }
  }
  texts[0] = JSON.stringify(others);
  return packTexts(texts);
}

function unpack(packed: Buffer): Iterable<readonly [ObjectId, StoredTag]> {
  const texts = unpackTexts(packed);
  const tags = JSON.parse(texts[0] ?? '[]') as (readonly [ObjectId, StoredTag])[];
  for (let at = 1; at < texts.length; at += TEXTS) {
    const [id = '', commit = '', name = '', message = ''] = texts.slice(at, at + TEXTS / 2);
    const [tagger = '', email = '', seconds = '', zone = ''] = texts.slice(at + TEXTS / 2, at + TEXTS);
    const signature = { name: tagger, email, seconds: Number(seconds), zone };
    const header = { object: commit as CommitId, type: 'commit', name, tagger: signature, message };
    tags.push([id as ObjectId, { kind: 'annotated', commit: header.object, header }]);
  }
  return tags;
}
