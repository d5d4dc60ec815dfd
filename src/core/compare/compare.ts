import { findStores } from '../artifacts/stores.js';
import type { Catalog } from '../catalog/catalog.js';
import type { SelectedModel } from '../catalog/select.js';
import { resolveRevision } from '../catalog/select.js';
import type { Diagnostic } from '../diagnostic.js';
import { factsOf } from '../parameters/modelFacts.js';
import { FactsReader } from '../parameters/reader.js';
import { buildColumn, buildFields, incompleteIn } from './build.js';
import type { RevisionData } from './columns.js';
import { headerOf, readCommits, versionOf } from './columns.js';
import type { Comparison, Curves, Fields } from './comparison.js';
import { comparedCurves, curvesOf } from './curves.js';
import { judgeAll } from './judge.js';

/** What a comparison has beside its fields; no curves unless they were asked for. */
export interface Aside extends Curves {
  readonly diagnostics: readonly Diagnostic[];
}

/** Which model is compared: as somebody selected it, or as it stands in some commit. */
export type ComparedModel = Pick<SelectedModel, 'name' | 'path'>;

export interface ReadOptions {
  readonly signal?: AbortSignal;
  /** Also the metrics over the steps of each run. */
  readonly curves?: boolean;
}

export interface CompareOptions extends ReadOptions {
  /** A revision that the others are measured against; the first by default. One that is not among them comes first. */
  readonly baseline?: string;
  /** Also the fields that are the same everywhere. */
  readonly allFields?: boolean;
}

/**
 * Compares revisions of a model against a baseline: the rows of the command line's contract (cli.md: `compare`).
 * @throws GitError `not-found-ref` when a revision names nothing; other reasons when Git itself fails.
 */
export async function compareRevisions(
  catalog: Catalog,
  model: ComparedModel,
  revs: readonly string[],
  options: CompareOptions = {},
): Promise<Comparison & Aside> {
  const { baseline } = options;
  const all = baseline === undefined || revs.includes(baseline) ? revs : [baseline, ...revs];
  const { fields, ...aside } = await readFieldsOf(catalog, model, all, options);
  const at = baseline === undefined ? 0 : fields.columns.findIndex((column) => column.rev === baseline);
  return { ...judgeAll(fields, Math.max(0, at), { all: options.allFields === true }), ...aside };
}

/** Reads revisions of a model side by side, with the baseline still open. The same revision twice is one column. */
export async function readFieldsOf(
  catalog: Catalog,
  model: ComparedModel,
  revs: readonly string[],
  options: ReadOptions = {},
): Promise<Aside & { readonly fields: Fields }> {
  const abortable = options.signal ? { signal: options.signal } : {};
  const revisions = [];
  for (const rev of new Set(revs))
    revisions.push(await resolveRevision(catalog, model, rev, { ...abortable, moves: true }));
  const commits = await readCommits(
    catalog.repository,
    revisions.map(({ commit }) => commit),
    abortable,
  );
  const stores = findStores(catalog.repository, options.signal);
  const reader = new FactsReader(catalog.repository, options.signal);
  const columns: RevisionData[] = [];
  try {
    for (const revision of revisions) {
      const version = versionOf(catalog, model, revision);
      columns.push({
        revision,
        commit: commits.get(revision.commit) ?? null,
        version,
        tags: catalog.plainTags.filter((tag) => tag.commit === revision.commit).map((tag) => tag.name),
        branches: catalog.branches
          .filter((branch) => branch.commit === revision.commit)
          .map((branch) => (branch.remote === null ? branch.name : `${branch.remote}/${branch.name}`)),
        facts:
          revision.model === null
            ? null
            : await factsOf(catalog, revision.model, revision.commit, reader, {
                ...abortable,
                curves: options.curves === true,
              }),
        header: await headerOf(revision.model, stores),
      });
    }
  } finally {
    reader.close();
  }
  const fields = {
    model: model.name,
    columns: columns.map(buildColumn),
    fields: buildFields(columns, catalog.settings.metrics.lowerIsBetter),
  };
  return {
    fields,
    ...comparedCurves(columns.map(curvesOf), fields.fields),
    diagnostics: [...revisions.flatMap(({ diagnostics }) => diagnostics), ...columns.flatMap(incompleteIn)],
  };
}
