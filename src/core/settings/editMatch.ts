import { isMap, isScalar, isSeq, parseDocument } from 'yaml';
import type { Pair, YAMLMap, YAMLSeq } from 'yaml';
import type { TextEdit } from '../pins/targets/finding.js';

/** A path as a pattern of `models.match` that means exactly it: what picomatch reads as more is escaped. */
export function patternOf(path: string): string {
  return path.replace(/[\\*?[\]{}()!+@|^$#]/g, '\\$&');
}

/**
 * The smallest edit of `modelkeep.yaml` that adds lines to the end of `models.match`: comments, order and line ends
 * stay. A list is begun where there is none. Null when the file is not one that lines can be added to.
 */
export function addMatchLines(text: string, lines: readonly string[]): TextEdit | null {
  const end = text.includes('\r\n') ? '\r\n' : '\n';
  const quoted = lines.map((line) => `"${line.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`);
  const items = (indent: string): string => quoted.map((line) => `${indent}- ${line}${end}`).join('');
  const document = parseDocument(text, { keepSourceTokens: true });
  if (document.errors.length > 0) return null;
  const root = document.contents;
  const atEnd = (added: string): TextEdit => {
    const gap = text === '' || text.endsWith('\n') ? '' : end;
    return { offset: text.length, length: 0, text: gap + added };
  };
  if (root === null) return atEnd(`models:${end}  match:${end}${items('    ')}`);
  if (!isMap(root)) return null;
  const models = pairOf(root, 'models');
  if (!models) return root.flow === true ? null : atEnd(`models:${end}  match:${end}${items('    ')}`);
  if (!isMap(models.value)) return null;
  const match = pairOf(models.value, 'match');
  if (match && isSeq(match.value)) return append(text, match.value, quoted, end);
  if (match || models.value.flow === true) return null;
  const [first] = models.value.items;
  const start = isScalar(first?.key) ? first.key.range?.[0] : undefined;
  if (start === undefined || start === null) return null;
  const indent = ' '.repeat(columnOf(text, start));
  return { offset: start, length: 0, text: `match:${end}${items(`${indent}  `)}${indent}` };
}

function append(text: string, list: YAMLSeq, quoted: readonly string[], end: string): TextEdit | null {
  const last = list.items.at(-1);
  const range = isScalar(last) ? last.range : null;
  if (list.flow === true) {
    const close = list.range ? text.lastIndexOf(']', list.range[1]) : -1;
    if (close < 0) return null;
    const offset = range ? range[1] : close;
    return { offset, length: 0, text: `${range ? ', ' : ''}${quoted.join(', ')}` };
  }
  if (!range) return null;
  const dash = text.lastIndexOf('-', range[0]);
  const line = text.indexOf('\n', range[1]);
  const indent = ' '.repeat(columnOf(text, dash));
  const added = quoted.map((item) => `${indent}- ${item}`).join(end);
  return line < 0
    ? { offset: text.length, length: 0, text: `${end}${added}${end}` }
    : { offset: line + 1, length: 0, text: `${added}${end}` };
}

/** The entry of a mapping with that key. */
export function pairOf(map: YAMLMap, key: string): Pair | undefined {
  return map.items.find((pair) => isScalar(pair.key) && pair.key.value === key);
}

/** How far into its line an offset lies. */
export function columnOf(text: string, offset: number): number {
  return offset - (text.lastIndexOf('\n', offset - 1) + 1);
}
