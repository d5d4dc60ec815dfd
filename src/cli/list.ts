import type { Branch, BranchChanges, BranchModel, BranchModels } from '../core/catalog/catalog.js';
import type { RefsView } from '../core/catalog/refsView.js';
import type { RepositoryCatalog } from '../core/catalog/repositoryCatalog.js';
import type { Diagnostic } from '../core/diagnostic.js';
import { isUnread } from '../core/diagnostic.js';
import { onceEach } from './onceEach.js';
import type { Command, CommandContext, ExitCode, ParsedArguments } from './command.js';
import { findBranch, fullName } from './branches.js';
import { Streamed } from './command.js';
import { printableLine } from './context.js';
import { formatSize } from './text.js';
import { versionJson } from './versionJson.js';

/** `list`: the models of branches, without checking anything out. */
export const list: Command = {
  name: 'list',
  summary: 'The models of the current branch, of named ones, or of all',
  usage: 'list [--branch B]… [--all] [--remotes] [--changed] [--summary] [--tracked]',
  help: `  --branch B   this branch (again for more); origin/B for a remote one
  --all        every local branch
  --remotes    remote branches too
  --changed    only what differs from the default branch
  --summary    counts instead of models
  --tracked    every tracked file, model or not`,
  options: {
    branch: { type: 'string', multiple: true },
    all: { type: 'boolean' },
    remotes: { type: 'boolean' },
    changed: { type: 'boolean' },
    summary: { type: 'boolean' },
    tracked: { type: 'boolean' },
  },
  positionals: { min: 0, max: 0 },
  run,
};

async function run(context: CommandContext, { values }: ParsedArguments): Promise<ExitCode> {
  const wanted = [values.branch ?? []].flat().map(String);
  const select = (view: Pick<RefsView, 'branches' | 'head'>): readonly Branch[] =>
    selectBranches(view, wanted, values.all === true, values.remotes === true);
  const changes = values.changed === true || values.summary === true;
  const catalog = await context.catalog({ branches: select, changes });
  const branches = select(catalog);
  if (values.summary === true) return summarize(context, catalog, branches, values.tracked === true);
  const { diagnoseUnbound } = await import('./unbound.js');
  await diagnoseUnbound(context, catalog);
  const options = { changed: values.changed === true, tracked: values.tracked === true };
  const listings = listingsOf(context, catalog, branches, options);
  if (context.json) {
    await context.answer({ ...head(catalog), branches: new Streamed('array', rowsOf(listings)) });
    return 0;
  }
  for await (const { row, empty } of listings) await context.out(textOf(row, empty, branches.length > 1));
  return 0;
}

/** The branches a command line asks for; the current one by default. */
function selectBranches(
  view: Pick<RefsView, 'branches' | 'head'>,
  wanted: readonly string[],
  all: boolean,
  remotes: boolean,
): readonly Branch[] {
  const named = wanted.map((name) => findBranch(view.branches, name));
  const current = view.branches.filter(
    ({ name, remote }) => remote === null && name === (view.head.branch ?? 'HEAD'),
  );
  const chosen = [
    ...named,
    ...(all ? view.branches.filter(({ remote }) => remote === null) : []),
    ...(remotes ? view.branches.filter(({ remote }) => remote !== null) : []),
  ];
  return [
    ...new Set(chosen.length > 0 ? (all || named.length > 0 ? chosen : [...current, ...chosen]) : current),
  ];
}

function head(catalog: RepositoryCatalog): Record<string, unknown> {
  return {
    repository: catalog.repository.root,
    head: catalog.head,
    defaultBranch: catalog.defaultBranch ? fullName(catalog.defaultBranch.branch) : null,
    versions: new Streamed('object', gtoVersions(catalog)),
    ...experiments(catalog),
  };
}

/** DVC experiments are on no branch: they stand beside them. */
function experiments(catalog: RepositoryCatalog): Record<string, unknown> {
  if (catalog.experiments.length === 0) return {};
  return {
    experiments: catalog.experiments.map(({ name, commit, baseline }) => ({ name, commit, baseline })),
  };
}

function* gtoVersions(catalog: RepositoryCatalog): Iterable<readonly [string, unknown]> {
  for (const version of catalog.versions.values()) {
    if (version.kind === 'gto') yield [version.tag, versionJson(version)];
  }
}

interface Row {
  readonly name: string;
  readonly remote: string | null;
  readonly commit: string | null;
  readonly tags: readonly string[];
  readonly models: readonly unknown[];
  readonly removed?: readonly string[];
}

/** What is listed of a branch, and what it means when that is nothing. */
interface Listing {
  readonly row: Row;
  readonly empty: string;
}

async function* rowsOf(listings: AsyncIterable<Listing>): AsyncIterable<Row> {
  for await (const { row } of listings) yield row;
}

async function* listingsOf(
  context: CommandContext,
  catalog: RepositoryCatalog,
  branches: readonly Branch[],
  options: { readonly changed: boolean; readonly tracked: boolean },
): AsyncIterable<Listing> {
  const { createLocator } = await import('../core/artifacts/locate.js');
  const locator = createLocator(catalog.repository);
  const report = onceEach(context);
  if (options.changed) await catalog.summarize(branches, { signal: context.signal });
  if (options.tracked) await catalog.loadTracked(branches, { signal: context.signal });
  for (const branch of branches) {
    context.signal.throwIfAborted();
    const on = options.tracked
      ? await catalog.trackedOn(branch, { signal: context.signal })
      : await catalog.modelsOn(branch, { signal: context.signal });
    report(on.diagnostics);
    const changes = options.changed ? await catalog.changesOn(branch, { signal: context.signal }) : undefined;
    report(whyUnsure(catalog, changes?.unsure ?? null));
    const here = isCheckedOut(catalog, branch);
    const models: unknown[] = [];
    for (const model of listed(on, options.tracked)) {
      if (changes && !changes.changed.has(model.path ?? '')) continue;
      models.push({ ...model, local: await locator.locate(model, here) });
    }
    const row = {
      name: branch.name,
      remote: branch.remote,
      commit: branch.commit,
      tags: on.tags.map(({ name }) => name),
      models,
      ...(changes ? { removed: changes.removed } : {}),
    };
    yield { row, empty: emptyOf(on, options) };
  }
}

/** Once for all branches: what to do about it is the same. */
const SHALLOW: Diagnostic = {
  severity: 'info',
  code: 'changes-unknown',
  message:
    'This clone is shallow and ends before some branches part from the default branch: what differs there may merely lag behind. git fetch --unshallow tells.',
};

/** Why it cannot be told what a branch changes, beside what was not read of the branch itself. */
function whyUnsure(catalog: RepositoryCatalog, unsure: BranchChanges['unsure']): readonly Diagnostic[] {
  if (unsure === null) return [];
  if (unsure === 'shallow') return [SHALLOW];
  return catalog.defaultBranch ? catalog.diagnosticsOn(catalog.defaultBranch.branch) : [];
}

/** Nothing that is known is not nothing that is there: what could not be read may hold models. */
function emptyOf(
  { diagnostics }: BranchModels,
  { changed, tracked }: { readonly changed: boolean; readonly tracked: boolean },
): string {
  if (diagnostics.some(isUnread)) return 'unknown';
  if (changed) return 'no changes';
  return tracked ? 'no tracked files' : 'no models';
}

function isCheckedOut(catalog: RepositoryCatalog, branch: Branch): boolean {
  return (
    !catalog.repository.bare && branch.remote === null && branch.name === (catalog.head.branch ?? 'HEAD')
  );
}

function listed(on: BranchModels, tracked: boolean): readonly BranchModel[] {
  return tracked ? [...on.models, ...on.others] : on.models;
}

async function summarize(
  context: CommandContext,
  catalog: RepositoryCatalog,
  branches: readonly Branch[],
  tracked: boolean,
): Promise<ExitCode> {
  const files = new Map<Branch, number>();
  if (tracked) {
    await catalog.loadTracked(branches, { signal: context.signal });
    for (const branch of branches) {
      const on = await catalog.trackedOn(branch, { signal: context.signal });
      files.set(branch, on.models.length + on.others.length);
    }
  }
  const summary = await catalog.summarize(branches, { signal: context.signal });
  const report = onceEach(context);
  for (const branch of branches) report(catalog.diagnosticsOn(branch));
  for (const { unsure } of summary.values()) report(whyUnsure(catalog, unsure));
  const rows = branches.map((branch) => ({
    name: branch.name,
    remote: branch.remote,
    commit: branch.commit,
    count: countOf(summary.get(branch)?.count ?? null, files.get(branch)),
    changed: summary.get(branch)?.changed ?? null,
  }));
  if (context.json) {
    await context.answer({ ...head(catalog), branches: new Streamed('array', rows) });
    return 0;
  }
  const what = tracked ? 'file' : 'model';
  for (const row of rows) {
    const name = fullName(row);
    const known = row.changed === 0 ? '' : `, ${row.changed} changed`;
    const changed = row.changed === null ? ', changes unknown' : known;
    const counts =
      row.count === null
        ? 'unknown'
        : `${row.count} ${tracked ? 'tracked ' : ''}${row.count === 1 ? what : `${what}s`}${changed}`;
    await context.out(`${printableLine(`${name}  ${counts}`)}\n`);
  }
  return 0;
}

/** Null stays null: of a branch that cannot be read no files are known either. */
function countOf(models: number | null, files: number | undefined): number | null {
  return models === null ? null : (files ?? models);
}

function textOf(row: Row, empty: string, withBranch: boolean): string {
  const name = fullName(row);
  const models = row.models as readonly (BranchModel & { local: string })[];
  const lines = models.map((model) => {
    // Bits that are not known may be those of a version.
    const loose = model.digest === null ? 'digest unknown' : 'unregistered';
    const [latest] = model.versions;
    const version = model.at ?? (latest === undefined ? loose : `${loose}, after ${latest}`);
    const stages = model.stages.length > 0 ? ` [${model.stages.join(', ')}]` : '';
    const size = model.size === null ? '' : `  ${formatSize(model.size)}`;
    return `${withBranch ? '  ' : ''}${model.name}  ${version}${stages}${size}  ${model.tracking}  ${model.path ?? ''}`;
  });
  const removed = (row.removed ?? []).map((path) => `${withBranch ? '  ' : ''}removed  ${path}`);
  const nothing = lines.length + removed.length === 0 ? [`${withBranch ? '  ' : ''}${empty}`] : [];
  return [...(withBranch ? [name] : []), ...lines, ...removed, ...nothing]
    .map((line) => `${printableLine(line)}\n`)
    .join('');
}
