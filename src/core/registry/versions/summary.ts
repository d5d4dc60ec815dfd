import { append } from '../../append.js';
import type { Catalog } from '../../catalog/catalog.js';
import { compareRevisions } from '../../compare/compare.js';
import type { Comparison, Group, Row } from '../../compare/comparison.js';
import { capital, unitOf } from '../../compare/format.js';
import { cut, deltaText, plain, shortText } from '../../compare/text.js';
import { GitError } from '../../git/process.js';
import { gtoMessage } from './messages.js';
import type { TagPlan } from './plan.js';

/** What is new in a version that is to be registered. */
export type ChangeSummary =
  | { readonly kind: 'first' } // no version came before
  | { readonly kind: 'restored' } // nothing is new
  | { readonly kind: 'changes'; readonly since: string; readonly lines: readonly string[] }
  | { readonly kind: 'unknown'; readonly since: string; readonly because: string };

interface Options {
  readonly signal?: AbortSignal;
}

/** The groups of a comparison that a message tells of; the rest follows from the commit itself. */
const TOLD: readonly Group[] = ['metrics', 'parameters', 'data', 'pipeline'];
/** What of the model itself is told. */
const IDENTITY: ReadonlySet<string> = new Set(['name', 'path', 'tracking', 'size', 'files']);
/** Fields of one group; the others are counted. */
const FIELDS = 12;
const WIDTH = 60;

/** Reads what changed in metrics, parameters and data between the version before and the planned one. */
export async function summarizeChanges(
  catalog: Catalog,
  plan: Pick<TagPlan, 'artifact' | 'commit' | 'previous' | 'tags'>,
  model: { readonly name: string; readonly path: string | null },
  options: Options = {},
): Promise<ChangeSummary> {
  const { previous: since, commit } = plan;
  if (plan.tags.some(({ what }) => what === 'restore')) return { kind: 'restored' };
  if (since === null) return { kind: 'first' };
  try {
    const comparison = await compareRevisions(catalog, model, [since, commit], options);
    return { kind: 'changes', since, lines: summaryLines(comparison) };
  } catch (error) {
    options.signal?.throwIfAborted();
    if (!(error instanceof GitError)) throw error;
    return { kind: 'unknown', since, because: error.message };
  }
}

/**
 * The message that a planned version is proposed with: GTO's own as the subject, what changed since the version
 * before as the body. Just the subject for a first version, a restored one, and where the changes cannot be read.
 */
export async function proposeMessage(
  catalog: Catalog,
  plan: Pick<TagPlan, 'artifact' | 'version' | 'commit' | 'previous' | 'tags'>,
  model: { readonly name: string; readonly path: string | null },
  options: Options = {},
): Promise<string> {
  return messageOf(plan, await summarizeChanges(catalog, plan, model, options));
}

/** GTO's message with a summary as its body. */
export function messageOf(plan: Pick<TagPlan, 'artifact' | 'version'>, summary: ChangeSummary): string {
  const subject = gtoMessage.register(plan.artifact, plan.version);
  if (summary.kind !== 'changes') return subject;
  const { since, lines } = summary;
  const body =
    lines.length === 0 ? `Nothing measured differs from ${since}.` : `Since ${since}:\n${lines.join('\n')}`;
  return `${subject}\n\n${body}`;
}

/** The same plan with another message on its registration. */
export function withMessage(plan: TagPlan, message: string): TagPlan {
  return { ...plan, tags: plan.tags.map((tag) => ({ ...tag, message })) };
}

/**
 * A comparison of two revisions, baseline first, as lines of a message: a heading per group, one field a line. No
 * line begins as a comment or a trailer of Git's does; what cannot be compared says so.
 */
export function summaryLines(comparison: Comparison): readonly string[] {
  const lines: string[] = [];
  const tell = (title: string, rows: readonly Row[]): void => {
    if (rows.length === 0) return;
    append(lines, [`${title}:`, ...rows.slice(0, FIELDS).map((row) => `- ${rowText(row)}`)]);
    if (rows.length > FIELDS) lines.push(`- and ${rows.length - FIELDS} more`);
  };
  for (const group of TOLD) {
    tell(
      capital(group),
      comparison.rows.filter((row) => row.group === group && differs(row)),
    );
  }
  tell(
    'Model',
    comparison.rows.filter((row) => row.group === 'identity' && IDENTITY.has(row.field) && differs(row)),
  );
  return lines;
}

function differs(row: Row): boolean {
  return row.changed || row.incomparable !== undefined;
}

function rowText(row: Row): string {
  const unit = unitOf(row.group, row.field);
  const value = (index: number): string => {
    const unknown = row.unknown?.[index] ?? null;
    if (unknown !== null) return `unknown (${plain(unknown)})`;
    const text = cut(shortText(row.values[index] ?? null, unit), WIDTH);
    return text === '' ? 'none' : text;
  };
  const delta = row.delta?.[1] ?? null;
  const better = row.better?.[1] ?? null;
  const verdict = better === null ? '' : better ? ', better' : ', worse';
  const note =
    row.comparable?.[1] === false
      ? ' (not comparable)'
      : delta === null || delta === 0
        ? ''
        : ` (${deltaText(delta, unit)}${verdict})`;
  return `${cut(plain(row.field), WIDTH)}: ${value(0)} -> ${value(1)}${note}`;
}
