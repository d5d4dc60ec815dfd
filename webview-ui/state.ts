import type { Fields, Group } from '../src/core/compare/comparison.js';
import type { Ability, SentCurves } from '../src/protocol/messages.js';

/** By which metric the versions are ordered, and how. */
export interface Sorting {
  readonly group: Group;
  readonly field: string;
  readonly descending: boolean;
}

/** What the page shows. Columns are always named by their index into `fields.columns`. */
export interface Shown {
  readonly fields: Fields;
  readonly curves: SentCurves;
  readonly curvesFolded: boolean;
  /** The columns on screen, in their order. */
  readonly order: readonly number[];
  readonly baseline: number;
  readonly onlyDifferences: boolean;
  readonly query: string;
  readonly collapsed: ReadonlySet<Group>;
  /** Lists that are unfolded, by `rowKey`. */
  readonly unfolded: ReadonlySet<string>;
  readonly sorting: Sorting | null;
  readonly abilities: readonly Ability[];
}

export type Phase =
  | { readonly kind: 'loading'; readonly model: string }
  | { readonly kind: 'failed'; readonly message: string }
  | { readonly kind: 'shown'; readonly shown: Shown };

/** Under what a field is remembered. */
export function rowKey(group: Group, field: string): string {
  return `${group}\n${field}`;
}

/** Moves a column by one place; at the border nothing happens. */
export function moved(shown: Shown, column: number, by: -1 | 1): Shown {
  const at = shown.order.indexOf(column);
  const to = at + by;
  const other = shown.order[to];
  if (at < 0 || other === undefined) return shown;
  const order = shown.order.map((each, index) => (index === at ? other : index === to ? column : each));
  return { ...shown, order, sorting: null };
}

/** Takes a column away; the last one stays. The baseline passes to the first that is left. */
export function removed(shown: Shown, column: number): Shown {
  const order = shown.order.filter((each) => each !== column);
  const first = order[0];
  if (first === undefined) return shown;
  return { ...shown, order, baseline: shown.baseline === column ? first : shown.baseline };
}

/** Orders the versions by a field: first descending, then ascending, then as they were asked for. */
export function sorted(shown: Shown, group: Group, name: string): Shown {
  const same = shown.sorting?.group === group && shown.sorting.field === name;
  if (same && shown.sorting?.descending === false) {
    return { ...shown, sorting: null, order: [...shown.order].sort((left, right) => left - right) };
  }
  const sorting: Sorting = { group, field: name, descending: !same };
  const field = shown.fields.fields.find((each) => each.group === group && each.field === name);
  const rank = (column: number): number => {
    const value = field?.values[column];
    return typeof value === 'number' ? (sorting.descending ? -value : value) : Infinity;
  };
  const order = [...shown.order].sort((left, right) => {
    const [first, second] = [rank(left), rank(right)];
    return first === second ? left - right : first - second;
  });
  return { ...shown, sorting, order };
}

/** A set with one member put in or taken out. */
export function toggled<Member>(set: ReadonlySet<Member>, member: Member): ReadonlySet<Member> {
  const next = new Set(set);
  if (!next.delete(member)) next.add(member);
  return next;
}
