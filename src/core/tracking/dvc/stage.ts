import { append } from '../../append.js';
import type { ProblemList } from '../problem.js';
import { listAt } from './dvcFile.js';
import type { LockedOut, LockedParams, LockedStage } from './lock.js';
import { commandLines } from './lock.js';
import { get, isList, isMap, isScalar, scalarText } from './node.js';
import type { Entry, MapNode, Node } from './node.js';
import { joinWdir, readOutSettings } from './out.js';
import type { OutSettings, RawDep, RawOut } from './out.js';
import { DEFAULT_PARAMS } from './pipeline.js';

/** A stage with templates resolved and its lock joined. Paths have `wdir` in front and are not normalised. */
export interface ResolvedStage {
  /** `train`, `train@de`. */
  readonly name: string;
  /** As last run (the lock), else as `dvc.yaml` has it; several commands run one after the other. */
  readonly cmd: readonly string[];
  readonly wdir: string;
  readonly description?: string;
  /** Whether the lock has this stage. */
  readonly locked: boolean;
  /** The command in `dvc.yaml` is no longer the one that was run. */
  readonly commandChanged: boolean;
  readonly deps: readonly RawDep[];
  /** Under `outs` alone. */
  readonly outs: readonly RawOut[];
  readonly metrics: readonly RawOut[];
  readonly plots: readonly RawOut[];
  /** Parameters by file; `keys` null means the whole file. */
  readonly params: readonly ParamsFile[];
  /** What the lock recorded of them. */
  readonly lockedParams: readonly LockedParams[];
  /** 1-based line in `dvc.yaml`. */
  readonly line: number;
}

export interface ParamsFile {
  readonly file: string;
  readonly keys: readonly string[] | null;
}

const KNOWN_KEYS = new Set(
  'cmd wdir deps params vars frozen meta desc always_changed outs metrics plots'.split(' '),
);

/** Joins one resolved stage definition with its lock entry, matched by the exact path text. */
export function readStage(
  name: string,
  line: number,
  definition: MapNode,
  lock: LockedStage | undefined,
  problems: ProblemList,
): ResolvedStage {
  for (const [key, , keyLine] of definition.map) {
    if (!KNOWN_KEYS.has(key))
      problems.add('warning', 'dvc-unknown-key', `DVC does not know the key "${key}" in a stage`, keyLine);
  }
  const wdir = textOf(get(definition, 'wdir')) ?? '';
  const cmd = commandLines(get(definition, 'cmd'));
  if (get(definition, 'cmd') === undefined)
    problems.add('error', 'dvc-stage', `The stage "${name}" has no command`, line);
  const lockedOuts = new Map<string, LockedOut>(lock?.outs.map((out) => [out.path, out]));
  const lockedDeps = new Map<string, RawDep>(lock?.deps.map((dep) => [dep.path, dep]));
  const outs = (key: 'outs' | 'metrics' | 'plots'): RawOut[] =>
    [...readOuts(definition, key, problems)].map(([path, settings]) =>
      joinLock(path, settings, wdir, lockedOuts.get(path)),
    );
  const description = textOf(get(definition, 'desc'));
  const params = readParams(definition, problems);
  return {
    name,
    cmd: lock && lock.cmd.length > 0 ? lock.cmd : cmd,
    wdir,
    ...(description === undefined ? {} : { description }),
    locked: lock !== undefined,
    commandChanged: lock !== undefined && JSON.stringify(lock.cmd) !== JSON.stringify(cmd),
    deps: textsOf(listAt(definition, 'deps', problems).map(({ node }) => node)).map((path) => {
      const dep = lockedDeps.get(path);
      return { digest: null, size: null, ...dep, path: joinWdir(wdir, path) };
    }),
    outs: outs('outs'),
    metrics: outs('metrics'),
    plots: outs('plots'),
    params: params.map(({ file, keys }) => ({ file: joinWdir(wdir, file), keys })),
    lockedParams: params.flatMap((declared) => lockedValues(declared, wdir, lock)),
    line,
  };
}

function textOf(node: Node | undefined): string | undefined {
  return node === undefined || node === null || !isScalar(node) ? undefined : scalarText(node);
}

function textsOf(nodes: readonly Node[]): string[] {
  return nodes.flatMap((node) => textOf(node) ?? []);
}

function joinLock(
  path: string,
  settings: OutSettings & { readonly line?: number },
  wdir: string,
  locked: LockedOut | undefined,
): RawOut {
  const { line, ...rest } = settings;
  return {
    path: joinWdir(wdir, path),
    digest: locked?.digest ?? null,
    size: locked?.size ?? null,
    ...(locked?.files === undefined ? {} : { files: locked.files }),
    ...(locked?.cloudVersion === undefined ? {} : { cloudVersion: locked.cloudVersion }),
    ...rest,
    ...(line === undefined ? {} : { line }),
    ...(locked?.line === undefined ? {} : { lockLine: locked.line }),
  };
}

/** Outputs of one key: texts, or mappings of path to settings; the same path twice is one output. */
function readOuts(
  definition: MapNode,
  key: string,
  problems: ProblemList,
): Map<string, OutSettings & { readonly line?: number }> {
  const merged = new Map<string, { entries: Entry[]; line: number | undefined }>();
  const at = (path: string, line: number | undefined): Entry[] => {
    let out = merged.get(path);
    if (!out) merged.set(path, (out = { entries: [], line }));
    return out.entries;
  };
  for (const { node: item, line: itemLine } of listAt(definition, key, problems)) {
    if (isMap(item)) {
      for (const [path, settings, line] of item.map) {
        const entries = at(path, line);
        // a list of plot settings says nothing about the output itself
        if (isMap(settings)) append(entries, settings.map);
        else if (!isList(settings)) {
          problems.add(
            'error',
            'dvc-wrong-type',
            `The settings of the output "${path}" must be a mapping`,
            line,
          );
        }
      }
    } else {
      const path = textOf(item);
      if (path === undefined)
        problems.add('error', 'dvc-wrong-type', `Each item of "${key}" must be text or a mapping`, itemLine);
      else {
        if (typeof item !== 'string') {
          problems.add(
            'warning',
            'dvc-wrong-type',
            `The output ${path} must be text; put it in quotes`,
            itemLine,
          );
        }
        at(path, itemLine);
      }
    }
  }
  const outs = new Map<string, OutSettings & { readonly line?: number }>();
  for (const [path, { entries, line }] of merged) {
    const last: MapNode = { map: [...new Map(entries.map((entry) => [entry[0], entry])).values()] };
    outs.set(path, { ...readOutSettings(last, problems), ...(line ? { line } : {}) });
  }
  return outs;
}

/** `params`: keys of `params.yaml` as texts, `{file: [keys]}`, or `{file: }` for a whole file (DVC: `_merge_params`). */
function readParams(definition: MapNode, problems: ProblemList): ParamsFile[] {
  const files = new Map<string, string[] | null>();
  const add = (file: string, keys: readonly string[] | null): void => {
    const before = files.get(file);
    if (before === null || keys === null) files.set(file, null);
    else files.set(file, [...(before ?? []), ...keys]);
  };
  for (const { node: item } of listAt(definition, 'params', problems)) {
    if (isMap(item)) {
      for (const [file, keys] of item.map) {
        const names = isList(keys) ? textsOf(keys) : [];
        add(file, names.length === 0 ? null : names);
      }
    } else {
      const key = textOf(item);
      if (key !== undefined) add(DEFAULT_PARAMS, [key]);
    }
  }
  return [...files].map(([file, keys]) => ({ file, keys }));
}

/** What the lock has of the parameters that `dvc.yaml` still names. */
function lockedValues(
  { file, keys }: ParamsFile,
  wdir: string,
  lock: LockedStage | undefined,
): LockedParams[] {
  const locked = lock?.params.find((params) => params.file === file);
  if (!locked) return [];
  const wanted = keys && new Set(keys);
  const values = Object.fromEntries(
    Object.entries(locked.values).filter(([key]) => wanted?.has(key) ?? true),
  );
  return [{ file: joinWdir(wdir, file), values }];
}
