import type { Entry, MapNode, Node } from './node.js';
import { plainScalar } from './scalars.js';

/**
 * Reads a document in the exact form in which DVC writes `.dvc` files and `dvc.lock` (ruamel.yaml's block style:
 * two spaces, lists at their key's own column, plain and single-quoted text). Undefined for everything else, also
 * for what is wrong: then `readYaml` decides. Where it answers, it answers what `readYaml` would (properties in
 * the tests). It exists because parsing with `yaml` would be most of the cost of a whole catalog (design.md).
 */
export function readExact(text: string): Node | undefined {
  return new ExactReader(text).document();
}

const LF = 10;
const SPACE = 32;
const HASH = 35;
const QUOTE = 39;
const DASH = 45;
const POINT = 46;
const ZERO = 48;
const COLON = 58;
const MOST_DEPTH = 30;
/** Maps above this look their keys up in a set to find duplicates. */
const FEW_KEYS = 8;

const LETTER = characters('abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ/_');
const DIGIT = characters('0123456789');
/** What plain text begins with in DVC's form; everything else is quoted there, or may mean something in YAML. */
const PLAIN_START = characters('abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ/_0123456789.');
/** With one of these in it, what begins with a digit is text (`0x1f` apart). */
const NO_NUMBER = characters('abcdfghijklmnopqrstuvwxyzABCDFGHIJKLMNOPQRSTUVWXYZ/');

function characters(set: string): Uint8Array {
  const table = new Uint8Array(128);
  for (let index = 0; index < set.length; index++) table[set.charCodeAt(index)] = 1;
  return table;
}

class ExactReader {
  #at = 0;
  #line = 1;
  /** Lines of the items of the list that was read last, until its key takes them. */
  #items: readonly number[] | undefined;
  /** Set as soon as anything is outside the form. */
  #failed = false;

  constructor(readonly text: string) {}

  document(): Node | undefined {
    const { text } = this;
    if (text.length === 0 || text.charCodeAt(text.length - 1) !== LF || hasOtherWhiteSpace(text))
      return undefined;
    const first = text.charCodeAt(0);
    if (PLAIN_START[first] !== 1) return undefined;
    const map = this.#map(0, 0);
    return this.#failed || this.#at !== text.length ? undefined : map;
  }

  /** Column of the first character of the current line; -1 at the end. An empty line fails. */
  #indent(): number {
    const { text } = this;
    let at = this.#at;
    if (at >= text.length) return -1;
    while (text.charCodeAt(at) === SPACE) at++;
    if (text.charCodeAt(at) === LF) this.#failed = true;
    return at - this.#at;
  }

  /** Reads the keys of one mapping, the first of which begins at the current position. */
  #map(column: number, depth: number): MapNode {
    const entries: Entry[] = [];
    const map: MapNode = { map: entries };
    let names: Set<string> | undefined;
    if (depth > MOST_DEPTH) {
      this.#failed = true;
      return map;
    }
    for (;;) {
      const line = this.#line;
      const key = this.#key(column);
      if (this.#failed) return map;
      if (names) {
        if (names.has(key)) this.#failed = true;
        names.add(key);
      } else {
        for (const entry of entries) if (entry[0] === key) this.#failed = true;
        if (entries.length >= FEW_KEYS) names = new Set([...entries.map((entry) => entry[0]), key]);
      }
      const value = this.#value(column, depth);
      if (this.#failed) return map;
      entries.push(this.#items ? [key, value, line, this.#items] : [key, value, line]);
      this.#items = undefined;
      const indent = this.#indent();
      if (this.#failed || indent < column) return map;
      if (indent > column) {
        this.#failed = true;
        return map;
      }
      // A dash at this column ends a mapping that is itself an item of the list there.
      if (this.text.charCodeAt(this.#at + indent) === DASH) return map;
      this.#at += indent;
    }
  }

  /** A plain key up to its colon; the position is after the colon. */
  #key(column: number): string {
    const { text } = this;
    const start = this.#at;
    const first = text.charCodeAt(start);
    // `...` ends a document when it stands at the margin.
    if (PLAIN_START[first] !== 1 || (first === POINT && column === 0)) {
      this.#failed = true;
      return '';
    }
    let at = start + 1;
    for (;;) {
      const code = text.charCodeAt(at);
      if (code === COLON) {
        const next = text.charCodeAt(at + 1);
        if (next === SPACE || next === LF) break;
      } else if (code === LF || code === HASH || code !== code || at - start > 120) {
        this.#failed = true;
        return '';
      }
      at++;
    }
    if (text.charCodeAt(at - 1) === SPACE) this.#failed = true;
    this.#at = at + 1;
    const key = text.slice(start, at);
    return key;
  }

  /** The value after a key's colon: text on the same line, or a deeper mapping or a list on the next ones. */
  #value(column: number, depth: number): Node {
    const { text } = this;
    if (text.charCodeAt(this.#at) === SPACE) {
      this.#at++;
      return this.#scalar(column);
    }
    this.#nextLine();
    const indent = this.#indent();
    if (this.#failed) return null;
    const isList = text.charCodeAt(this.#at + indent) === DASH;
    if (indent === column + 2 && !isList) {
      this.#at += indent;
      return this.#map(indent, depth + 1);
    }
    if (indent === column && isList) return this.#list(column, depth + 1);
    // `key:` alone means null only when the next line belongs to something further out, or to the same mapping.
    if (indent > column || (indent === column && isList)) this.#failed = true;
    return null;
  }

  /** Items `- …` at the given column; the position is at the start of a line. */
  #list(column: number, depth: number): Node {
    const { text } = this;
    const items: Node[] = [];
    const lines: number[] = [];
    if (depth > MOST_DEPTH) this.#failed = true;
    while (!this.#failed) {
      this.#at += column;
      if (text.charCodeAt(this.#at + 1) !== SPACE) {
        this.#failed = true;
        break;
      }
      this.#at += 2;
      lines.push(this.#line);
      items.push(this.#isKeyHere() ? this.#map(column + 2, depth) : this.#scalar(column));
      if (this.#failed) break;
      const indent = this.#indent();
      if (this.#failed || indent < column) break;
      if (indent > column) this.#failed = true;
      if (text.charCodeAt(this.#at + indent) !== DASH) break;
    }
    this.#items = lines;
    return items;
  }

  /** Whether the rest of the line is `key:` or `key: value`. */
  #isKeyHere(): boolean {
    const { text } = this;
    if (PLAIN_START[text.charCodeAt(this.#at)] !== 1) return false;
    for (let at = this.#at; ; at++) {
      const code = text.charCodeAt(at);
      if (code === LF || code !== code) return false;
      if (code === COLON) {
        const next = text.charCodeAt(at + 1);
        if (next === SPACE || next === LF) return true;
      }
    }
  }

  /** Text, a number, true, false or null to the end of the line, with continuation lines deeper than `column`. */
  #scalar(column: number): Node {
    const { text } = this;
    const start = this.#at;
    const first = text.charCodeAt(start);
    if (first === QUOTE) return this.#quoted();
    if (PLAIN_START[first] !== 1 && !this.#isNegative(first)) {
      this.#failed = true;
      return null;
    }
    let at = start;
    let isText = LETTER[first] === 1;
    for (;;) {
      const code = text.charCodeAt(at);
      if (code === LF) break;
      if (code === COLON) {
        const next = text.charCodeAt(at + 1);
        if (next === SPACE || next === LF) this.#failed = true;
      } else if (code === HASH && text.charCodeAt(at - 1) === SPACE) {
        this.#failed = true;
      }
      if (NO_NUMBER[code] === 1) isText = true;
      at++;
    }
    if (text.charCodeAt(at - 1) === SPACE) this.#failed = true;
    this.#at = at;
    this.#nextLine();
    const indent = this.#indent();
    if (this.#failed) return null;
    const source = text.slice(start, at);
    if (indent > column) return this.#folded(source, column);
    // `0x1f` and `-0x1f` are numbers in base 16 in spite of their letters.
    if (
      !isText ||
      first === POINT ||
      first === DASH ||
      (first === ZERO && LETTER[text.charCodeAt(start + 1)] === 1)
    )
      return plainScalar(source);
    return source.length < 6 && LETTER[first] === 1 ? plainScalar(source) : source;
  }

  /** Long plain text, which the writer breaks at 80 columns: lines are joined by one space. */
  #folded(firstLine: string, column: number): Node {
    const { text } = this;
    let folded = firstLine;
    for (let indent = this.#indent(); indent > column; indent = this.#indent()) {
      const start = this.#at + indent;
      let at = start;
      if (text.charCodeAt(start) === HASH) this.#failed = true;
      for (let code = text.charCodeAt(at); code !== LF; code = text.charCodeAt(++at)) {
        if (code === COLON && (text.charCodeAt(at + 1) === SPACE || text.charCodeAt(at + 1) === LF))
          this.#failed = true;
        if (code === HASH && text.charCodeAt(at - 1) === SPACE) this.#failed = true;
      }
      if (text.charCodeAt(at - 1) === SPACE) this.#failed = true;
      if (this.#failed) return null;
      folded += ` ${text.slice(start, at)}`;
      this.#at = at;
      this.#nextLine();
    }
    return folded;
  }

  /** 'single-quoted' text on one line. */
  #quoted(): Node {
    const { text } = this;
    const start = this.#at + 1;
    let at = start;
    let hasQuote = false;
    for (;;) {
      const code = text.charCodeAt(at);
      if (code === LF || code !== code) return this.#fail();
      if (code === QUOTE) {
        if (text.charCodeAt(at + 1) !== QUOTE) break;
        hasQuote = true;
        at++;
      }
      at++;
    }
    if (text.charCodeAt(at + 1) !== LF) return this.#fail();
    this.#at = at + 1;
    this.#nextLine();
    const value = text.slice(start, at);
    return hasQuote ? value.replaceAll("''", "'") : value;
  }

  /** `-1`, but not `- item`. */
  #isNegative(first: number): boolean {
    return first === DASH && DIGIT[this.text.charCodeAt(this.#at + 1)] === 1;
  }

  #nextLine(): void {
    this.#at++;
    this.#line++;
  }

  #fail(): null {
    this.#failed = true;
    return null;
  }
}

/** Tabs and carriage returns are never written by DVC. */
function hasOtherWhiteSpace(text: string): boolean {
  return text.includes('\t') || text.includes('\r');
}
