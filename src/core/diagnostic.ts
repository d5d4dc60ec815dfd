/** Something that is wrong while the rest holds; shown in Problems, in the tree and in every `--json` answer. */
export interface Diagnostic {
  readonly severity: 'error' | 'warning' | 'info';
  /** Stable kebab-case identifier, part of the command line's contract. */
  readonly code: string;
  /** What is wrong, where, and what to do next: one sentence-case sentence or two. */
  readonly message: string;
  /** Full ref name (`refs/heads/main`) through which it was met. */
  readonly ref?: string;
  readonly commit?: string;
  /** Repository path with `/`. */
  readonly path?: string;
  /** 1-based line in `path`. */
  readonly line?: number;
}

/** Whether it says that something of the repository could not be read: what is listed beside it may not be all. */
export function isUnread({ code }: Pick<Diagnostic, 'code'>): boolean {
  return code.startsWith('object-') || code.startsWith('ref-');
}
