/** More children than this are shown in pages; a list of thousands is not read, only scrolled past. */
export const PAGE = 200;

/**
 * Splits a long list into what is shown and what the row "N more" below it holds.
 * @returns all of it and nothing more when it is short, or when only a few would be folded.
 */
export function firstPage<T>(
  items: readonly T[],
  size = PAGE,
): { readonly shown: readonly T[]; readonly rest: readonly T[] } {
  if (items.length <= size + Math.ceil(size / 10)) return { shown: items, rest: [] };
  return { shown: items.slice(0, size), rest: items.slice(size) };
}
