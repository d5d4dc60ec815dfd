import { equalValues, flatten, toJson } from '../compare/value.js';
import type { Json } from '../compare/value.js';
import { listed } from '../listed.js';
import { locate } from '../tracking/dvc/locate.js';
import type { CommitValues } from './commitValues.js';
import { nearest, topLevel } from './commitValues.js';
import type { ReadFields } from './document.js';
import type { Entry, Unread } from './facts.js';
import { unreadFile } from './facts.js';
import type { FactsReader } from './reader.js';
import type { PlacedStage, Surroundings } from './stages.js';
import { within } from './stages.js';
import { phrase } from '../phrase.js';

/** Of the stages: what the lock recorded, else what the files say. Of other models: the nearest folder's files. */
export async function readParameters(
  model: string,
  values: CommitValues,
  around: Surroundings,
  reader: FactsReader,
  unread: Unread[],
): Promise<Entry[]> {
  const parameters = new Parameters(unread);
  if (around.own === null) {
    const candidates = [
      ...values.params,
      ...values.pipelines.flatMap(({ folder }) => topLevel(values, folder, 'params')),
    ];
    const read = await reader.read(values.commit, nearest(model, candidates), values.outputs);
    for (const { path, fields } of [...read.values()].flat())
      parameters.take(path, fields, (name) => !isClaimed(values.stages, path, name));
    return parameters.all();
  }
  const stages = [...around.before, around.own];
  // The model's own stage last: what it was run with wins over an older run of a stage before it.
  for (const stage of stages) await readStage(stage, values, reader, parameters);
  await readWritten(stages, values, reader, parameters);
  return parameters.all();
}

/** Parameters by file and name, the last one said counting. */
class Parameters {
  private readonly entries = new Map<string, Entry>();

  constructor(private readonly unread: Unread[]) {}

  add(entry: Entry): void {
    this.entries.set(`${entry.file}\n${entry.name}`, entry);
  }

  /** The wanted fields of a file; what could not be read is said. */
  take(file: string, read: ReadFields | undefined, wanted: (name: string) => boolean): void {
    if (read === undefined) this.fail(file, { reason: phrase('not in this commit') });
    else if (!read.ok) this.fail(file, read);
    else {
      for (const [name, value] of read.fields) if (wanted(name)) this.add({ file, name, value });
      const computed = (read.computed ?? []).filter(wanted);
      if (computed.length > 0) {
        const reason = `${listed(computed)}: no literal, and Python is never run`;
        this.unread.push({ kind: 'parameters', file, reason, fields: computed });
      }
    }
  }

  /** Whether some file has such a parameter with the same value. */
  has(name: string, value: Json): boolean {
    return this.all().some((entry) => entry.name === name && equalValues(entry.value, value));
  }

  all(): Entry[] {
    return [...this.entries.values()];
  }

  private fail(file: string, why: Pick<Unread, 'reason' | 'line'>): void {
    this.unread.push(unreadFile('parameters', file, why));
  }
}

async function readStage(
  stage: PlacedStage,
  values: CommitValues,
  reader: FactsReader,
  parameters: Parameters,
): Promise<void> {
  const locked = new Set<string>();
  for (const { file, values: recorded } of stage.stage.lockedParams) {
    const place = locate(stage.folder, file);
    if (!('path' in place)) continue;
    for (const [key, value] of Object.entries(recorded)) {
      locked.add(`${place.path}\n${key}`);
      for (const [name, each] of flatten(toJson(value), key))
        parameters.add({ file: place.path, name, value: each });
    }
  }
  const declared = stage.stage.params.flatMap(({ file, keys }) => {
    const place = locate(stage.folder, file);
    return 'path' in place ? [{ file: place.path, keys }] : [];
  });
  const wanted = declared.filter(({ file, keys }) =>
    keys === null
      ? ![...locked].some((each) => each.startsWith(`${file}\n`))
      : keys.some((key) => !locked.has(`${file}\n${key}`)),
  );
  const read = await reader.read(
    values.commit,
    wanted.map(({ file }) => file),
    values.outputs,
  );
  for (const { file, keys } of wanted) {
    const isWanted = (name: string): boolean =>
      keys === null || keys.some((key) => !locked.has(`${file}\n${key}`) && isUnder(name, key));
    const found = read.get(file);
    if (found === undefined) parameters.take(file, undefined, isWanted);
    for (const { path, fields } of found ?? []) parameters.take(path, fields, isWanted);
  }
}

/** What a run wrote down itself (dvclive's `params.yaml`): only what no parameter file says just so. */
async function readWritten(
  stages: readonly PlacedStage[],
  values: CommitValues,
  reader: FactsReader,
  parameters: Parameters,
): Promise<void> {
  const files = values.params.filter((file) => stages.some(({ writes }) => within(file, writes)));
  const read = await reader.read(values.commit, files, values.outputs);
  for (const { path, fields } of [...read.values()].flat()) {
    const known = new Set(
      fields.ok
        ? [...fields.fields].flatMap(([name, value]) => (parameters.has(name, value) ? name : []))
        : [],
    );
    parameters.take(path, fields, (name) => !known.has(name));
  }
}

/** Whether some pipeline's stage is run with a parameter: then it is that stage's, not that of a model nearby. */
function isClaimed(stages: readonly PlacedStage[], path: string, name: string): boolean {
  return stages.some(({ folder, stage }) =>
    stage.params.some(({ file, keys }) => {
      const place = locate(folder, file);
      return (
        'path' in place && place.path === path && (keys === null || keys.some((key) => isUnder(name, key)))
      );
    }),
  );
}

function isUnder(name: string, key: string): boolean {
  return name === key || name.startsWith(`${key}.`) || name.startsWith(`${key}[`);
}
