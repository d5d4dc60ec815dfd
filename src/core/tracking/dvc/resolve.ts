import { ProblemList } from '../problem.js';
import type { Problem } from '../problem.js';
import type { RawArtifact } from './artifactsIndex.js';
import { readArtifact } from './artifactsIndex.js';
import type { StageInstance } from './expand.js';
import { StageBudget, expandStage } from './expand.js';
import type { LockedStage, ParsedLock } from './lock.js';
import { get, isList, isMap, isScalar, itemsOf, lineOf, scalarText } from './node.js';
import type { Entry, Item, MapNode, Node } from './node.js';
import type { RawOut } from './out.js';
import type { ParsedPipeline, RawStage } from './pipeline.js';
import { readStage } from './stage.js';
import type { ResolvedStage } from './stage.js';
import { Context, TemplateBudget, TemplateError, VariablesError } from './template.js';
import { VariableFiles } from './variables.js';

export type { ParamsFile, ResolvedStage } from './stage.js';

export interface PipelineSources {
  readonly pipeline: ParsedPipeline;
  /** The `dvc.lock` beside it; null when there is none. */
  readonly lock: ParsedLock | null;
  /** Contents by the names in `ParsedPipeline.varsFiles`; a file that does not exist is not in it. */
  readonly vars: ReadonlyMap<string, Uint8Array>;
}

export interface PipelineOut extends RawOut {
  /** The stage that makes it: `train@de`. */
  readonly stage: string;
}

export interface ResolvedPipeline {
  /** Outputs, metrics and plots of all stages; only those with `cached` are tracked by DVC. */
  readonly outs: readonly PipelineOut[];
  readonly artifacts: readonly RawArtifact[];
  readonly stages: readonly ResolvedStage[];
  /** Files under the top-level `metrics`, `plots` and `params`, as written (they may be folders or patterns). */
  readonly metrics: readonly string[];
  readonly plots: readonly string[];
  readonly params: readonly string[];
  /** Of templates and stages; those of the files themselves are in `pipeline.problems` and `lock.problems`. */
  readonly problems: readonly Problem[];
}

/**
 * Resolves a pipeline as DVC 3.64 does: variables, templates, `foreach`, `matrix`, then the lock's digests by stage
 * name and exact path. Stages that are only in the lock are ignored; an output without a lock entry has no digest.
 * Where DVC would fail altogether, only what cannot be resolved is left out, and reported. Never throws.
 */
export function resolvePipeline({ pipeline, lock, vars }: PipelineSources): ResolvedPipeline {
  const problems = new ProblemList();
  const files = new VariableFiles(vars);
  const locked = new Map(lock?.stages.map((stage) => [stage.name, stage]));
  const { context, loaded } = globalContext(pipeline, files, problems);
  const budget = new StageBudget();
  const stages: ResolvedStage[] = [];
  for (const raw of pipeline.stages) {
    for (const instance of expanded(raw, context, budget, problems)) {
      const definition = pipeline.templated
        ? resolveDefinition(instance, raw, context, files, loaded, problems)
        : instance.definition;
      if (definition)
        stages.push(
          readStage(instance.name, raw.line, withoutVars(definition), lockOf(locked, instance), problems),
        );
    }
  }
  const texts = (items: readonly Item[], section: string): string[] =>
    items.flatMap(({ node, line }) => {
      const value = attempt(() => context.resolve(node), `"${section}"`, line, problems);
      if (isMap(value)) return value.map.map(([key]) => key);
      return value !== undefined && value !== null && isScalar(value) ? [scalarText(value)] : [];
    });
  return {
    outs: stages.flatMap((stage) => outsOf(stage)),
    artifacts: artifactsOf(pipeline, context, problems),
    stages,
    metrics: texts(pipeline.metrics, 'metrics'),
    plots: texts(pipeline.plots, 'plots'),
    params: texts(pipeline.params, 'params'),
    problems: problems.all,
  };
}

function outsOf(stage: ResolvedStage): PipelineOut[] {
  return [...stage.outs, ...stage.metrics, ...stage.plots].map((out) => ({ ...out, stage: stage.name }));
}

function lockOf(locked: ReadonlyMap<string, LockedStage>, instance: StageInstance): LockedStage | undefined {
  return locked.get(instance.name);
}

type Loaded = Map<string, readonly string[] | 'all'>;

function globalContext(
  pipeline: ParsedPipeline,
  files: VariableFiles,
  problems: ProblemList,
): { readonly context: Context; readonly loaded: Loaded } {
  const loaded: Loaded = new Map();
  let context = new Context({ map: [] }, new Map(), new TemplateBudget());
  if (!pipeline.templated) return { context, loaded };
  context =
    attempt(() => files.defaults(context), 'the variables', undefined, problems, 'dvc-vars') ?? context;
  if (files.files.has('params.yaml')) loaded.set('params.yaml', 'all');
  for (const item of pipeline.vars) {
    const before = context;
    context =
      attempt(() => files.load(before, item, '', loaded), '"vars"', item.line, problems, 'dvc-vars') ??
      before;
  }
  return { context, loaded };
}

function expanded(
  raw: RawStage,
  context: Context,
  budget: StageBudget,
  problems: ProblemList,
): readonly StageInstance[] {
  return (
    attempt(() => expandStage(raw, context, budget), `the stage "${raw.name}"`, raw.line, problems) ?? []
  );
}

/**
 * Resolves the templates of one stage, key by key: a command with an unknown variable does not hide the outputs.
 * Undefined when nothing of it can be known: its `wdir` or `vars` cannot.
 */
function resolveDefinition(
  instance: StageInstance,
  raw: RawStage,
  shared: Context,
  files: VariableFiles,
  loaded: Loaded,
  problems: ProblemList,
): MapNode | undefined {
  const { definition, name } = instance;
  const where = `the stage "${name}"`;
  let context = shared.with(instance.local);
  const wdirNode = get(definition, 'wdir');
  const wdir =
    wdirNode === undefined
      ? ''
      : attempt(
          () => textOf(context.resolve(wdirNode)),
          where,
          lineOf(definition, 'wdir') ?? raw.line,
          problems,
        );
  if (wdir === undefined) return undefined;
  const own = new Map(loaded);
  for (const item of itemsOf(definition, 'vars') ?? []) {
    const before = context;
    const extended = attempt(
      () => files.load(before, item, wdir, own),
      where,
      item.line ?? raw.line,
      problems,
      'dvc-vars',
    );
    if (!extended) return undefined;
    context = extended;
  }
  const entries: Entry[] = [];
  for (const entry of definition.map) {
    const [key, value, line] = entry;
    if (key === 'vars') continue;
    if (key === 'outs' || key === 'metrics' || key === 'plots' || key === 'deps') {
      const items = itemsOf(definition, key);
      entries.push(items ? resolveItems(context, key, items, where, line, problems) : [key, value, line]);
    } else {
      const resolved = attempt(() => context.resolveEntry(entry, key), where, line, problems);
      entries.push(resolved ?? [key, null, line]);
    }
  }
  return { map: entries };
}

/** Each output of its own: one with an unknown variable does not hide the others. */
function resolveItems(
  context: Context,
  key: string,
  items: readonly Item[],
  where: string,
  keyLine: number,
  problems: ProblemList,
): Entry {
  const list: Node[] = [];
  const lines: number[] = [];
  for (const { node, line = keyLine } of items) {
    const resolved = attempt(() => context.resolve(node, key), where, line, problems);
    if (resolved === undefined) continue;
    list.push(resolved);
    lines.push(line);
  }
  return [key, list, keyLine, lines];
}

function textOf(node: Node): string {
  if (!isScalar(node)) throw new TemplateError('"wdir" must be text');
  return node === null ? '' : scalarText(node);
}

function withoutVars(definition: MapNode): MapNode {
  return get(definition, 'vars') === undefined
    ? definition
    : { map: definition.map.filter(([key]) => key !== 'vars') };
}

function artifactsOf(pipeline: ParsedPipeline, context: Context, problems: ProblemList): RawArtifact[] {
  return pipeline.artifacts.flatMap(({ name, definition, line }) => {
    const where = `the artifact "${name}"`;
    const resolvedName = attempt(() => context.resolve(name), where, line, problems);
    const resolved = attempt(() => context.resolve(definition), where, line, problems);
    if (resolvedName === undefined || resolved === undefined) return [];
    if (typeof resolvedName !== 'string') {
      problems.add('error', 'dvc-template', `The name of ${where} must become text`, line);
      return [];
    }
    // What a template put in has the lines of its own file.
    const placed = typeof definition === 'string' ? allAt(resolved, line) : resolved;
    return readArtifact(resolvedName, placed, line, problems) ?? [];
  });
}

/** The same with every entry on one line. */
function allAt(node: Node, line: number): Node {
  if (isList(node)) return node.map((item) => allAt(item, line));
  return isMap(node) ? { map: node.map.map(([key, value]): Entry => [key, allAt(value, line), line]) } : node;
}

/** The value, or undefined and a problem where a template cannot be resolved. */
function attempt<T>(
  compute: () => T,
  where: string,
  line: number | undefined,
  problems: ProblemList,
  code: 'dvc-template' | 'dvc-vars' = 'dvc-template',
): T | undefined {
  try {
    return compute();
  } catch (error) {
    if (!(error instanceof TemplateError)) throw error;
    // A broken file is told once, whoever reads it.
    if (error instanceof VariablesError)
      problems.add('error', code, error.message, error.fileLine, error.file);
    else problems.add('error', error.code ?? code, `${error.message} (in ${where})`, error.line ?? line);
    return undefined;
  }
}
