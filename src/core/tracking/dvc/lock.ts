import { ProblemList } from '../problem.js';
import type { Problem } from '../problem.js';
import { listAt } from './dvcFile.js';
import { get, isBroken, isList, isMap, isScalar, lineOf, scalarText, toJson, typeName } from './node.js';
import type { Item, Json, MapNode, Node } from './node.js';
import { readEntry } from './out.js';
import type { RawDep } from './out.js';
import { readDocument } from './read.js';

/** A `dvc.lock`, plain JSON, memoised by blob id. */
export interface ParsedLock {
  readonly stages: readonly LockedStage[];
  readonly problems: readonly Problem[];
}

/** What a stage was last run with. Paths are as written, relative to the stage's `wdir` (which only `dvc.yaml` knows). */
export interface LockedStage {
  readonly name: string;
  readonly cmd: readonly string[];
  readonly deps: readonly RawDep[];
  readonly outs: readonly LockedOut[];
  readonly params: readonly LockedParams[];
}

export interface LockedOut extends RawDep {
  readonly cloudVersion?: string;
  readonly line?: number;
}

/** The parameters of one file, by dotted name. */
export interface LockedParams {
  readonly file: string;
  readonly values: Readonly<Record<string, Json>>;
}

const KNOWN_KEYS = new Set(['schema', 'stages', 'datasets']);

/**
 * Reads a `dvc.lock`: schema 2.0, and, reported, the older form without `schema` whose top keys are the stages
 * (DVC 1.0), which DVC 3 refuses. Never throws; a broken stage or output costs itself.
 */
export function parseLock(bytes: Uint8Array): ParsedLock {
  const { root, problems: syntax } = readDocument(bytes);
  const problems = new ProblemList();
  problems.addAll(syntax);
  if (!isMap(root)) {
    if (root === null) problems.add('warning', 'dvc-lock-schema', 'The lock is empty; DVC 3 refuses it', 1);
    else if (root !== undefined) {
      problems.add('error', 'dvc-wrong-type', `The lock must be a mapping, not ${typeName(root)}`, 1);
    }
    return { stages: [], problems: problems.all };
  }
  return { stages: readStages(stagesOf(root, problems), problems), problems: problems.all };
}

function stagesOf(root: MapNode, problems: ProblemList): MapNode | undefined {
  const schema = get(root, 'schema');
  const stages = get(root, 'stages');
  if (
    schema === undefined &&
    stages === undefined &&
    root.map.every(([, value]) => isMap(value) && get(value, 'cmd') !== undefined)
  ) {
    if (root.map.length > 0) {
      problems.add(
        'warning',
        'dvc-lock-schema',
        'The lock has the old schema 1.0; dvc repro or dvc commit renews it',
        1,
      );
    }
    return root;
  }
  if (schema !== '2.0' && !isBroken(schema)) {
    const line = lineOf(root, 'schema') ?? 1;
    const isOld = schema === '1.0';
    const text = schema === undefined ? 'no schema' : `the schema ${JSON.stringify(toJson(schema))}`;
    problems.add(
      isOld ? 'warning' : 'error',
      'dvc-lock-schema',
      `The lock has ${text}; DVC 3 reads '2.0' (in quotes)`,
      line,
    );
  }
  for (const [key, , line] of root.map) {
    if (!KNOWN_KEYS.has(key))
      problems.add('warning', 'dvc-unknown-key', `DVC does not know the key "${key}" here`, line);
  }
  if (isMap(stages)) return stages;
  if (stages !== undefined && stages !== null && !isBroken(stages)) {
    problems.add(
      'error',
      'dvc-wrong-type',
      `"stages" must be a mapping, not ${typeName(stages)}`,
      lineOf(root, 'stages'),
    );
  }
  return undefined;
}

function readStages(stages: MapNode | undefined, problems: ProblemList): LockedStage[] {
  const read: LockedStage[] = [];
  for (const [name, stage, line] of stages?.map ?? []) {
    if (!isMap(stage)) {
      if (!isBroken(stage))
        problems.add('error', 'dvc-wrong-type', `The lock of stage "${name}" must be a mapping`, line);
      continue;
    }
    const cmd = get(stage, 'cmd');
    read.push({
      name,
      cmd: commandLines(cmd),
      deps: listAt(stage, 'deps', problems).flatMap((item) => {
        const dep = readDep(item, problems);
        return dep ? [dep] : [];
      }),
      outs: listAt(stage, 'outs', problems).flatMap((item) => {
        const out = readEntry(item, undefined, problems, 'lock');
        return out ? [out] : [];
      }),
      params: readParams(get(stage, 'params')),
    });
  }
  return read;
}

/** A command, or a list of commands, as a list; a template may have made a number of one. */
export function commandLines(cmd: Node | undefined): string[] {
  const lines = isList(cmd) ? cmd : [cmd];
  return lines.flatMap((line) => (line !== null && isScalar(line) ? [scalarText(line)] : []));
}

function readDep(item: Item, problems: ProblemList): RawDep | undefined {
  // `ds://name` dependencies carry the data set's own record instead of a hash.
  const dep = readEntry(item, undefined, problems, 'lock');
  if (!dep) return undefined;
  const { path, digest, size, files } = dep;
  return { path, digest, size, ...(files === undefined ? {} : { files }) };
}

function readParams(params: Node | undefined): LockedParams[] {
  if (!isMap(params)) return [];
  return params.map.flatMap(([file, values]) =>
    isMap(values)
      ? [{ file, values: Object.fromEntries(values.map.map(([key, value]) => [key, toJson(value)])) }]
      : [],
  );
}
