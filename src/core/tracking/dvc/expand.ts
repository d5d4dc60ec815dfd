import { get, isList, isMap, isScalar, scalarText, typeName } from './node.js';
import type { MapNode, Node, Scalar } from './node.js';
import type { RawStage } from './pipeline.js';
import type { Context } from './template.js';
import { TemplateError } from './template.js';

/** One stage as `foreach` or `matrix` generates it, or an ordinary one. */
export interface StageInstance {
  /** `train`, `train@de`, `train@cnn-0.1`. */
  readonly name: string;
  readonly definition: MapNode;
  /** `item` and `key`; empty for an ordinary stage. */
  readonly local: ReadonlyMap<string, Node>;
}

/** What one `dvc.yaml` may generate. */
const MOST_STAGES = 5_000;

/** Counts the stages of one `dvc.yaml`. */
export class StageBudget {
  #left = MOST_STAGES;

  pay(stages: number): void {
    if (stages > this.#left)
      throw new TemplateError(`More than ${MOST_STAGES} stages are generated`, 'dvc-too-many-stages');
    this.#left -= stages;
  }
}

/**
 * Expands `foreach` and `matrix` (DVC 3.64): names are `t@item` for a plain list, `t@index` for a list that holds a
 * list or mapping, `t@key` for a mapping, and the values joined by `-` for a matrix.
 * @throws TemplateError
 */
export function expandStage(stage: RawStage, context: Context, budget: StageBudget): StageInstance[] {
  const { definition } = stage;
  const matrix = get(definition, 'matrix');
  if (matrix !== undefined) return expandMatrix(stage, matrix, context, budget);
  const foreach = definition.map.find(([key]) => key === 'foreach');
  if (foreach === undefined) {
    budget.pay(1);
    return [{ name: stage.name, definition, local: new Map() }];
  }
  const body = get(definition, 'do');
  if (!isMap(body)) throw new TemplateError('"foreach" needs a "do" with the stage');
  const [, items] = context.resolveEntry(foreach);
  const instance = (key: string, local: [string, Node][]): [string, StageInstance] => [
    key,
    { name: `${stage.name}@${key}`, definition: body, local: new Map(local) },
  ];
  let instances: [string, StageInstance][];
  if (isMap(items)) {
    budget.pay(items.map.length);
    instances = items.map.map(([key, item]) =>
      instance(key, [
        ['item', item],
        ['key', key],
      ]),
    );
  } else if (isList(items)) {
    budget.pay(items.length);
    const isComposite = items.some((item) => !isScalar(item));
    instances = items.map((item, index) =>
      instance(!isComposite && isScalar(item) ? nameText(item, itemOf(foreach[1], index)) : String(index), [
        ['item', item],
      ]),
    );
  } else {
    throw new TemplateError(`"foreach" needs a list or a mapping, not ${typeName(items)}`);
  }
  // DVC keeps them in a dict: the last of several equal names counts.
  return [...new Map(instances).values()];
}

/** The item of a list as it is written; undefined when a template stands for the whole list. */
function itemOf(written: Node | undefined, index: number): Node | undefined {
  return isList(written) ? written[index] : undefined;
}

/** DVC names by `true` and `false`, but by Python's `True` and `False` when the value came out of a template. */
function nameText(value: Scalar, written: Node | undefined): string {
  if (typeof value === 'boolean' && written !== value) return value ? 'True' : 'False';
  return scalarText(value);
}

function expandMatrix(stage: RawStage, matrix: Node, context: Context, budget: StageBudget): StageInstance[] {
  const resolved = context.resolve(matrix);
  if (!isMap(resolved)) throw new TemplateError(`"matrix" needs a mapping, not ${typeName(resolved)}`);
  const axes = resolved.map.map(([name, values], index) => {
    const written = isMap(matrix) ? matrix.map[index]?.[1] : undefined;
    // Python takes a text for the list of its characters
    if (typeof values === 'string') return { name, written, values: [...values] };
    if (!isList(values))
      throw new TemplateError(`"matrix" needs a list for "${name}", not ${typeName(values)}`);
    return { name, written, values };
  });
  if (axes.length === 0) throw new TemplateError('"matrix" is empty');
  const count = axes.reduce((product, { values }) => product * values.length, 1);
  if (count === 0) return [];
  budget.pay(count);
  const definition: MapNode = { map: stage.definition.map.filter(([key]) => key !== 'matrix') };
  let combinations: {
    readonly fragments: readonly string[];
    readonly item: readonly (readonly [string, Node, number])[];
  }[] = [{ fragments: [], item: [] }];
  for (const { name, written, values } of axes) {
    combinations = combinations.flatMap(({ fragments, item }) =>
      values.map((value, index) => ({
        fragments: [
          ...fragments,
          isScalar(value) ? nameText(value, itemOf(written, index)) : `${name}${index}`,
        ],
        item: [...item, [name, value, 0] as const],
      })),
    );
  }
  const instances = combinations.map(({ fragments, item }): [string, StageInstance] => {
    const key = fragments.join('-');
    const local = new Map<string, Node>([
      ['key', key],
      ['item', { map: item }],
    ]);
    return [key, { name: `${stage.name}@${key}`, definition, local }];
  });
  return [...new Map(instances).values()];
}
