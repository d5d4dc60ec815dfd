import type { TagHeader } from './commits.js';
import { parseTag } from './commits.js';
import type { CommitId, ObjectId } from './ids.js';
import { isObjectId } from './ids.js';
import type { ObjectFailure, ObjectReader } from './objects.js';

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
  const follow = (object: ObjectId, depth: number, outermost: TagHeader | undefined): void => {
    reader.contents(object, {
      failed: (reason) => found({ kind: 'failed', reason }),
      object: (type, data) => {
        if (type === 'commit')
          found({ kind: 'lightweight', commit: object as CommitId, data: Buffer.from(data) });
        if (type === 'tree' || type === 'blob') found({ kind: 'other' });
        if (type !== 'tag') return;
        const header = parseTag(data);
        if (!header || !isObjectId(header.object)) found({ kind: 'failed', reason: 'corrupt' });
        else if (header.type === 'commit') {
          found({ kind: 'annotated', commit: header.object as CommitId, header: outermost ?? header });
        } else if (header.type === 'tag' && depth < DEEPEST)
          follow(header.object, depth + 1, outermost ?? header);
        else found({ kind: 'other' });
      },
    });
  };
  follow(id, 0, undefined);
}
