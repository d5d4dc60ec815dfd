/** What fits into a row of a quick pick: its label, after an icon, and the smaller text below it. */
const LABEL = 78;
const DETAIL = 90;

/** A sentence as a row shows it whole: rows have one line of label and one of detail, and cut off the rest. */
export interface NoteLines {
  readonly label: string;
  readonly detail?: string;
  /** What does not fit into one row either. */
  readonly more: readonly string[];
}

/** Breaks a message where its second half begins (`: `, `; `), else between words. */
export function noteLines(message: string): NoteLines {
  if (message.length <= LABEL) return { label: message, more: [] };
  const half = [...message.matchAll(/[:;] /g)].map(({ index }) => index).findLast((index) => index <= LABEL);
  const at = half ?? lastSpace(message, LABEL);
  const label = message.slice(0, half === undefined ? at : at + 1).trim();
  const [detail = '', ...more] = words(message.slice(half === undefined ? at : at + 1).trim(), DETAIL);
  return { label, detail, more };
}

/** A name in full, over as many rows as it takes. */
export function inFull(name: string): readonly string[] {
  const rows = name.match(new RegExp(`.{1,${String(LABEL)}}`, 'gu'));
  return rows ?? [];
}

function words(text: string, width: number): readonly string[] {
  if (text.length <= width) return [text];
  const at = lastSpace(text, width);
  return [text.slice(0, at).trim(), ...words(text.slice(at).trim(), width)];
}

/** Where a line of at most that width ends; a word that is longer stays whole. */
function lastSpace(text: string, width: number): number {
  const before = text.lastIndexOf(' ', width);
  if (before > 0) return before;
  const after = text.indexOf(' ', width);
  return after > 0 ? after : text.length;
}
