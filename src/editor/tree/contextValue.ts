/**
 * The `contextValue` of a row: what it is, then what is true of it, joined by `+` (`model+dvc+pinned`). Menus in
 * package.json ask for single words of it, so that no combination has to be listed.
 */
export function contextValue(kind: string, flags: Readonly<Record<string, boolean>>): string {
  return [
    kind,
    ...Object.entries(flags)
      .filter(([, holds]) => holds)
      .map(([flag]) => flag),
  ].join('+');
}
