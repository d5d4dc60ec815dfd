/** What is wrong with one file's content; the catalog adds where the file lies and makes a `Diagnostic` of it. */
export interface Problem {
  readonly severity: 'error' | 'warning' | 'info';
  readonly code: ProblemCode;
  /** Sentence case, without the file's name. */
  readonly message: string;
  /** 1-based. */
  readonly line?: number;
  /** Where it stands in another file that this one names: its path, relative to this one's folder. */
  readonly file?: string;
}

/** Stable identifiers, part of the command line's contract (`diagnostics[].code`). */
export type ProblemCode =
  | 'too-large'
  | 'not-utf8'
  | 'control-character'
  | 'conflict-markers'
  | 'yaml-syntax'
  | 'yaml-tab'
  | 'yaml-tag'
  | 'yaml-duplicate-key'
  | 'yaml-multiple-documents'
  | 'yaml-too-deep'
  | 'yaml-too-complex'
  | 'yaml-alias'
  | 'dvc-unknown-key'
  | 'dvc-wrong-type'
  | 'dvc-missing-path'
  | 'dvc-bad-hash'
  | 'dvc-number-hash'
  | 'dvc-lock-schema'
  | 'dvc-stage'
  | 'dvc-template'
  | 'dvc-vars'
  | 'dvc-too-many-stages'
  | 'dvc-config'
  | 'attributes-syntax';

/** One hostile file must not flood the Problems view. */
const MOST_PROBLEMS = 100;

/** Gathers the problems of one file, each message and line once. */
export class ProblemList {
  readonly #problems: Problem[] = [];
  readonly #seen = new Set<string>();

  add(severity: Problem['severity'], code: ProblemCode, message: string, line?: number, file?: string): void {
    const key = `${code} ${line ?? 0} ${file ?? ''} ${message}`;
    if (this.#problems.length >= MOST_PROBLEMS || this.#seen.has(key)) return;
    this.#seen.add(key);
    this.#problems.push({
      severity,
      code,
      message,
      ...(line === undefined ? {} : { line }),
      ...(file === undefined ? {} : { file }),
    });
  }

  addAll(problems: readonly Problem[]): void {
    for (const { severity, code, message, line, file } of problems)
      this.add(severity, code, message, line, file);
  }

  get all(): readonly Problem[] {
    return this.#problems;
  }
}
