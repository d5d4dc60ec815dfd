import { number } from '../src/core/compare/text.js';

let translations: Readonly<Record<string, string>> = {};
let language = 'en';

/** Sets the words on screen: English text to its translation, as the editor's l10n bundle has them. */
export function setStrings(strings: Readonly<Record<string, string>>, tag: string): void {
  translations = strings;
  language = tag;
}

/**
 * The text in the user's language, `{0}` and on replaced by the arguments. Always a literal, so that
 * `l10n/extract.mjs` finds it.
 */
export function t(text: string, ...args: readonly (string | number)[]): string {
  return said(text).replace(/\{(\d+)\}/g, (whole, index: string) => String(args[Number(index)] ?? whole));
}

/**
 * What the core says (why a value is not known, say), in the user's language; what the bundle cannot have, a parser's
 * own message, as it is.
 */
export function said(text: string): string {
  return Object.hasOwn(translations, text) ? (translations[text] ?? text) : text;
}

/** A number where room is short: `25K` for 25,000, in the user's language. */
export function compact(value: number): string {
  if (Math.abs(value) < 10_000) return number(value);
  return new Intl.NumberFormat(language, { notation: 'compact', maximumFractionDigits: 2 }).format(value);
}

/** `3 days ago`, in the user's language; the absolute time belongs into the tooltip. */
export function ago(iso: string, now = Date.now()): string {
  const then = Date.parse(iso);
  if (Number.isNaN(then)) return '';
  const seconds = (then - now) / 1000;
  const units: readonly [Intl.RelativeTimeFormatUnit, number][] = [
    ['year', 31_557_600],
    ['month', 2_629_800],
    ['week', 604_800],
    ['day', 86_400],
    ['hour', 3600],
    ['minute', 60],
  ];
  const format = new Intl.RelativeTimeFormat(language, { numeric: 'auto' });
  for (const [unit, size] of units) {
    if (Math.abs(seconds) >= size) return format.format(Math.round(seconds / size), unit);
  }
  return format.format(0, 'minute');
}

/** The absolute time, in the user's language and time zone. */
export function absolute(iso: string): string {
  const time = new Date(iso);
  return Number.isNaN(time.getTime())
    ? iso
    : new Intl.DateTimeFormat(language, { dateStyle: 'long', timeStyle: 'short' }).format(time);
}
