/** A stretch of a text in UTF-16 code units, as editors count. */
export interface TextRange {
  readonly offset: number;
  readonly length: number;
}

/** A value in a configuration file: what it says, and where it stands. */
export interface Located {
  /** As the application reads it; empty when nothing is written there. */
  readonly value: string;
  /** Of the value as it is written, quotes included; of length 0 where the value is empty. */
  readonly range: TextRange;
  /** 1-based. */
  readonly line: number;
}

/** Why a value could not be found or written. */
export interface TargetProblem {
  readonly code:
    | 'conflict' // conflict markers
    | 'syntax'
    | 'missing' // nothing at that path
    | 'not-a-value' // a mapping or a list stands there
    | 'ambiguous' // several values for one path
    | 'unsupported' // a way of writing that cannot be edited in place
    | 'too-large'
    | 'bad-path';
  /** What is wrong and what to do, without the file's name. */
  readonly message: string;
  readonly line?: number;
}

export type Finding = Located | { readonly problem: TargetProblem };

/** One replacement in a text. */
export interface TextEdit {
  readonly offset: number;
  readonly length: number;
  readonly text: string;
}

export type Replacement = TextEdit | { readonly problem: TargetProblem };

/** Finds and replaces the one value at a path, in one file format. Never throws on any text. */
export interface TargetFormat {
  readonly name: string;
  findValue(text: string, path: string): Finding;
  replaceValue(text: string, path: string, value: string): Replacement;
}

/** 1-based line of an offset. */
export function lineOf(text: string, offset: number): number {
  let line = 1;
  for (let at = text.indexOf('\n'); at >= 0 && at < offset; at = text.indexOf('\n', at + 1)) line += 1;
  return line;
}

/** The text with one edit made. */
export function applyEdit(text: string, edit: TextEdit): string {
  return text.slice(0, edit.offset) + edit.text + text.slice(edit.offset + edit.length);
}

/** Builds the answer for what is wrong. */
export function problem(
  code: TargetProblem['code'],
  message: string,
  line?: number,
): { readonly problem: TargetProblem } {
  return { problem: { code, message, ...(line === undefined ? {} : { line }) } };
}

/** Parsers recurse; texts nested deeper are refused before a parser sees them. */
export const DEPTH_LIMIT = 200;

/** The deepest nesting that brackets outside double quotes make. */
export function nesting(text: string): number {
  let depth = 0;
  let deepest = 0;
  for (const [token] of text.matchAll(/"(?:[^"\\\n]|\\.)*"|[[\]{}]/g)) {
    if (token === '[' || token === '{') deepest = Math.max(deepest, (depth += 1));
    else if (token === ']' || token === '}') depth = Math.max(0, depth - 1);
  }
  return deepest;
}
