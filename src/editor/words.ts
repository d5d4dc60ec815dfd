import * as vscode from 'vscode';
import { bytes } from '../core/compare/text.js';
import type { Tracking } from '../core/tracking/trackedFile.js';

const UNITS: readonly (readonly [Intl.RelativeTimeFormatUnit, number])[] = [
  ['year', 31_557_600],
  ['month', 2_629_800],
  ['week', 604_800],
  ['day', 86_400],
  ['hour', 3600],
  ['minute', 60],
];
/** Names in one sentence. */
const MOST_LISTED = 3;

let relative: Intl.RelativeTimeFormat | undefined;
let absolute: Intl.DateTimeFormat | undefined;

/** `3 days ago`, in the editor's language. @param milliseconds since 1970. */
export function ago(milliseconds: number, now = Date.now()): string {
  relative ??= new Intl.RelativeTimeFormat(vscode.env.language, { numeric: 'auto' });
  const seconds = (milliseconds - now) / 1000;
  for (const [unit, length] of UNITS) {
    if (Math.abs(seconds) >= length) return relative.format(Math.round(seconds / length), unit);
  }
  return vscode.l10n.t('just now');
}

/** `23 Nov 2026, 21:44` in the editor's language and the person's time zone. */
export function date(milliseconds: number): string {
  absolute ??= new Intl.DateTimeFormat(vscode.env.language, { dateStyle: 'medium', timeStyle: 'short' });
  return absolute.format(milliseconds);
}

/** A version as it is; of the commit that holds a stage without one only as much as tells it apart. */
export function shortVersion(version: string | null): string {
  if (version === null) return vscode.l10n.t('none');
  return /^[0-9a-f]{40,64}$/.test(version) ? version.slice(0, 8) : version;
}

/** `48 MB`; nothing where the size is not known. */
export function size(value: number | null): string | null {
  return value === null ? null : bytes(value);
}

/** What tracks a model, as people say it. */
export function trackingName(tracking: Tracking): string {
  const names: Readonly<Record<Tracking, string>> = {
    dvc: 'DVC',
    lfs: 'LFS',
    git: 'Git',
    none: vscode.l10n.t('not tracked'),
  };
  return names[tracking];
}

/** Joins what is known with ` · `, leaving out what is not. */
export function dots(...parts: readonly (string | null | undefined | false)[]): string {
  return parts.filter((part): part is string => typeof part === 'string' && part !== '').join(' · ');
}

/** `a, b, c and 4 more`, where there may be thousands. */
export function listed(names: readonly string[]): string {
  const rest = names.length - MOST_LISTED;
  const shown = names.slice(0, MOST_LISTED).join(', ');
  return rest > 0 ? vscode.l10n.t('{0} and {1} more', shown, rest) : shown;
}
