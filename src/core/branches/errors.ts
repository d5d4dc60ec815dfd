export type BranchFailure =
  | 'name' // no name can be made, or it breaks a rule
  | 'exists' // here, on the remote, or but for case
  | 'conflict' // `a` and `a/b` cannot both be branches
  | 'start' // nothing to start from
  | 'dirty' // changes that nobody said what to do with
  | 'busy' // a merge, rebase, … is under way
  | 'no-remote'
  | 'published'
  | 'checked-out'
  | 'not-merged'
  | 'protected'
  | 'changed' // somebody else was faster
  | 'worktree'; // its folder is in the way

/** A branch operation that was refused before or undone after it failed: nothing is left half done. */
export class BranchError extends Error {
  override readonly name = 'BranchError';
  constructor(
    readonly reason: BranchFailure,
    message: string,
    options: {
      readonly suggestion?: string;
      readonly candidates?: readonly string[];
      readonly cause?: unknown;
    } = {},
  ) {
    super(message, { cause: options.cause });
    this.suggestion = options.suggestion;
    this.candidates = options.candidates ?? [];
  }
  /** A name that would do. */
  readonly suggestion: string | undefined;
  readonly candidates: readonly string[];
}
