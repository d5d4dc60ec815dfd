import { ProblemList } from '../problem.js';
import type { Problem } from '../problem.js';
import { listAt } from './dvcFile.js';
import { normalise } from './locate.js';
import { get, isBroken, isList, isMap, lineOf, typeName } from './node.js';
import type { Item, MapNode, Node } from './node.js';
import { joinWdir } from './out.js';
import { readDocument } from './read.js';

/** A `dvc.yaml` before templates, `foreach` and `matrix` are resolved: plain JSON, memoised by blob id. */
export interface ParsedPipeline {
  /** Whether it contains `${…}`; only then are `varsFiles` needed to resolve it. */
  readonly templated: boolean;
  /**
   * Files whose values its templates may use, normalised, relative to the folder of the `dvc.yaml` (`../` may lead
   * above it): `params.yaml` beside it, and those that `vars` names. One that does not exist is left out of the map
   * given to `resolvePipeline`, which reports it where DVC would.
   */
  readonly varsFiles: readonly string[];
  readonly vars: readonly Item[];
  readonly stages: readonly RawStage[];
  readonly artifacts: readonly RawDefinition[];
  /** Top-level `metrics`, `plots` and `params`. */
  readonly metrics: readonly Item[];
  readonly plots: readonly Item[];
  readonly params: readonly Item[];
  readonly problems: readonly Problem[];
}

export interface RawDefinition {
  readonly name: string;
  readonly definition: Node;
  /** 1-based line of the name. */
  readonly line: number;
}

export interface RawStage extends RawDefinition {
  readonly definition: MapNode;
}

/** The file that templates read when it is there, without being named (DVC). */
export const DEFAULT_PARAMS = 'params.yaml';

const KNOWN_KEYS = new Set(['stages', 'vars', 'params', 'metrics', 'plots', 'artifacts', 'datasets']);

/** Reads a `dvc.yaml` (DVC 3.64, formats.md section 2) as far as it can be without other files. Never throws. */
export function parsePipeline(bytes: Uint8Array): ParsedPipeline {
  const { root, problems: syntax } = readDocument(bytes);
  const problems = new ProblemList();
  problems.addAll(syntax);
  const map = isMap(root) ? root : { map: [] };
  if (root !== undefined && root !== null && !isMap(root)) {
    problems.add('error', 'dvc-wrong-type', `The file must be a mapping, not ${typeName(root)}`, 1);
  }
  for (const [key, value, line] of map.map) {
    if (!KNOWN_KEYS.has(key)) {
      problems.add('warning', 'dvc-unknown-key', `DVC does not know the key "${key}" here`, line);
    } else if (value === null && key !== 'datasets') {
      problems.add('warning', 'dvc-wrong-type', `"${key}" is empty, which DVC refuses`, line);
    }
  }
  const vars = listAt(map, 'vars', problems);
  const stages: RawStage[] = [];
  for (const { name, definition, line } of definitionsAt(map, 'stages', problems)) {
    if (isMap(definition)) {
      stages.push({ name, definition, line });
      checkForm(name, definition, line, problems);
    } else if (!isBroken(definition)) {
      problems.add(
        'error',
        'dvc-wrong-type',
        `The stage "${name}" must be a mapping, not ${typeName(definition)}`,
        line,
      );
    }
  }
  const templated = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).includes('${');
  return {
    templated,
    varsFiles: templated ? varsFiles(vars, stages) : [],
    vars,
    stages,
    artifacts: definitionsAt(map, 'artifacts', problems),
    metrics: listAt(map, 'metrics', problems),
    plots: listAt(map, 'plots', problems),
    params: listAt(map, 'params', problems),
    problems: problems.all,
  };
}

/** What DVC refuses about a stage as a whole; it is read all the same. */
function checkForm(name: string, definition: MapNode, line: number, problems: ProblemList): void {
  const generates = ['foreach', 'do', 'matrix'].some((key) => get(definition, key) !== undefined);
  if (!generates && name.includes('@')) {
    problems.add(
      'warning',
      'dvc-stage',
      `DVC does not find the stage "${name}": @ is for generated stages`,
      line,
    );
  }
  if (get(definition, 'foreach') === undefined && get(definition, 'do') === undefined) return;
  for (const [key, , keyLine] of definition.map) {
    if (key !== 'foreach' && key !== 'do') {
      problems.add(
        'warning',
        'dvc-unknown-key',
        `DVC does not know the key "${key}" beside "foreach" and "do"`,
        keyLine,
      );
    }
  }
}

function definitionsAt(map: MapNode, key: string, problems: ProblemList): RawDefinition[] {
  const value = get(map, key);
  if (isMap(value)) return value.map.map(([name, definition, line]) => ({ name, definition, line }));
  if (value !== undefined && value !== null && !isBroken(value)) {
    problems.add(
      'error',
      'dvc-wrong-type',
      `"${key}" must be a mapping, not ${typeName(value)}`,
      lineOf(map, key),
    );
  }
  return [];
}

/** One item of `vars` that names a file: `path` or `path:key,key`, relative to the stage's `wdir`. */
export function varsFile(
  item: string,
  wdir: string,
): { readonly path: string; readonly keys: readonly string[] } {
  const colon = item.indexOf(':');
  const path = colon === -1 ? item : item.slice(0, colon);
  const keys =
    colon === -1
      ? []
      : item
          .slice(colon + 1)
          .split(',')
          .filter((key) => key !== '');
  return { path: normalise(joinWdir(wdir, path)), keys };
}

/** Bounds what one file can make the catalog read. */
const MOST_FILES = 200;

function varsFiles(vars: readonly Item[], stages: readonly RawStage[]): string[] {
  const files = new Set([DEFAULT_PARAMS]);
  const add = (items: readonly Node[], wdir: string): void => {
    for (const item of items) {
      if (typeof item === 'string' && files.size < MOST_FILES) files.add(varsFile(item, wdir).path);
    }
  };
  add(
    vars.map(({ node }) => node),
    '',
  );
  for (const { definition } of stages) {
    const inner = get(definition, 'do');
    const body = isMap(inner) ? inner : definition;
    const items = get(body, 'vars');
    const wdir = get(body, 'wdir');
    if (isList(items)) add(items, typeof wdir === 'string' ? wdir : '');
  }
  return [...files];
}
