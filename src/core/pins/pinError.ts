export type PinFailure =
  | 'no-pin' // nothing in the settings pins that model there
  | 'several-pins'
  | 'unknown-version'
  | 'ambiguous-version'
  | 'moving-version' // a branch, which names no fixed bits
  | 'unreadable' // a pin file that cannot be read or edited
  | 'pipeline-output' // its lock entry is never edited alone
  | 'no-pointer'
  | 'changed' // the file is not as it was when the plan was made, or holds other changes
  | 'no-earlier' // nothing to roll back to
  | 'unavailable'; // another repository or service is needed and not reached

/** A pin that was not planned or not written, and nothing was changed. */
export class PinError extends Error {
  override readonly name = 'PinError';
  constructor(
    readonly reason: PinFailure,
    message: string,
    /** What could have been meant. */
    readonly candidates: readonly string[] = [],
    readonly place: { readonly file?: string; readonly line?: number } = {},
  ) {
    super(message);
  }
}
