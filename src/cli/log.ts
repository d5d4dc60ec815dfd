import { append } from '../core/append.js';
import type { Branch } from '../core/catalog/catalog.js';
import type { Diagnostic } from '../core/diagnostic.js';
import { historyOf } from '../core/catalog/history.js';
import type { HistoryEntry } from '../core/catalog/history.js';
import type { RepositoryCatalog } from '../core/catalog/repositoryCatalog.js';
import type { SelectedModel } from '../core/catalog/select.js';
import type { ModelFacts } from '../core/parameters/facts.js';
import { Labels, NOT_LOCAL, recordOf } from '../core/parameters/facts.js';
import type { FactsModel, RevisionFacts } from '../core/parameters/modelFacts.js';
import { factsOf } from '../core/parameters/modelFacts.js';
import { FactsReader } from '../core/parameters/reader.js';
import type { Command, CommandContext, ExitCode, ParsedArguments } from './command.js';
import { Streamed } from './command.js';
import { printable } from './context.js';
import { onceEach } from './onceEach.js';
import { RevisionTags } from './revisionTags.js';
import { findBranch, fullName } from './branches.js';
import { LogNotes } from './logNotes.js';
import { chooseModel } from './select.js';
import { formatSize } from './text.js';

/** `log`: every revision of a model, newest first. */
export const log: Command = {
  name: 'log',
  summary: 'Every revision of a model in the history of all branches and tags',
  usage: 'log MODEL [--branch B] [--metric M]',
  help: `  --branch B   only what this branch contains
  --metric M   only this metric of each revision`,
  options: { branch: { type: 'string' }, metric: { type: 'string' } },
  positionals: { min: 1, max: 1 },
  run,
};

/** A revision as it was read: what its values are called depends on the others. */
interface Found {
  readonly entry: HistoryEntry;
  readonly branches: readonly string[];
  readonly tags: readonly string[];
  readonly facts: Pick<ModelFacts, 'parameters' | 'metrics' | 'dependencies' | 'command' | 'unread'>;
}

type Revision = Omit<Found, 'facts'> & Omit<RevisionFacts, 'other'>;

/**
 * Revisions that are read before the first line of text is written, about a second's worth, so that a value has one
 * name in all of them. Of more, which nobody waits for, the rest follows as it comes.
 */
const READ_AHEAD = 2_000;

async function run(context: CommandContext, { values, positionals }: ParsedArguments): Promise<ExitCode> {
  const [name = ''] = positionals;
  const catalog = await context.catalog();
  const model = await chooseModel(context, catalog, name);
  const branch = typeof values.branch === 'string' ? findBranch(catalog.branches, values.branch) : undefined;
  const metric = typeof values.metric === 'string' ? values.metric : undefined;
  // A line of text names no commit: what is wrong is told once.
  const once = onceEach(context, { perCommit: context.json });
  let isWhole = true;
  const report = (diagnostics: readonly Diagnostic[]): void => {
    if (diagnostics.some(({ severity }) => severity === 'error')) isWhole = false;
    once(diagnostics);
  };
  const found = revisionsOf(context, catalog, model, branch, report);
  if (context.json) {
    const revisions = mapped(named(found, metric, Infinity));
    await context.answer({ model: model.name, revisions: new Streamed('array', revisions) });
    return 0;
  }
  let isEmpty = true;
  const notes = new LogNotes(new Set(metric === undefined ? ['parameters', 'metrics'] : ['metrics']));
  for await (const revision of named(found, metric, READ_AHEAD)) {
    isEmpty = false;
    const below = notes.below(revision.unread).map((note) => `${INDENT}${note}\n`);
    await context.out(printable(text(revision) + below.join('')));
  }
  if (isEmpty) await context.out(isWhole ? 'no revisions\n' : 'unknown\n');
  return 0;
}

/** Below the date of a revision. */
const INDENT = ' '.repeat(10);

/** Names the values of revisions alike: with their file in all where two files of one revision have the name. */
async function* named(
  found: AsyncIterable<Found>,
  metric: string | undefined,
  ahead: number,
): AsyncIterable<Revision> {
  const parameters = new Labels();
  const metrics = new Labels();
  const write = ({ facts, ...rest }: Found): Revision => {
    const measured = recordOf(facts.metrics, metrics.label);
    return {
      ...rest,
      parameters: recordOf(facts.parameters, parameters.label),
      metrics: metric === undefined ? measured : only(measured, metric),
      dependencies: facts.dependencies.map(({ path, digest, size }) => ({ path, digest, size })),
      ...(facts.command === undefined ? {} : { command: facts.command }),
      unread: facts.unread,
    };
  };
  const held: Found[] = [];
  for await (const one of found) {
    parameters.add(one.facts.parameters);
    metrics.add(one.facts.metrics);
    held.push(one);
    const next = held.length > ahead ? held.shift() : undefined;
    if (next) yield write(next);
  }
  for (const one of held) yield write(one);
}

async function* mapped(revisions: AsyncIterable<Revision>): AsyncIterable<unknown> {
  for await (const { entry, branches, tags, ...revision } of revisions) {
    const { commit, time, author, subject, model } = entry;
    const { parameters, metrics, dependencies, command, unread } = revision;
    const facts = { parameters, metrics, dependencies, command };
    yield {
      commit,
      time,
      author,
      subject,
      branches,
      tags,
      digest: model?.digest ?? null,
      size: model?.size ?? null,
      ...facts,
      ...(unread.length === 0 ? {} : { unread }),
    };
  }
}

async function* revisionsOf(
  context: CommandContext,
  catalog: RepositoryCatalog,
  model: SelectedModel,
  branch: Branch | undefined,
  report: (diagnostics: readonly Diagnostic[]) => void,
): AsyncIterable<Found> {
  const { signal } = context;
  const tags = new RevisionTags(catalog, model, signal);
  const reader = new FactsReader(catalog.repository, signal);
  try {
    const entries = historyOf(catalog, model, {
      signal,
      diagnose: report,
      ...(branch ? { branch } : {}),
    });
    for await (const chunk of chunks(entries)) {
      const containing = await catalog.containing(
        chunk.map(({ commit }) => commit),
        { signal },
      );
      for (const entry of chunk) {
        if (entry.unreadable) report(entry.unreadable);
        const { parameters, metrics, dependencies, command, unread } = await factsOf(
          catalog,
          entry.model ?? gone(model),
          entry.commit,
          reader,
          { signal },
        );
        yield {
          entry,
          branches: (containing.get(entry.commit) ?? []).map(fullName),
          tags: await tags.of(entry),
          facts: { parameters, metrics, dependencies, unread, ...(command === undefined ? {} : { command }) },
        };
      }
    }
  } finally {
    reader.close();
  }
}

/** Entries in groups: which branches contain them is answered for a group at once. */
async function* chunks(entries: AsyncIterable<HistoryEntry>): AsyncIterable<readonly HistoryEntry[]> {
  let chunk: HistoryEntry[] = [];
  for await (const entry of entries) {
    chunk.push(entry);
    if (chunk.length < 128) continue;
    yield chunk;
    chunk = [];
  }
  if (chunk.length > 0) yield chunk;
}

function gone(model: SelectedModel): FactsModel {
  return { name: model.name, path: model.path, pointer: null, tracking: 'none' };
}

/** The metrics of that name, in whatever map or file: a file's name stands in front where two files have one. */
function only<T>(metrics: Readonly<Record<string, T>>, name: string): Readonly<Record<string, T>> {
  return Object.fromEntries(
    Object.entries(metrics).filter(
      ([key]) => key === name || key.endsWith(`.${name}`) || key.endsWith(`:${name}`),
    ),
  );
}

function text({ entry, tags, metrics, unread }: Revision): string {
  const { model } = entry;
  const lost = entry.unreadable?.[0];
  const bits =
    lost !== undefined
      ? lost.code === 'object-missing'
        ? 'not local'
        : 'damaged'
      : model === null
        ? 'removed'
        : model.digest === null
          ? 'no digest'
          : `${model.digest.algorithm} ${model.digest.value.slice(0, 12)}`;
  const size = model?.size == null ? '' : `  ${formatSize(model.size)}`;
  const names = tags.length === 0 ? '' : `  (${tags.join(', ')})`;
  const values = Object.entries(metrics)
    .slice(0, 4)
    .map(([name, value]) => `${name}=${JSON.stringify(value)}`);
  // Kept somewhere, but not here: absent is another thing, and leaves the line as it is.
  const missing = unread.filter(({ kind, reason }) => kind === 'metrics' && reason === NOT_LOCAL).slice(0, 2);
  append(
    values,
    missing.map(({ file, reason }) => `${file}: ${reason}`),
  );
  const measured = values.length === 0 ? '' : `  ${values.join(' ')}`;
  return `${entry.commit.slice(0, 8)}  ${entry.time.slice(0, 10)}  ${bits}${size}${names}  ${entry.subject}${measured}\n`;
}
