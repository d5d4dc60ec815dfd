import picomatch from 'picomatch';
import { sameAs } from '../catalog/versions.js';
import type { Diagnostic } from '../diagnostic.js';
import type { Digest } from '../digest.js';
import { compareDigests, digestKey } from '../digest.js';
import { NOT_LOCAL, labelsOf, unreadReason } from '../parameters/facts.js';
import type { Entry, MetricEntry, Unread } from '../parameters/facts.js';
import type { RevisionData } from './columns.js';
import { timeOf } from './columns.js';
import type { Column, Field, Group, OwnField } from './comparison.js';
import { GROUPS } from './comparison.js';
import type { Json } from './value.js';
import { phrase } from '../phrase.js';

/** One column's contribution to a field. */
interface Cell {
  readonly value: Json;
  readonly unknown?: string;
  readonly basis?: string | null;
}

/** Lays revisions side by side, field by field. `lowerIsBetter` are the globs of `metrics.lowerIsBetter`. */
export function buildFields(revisions: readonly RevisionData[], lowerIsBetter: readonly string[]): Field[] {
  const fields = new FieldTable(revisions.length);
  revisions.forEach((revision, at) => {
    addIdentity(fields, at, revision);
    addRegistry(fields, at, revision);
    addCommit(fields, at, revision);
    addPipeline(fields, at, revision);
    addHeader(fields, at, revision);
  });
  addHeaderGaps(fields, revisions);
  const lower = lowerMatcher(lowerIsBetter);
  addEntries(
    fields,
    'metrics',
    revisions.map(({ facts }) => facts?.metrics ?? []),
    revisions,
  );
  addEntries(
    fields,
    'parameters',
    revisions.map(({ facts }) => facts?.parameters ?? []),
    revisions,
  );
  addEntries(
    fields,
    'other metrics',
    revisions.map(({ facts }) => facts?.other ?? []),
    revisions,
  );
  addUnreadable(fields, revisions);
  const order = new Map(GROUPS.map((group, index) => [group, index]));
  return fields
    .all()
    .map((field) => finished(field, lower))
    .sort((left, right) => (order.get(left.group) ?? 0) - (order.get(right.group) ?? 0));
}

/** Whether less is better, by the team's globs: on the whole dotted name or on its last part, whatever the case. */
export function lowerMatcher(globs: readonly string[]): (name: string) => boolean {
  const matchers = globs.map((glob) =>
    picomatch(glob.replaceAll('/', '.'), { nocase: true, dot: true, bash: true }),
  );
  return (name) => {
    const whole = name.replaceAll('/', '.');
    const last = whole.slice(whole.lastIndexOf('.') + 1);
    return matchers.some((matches) => matches(whole) || matches(last));
  };
}

/** The columns of a comparison, as they are printed and shown. */
export function buildColumn(data: RevisionData): Column {
  const { revision, version } = data;
  const time = timeOf(data.commit);
  const model = revision.model;
  return {
    rev: revision.rev,
    commit: revision.commit,
    ...(version === null ? {} : { version: version.version, tag: version.tag }),
    ...(time === undefined ? {} : { time }),
    present: model !== null,
    ...(revision.unreadable === undefined ? {} : { unreadable: true }),
    digest: model?.digest ? digestKey(model.digest) : null,
    pointer: model?.pointer ?? null,
    problems: problemsOf(data).map(({ message, line }) =>
      line === undefined ? message : `${message} (line ${line})`,
    ),
  };
}

/** What could not be read of a revision, for who compares it elsewhere than on a page. */
export function incompleteIn(data: RevisionData): readonly Diagnostic[] {
  const { rev, commit } = data.revision;
  return problemsOf(data).map(({ message, ...place }) => {
    return { severity: 'info', code: 'compare-incomplete', message: `${rev}: ${message}`, commit, ...place };
  });
}

function problemsOf({
  revision,
  facts,
  header,
}: RevisionData): readonly Pick<Diagnostic, 'message' | 'path' | 'line'>[] {
  return [
    ...(revision.unreadable ?? []).map(({ message }) => ({ message })),
    ...(revision.undigested ?? []).map(({ message, path, line }) => ({
      message: path === undefined || message.includes(path) ? message : `${path}: ${message}`,
      ...(path === undefined ? {} : { path }),
      ...(line === undefined ? {} : { line }),
    })),
    ...(facts?.unread ?? []).filter(isProblem).map(unreadProblem),
    ...(header.kind === 'unknown' && header.reason !== 'not local'
      ? [{ message: `The artifact's header: ${header.reason}` }]
      : []),
  ];
}

/** Curves that are not here are said beside the other curves. */
function isProblem({ kind, reason }: Unread): boolean {
  return kind !== 'other' && (kind !== 'curves' || reason !== NOT_LOCAL);
}

const UNREAD: Readonly<Record<Unread['kind'], string>> = {
  parameters: 'Parameters',
  metrics: 'Metrics',
  other: 'Metrics',
  curves: 'Curves',
};

function unreadProblem({ kind, file, reason, line }: Unread): Pick<Diagnostic, 'message' | 'path' | 'line'> {
  const message = `${UNREAD[kind]} in ${file}: ${reason}`;
  return { message, path: file, ...(line === undefined ? {} : { line }) };
}

/** Fields in the order in which they were first met, with a cell per column. */
class FieldTable {
  private readonly rows = new Map<string, { group: Group; field: string; cells: (Cell | undefined)[] }>();

  constructor(private readonly columns: number) {}

  add(group: Group, field: string, at: number, cell: Cell): void {
    const key = `${group}\n${field}`;
    let row = this.rows.get(key);
    if (row === undefined) {
      row = { group, field, cells: Array.from({ length: this.columns }, () => undefined) };
      this.rows.set(key, row);
    }
    row.cells[at] ??= cell;
  }

  has(group: Group, field: string): boolean {
    return this.rows.has(`${group}\n${field}`);
  }

  /** Fills what a column lacks in a group, where the reason is known. */
  fill(group: Group, at: number, cell: (field: string) => Cell | undefined): void {
    for (const row of this.rows.values()) if (row.group === group) row.cells[at] ??= cell(row.field);
  }

  all(): Field[] {
    return [...this.rows.values()].map(({ group, field, cells }) => ({
      group,
      field,
      values: cells.map((cell) => cell?.value ?? null),
      ...(cells.some((cell) => cell?.unknown !== undefined)
        ? { unknown: cells.map((cell) => cell?.unknown ?? null) }
        : {}),
      ...(cells.some((cell) => cell?.basis !== undefined)
        ? { basis: cells.map((cell) => cell?.basis ?? null) }
        : {}),
    }));
  }
}

function addIdentity(fields: FieldTable, at: number, { revision }: RevisionData): void {
  const { model } = revision;
  if (model === null) return;
  const add = (field: OwnField<'identity'>, value: Json | undefined): void => {
    if (value !== undefined) fields.add('identity', field, at, { value });
  };
  add('name', model.name);
  add('path', model.path);
  add('tracking', model.tracking);
  // What tracks it is a guess as long as one half of its pipeline cannot be read.
  if (revision.undigested === undefined) add('pointer', model.pointer);
  addDigest(fields, 'identity', 'digest', at, model.digest, undigestedReason(revision));
  if (model.size !== null) add('size', model.size);
  add('files', model.files);
  add('type', model.type);
  add('description', model.description);
  add('labels', model.labels);
}

/** A digest; `unknown` says why one that is not there may exist all the same. */
function addDigest(
  fields: FieldTable,
  group: Group,
  field: string,
  at: number,
  digest: Digest | null,
  unknown: string | null,
): void {
  fields.add(group, field, at, {
    value: digest === null ? null : { ...digest },
    ...(digest === null && unknown !== null ? { unknown } : {}),
    basis: digest === null ? null : `${digest.algorithm}${digest.legacy ? ' legacy' : ''}`,
  });
}

/** What GTO writes when nobody says anything. */
const ROUTINE_MESSAGE = /^Registering artifact \S+ version \S+$/;

function addRegistry(fields: FieldTable, at: number, { revision, version, tags }: RevisionData): void {
  const add = (field: OwnField<'registry'>, value: Json): void =>
    fields.add('registry', field, at, { value });
  if (version !== null) {
    const own = version.commit === revision.commit;
    add('version', own ? version.version : null);
    if (!own) add('same bits as', [version.version]);
    else if (version.alike.length > 0) add('same bits as', sameAs(version));
    if (own) {
      add('tag', version.tag);
      add('stages', version.stages);
      if (!version.active) add('deregistered', true);
      add('registered', version.time);
      add('registered by', version.author);
      const message = version.message.trim();
      if (message !== '' && !ROUTINE_MESSAGE.test(message)) add('message', message);
    }
  }
  if (tags.length > 0) add('other tags', tags);
}

function addCommit(fields: FieldTable, at: number, { revision, commit, branches }: RevisionData): void {
  const add = (field: OwnField<'commit'>, value: Json): void => fields.add('commit', field, at, { value });
  add('commit', revision.commit);
  const time = timeOf(commit);
  if (time !== undefined) add('time', time);
  const by = commit?.author ?? commit?.committer;
  if (by) add('author', by.name);
  if (commit !== null) add('subject', commit.message.split('\n', 1)[0] ?? '');
  if (branches.length > 0) add('branches', branches);
}

function addPipeline(fields: FieldTable, at: number, { revision, facts }: RevisionData): void {
  if (facts === null) return;
  const unknown = undigestedReason(revision);
  const add = (field: OwnField<'pipeline'>, value: Json): void =>
    fields.add('pipeline', field, at, { value });
  if (facts.stage !== undefined) add('stage', facts.stage);
  if (facts.command !== undefined) add('command', facts.command);
  for (const { path, digest, size, data } of facts.dependencies) {
    const group = data ? 'data' : 'pipeline';
    addDigest(fields, group, path, at, digest, unknown);
    if (data && size !== null) fields.add(group, `${path} size`, at, { value: size });
  }
}

function addHeader(fields: FieldTable, at: number, { header }: RevisionData): void {
  if (header.kind !== 'read') return;
  for (const [name, value] of header.fields) fields.add('artifact header', name, at, { value });
}

/** Where one revision's header was read and another's could not be, the other's is unknown rather than empty. */
function addHeaderGaps(fields: FieldTable, revisions: readonly RevisionData[]): void {
  revisions.forEach(({ header }, at) => {
    if (header.kind === 'unknown') {
      fields.fill('artifact header', at, () => ({ value: null, unknown: header.reason }));
    }
  });
}

/** Why nothing can be said of the model in a revision; null where it can. */
export function unreadableReason({ unreadable }: RevisionData['revision']): string | null {
  return reasonOf(unreadable);
}

/** Why the digest of the model in a revision, and what was recorded with it, is not known; null where it is. */
function undigestedReason({ undigested }: RevisionData['revision']): string | null {
  return reasonOf(undigested);
}

function reasonOf(diagnostics: readonly Diagnostic[] = []): string | null {
  const [lost] = diagnostics;
  if (lost === undefined) return null;
  if (lost.code === 'object-missing') return NOT_LOCAL;
  return lost.code === 'object-corrupt' ? phrase('damaged') : lost.message;
}

/** Groups of which nothing is known where the model itself cannot be read. */
const OF_THE_MODEL = GROUPS.filter((group) => group !== 'registry' && group !== 'commit');

/** Fields and groups that stand where the digest stands. */
const RECORDED: readonly Group[] = ['data', 'pipeline'];
const RECORDED_IDENTITY: ReadonlySet<string> = new Set<OwnField<'identity'>>(['pointer', 'size', 'files']);

/** What may be there and cannot be read is unknown, not absent. */
function addUnreadable(fields: FieldTable, revisions: readonly RevisionData[]): void {
  revisions.forEach(({ revision }, at) => {
    const unreadable = unreadableReason(revision);
    const undigested = undigestedReason(revision);
    if (unreadable !== null)
      for (const group of OF_THE_MODEL) fields.fill(group, at, () => ({ value: null, unknown: unreadable }));
    if (undigested !== null) {
      const cell = { value: null, unknown: undigested };
      for (const group of RECORDED) fields.fill(group, at, () => cell);
      fields.fill('identity', at, (field) => (RECORDED_IDENTITY.has(field) ? cell : undefined));
    }
  });
}

function addEntries(
  fields: FieldTable,
  group: (Group & Unread['kind']) | 'other metrics',
  entries: readonly (readonly (Entry | MetricEntry)[])[],
  revisions: readonly RevisionData[],
): void {
  const label = labelsOf(entries);
  entries.forEach((list, at) => {
    for (const entry of list) {
      const basis = 'evaluation' in entry ? { basis: entry.evaluation } : {};
      fields.add(group, label(entry), at, { value: entry.value, ...basis });
    }
  });
  // A file that could not be read leaves its fields unknown, and stands for itself where no other revision has them.
  const kind: Unread['kind'] = group === 'other metrics' ? 'other' : group;
  const entryOf = new Map(entries.flatMap((list) => list.map((entry) => [label(entry), entry])));
  const unread = revisions.map(({ facts }) => (facts?.unread ?? []).filter((each) => each.kind === kind));
  unread.forEach((list, at) => {
    for (const { file, fields: only, ...why } of list) {
      const unknown = unreadReason(why);
      let met = false;
      fields.fill(group, at, (field) => {
        const entry = entryOf.get(field);
        if (entry?.file !== file || only?.includes(entry.name) === false) return undefined;
        met = true;
        return { value: null, unknown };
      });
      if (!met) fields.add(group, file, at, { value: null, unknown });
    }
  });
}

/** Leaves out what says nothing: a basis that all columns share, or of values that are equal anyway. */
function finished(field: Field, lower: (name: string) => boolean): Field {
  const { basis, ...rest } = field;
  const name = metricName(field.field);
  const directed: Field =
    field.group === 'metrics' &&
    field.values.some((value) => typeof value === 'number') &&
    !COUNTER.test(name)
      ? { ...rest, direction: lower(name) ? 'lower' : 'higher' }
      : rest;
  if (basis === undefined) return directed;
  const used = basis.filter((_, at) => (field.values[at] ?? null) !== null);
  if (used.every((each) => each === used[0]) || (isDigestField(field) && allSame(field.values)))
    return directed;
  return { ...directed, basis };
}

/** How far a run went says nothing about how good it is (dvclive writes `step` among the metrics). */
const COUNTER = /(?:^|[./])(?:global_)?(?:steps?|epochs?|iterations?)$/i;

function metricName(label: string): string {
  return label.slice(label.lastIndexOf(':') + 1);
}

function isDigestField(field: Field): boolean {
  return field.group !== 'metrics';
}

function allSame(values: readonly Json[]): boolean {
  const digests = values.flatMap((value) => (isDigest(value) ? [value] : []));
  return digests.every((digest) => compareDigests(digest, digests[0] ?? null) === 'same');
}

function isDigest(value: Json): value is Json & Digest {
  return typeof value === 'object' && value !== null && 'algorithm' in value && 'value' in value;
}
