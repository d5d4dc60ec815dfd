import type { Finding, Located, Replacement, TargetFormat } from './finding.js';
import { problem } from './finding.js';

interface Assignment extends Located {
  readonly key: string;
}

/** `KEY=`, `export KEY =`, with what stands before the value. */
const START = /^[ \t]*(?:export[ \t]+)?([^\s=#'"`]+)[ \t]*=[ \t]*/;

/** Lines of a `.env` file; a path is simply the variable's name. Quotes, `export` and comments are kept. */
export const env: TargetFormat = { name: 'env', findValue, replaceValue };

function findValue(text: string, path: string): Finding {
  const found = [...assignments(text)].filter(({ key }) => key === path);
  const [only, second] = found;
  if (!only) return problem('missing', `There is no ${path}: add a line "${path}=" first`);
  if (second) {
    return problem(
      'ambiguous',
      `${path} is set twice, in lines ${only.line} and ${second.line}: keep one`,
      second.line,
    );
  }
  return { value: only.value, range: only.range, line: only.line };
}

function replaceValue(text: string, path: string, value: string): Replacement {
  const found = findValue(text, path);
  if ('problem' in found) return found;
  const { offset, length } = found.range;
  const written = quote(value, text[offset] ?? '', length);
  return written === null
    ? problem('unsupported', `"${value}" holds both kinds of quotes: edit the file by hand`, found.line)
    : { offset, length, text: written };
}

/** Keeps the quotes that are there; adds some only where a shell or dotenv would read the value otherwise. */
function quote(value: string, first: string, length: number): string | null {
  if (length > 0 && (first === '"' || first === "'" || first === '`') && !value.includes(first)) {
    if (first !== '"' || !/[\\$`]/.test(value)) return first + value + first;
  }
  if (/^[\p{L}\p{N}_@%+=:,./-]+$/u.test(value)) return value;
  if (!value.includes("'")) return `'${value}'`;
  return /["\\$`]/.test(value) ? null : `"${value}"`;
}

/** Every assignment, quoted values over several lines included (dotenv reads them so). */
function* assignments(text: string): Generator<Assignment> {
  let at = text.startsWith('\ufeff') ? 1 : 0;
  let line = 1;
  while (at < text.length) {
    const lineEnd = endOfLine(text, at);
    const head = START.exec(text.slice(at, lineEnd));
    let next = lineEnd;
    if (head) {
      const start = at + head[0].length;
      const value = quotedValue(text, start) ?? plainValue(text.slice(start, lineEnd));
      // Nothing but a comment: the place is right behind the `=`.
      const offset = value.length > 0 ? start : at + head[0].trimEnd().length;
      yield { key: head[1] ?? '', value: value.value, range: { offset, length: value.length }, line };
      next = endOfLine(text, offset + value.length);
    }
    for (let index = at; index < next; index += 1) if (text[index] === '\n') line += 1;
    line += 1;
    at = next + 1;
  }
}

function endOfLine(text: string, from: number): number {
  const end = text.indexOf('\n', from);
  return end < 0 ? text.length : end;
}

interface Value {
  readonly value: string;
  readonly length: number;
}

function quotedValue(text: string, start: number): Value | undefined {
  const mark = text[start];
  if (mark !== '"' && mark !== "'" && mark !== '`') return undefined;
  let end = start + 1;
  while (end < text.length && text[end] !== mark) end += text[end] === '\\' && mark === '"' ? 2 : 1;
  if (end >= text.length) return undefined;
  const inside = text.slice(start + 1, end);
  const value = mark === '"' ? inside.replace(/\\([\\"$`])/g, '$1').replace(/\\n/g, '\n') : inside;
  return { value, length: end + 1 - start };
}

/** Up to a comment, which begins at a `#` after white space (as in a shell; a tag may hold a `#` itself). */
function plainValue(rest: string): Value {
  const comment = rest.startsWith('#') ? 0 : rest.search(/[ \t]#/);
  const value = (comment < 0 ? rest : rest.slice(0, comment)).replace(/\s+$/, '');
  return { value, length: value.length };
}
