import type { Column, Comparison, Group, Row, Unit } from './comparison.js';
import { cellText, columnTitle, cut, plain, valueText } from './text.js';

/** How a comparison is written. */
export type Format = 'table' | 'markdown' | 'csv' | 'json';

export interface TextOptions {
  /** Widest cell of a table, in characters; longer ones end in `…`. */
  readonly width?: number;
  readonly bold?: (text: string) => string;
}

/** Writes a comparison as text for a terminal, a pull request or a spreadsheet. Ends with a line end. */
export function formatComparison(comparison: Comparison, format: Format, options: TextOptions = {}): string {
  switch (format) {
    case 'markdown':
      return markdown(comparison);
    case 'csv':
      return csv(comparison);
    case 'table':
      return table(comparison, options);
    case 'json':
      return `${JSON.stringify({ schema: 1, ...comparison })}\n`;
  }
}

/** The unit of a row, known from its name alone, so that printed and stored comparisons read the same. */
export function unitOf(group: Group, field: string): Unit | undefined {
  if (group === 'commit' && field === 'commit') return 'commit';
  if ((group === 'commit' && field === 'time') || (group === 'registry' && field === 'registered'))
    return 'time';
  if (group === 'identity' || group === 'data' || group === 'artifact header') {
    return field === 'size' || field.endsWith(' size') ? 'bytes' : undefined;
  }
  return undefined;
}

function heading(column: Column, baseline: string): string {
  return column.rev === baseline ? `${columnTitle(column)} — baseline` : columnTitle(column);
}

/** What is said where there is no row: without the model nothing was compared. */
function nothing({ columns, model }: Comparison): string {
  return columns.some(({ present, unreadable }) => present || unreadable === true)
    ? 'No differences'
    : `No revision has ${model}`;
}

function cells(comparison: Comparison, row: Row, width?: number): string[] {
  return comparison.columns.map((_, index) => cellText(row, index, unitOf(row.group, row.field), width));
}

/** GitHub's tables, one per group; everything that Markdown or HTML could read as markup is escaped. */
function markdown(comparison: Comparison): string {
  const lines = [`## ${escapeMarkdown(comparison.model)}`, ''];
  if (comparison.rows.length === 0) lines.push(`${nothing(comparison)}.`, '');
  for (const [group, rows] of byGroup(comparison.rows)) {
    const head = comparison.columns.map((column) => escapeMarkdown(heading(column, comparison.baseline)));
    lines.push(`| ${capital(group)} | ${head.join(' | ')} |`, `|---|${'---|'.repeat(head.length)}`);
    for (const row of rows) {
      lines.push(`| ${[row.field, ...cells(comparison, row)].map(escapeMarkdown).join(' | ')} |`);
    }
    lines.push('');
    for (const note of new Set(rows.flatMap((row) => row.incomparable ?? []))) {
      const named = rows.filter((row) => row.incomparable === note).map((row) => row.field);
      lines.push(`${escapeMarkdown(named.join(', '))}: ${escapeMarkdown(lowerFirst(note))}.`, '');
    }
  }
  return `${lines.join('\n').trimEnd()}\n`;
}

/** Escapes text for a cell of a Markdown table: no markup, no HTML, no mention, no link, no new line. */
export function escapeMarkdown(text: string): string {
  return plain(text)
    .replace(/[\\`*_{}[\]<>|~$&]/g, (character) => `\\${character}`)
    .replace(/(?<!\w)@/g, '@\u200b')
    .replace(/\b(https?|ftp):/gi, '$1\\:')
    .replace(/\bwww\./gi, (found) => `${found.slice(0, 3)}\\.`);
}

/**
 * RFC 4180: CRLF, quotes doubled, one record per field; a header names the columns. After the values come the
 * differences to the baseline. Text that a spreadsheet would run as a formula gets an apostrophe in front.
 */
function csv(comparison: Comparison): string {
  const others = comparison.columns.filter((column) => column.rev !== comparison.baseline);
  const records = [
    [
      'group',
      'field',
      ...comparison.columns.map((column) => heading(column, comparison.baseline)),
      ...others.map((column) => `delta ${columnTitle(column)}`),
      'note',
    ].map(guard),
  ];
  for (const row of comparison.rows) {
    records.push([
      row.group,
      guard(row.field),
      ...row.values.map((value, index) => {
        const unknown = row.unknown?.[index] ?? null;
        if (unknown !== null) return unknown;
        return typeof value === 'number' ? String(value) : guard(valueText(value));
      }),
      ...comparison.columns.flatMap((column, index) =>
        column.rev === comparison.baseline ? [] : [String(row.delta?.[index] ?? '')],
      ),
      row.incomparable ?? '',
    ]);
  }
  return records.map((record) => `${record.map(escapeCsv).join(',')}\r\n`).join('');
}

/** Quotes one field as RFC 4180 has it, only where it needs it. */
export function escapeCsv(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** Repository text that starts like a formula is not run by the spreadsheet that opens the file. */
export function guard(text: string): string {
  return /^[=+\-@\t\r]/.test(text) && Number.isNaN(Number(text)) ? `'${text}` : text;
}

function table(comparison: Comparison, options: TextOptions): string {
  const width = options.width ?? 48;
  const bold = options.bold ?? ((text: string) => text);
  const head = ['', ...comparison.columns.map((column) => cut(heading(column, comparison.baseline), width))];
  const sections = byGroup(comparison.rows).map(([group, rows]) => ({
    group,
    rows: rows.map((row) => [cut(plain(row.field), width), ...cells(comparison, row, width)]),
    notes: [...new Set(rows.flatMap((row) => row.incomparable ?? []))],
  }));
  const all = [head, ...sections.flatMap((section) => section.rows)];
  const widths = head.map((_, index) =>
    Math.max(...all.map((cellsOf) => length(cellsOf[index] ?? '') + (index === 0 ? 2 : 0))),
  );
  const line = (cellsOf: readonly string[]): string =>
    cellsOf
      .map((cell, index) => cell + ' '.repeat(Math.max(0, (widths[index] ?? 0) - length(cell))))
      .join('  ')
      .trimEnd();
  const lines = [`${bold(plain(comparison.model))}`, bold(line(head))];
  if (comparison.rows.length === 0) lines.push('', nothing(comparison));
  for (const section of sections) {
    lines.push('', bold(capital(section.group)));
    for (const cellsOf of section.rows) lines.push(line([`  ${cellsOf[0] ?? ''}`, ...cellsOf.slice(1)]));
    for (const note of section.notes) lines.push(`  ${note}`);
  }
  return `${lines.join('\n')}\n`;
}

function length(text: string): number {
  return [...text].length;
}

function byGroup(rows: readonly Row[]): [Group, Row[]][] {
  const groups = new Map<Group, Row[]>();
  for (const row of rows) groups.set(row.group, [...(groups.get(row.group) ?? []), row]);
  return [...groups];
}

/** `artifact header` as a heading: `Artifact header`. */
export function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}
