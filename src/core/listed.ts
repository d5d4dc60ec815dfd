const SHOWN = 3;

/** `a, b, c and 4 more`: for a message, where there may be thousands of them. */
export function listed(names: readonly string[]): string {
  const shown = names.slice(0, SHOWN).join(', ');
  return names.length > SHOWN ? `${shown} and ${names.length - SHOWN} more` : shown;
}
