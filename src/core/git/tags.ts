import type { TagHeader } from './commits.js';
import { parseTag } from './commits.js';
import type { CommitId, ObjectId } from './ids.js';
import { isObjectId } from './ids.js';
import type { ObjectFailure, ObjectHandler, ObjectReader, ObjectType } from './objects.js';

/** What a tag ref holds: a commit itself (lightweight), or a tag object that peels to one. */
export type PeeledTag =
  | { readonly kind: 'lightweight'; readonly commit: CommitId; readonly data: Buffer }
  | { readonly kind: 'annotated'; readonly commit: CommitId; readonly header: TagHeader }
  /** A tag of a tree or a blob: no revision of anything. */
  | { readonly kind: 'other' }
  | { readonly kind: 'failed'; readonly reason: ObjectFailure };

const DEEPEST = 16;

/** Follows a ref's object, through nested tags, to its commit; the outermost tag object is what it says. */
export function peelTag(reader: ObjectReader, id: ObjectId, found: (tag: PeeledTag) => void): void {
  reader.contents(id, new TagHandler(reader, id, found));
}

/** One object for each tag that is asked for: repositories have thousands. */
class TagHandler implements ObjectHandler {
  private depth = 0;
  private outermost: TagHeader | undefined;

  constructor(
    private readonly reader: ObjectReader,
    private id: ObjectId,
    private readonly found: (tag: PeeledTag) => void,
  ) {}

  failed(reason: ObjectFailure): void {
    this.found({ kind: 'failed', reason });
  }

  object(type: ObjectType, data: Buffer): void {
    if (type === 'commit')
      this.found({ kind: 'lightweight', commit: this.id as CommitId, data: Buffer.from(data) });
    else if (type === 'tag') this.follow(parseTag(data));
    else this.found({ kind: 'other' });
  }

  private follow(header: TagHeader | undefined): void {
    if (!header || !isObjectId(header.object)) {
      this.found({ kind: 'failed', reason: 'corrupt' });
      return;
    }
    this.outermost ??= header;
    if (header.type === 'commit') {
      this.found({ kind: 'annotated', commit: header.object as CommitId, header: this.outermost });
    } else if (header.type === 'tag' && this.depth < DEEPEST) {
      this.depth += 1;
      this.id = header.object;
      this.reader.contents(header.object, this);
    } else this.found({ kind: 'other' });
  }
}
