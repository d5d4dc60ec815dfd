import type { TextEdit } from './targets/finding.js';

const CONTEXT = 3;

/** The text with several edits made; they must not overlap. */
export function applyEdits(text: string, edits: readonly TextEdit[]): string {
  return [...edits]
    .sort((left, right) => right.offset - left.offset)
    .reduce(
      (whole, edit) => whole.slice(0, edit.offset) + edit.text + whole.slice(edit.offset + edit.length),
      text,
    );
}

/**
 * The smallest single edit that turns one text into another: what is left without the common start and end, widened
 * to whole lines so that it reads well. Undefined when they are equal.
 */
export function wholeEdit(before: string, after: string): TextEdit | undefined {
  if (before === after) return undefined;
  const old = splitLines(before);
  const now = splitLines(after);
  let start = 0;
  while (start < old.length && start < now.length && old[start] === now[start]) start += 1;
  let end = 0;
  while (end < old.length - start && end < now.length - start && old.at(-1 - end) === now.at(-1 - end))
    end += 1;
  const length = (lines: readonly string[], from: number, to: number): number =>
    lines.slice(from, to).join('').length;
  return {
    offset: length(old, 0, start),
    length: length(old, start, old.length - end),
    text: now.slice(start, now.length - end).join(''),
  };
}

interface Change {
  /** 0-based lines of the old text, end exclusive. */
  readonly start: number;
  readonly end: number;
  readonly lines: readonly string[];
}

/**
 * A unified diff of edits in one file, as `git apply` takes it; empty when nothing changes. Line ends stay as they
 * are, so a CRLF file shows its carriage returns.
 */
export function unifiedDiff(file: string, before: string, edits: readonly TextEdit[]): string {
  const old = splitLines(before);
  const changes = changesOf(before, old, edits).filter(
    (change) => old.slice(change.start, change.end).join('') !== change.lines.join(''),
  );
  const [first, ...rest] = changes;
  if (!first) return '';
  const groups: Change[][] = [[first]];
  for (const change of rest) {
    const group = groups.at(-1);
    if (group && change.start - (group.at(-1)?.end ?? 0) <= 2 * CONTEXT) group.push(change);
    else groups.push([change]);
  }
  let shift = 0;
  const hunks = groups.map((group) => {
    const start = Math.max(0, (group[0]?.start ?? 0) - CONTEXT);
    const end = Math.min(old.length, (group.at(-1)?.end ?? 0) + CONTEXT);
    const body: string[] = [];
    let at = start;
    let added = 0;
    let removed = 0;
    for (const change of group) {
      for (const line of old.slice(at, change.start)) body.push(mark(' ', line));
      for (const line of old.slice(change.start, change.end)) body.push(mark('-', line));
      for (const line of change.lines) body.push(mark('+', line));
      removed += change.end - change.start;
      added += change.lines.length;
      at = change.end;
    }
    for (const line of old.slice(at, end)) body.push(mark(' ', line));
    const length = end - start;
    const head = `@@ -${span(start, length)} +${span(start + shift, length + added - removed)} @@\n`;
    shift += added - removed;
    return head + body.join('');
  });
  return `--- ${quoted('a/', file)}\n+++ ${quoted('b/', file)}\n${hunks.join('')}`;
}

/** Lines that each edit touches, with what stands there afterwards; edits on one line become one change. */
function changesOf(before: string, old: readonly string[], edits: readonly TextEdit[]): readonly Change[] {
  const starts: number[] = [0];
  for (const line of old) starts.push((starts.at(-1) ?? 0) + line.length);
  const lineAt = (offset: number): number => {
    let low = 0;
    let high = old.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((starts[middle] ?? 0) <= offset) low = middle;
      else high = middle - 1;
    }
    return Math.max(0, low);
  };
  const spans: { start: number; end: number; edits: TextEdit[] }[] = [];
  for (const edit of [...edits].sort((left, right) => left.offset - right.offset)) {
    const start = lineAt(edit.offset);
    const end = old.length === 0 ? 0 : lineAt(edit.offset + Math.max(0, edit.length - 1)) + 1;
    const last = spans.at(-1);
    if (last && start < last.end) {
      last.end = Math.max(last.end, end);
      last.edits.push(edit);
    } else spans.push({ start, end, edits: [edit] });
  }
  return spans.map(({ start, end, edits: own }) => {
    const offset = starts[start] ?? 0;
    const text = before.slice(offset, starts[end] ?? before.length);
    const moved = own.map((edit) => ({ ...edit, offset: edit.offset - offset }));
    return { start, end, lines: splitLines(applyEdits(text, moved)) };
  });
}

/** Lines with their line ends; no empty one behind the last. */
function splitLines(text: string): readonly string[] {
  return text.match(/[^\n]*\n|[^\n]+$/g) ?? [];
}

function mark(sign: string, line: string): string {
  return line.endsWith('\n') ? sign + line : `${sign}${line}\n\\ No newline at end of file\n`;
}

function span(start: number, length: number): string {
  return length === 0 ? `${start},0` : length === 1 ? String(start + 1) : `${start + 1},${length}`;
}

/** Git quotes names with control characters, quotes or backslashes; a name with spaces ends in a tab. */
function quoted(prefix: string, file: string): string {
  // eslint-disable-next-line no-control-regex -- these are what Git quotes
  if (/[\u0000-\u001f"\\\u007f]/.test(file)) return JSON.stringify(prefix + file);
  return file.includes(' ') ? `${prefix}${file}\t` : prefix + file;
}
