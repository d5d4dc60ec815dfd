import { editDistance } from '../settings/suggest.js';

interface Known {
  readonly name: string;
  readonly path: string | null;
}

/** More than this nobody reads. */
export const MOST_NEAR = 5;

/**
 * What somebody most likely meant by a name or path that is none: the same file in another folder, a part of a
 * name, a slip of the keyboard; the nearest first, at most five. A path is answered by paths, a name by names.
 */
export function nearNames(text: string, known: Iterable<Known>): readonly string[] {
  const wanted = text.toLowerCase();
  const writesPath = looksLikePath(text);
  const segments = wanted.split('/').length;
  const scores = new Map<string, number>();
  for (const { name, path } of known) {
    const label = (writesPath ? path : null) ?? name;
    if (label === '') continue;
    const names = [name, name.slice(name.indexOf(':') + 1)];
    const paths = path === null ? [] : [path.split('/').slice(-segments).join('/')];
    const forms = [...new Set([...names, ...paths])];
    const score = Math.min(...forms.map((form) => distance(wanted, form.toLowerCase())));
    if (score < (scores.get(label) ?? Infinity)) scores.set(label, score);
  }
  return [...scores]
    .sort(([left, a], [right, b]) => a - b || (left < right ? -1 : 1))
    .filter(([, score]) => score < Infinity)
    .slice(0, MOST_NEAR)
    .map(([label]) => label);
}

/** `models/churn.pkl`, `churn.pkl`; not `services/fraud:model`, which is a name. */
export function looksLikePath(text: string): boolean {
  return !text.includes(':') && /[/\\]|\.[a-z][a-z0-9]*$/i.test(text);
}

/** 0 for the same, under 1 where one is a part of the other, then edits; infinite where nothing is alike. */
function distance(wanted: string, form: string): number {
  if (wanted === form) return 0;
  if (wanted !== '' && form.includes(wanted)) return 1 - wanted.length / (form.length + 1);
  const most = Math.max(1, Math.floor(Math.max(wanted.length, form.length) / 3));
  if (Math.abs(wanted.length - form.length) > most) return Infinity;
  const edits = editDistance(wanted, form);
  return edits <= most ? edits : Infinity;
}
