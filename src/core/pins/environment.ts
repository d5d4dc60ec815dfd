import { isMap, isScalar, parseDocument } from 'yaml';
import { PinError } from './pinError.js';
import type { TextEdit } from './targets/finding.js';
import { conflictLine } from './targets/target.js';

/** An environment to be added to the team's settings. */
export interface NewEnvironment {
  readonly name: string;
  readonly model: string;
  /** Repository path of the file that holds the pin. */
  readonly file: string;
  /** Path of the value in it. */
  readonly version: string;
  /** Left out: the default branch at its remote. */
  readonly ref?: string;
}

/**
 * Plans the one edit that adds an environment to `modelkeep.yaml`, everything that is there kept as it is: behind the
 * last one, or as a new block at the end. `text` is the file's, empty where there is none yet.
 * @throws PinError `unreadable` where the file has mistakes or writes its environments in a way that cannot be added to.
 */
export function planEnvironment(text: string, added: NewEnvironment): TextEdit {
  const line = conflictLine(text);
  if (line !== undefined)
    throw refused(`modelkeep.yaml:${line} has conflict markers: finish the merge first`);
  const end = text.includes('\r\n') ? '\r\n' : '\n';
  const document = parseDocument(text, { prettyErrors: false });
  if (document.errors.length > 0) throw refused('modelkeep.yaml has mistakes: mend those first');
  const root = document.contents;
  if (root !== null && !isMap(root)) throw refused('modelkeep.yaml is no mapping: mend that first');
  const pair = root?.items.find(({ key }) => isScalar(key) && key.value === 'environments');
  if (!pair) {
    if (root?.flow) throw refused('modelkeep.yaml is written in braces: add the environment by hand');
    const gap = text === '' || text.endsWith('\n') ? '' : end;
    return { offset: text.length, length: 0, text: `${gap}environments:${end}${entry('  ', added)}${end}` };
  }
  if (isMap(pair.value) && !pair.value.flow && pair.value.items.length > 0) {
    const environments = pair.value;
    if (environments.items.some(({ key }) => isScalar(key) && String(key.value) === added.name)) {
      throw refused(`modelkeep.yaml has an environment "${added.name}" already`);
    }
    const first = environments.range?.[0] ?? 0;
    const indent = /[ \t]*$/.exec(text.slice(0, first))?.[0] ?? '  ';
    const last = environments.range?.[1] ?? text.length;
    const trimmed = text.slice(0, last).trimEnd().length;
    const lineEnd = text.indexOf('\n', trimmed);
    if (lineEnd < 0) return { offset: text.length, length: 0, text: end + entry(indent, added) };
    return { offset: lineEnd + 1, length: 0, text: entry(indent, added) + end };
  }
  if (isScalar(pair.value) && pair.value.value === null && pair.value.source === '') {
    const key = isScalar(pair.key) ? (pair.key.range?.[1] ?? 0) : 0;
    const lineEnd = text.indexOf('\n', key);
    const block = entry('  ', added) + end;
    return lineEnd < 0
      ? { offset: text.length, length: 0, text: end + block }
      : { offset: lineEnd + 1, length: 0, text: block };
  }
  throw refused('The environments of modelkeep.yaml are written in braces: add this one by hand');
}

function entry(indent: string, { name, model, file, version, ref }: NewEnvironment): string {
  const fields = [`model: ${scalar(model)}`, `file: ${scalar(file)}`, `version: ${scalar(version)}`];
  if (ref !== undefined) fields.push(`ref: ${scalar(ref)}`);
  return `${indent}${scalar(name)}: { ${fields.join(', ')} }`;
}

/** Plain where YAML takes it so inside braces, else in double quotes. */
function scalar(text: string): string {
  if (!/^[A-Za-z][A-Za-z0-9_./@-]*$/.test(text) || /^(?:true|false|null|yes|no|on|off|y|n)$/i.test(text)) {
    return JSON.stringify(text);
  }
  return text;
}

function refused(message: string): PinError {
  return new PinError('unreadable', message, [], { file: 'modelkeep.yaml' });
}
