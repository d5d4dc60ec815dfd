/** Adds many to the end of a list. Spread into `push`, some hundred thousand are more than the stack takes. */
export function append<T>(list: T[], more: Iterable<T>): void {
  for (const one of more) list.push(one);
}
