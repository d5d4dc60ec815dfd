/** A piece of Python source; `other` is what no literal is made of: bytes, f-strings, complex numbers. */
export interface Token {
  readonly kind: 'name' | 'number' | 'text' | 'operator' | 'other';
  /** As written; of a text its value. */
  readonly value: string;
}

/** A line as Python sees it: brackets and backslashes join several written ones. */
export interface LogicalLine {
  /** Columns of white space before it, tabs to the next multiple of eight. */
  readonly indent: number;
  readonly tokens: readonly Token[];
  /** 1-based. */
  readonly line: number;
}

/** What is no Python, as far as it matters here; caught by `pythonNode`. */
export class PythonError extends Error {
  constructor(
    message: string,
    /** 1-based. */
    readonly line: number,
  ) {
    super(message);
  }
}

const MOST_DEPTH = 100;
const NAME = /[\p{ID_Start}_]\p{ID_Continue}*/uy;
const NUMBER =
  /(?:0[xX][\da-fA-F_]+|0[oO][0-7_]+|0[bB][01_]+|(?:\d[\d_]*\.?[\d_]*|\.\d[\d_]*)(?:[eE][-+]?\d[\d_]*)?)[jJ]?/y;
const OPERATOR =
  /\*\*=|\/\/=|>>=|<<=|\.\.\.|->|:=|[-+*/%&|^@=!<>]=|\*\*|\/\/|<<|>>|[-+*/%&|^~<>()[\]{},:;.=@]/y;
const STRING = /([rR][bBfF]?|[bBfF][rR]?|[uU])?("""|'''|"|')/y;
const SIMPLE_ESCAPES: Readonly<Record<string, string>> = {
  '\n': '',
  '\\': '\\',
  "'": "'",
  '"': '"',
  a: '\u0007',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
};

/**
 * Splits Python source into logical lines of tokens, comments and empty lines left out.
 * @throws PythonError where a text or a bracket has no end, or a character has no place in Python
 */
export function logicalLines(source: string): LogicalLine[] {
  return new Tokenizer(source.replace(/\r\n?/g, '\n')).lines();
}

class Tokenizer {
  private at = 0;
  private line = 1;
  private readonly open: { readonly bracket: string; readonly line: number }[] = [];

  constructor(private readonly text: string) {}

  lines(): LogicalLine[] {
    const lines: LogicalLine[] = [];
    while (this.at < this.text.length) {
      const indent = this.indent();
      const { line } = this;
      const tokens = this.tokens();
      if (tokens.length > 0) lines.push({ indent, tokens, line });
    }
    return lines;
  }

  private indent(): number {
    let columns = 0;
    for (; this.at < this.text.length; this.at += 1) {
      const character = this.text[this.at];
      if (character === ' ') columns += 1;
      else if (character === '\t') columns += 8 - (columns % 8);
      else if (character === '\f') columns = 0;
      else break;
    }
    return columns;
  }

  /** The tokens up to the end of the logical line, which is passed. */
  private tokens(): Token[] {
    const tokens: Token[] = [];
    while (this.at < this.text.length) {
      const character = this.text.charAt(this.at);
      if (character === '\n') {
        this.at += 1;
        this.line += 1;
        if (this.open.length === 0) return tokens;
      } else if (/\s/.test(character)) this.at += 1;
      else if (character === '#') this.at = endOr(this.text, this.text.indexOf('\n', this.at));
      else if (character === '\\' && this.text[this.at + 1] === '\n') {
        this.at += 2;
        this.line += 1;
      } else tokens.push(this.token());
    }
    const open = this.open.at(-1);
    if (open) throw new PythonError(`"${open.bracket}" is not closed`, open.line);
    return tokens;
  }

  private token(): Token {
    const string = this.match(STRING);
    if (string) return this.string(string[1] ?? '', string[2] ?? '');
    const number = this.match(NUMBER)?.[0];
    if (number !== undefined)
      return { kind: /[jJ]$/.test(number) ? 'other' : 'number', value: number.replaceAll('_', '') };
    const name = this.match(NAME)?.[0];
    if (name !== undefined) return { kind: 'name', value: name };
    const operator = this.match(OPERATOR)?.[0];
    if (operator === undefined)
      throw new PythonError(`"${characterAt(this.text, this.at)}" has no place there`, this.line);
    this.bracket(operator);
    return { kind: 'operator', value: operator };
  }

  private match(pattern: RegExp): RegExpExecArray | null {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.text);
    if (found) this.at += found[0].length;
    return found;
  }

  private bracket(operator: string): void {
    if ('([{'.includes(operator)) {
      this.open.push({ bracket: operator, line: this.line });
      if (this.open.length > MOST_DEPTH)
        throw new PythonError(`Values are nested more than ${MOST_DEPTH} deep`, this.line);
    } else if (')]}'.includes(operator) && this.open.pop()?.bracket !== '([{'[')]}'.indexOf(operator)]) {
      throw new PythonError(`"${operator}" closes a bracket that is not open`, this.line);
    }
  }

  private string(prefix: string, quotes: string): Token {
    const start = this.at;
    const from = this.line;
    const raw = /r/i.test(prefix);
    const end = this.stringEnd(quotes);
    if (end === undefined) throw new PythonError('The text has no end', from);
    const written = this.text.slice(start, end);
    this.at = end + quotes.length;
    if (/[bf]/i.test(prefix)) return { kind: 'other', value: written };
    const value = raw ? written : unescaped(written);
    return value === undefined ? { kind: 'other', value: written } : { kind: 'text', value };
  }

  /** Where the closing quotes begin; lines inside are counted. */
  private stringEnd(quotes: string): number | undefined {
    for (let at = this.at; at < this.text.length; at += 1) {
      const character = this.text[at];
      if (character === '\\') {
        at += 1;
        if (this.text[at] === '\n') this.line += 1;
      } else if (character === '\n') {
        if (quotes.length === 1) return undefined;
        this.line += 1;
      } else if (this.text.startsWith(quotes, at)) return at;
    }
    return undefined;
  }
}

function characterAt(text: string, at: number): string {
  return String.fromCodePoint(text.codePointAt(at) ?? 0);
}

function endOr(text: string, index: number): number {
  return index < 0 ? text.length : index;
}

/** The text behind its escapes; undefined for a character by its Unicode name, which only Python knows. */
function unescaped(written: string): string | undefined {
  if (!written.includes('\\')) return written;
  let known = true;
  const text = written.replace(
    /\\(?:([0-7]{1,3})|x([\da-fA-F]{2})|u([\da-fA-F]{4})|U([\da-fA-F]{8})|([\s\S]))/g,
    (whole, octal?: string, byte?: string, short?: string, long?: string, letter?: string) => {
      if (octal !== undefined) return String.fromCodePoint(parseInt(octal, 8));
      const point = parseInt(byte ?? short ?? long ?? '', 16);
      if (!Number.isNaN(point) && point <= 0x10ffff) return String.fromCodePoint(point);
      if (letter === undefined || /[NxuU]/.test(letter)) known = false;
      return (letter === undefined ? undefined : SIMPLE_ESCAPES[letter]) ?? whole;
    },
  );
  return known ? text : undefined;
}
