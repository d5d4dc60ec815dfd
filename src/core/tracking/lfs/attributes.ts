import { ProblemList } from '../problem.js';
import type { Problem } from '../problem.js';
import { matchesPattern, parsePattern, toBytes } from '../wildmatch.js';
import type { PathPattern } from '../wildmatch.js';

/** What a line says of one attribute: a value, set (`text`), unset (`-text`), or unspecified again (`!text`). */
type Setting = string | true | false | null;

interface Assignment {
  readonly attribute: string;
  readonly setting: Setting;
}

interface Rule {
  readonly pattern: PathPattern;
  readonly assignments: readonly Assignment[];
}

/** The lines of one `.gitattributes` file, as `compileAttributes` reads them. */
export interface AttributesFile {
  readonly rules: readonly Rule[];
  /** `[attr]name …`; they count in the root's file (and in those outside the tree) only. */
  readonly macros: ReadonlyMap<string, readonly Assignment[]>;
  readonly mentionsLfs: boolean;
  /** Lines about Git LFS that Git ignores. */
  readonly problems: readonly Problem[];
}

/** Git ignores longer lines (attr.h: ATTR_MAX_LINE_LENGTH). */
const LONGEST_LINE = 2048;
const MOST_RULES = 20_000;
const BLANK = /[ \t\r\n]+/;
const NAME = /^[A-Za-z0-9_.][A-Za-z0-9_.-]*$/;

/**
 * Reads the text of an attributes file as Git does (attr.c): quoted patterns, macros, `-x`, `!x`, `x=value`; lines
 * with a negative pattern, a wrong attribute name or over 2 kB are ignored. Never throws.
 */
export function compileAttributes(content: Uint8Array | string): AttributesFile {
  const bytes = typeof content === 'string' ? Buffer.from(content) : Buffer.from(content);
  const text = bytes.toString('latin1').replace(/^\u00ef\u00bb\u00bf/, '');
  const rules: Rule[] = [];
  const macros = new Map<string, readonly Assignment[]>();
  const problems = new ProblemList();
  let number = 0;
  for (const line of text.split('\n')) {
    number += 1;
    if (rules.length >= MOST_RULES) break;
    const start = line.search(/[^ \t\r]/);
    if (start === -1 || line[start] === '#') continue;
    const ignored = (why: string): void => {
      if (line.includes('lfs'))
        problems.add('warning', 'attributes-syntax', `Git ignores this line: ${why}`, number);
    };
    if (line.length >= LONGEST_LINE) {
      ignored('it is longer than 2 kB');
      continue;
    }
    const parsed = splitPattern(line.slice(start));
    const assignments = readAssignments(parsed.rest);
    if (!assignments) {
      ignored('one of its attributes has no valid name');
      continue;
    }
    if (parsed.pattern.length > 6 && parsed.pattern.startsWith('[attr]')) {
      const name = parsed.pattern.slice(6);
      if (NAME.test(name)) macros.set(name, assignments);
      continue;
    }
    const pattern = parsePattern(parsed.pattern, true);
    if (!pattern.negative) rules.push({ pattern, assignments });
    else ignored('a pattern here cannot begin with "!"');
  }
  return { rules, macros, mentionsLfs: text.includes('lfs'), problems: problems.all };
}

function splitPattern(line: string): { readonly pattern: string; readonly rest: string } {
  const quoted = line.startsWith('"') ? unquote(line) : undefined;
  if (quoted) return quoted;
  const end = line.search(/[ \t\r]/);
  return end === -1 ? { pattern: line, rest: '' } : { pattern: line.slice(0, end), rest: line.slice(end) };
}

const ESCAPES: Readonly<Record<string, string>> = {
  a: '\u0007',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
  '\\': '\\',
  '"': '"',
};

/** A C-style quoted pattern (quote.c: `unquote_c_style`); undefined when it is malformed, then it is no quote at all. */
function unquote(line: string): { readonly pattern: string; readonly rest: string } | undefined {
  let pattern = '';
  for (let at = 1; at < line.length; at++) {
    const character = line[at] ?? '';
    if (character === '"') return { pattern, rest: line.slice(at + 1) };
    if (character !== '\\') {
      pattern += character;
      continue;
    }
    const octal = /^[0-3][0-7]{2}/.exec(line.slice(at + 1, at + 4))?.[0];
    const escaped = ESCAPES[line[at + 1] ?? ''];
    if (octal !== undefined) {
      pattern += String.fromCharCode(Number.parseInt(octal, 8));
      at += 3;
    } else if (escaped !== undefined) {
      pattern += escaped;
      at += 1;
    } else {
      return undefined;
    }
  }
  return undefined;
}

/** The attributes of one line; undefined when one of them is wrong, for then Git drops the line. */
function readAssignments(rest: string): Assignment[] | undefined {
  const assignments: Assignment[] = [];
  for (const word of rest.split(BLANK)) {
    if (word === '') continue;
    const prefix = word.startsWith('-') || word.startsWith('!') ? word[0] : '';
    const equals = word.indexOf('=');
    const attribute = word.slice(prefix === '' ? 0 : 1, equals === -1 ? word.length : equals);
    if (!NAME.test(attribute)) return undefined;
    const value = equals === -1 ? true : word.slice(equals + 1);
    assignments.push({ attribute, setting: prefix === '-' ? false : prefix === '!' ? null : value });
  }
  return assignments;
}

interface Layer {
  /** Folder of the file with a final `/`, as bytes; `''` at the root. */
  readonly prefix: string;
  readonly file: AttributesFile;
  /** In the root's file, and in those outside the tree. */
  readonly hasMacros: boolean;
}

const BUILT_IN: AttributesFile = {
  rules: [],
  mentionsLfs: false,
  problems: [],
  macros: new Map([
    ['binary', ['diff', 'merge', 'text'].map((attribute) => ({ attribute, setting: false }))],
  ]),
};

/**
 * The attributes files that hold at a place in the tree, lowest precedence first: Git's built-in macro, the system's,
 * `core.attributesFile`, the root's, deeper folders', and above all of them `$GIT_DIR/info/attributes`. Immutable:
 * `with` gives the stack of a subfolder. Answers are those of `git check-attr`.
 */
export class AttributesStack {
  private constructor(
    readonly layers: readonly Layer[],
    readonly info: Layer | undefined,
    readonly ignoreCase: boolean,
  ) {}

  /** A stack without any file of the tree. */
  static from(
    outside: {
      readonly system?: AttributesFile;
      readonly user?: AttributesFile;
      readonly info?: AttributesFile;
      /** `core.ignoreCase` of the clone: patterns match whatever the case. */
      readonly ignoreCase?: boolean;
    } = {},
  ): AttributesStack {
    const layers: Layer[] = [{ prefix: '', file: BUILT_IN, hasMacros: true }];
    for (const file of [outside.system, outside.user])
      if (file) layers.push({ prefix: '', file, hasMacros: true });
    const info = outside.info && { prefix: '', file: outside.info, hasMacros: true };
    return new AttributesStack(layers, info, outside.ignoreCase === true);
  }

  /** The stack with the `.gitattributes` of a folder on top; folders are added from the root down. */
  with(folder: string, file: AttributesFile): AttributesStack {
    const prefix = folder === '' ? '' : `${toBytes(folder)}/`;
    const layers = [...this.layers, { prefix, file, hasMacros: prefix === '' }];
    return new AttributesStack(layers, this.info, this.ignoreCase);
  }

  /**
   * The value of an attribute of a file: text, `true` for set, `false` for unset, undefined for unspecified.
   * @param path repository path with `/`
   */
  valueOf(attribute: string, path: string): string | boolean | undefined {
    const bytes = toBytes(path);
    const name = toBytes(attribute);
    const decided = new Map<string, Setting>();
    for (const layer of this.#fromTop()) {
      if (!bytes.startsWith(layer.prefix)) continue;
      const inside = bytes.slice(layer.prefix.length);
      for (let index = layer.file.rules.length - 1; index >= 0; index--) {
        const rule = layer.file.rules[index];
        if (!rule || !matchesPattern(rule.pattern, inside, false, true, this.ignoreCase)) continue;
        this.#fill(decided, rule.assignments);
        const value = decided.get(name);
        if (value !== undefined)
          return value === null ? undefined : typeof value === 'string' ? fromBytes(value) : value;
      }
    }
    return undefined;
  }

  /** What `git check-attr filter` prints for a file: `lfs`, another filter, `set`, `unset` or `unspecified`. */
  filterOf(path: string): string {
    const value = this.valueOf('filter', path);
    if (value === undefined) return 'unspecified';
    return typeof value === 'string' ? value : value ? 'set' : 'unset';
  }

  *#fromTop(): Generator<Layer> {
    if (this.info) yield this.info;
    for (let index = this.layers.length - 1; index >= 0; index--) {
      const layer = this.layers[index];
      if (layer) yield layer;
    }
  }

  /** Last word first, the first decision about an attribute stays; a macro that is set brings its own (attr.c: `fill_one`). */
  #fill(decided: Map<string, Setting>, assignments: readonly Assignment[]): void {
    for (let index = assignments.length - 1; index >= 0; index--) {
      const assignment = assignments[index];
      if (!assignment || decided.has(assignment.attribute)) continue;
      decided.set(assignment.attribute, assignment.setting);
      const macro = assignment.setting === true ? this.#macro(assignment.attribute) : undefined;
      if (macro) this.#fill(decided, macro);
    }
  }

  #macro(name: string): readonly Assignment[] | undefined {
    for (const layer of this.#fromTop()) {
      const macro = layer.hasMacros ? layer.file.macros.get(name) : undefined;
      if (macro) return macro;
    }
    return undefined;
  }
}

function fromBytes(bytes: string): string {
  return Buffer.from(bytes, 'latin1').toString('utf8');
}
