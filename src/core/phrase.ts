/**
 * Marks a text that the compare page shows in the reader's language, so that `l10n/extract.mjs` finds it. The text stays
 * as it is: the core and the command line speak English.
 */
export function phrase<Text extends string>(text: Text): Text {
  return text;
}
