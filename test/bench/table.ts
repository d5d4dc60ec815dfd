/** One line of the report: what was measured, and whether it is as good as it is meant to be. */
export interface Line {
  readonly name: string;
  /** `412 ms`, `96 MB`. */
  readonly measured: string;
  /** `1.32 F`; empty when there is nothing to compare with. */
  readonly ratio?: string;
  /** `at most 1.5 F`. */
  readonly goal?: string;
  readonly met?: boolean;
}

/** A table in plain text, columns aligned. */
export function table(title: string, lines: readonly Line[]): string {
  const rows = [
    ['', 'measured', 'ratio', 'goal', ''],
    ...lines.map(({ name, measured, ratio, goal, met }) => [
      name,
      measured,
      ratio ?? '',
      goal ?? '',
      met === undefined ? '' : met ? 'met' : 'MISSED',
    ]),
  ];
  const widths = [0, 1, 2, 3, 4].map((column) => Math.max(...rows.map((row) => (row[column] ?? '').length)));
  const text = rows.map((row) =>
    row
      .map((cell, column) =>
        column === 0 || column > 2 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0),
      )
      .join('  ')
      .trimEnd(),
  );
  return `\n${title}\n${text.map((line) => `  ${line}\n`).join('')}`;
}

/** Milliseconds as a person reads them. */
export function duration(milliseconds: number): string {
  return milliseconds < 10_000 ? `${milliseconds.toFixed(0)} ms` : `${(milliseconds / 1000).toFixed(1)} s`;
}
