import type { Gap, Point } from '../parameters/curves.js';
import type { Json } from './value.js';

/** The groups of fields, in the order in which they are shown. */
export const GROUPS = [
  'identity',
  'registry',
  'metrics',
  'parameters',
  'data',
  'pipeline',
  'artifact header',
  'other metrics',
  'commit',
] as const;
export type Group = (typeof GROUPS)[number];

/** The fields that we name, not a file of the repository; these groups have no others, but for a pipeline's files. */
export const OWN_FIELDS = {
  identity: [
    'name',
    'path',
    'tracking',
    'pointer',
    'digest',
    'size',
    'files',
    'type',
    'description',
    'labels',
  ],
  registry: [
    'version',
    'same bits as',
    'tag',
    'stages',
    'deregistered',
    'registered',
    'registered by',
    'message',
    'other tags',
  ],
  pipeline: ['stage', 'command'],
  commit: ['commit', 'time', 'author', 'subject', 'branches'],
} as const satisfies Partial<Record<Group, readonly string[]>>;
/** The name of such a field. */
export type OwnField<In extends keyof typeof OWN_FIELDS> = (typeof OWN_FIELDS)[In][number];

/** One revision of the model, a column of the comparison (cli.md: `columns`). */
export interface Column {
  /** As it was asked for: `v1.2.3`, `#prod`, `main`, a commit. */
  readonly rev: string;
  /** Full commit id. */
  readonly commit: string;
  /** The registered version of the model that this revision is. */
  readonly version?: string;
  /** That version's tag. */
  readonly tag?: string;
  /** ISO 8601: the commit's. */
  readonly time?: string;
  /** Whether the model exists in this commit. */
  readonly present: boolean;
  /** It may exist there: what tracks it is missing or damaged in this clone. */
  readonly unreadable?: true;
  /** `md5:1a2b…` in full; null when it is not known. */
  readonly digest: string | null;
  /** The file that tracks the model there. */
  readonly pointer: string | null;
  /** What could not be read of this revision, a sentence each. */
  readonly problems: readonly string[];
}

/** How a value is shown to people, where not simply as it is. */
export type Unit = 'bytes' | 'time' | 'commit';

/** One field over all columns, before a baseline is chosen. */
export interface Field {
  readonly group: Group;
  readonly field: string;
  /** One per column; null where the revision does not have the field. */
  readonly values: readonly Json[];
  /** Metrics only: which direction is better. */
  readonly direction?: 'higher' | 'lower';
  /**
   * Why a value is not known, one per column: `not local`, say. A value that is not known is never a difference.
   */
  readonly unknown?: readonly (string | null)[];
  /**
   * What each value was measured on, one key per column: only values of equal keys are compared (metrics: the
   * evaluation data; digests: the algorithm). Null: nothing is recorded.
   */
  readonly basis?: readonly (string | null)[];
}

/** What a field says once a baseline is chosen (cli.md: `rows`). */
export interface Row {
  readonly group: Group;
  readonly field: string;
  readonly values: readonly Json[];
  readonly changed: boolean;
  /** Signed difference to the baseline; null for the baseline itself and where there is none. */
  readonly delta?: readonly (number | null)[];
  /** Metrics only. Null where equal, for the baseline itself, and where values cannot be compared. */
  readonly better?: readonly (boolean | null)[];
  /** Why some values cannot be compared with the baseline. */
  readonly incomparable?: string;
  /** With `incomparable`: false for the values that it is about. */
  readonly comparable?: readonly boolean[];
  /** Why a value is not known, one per column. */
  readonly unknown?: readonly (string | null)[];
}

/** A comparison whose baseline is still open: what the page holds. */
export interface Fields {
  readonly model: string;
  readonly columns: readonly Column[];
  readonly fields: readonly Field[];
}

/** A comparison against a baseline, as the command line prints it. */
export interface Comparison {
  readonly model: string;
  /** The `rev` of the column that the others are measured against. */
  readonly baseline: string;
  readonly columns: readonly Column[];
  readonly rows: readonly Row[];
}

/** A metric over the steps of each revision's run. */
export interface ComparedCurve {
  readonly metric: string;
  /** As the metric of that name has it; none where the comparison has no such metric. */
  readonly direction?: 'higher' | 'lower';
  /** Points per column; null where the revision has no such curve. */
  readonly series: readonly (readonly Point[] | null)[];
  /** Where the run measured no number, per column; absent where every run always did. */
  readonly gaps?: readonly (readonly Gap[])[];
  /** Why it is not known whether a revision without points has this curve, per column; absent where it is known of all. */
  readonly unknown?: readonly (string | null)[];
}

/** The curves of all columns, beside the fields. */
export interface Curves {
  readonly curves: readonly ComparedCurve[];
  /** Why curves of a revision are missing, one per column; empty where none are. */
  readonly curvesUnknown: readonly (string | null)[];
}
