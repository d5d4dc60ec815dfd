import type { Json } from '../compare/value.js';
import { phrase } from '../phrase.js';
import type { Curve } from './curves.js';
import type { Dependency } from './stages.js';

/** One value of a parameter or metrics file. */
export interface Entry {
  /** Repository path of the file. */
  readonly file: string;
  /** Dotted name inside it. */
  readonly name: string;
  readonly value: Json;
}

/** A metric with what it was measured on; values of different keys are not compared. */
export interface MetricEntry extends Entry {
  readonly evaluation: string | null;
}

/** A file that should have held values and could not be read. */
export interface Unread {
  readonly kind: 'parameters' | 'metrics' | 'other' | 'curves';
  readonly file: string;
  /** `not local`, `not in this commit`, or why it cannot be read. */
  readonly reason: string;
  /** 1-based line of the file, where the reason is in one. */
  readonly line?: number;
  /** Of curves: the metric that the file is named after; none where a whole folder could not be read. */
  readonly metric?: string;
  /** Where only these fields of it could not be read. */
  readonly fields?: readonly string[];
  /** Where it is not known whether there is such a file at all. */
  readonly doubtful?: true;
}

/** The reason of what exists and is not in this clone or on this disk. */
export const NOT_LOCAL = phrase('not local');

/** A file of that kind as what it is: not read, and why. */
export function unreadFile(
  kind: Unread['kind'],
  file: string,
  { reason, line }: Pick<Unread, 'reason' | 'line'>,
): Unread {
  return { kind, file, reason, ...(line === undefined ? {} : { line }) };
}

/** Why a file could not be read, with the line of it where that is known. */
export function unreadReason({ reason, line }: Pick<Unread, 'reason' | 'line'>): string {
  return line === undefined ? reason : `line ${line}: ${reason}`;
}

/** What one commit says about how a model was made and how good it is. */
export interface ModelFacts {
  readonly parameters: readonly Entry[];
  readonly metrics: readonly MetricEntry[];
  /** Its metrics over the steps of the run; empty unless they were asked for. */
  readonly curves: readonly Curve[];
  /** Metrics of the commit that are not the model's: shown, never better or worse. */
  readonly other: readonly Entry[];
  /** What its stage and those before it read. */
  readonly dependencies: readonly (Dependency & { readonly data: boolean })[];
  /** Pipeline stage that makes it. */
  readonly stage?: string;
  /** Commands of that stage, one per line. */
  readonly command?: string;
  readonly unread: readonly Unread[];
}

/** Names for values that come from several files: the dotted name, with its file where it is not unique. */
export type Label = (entry: Entry) => string;

/** Gathers names that must be qualified: all that two files have in one revision. */
export class Labels {
  private readonly ambiguous = new Set<string>();

  /** Takes the values of one revision into account. */
  add(entries: readonly Entry[]): void {
    const files = new Map<string, string>();
    for (const { name, file } of entries) {
      if ((files.get(name) ?? file) !== file) this.ambiguous.add(name);
      files.set(name, file);
    }
  }

  /** What a value is called, by the revisions that were added so far. */
  readonly label: Label = ({ name, file }) => (this.ambiguous.has(name) ? `${file}:${name}` : name);
}

/** Makes labels that are the same in every revision: a name is qualified in all where it must be in one. */
export function labelsOf(revisions: readonly (readonly Entry[])[]): Label {
  const labels = new Labels();
  for (const entries of revisions) labels.add(entries);
  return labels.label;
}

/** The values by label, as the command line's `Revision` has them. */
export function recordOf(entries: readonly Entry[], label: Label): Readonly<Record<string, Json>> {
  return Object.fromEntries(entries.map((entry) => [label(entry), entry.value]));
}
