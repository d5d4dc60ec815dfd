import type { Signature } from '../../git/commits.js';
import type { CommitId, ObjectId } from '../../git/ids.js';

/** An annotated tag whose ref name is in GTO's grammar and that peels to a commit. */
export interface TagObject {
  /** Full name: `refs/tags/m@v1.0.0`. */
  readonly ref: string;
  /** The tag object's own id. */
  readonly id: ObjectId;
  /** The tag object's own `tag` header: GTO reads this, not the ref's name. */
  readonly name: string;
  /** What it peels to. */
  readonly commit: CommitId;
  readonly tagger: Signature | null;
  /** Without a signature; white space around it is trimmed by the state. */
  readonly message: string;
}
