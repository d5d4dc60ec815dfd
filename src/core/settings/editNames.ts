import { isMap, isScalar, parseDocument } from 'yaml';
import type { YAMLMap } from 'yaml';
import type { TextEdit } from '../pins/targets/finding.js';
import { columnOf, pairOf } from './editMatch.js';

/**
 * The smallest edit of `modelkeep.yaml` that calls a path by a name in `models.names`, in the place of what the name
 * meant before: comments, order and line ends stay. Null when the file is not one that a line can be added to.
 */
export function addName(text: string, name: string, path: string): TextEdit | null {
  const end = text.includes('\r\n') ? '\r\n' : '\n';
  const line = nameLine(name, path);
  const document = parseDocument(text, { keepSourceTokens: true });
  if (document.errors.length > 0) return null;
  const root = document.contents;
  const whole: TextEdit = {
    offset: text.length,
    length: 0,
    text: `${text === '' || text.endsWith('\n') ? '' : end}models:${end}  names:${end}    ${line}${end}`,
  };
  if (root === null) return whole;
  if (!isMap(root)) return null;
  const models = pairOf(root, 'models');
  if (!models) return root.flow === true ? null : whole;
  if (!isMap(models.value)) return null;
  const names = pairOf(models.value, 'names');
  if (names && isMap(names.value)) return intoNames(text, names.value, { name, path, line, end });
  if (names || models.value.flow === true) return null;
  const before = firstKey(models.value);
  if (before === null) return null;
  const indent = ' '.repeat(columnOf(text, before));
  return { offset: before, length: 0, text: `names:${end}${indent}  ${line}${end}${indent}` };
}

function intoNames(
  text: string,
  names: YAMLMap,
  added: { readonly name: string; readonly path: string; readonly line: string; readonly end: string },
): TextEdit | null {
  const known = pairOf(names, added.name);
  if (known) {
    const range = isScalar(known.value) ? known.value.range : null;
    return range ? { offset: range[0], length: range[1] - range[0], text: scalar(added.path) } : null;
  }
  const first = firstKey(names);
  if (names.flow === true) {
    if (first !== null) return { offset: first, length: 0, text: `${quoted(added.name, added.path)}, ` };
    const open = names.range ? text.indexOf('{', names.range[0]) : -1;
    return open < 0 ? null : { offset: open + 1, length: 0, text: ` ${quoted(added.name, added.path)} ` };
  }
  if (first === null) return null;
  const indent = ' '.repeat(columnOf(text, first));
  return { offset: first, length: 0, text: `${added.line}${added.end}${indent}` };
}

function firstKey(map: YAMLMap): number | null {
  const [first] = map.items;
  return isScalar(first?.key) ? (first.key.range?.[0] ?? null) : null;
}

/** One line of `models.names`. A name of GTO's needs no quotes; a path has them where YAML would read it otherwise. */
export function nameLine(name: string, path: string): string {
  return `${scalar(name)}: ${scalar(path)}`;
}

function quoted(name: string, path: string): string {
  return `${JSON.stringify(name)}: ${JSON.stringify(path)}`;
}

function scalar(text: string): string {
  const plain = /^[A-Za-z][A-Za-z0-9_./-]*(?::[A-Za-z0-9][A-Za-z0-9_./-]*)?$/.test(text);
  return plain && !/^(?:true|false|null|yes|no|on|off)$/i.test(text) ? text : JSON.stringify(text);
}
