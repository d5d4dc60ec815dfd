import type { Unread } from '../core/parameters/facts.js';
import { NOT_LOCAL, unreadReason } from '../core/parameters/facts.js';

/** Nothing is there to be read: that is another thing than a file that cannot be. */
const ABSENT: ReadonlySet<string> = new Set(['not in this commit', 'not in the lock']);

/** Says of revisions, newest first, which files could not be read: with the first of those that follow one another. */
export class LogNotes {
  private said: ReadonlySet<string> = new Set();

  constructor(private readonly kinds: ReadonlySet<Unread['kind']>) {}

  /** Lines below a revision; none for what the revision above it says already. */
  below(unread: readonly Unread[]): readonly string[] {
    const notes = new Set(unread.filter((one) => this.matters(one)).map(noteOf));
    const before = this.said;
    this.said = notes;
    return [...notes].filter((note) => !before.has(note));
  }

  /** That metrics are not local each revision says in its own line. */
  private matters({ kind, reason }: Unread): boolean {
    if (!this.kinds.has(kind) || ABSENT.has(reason)) return false;
    return kind !== 'metrics' || reason !== NOT_LOCAL;
  }
}

function noteOf({ file, ...why }: Unread): string {
  return `could not read ${file}: ${unreadReason(why)}`;
}
