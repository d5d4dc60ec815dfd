import type { Digest } from '../../digest.js';

/** `n/a`: this side does not count for the pin; `unknown`: it counts and could not be determined. */
export type SideState = 'ok' | 'differs' | 'unknown' | 'n/a';

/** What one witness says of a pin. */
export interface Side {
  readonly value?: string;
  readonly digest?: Digest;
  /** Where it was looked up, in words. */
  readonly source: string;
  /** ISO 8601: when what is said here was so. */
  readonly asOf?: string;
  readonly state: SideState;
  readonly error?: string;
}

/** What a reason does to the whole: a disagreement, something not determined, a change under way, or a remark. */
export type Weight = 'drift' | 'unknown' | 'rolling' | 'remark';

/** Every reason a pin's state can have, and its weight. Codes are part of the command line's contract. */
export const REASONS = {
  'not-registered': 'drift',
  deregistered: 'drift',
  'tag-moved': 'drift',
  'not-approved': 'drift',
  'files-disagree': 'drift',
  'pointer-differs': 'drift',
  'disk-differs': 'drift',
  'service-differs': 'drift',
  'not-on-remote': 'drift',
  'rolling-out': 'rolling',
  'floating-pin': 'unknown',
  'ambiguous-pin': 'unknown',
  'empty-pin': 'unknown',
  'unreadable-pin': 'unknown',
  'unknown-ref': 'unknown',
  'tags-not-fetched': 'unknown',
  'no-digest': 'unknown',
  'digest-not-comparable': 'unknown',
  'registry-unavailable': 'unknown',
  'not-local': 'unknown',
  'disk-unreadable': 'unknown',
  'pointer-unknown': 'unknown',
  'service-unreachable': 'unknown',
  'service-unclear': 'unknown',
  'service-not-asked': 'unknown',
  'remote-unknown': 'unknown',
  'here-differs': 'remark',
  'same-bits': 'remark',
} as const satisfies Readonly<Record<string, Weight>>;

export type ReasonCode = keyof typeof REASONS;

export interface Reason {
  readonly code: ReasonCode;
  readonly message: string;
}

export type PinState = 'in sync' | 'drifted' | 'rolling out' | 'unknown';

/** One witness with the reasons it gives. */
export interface Finding<S extends Side = Side> {
  readonly side: S;
  readonly reasons: readonly Reason[];
}

/**
 * The state that reasons add up to. A disagreement counts first; then what is not determined, except that instances
 * which do not answer while others change over are part of the roll-out.
 */
export function stateOf(reasons: readonly Reason[]): PinState {
  const weights = reasons.map(({ code }) => [code, REASONS[code]] as const);
  if (weights.some(([, weight]) => weight === 'drift')) return 'drifted';
  const rolling = weights.some(([, weight]) => weight === 'rolling');
  if (
    weights.some(([code, weight]) => weight === 'unknown' && !(rolling && code === 'service-unreachable'))
  ) {
    return 'unknown';
  }
  return rolling ? 'rolling out' : 'in sync';
}

/** A side that does not count. */
export function notApplicable(source: string): Finding {
  return { side: { source, state: 'n/a' }, reasons: [] };
}

/** A side with one reason to be what it is. */
export function because(
  side: Omit<Side, 'state' | 'error'>,
  state: SideState,
  code: ReasonCode,
  message: string,
): Finding {
  return {
    side: { ...side, state, ...(state === 'unknown' ? { error: message } : {}) },
    reasons: [{ code, message }],
  };
}
