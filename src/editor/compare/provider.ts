import type { Event } from 'vscode';
import type { Curves, Fields } from '../../core/compare/comparison.js';
import type { Ability } from '../../protocol/messages.js';

/** What a compare page shows: revisions of one model of one repository. */
export interface CompareRequest {
  /** Absolute path of the repository's root. */
  readonly repository: string;
  /** Name, else path (cli.md: MODEL). */
  readonly model: string;
  /** cli.md: REV. At least one; a person adds others on the page. */
  readonly revs: readonly string[];
  /** One of `revs`; the first by default. */
  readonly baseline?: string;
}

/** The fields side by side, and the curves of the runs. */
export interface Compared extends Curves {
  readonly fields: Fields;
}

/** Where the page's data comes from, and what its menu can do. Failures are thrown: their first line is shown. */
export interface CompareProvider {
  /** What the column's menu offers; `open` shows the pointer file, `reveal` the commit. */
  readonly abilities: () => readonly Ability[];
  /** Fires with the root of a repository whose catalog changed. */
  readonly onDidChange?: Event<string>;
  read(request: CompareRequest, signal: AbortSignal): Promise<Compared>;
  /** Asks for one more revision; undefined when nothing was chosen. */
  pick(request: CompareRequest): Promise<string | undefined>;
  act(action: Ability, request: CompareRequest, rev: string): Promise<void>;
}
