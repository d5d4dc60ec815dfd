import { env } from './env.js';
import type { Finding, Replacement, TargetFormat, TargetProblem } from './finding.js';
import { applyEdit, problem } from './finding.js';
import { json } from './json.js';
import { toml } from './toml.js';
import { yaml } from './yaml.js';

/** Larger files are no hand-written configuration; in UTF-16 code units. */
export const TARGET_LIMIT = 512 * 1024;

/** The format of a pin's file, by its name; undefined when it is none we can edit. */
export function formatOf(file: string): TargetFormat | undefined {
  const name = (file.split('/').at(-1) ?? '').toLowerCase();
  if (/\.ya?ml$/.test(name)) return yaml;
  if (/\.jsonc?$/.test(name)) return json;
  if (name.endsWith('.toml')) return toml;
  if (name === '.env' || name.startsWith('.env.') || name.endsWith('.env')) return env;
  return undefined;
}

/** Finds the value at a path in a file's text. Never throws. */
export function findValue(file: string, text: string, path: string): Finding {
  const format = formatOf(file);
  const refused = refusal(format, text);
  if (refused || !format) return { problem: refused ?? unsupported() };
  return guarded(() => format.findValue(text, path));
}

/**
 * The smallest edit after which the value at a path is another one. Everything outside the value's own range stays
 * byte for byte, and the edited text has been read back: it gives the new value. Never throws.
 */
export function replaceValue(file: string, text: string, path: string, value: string): Replacement {
  const format = formatOf(file);
  const refused = refusal(format, text);
  if (refused || !format) return { problem: refused ?? unsupported() };
  if (value === '' || !isOneLine(value)) {
    return problem('unsupported', 'A pin is one line of text, and never empty');
  }
  return guarded(() => {
    const edit = format.replaceValue(text, path, value);
    if ('problem' in edit) return edit;
    const again = format.findValue(applyEdit(text, edit), path);
    return 'value' in again && again.value === value
      ? edit
      : problem(
          'unsupported',
          `"${value}" cannot be written there so that it reads the same: edit the file by hand`,
        );
  });
}

/** 1-based line of the first conflict marker of a merge that is not finished; undefined when there is none. */
export function conflictLine(text: string): number | undefined {
  const open = /^<{7}(?: |\r?$)/m.exec(text);
  if (!open || !/^(?:={7}|>{7} .*)\r?$/m.test(text.slice(open.index))) return undefined;
  return text.slice(0, open.index).split('\n').length;
}

function refusal(format: TargetFormat | undefined, text: string): TargetProblem | undefined {
  if (!format) return unsupported();
  if (text.length > TARGET_LIMIT) return { code: 'too-large', message: 'The file is larger than 512 kB' };
  const line = conflictLine(text);
  return line === undefined
    ? undefined
    : { code: 'conflict', message: 'The file has conflict markers: finish the merge first', line };
}

/** No control character, line or paragraph separator, byte order mark or half a code point. */
function isOneLine(value: string): boolean {
  return !/[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\ufeff]/u.test(value);
}

function unsupported(): TargetProblem {
  return { code: 'unsupported', message: 'Only YAML, JSON, TOML and .env files can hold a pin' };
}

/** Parsers recurse: a text nested thousands deep overflows the stack, which is the text's fault. */
function guarded<T>(read: () => T): T | { readonly problem: TargetProblem } {
  try {
    return read();
  } catch (error) {
    return problem(
      'syntax',
      `The file cannot be read: ${error instanceof Error ? error.message : 'unknown error'}`,
    );
  }
}
