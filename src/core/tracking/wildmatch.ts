/** One pattern of `.gitattributes`, `.gitignore` or `.dvcignore` (Git 2.39: `parse_path_pattern`). */
export interface PathPattern {
  /** Without a leading `!` and a trailing `/`; as bytes (see `toBytes`). */
  readonly text: string;
  readonly negative: boolean;
  /** `dir/`: matches folders only. */
  readonly mustBeFolder: boolean;
  /** No `/` in it: compared with the last part of the path. */
  readonly nameOnly: boolean;
  /** `*.bin`: a star and then no wildcard. */
  readonly endsWith: boolean;
  /** Length of the part before the first wildcard. */
  readonly plainLength: number;
}

/** Git matches bytes: UTF-8 as a string of one character per byte. */
export function toBytes(text: string): string {
  return /^[\0-\x7f]*$/.test(text) ? text : Buffer.from(text, 'utf8').toString('latin1');
}

/**
 * Parses a pattern as Git does.
 * @param isBytes the pattern is a string of bytes already
 */
export function parsePattern(source: string, isBytes = false): PathPattern {
  let text = isBytes ? source : toBytes(source);
  const negative = text.startsWith('!');
  if (negative) text = text.slice(1);
  const mustBeFolder = text.endsWith('/');
  const wildcard = text.search(/[*?[\\]/);
  const endsWith = text.startsWith('*') && !/[*?[\\]/.test(text.slice(1));
  if (mustBeFolder) text = text.slice(0, -1);
  return {
    text,
    negative,
    mustBeFolder,
    nameOnly: !text.includes('/'),
    endsWith,
    plainLength: wildcard === -1 ? text.length : Math.min(wildcard, text.length),
  };
}

/**
 * Whether a pattern matches a path, relative to the folder of the pattern's file (Git: `match_pathname`,
 * `match_basename`).
 * @param ignoreCase as `core.ignoreCase` has it: letters of ASCII only
 */
export function matchesPattern(
  pattern: PathPattern,
  path: string,
  isFolder: boolean,
  isBytes = false,
  ignoreCase = false,
): boolean {
  if (pattern.mustBeFolder && !isFolder) return false;
  const bytes = isBytes ? path : toBytes(path);
  return pattern.nameOnly
    ? matchesName(pattern, bytes.slice(bytes.lastIndexOf('/') + 1), ignoreCase)
    : matchesPath(pattern, bytes, ignoreCase);
}

/** `matchesPattern` for a pattern without `/`, given the last part of the path as bytes. */
function matchesName(
  { text, plainLength, endsWith }: PathPattern,
  name: string,
  ignoreCase: boolean,
): boolean {
  const as = ignoreCase ? lowerCase : asItIs;
  if (plainLength === text.length) return as(text) === as(name);
  if (endsWith) return as(name).endsWith(as(text.slice(1)));
  return wildmatch(text, name, false, ignoreCase);
}

function matchesPath({ text, plainLength }: PathPattern, path: string, ignoreCase: boolean): boolean {
  const start = text.startsWith('/') ? 1 : 0;
  const plain = text.slice(start, plainLength);
  if (plainLength > start) {
    const as = ignoreCase ? lowerCase : asItIs;
    if (!as(path).startsWith(as(plain))) return false;
    if (plainLength === text.length && path.length === plain.length) return true;
  }
  return wildmatch(text.slice(Math.max(start, plainLength)), path.slice(plain.length), true, ignoreCase);
}

function asItIs(bytes: string): string {
  return bytes;
}

/** Letters of ASCII only: `toLowerCase` would change bytes that are parts of other characters. */
function lowerCase(bytes: string): string {
  return /[A-Z]/.test(bytes) ? bytes.replace(/[A-Z]+/g, (letters) => letters.toLowerCase()) : bytes;
}

const MATCH = 0;
const NO_MATCH = 1;
const ABORT_ALL = 2;
const ABORT_TO_STARSTAR = 3;

/** Steps after which a hostile pattern is taken not to match; ordinary ones need a few per character. */
const MOST_STEPS = 50_000;

/**
 * Git's `wildmatch` (wildmatch.c) on strings of bytes.
 * @param pathname `*` and `?` stop at `/`, `**` between slashes crosses them
 */
export function wildmatch(pattern: string, text: string, pathname: boolean, ignoreCase = false): boolean {
  const given = ignoreCase ? lowerCase(text) : text;
  return new Matcher(pattern, given, pathname, ignoreCase).run(0, 0) === MATCH;
}

class Matcher {
  #steps = 0;
  constructor(
    readonly pattern: string,
    /** In lower case where case does not count. */
    readonly text: string,
    readonly pathname: boolean,
    readonly ignoreCase: boolean,
  ) {}

  /** Git leaves an escaped letter as it is: `\\A` matches nothing where case does not count. */
  #folded(character: string | undefined): string | undefined {
    return this.ignoreCase && character !== undefined ? lowerCase(character) : character;
  }

  run(patternStart: number, textStart: number): number {
    const { pattern, text, pathname } = this;
    let p = patternStart;
    let t = textStart;
    for (; p < pattern.length; p++, t++) {
      if (++this.#steps > MOST_STEPS) return ABORT_ALL;
      let character = pattern[p];
      const given = text[t];
      if (given === undefined && character !== '*') return ABORT_ALL;
      if (character === '\\') {
        character = pattern[++p];
        if (given !== character) return NO_MATCH;
      } else if (character === '?') {
        if (pathname && given === '/') return NO_MATCH;
      } else if (character === '*') {
        return this.#star(p, t, patternStart);
      } else if (character === '[') {
        const end = this.#bracket(p + 1, given ?? '');
        if (end < 0) return end === -1 ? NO_MATCH : ABORT_ALL;
        p = end;
        if (pathname && given === '/') return NO_MATCH;
      } else if (given !== this.#folded(character)) {
        return NO_MATCH;
      }
    }
    return t < text.length ? NO_MATCH : MATCH;
  }

  /** A star and everything after it. */
  #star(star: number, textStart: number, patternStart: number): number {
    const { pattern, text, pathname } = this;
    let p = star + 1;
    let t = textStart;
    let crosses = !pathname;
    if (pattern[p] === '*') {
      while (pattern[p] === '*') p++;
      const next = pattern[p];
      const opens = star - 1 < patternStart || pattern[star - 1] === '/';
      if (
        pathname &&
        opens &&
        (next === undefined || next === '/' || (next === '\\' && pattern[p + 1] === '/'))
      ) {
        // `foo/**/bar` also matches `foo/bar`
        if (next === '/' && this.run(p + 1, t) === MATCH) return MATCH;
        crosses = true;
      }
    }
    const next = pattern[p];
    if (next === undefined) return !crosses && text.includes('/', t) ? ABORT_TO_STARSTAR : MATCH;
    if (!crosses && next === '/') {
      // one star and a slash: the next folder
      const slash = text.indexOf('/', t);
      return slash === -1 ? ABORT_ALL : this.run(p + 1, slash + 1);
    }
    const literal = '*?[\\'.includes(next) ? undefined : this.#folded(next);
    for (; t < text.length; t++) {
      if (++this.#steps > MOST_STEPS) return ABORT_ALL;
      if (literal !== undefined) {
        while (t < text.length && text[t] !== literal && (crosses || text[t] !== '/')) t++;
        if (text[t] !== literal) return crosses ? ABORT_ALL : ABORT_TO_STARSTAR;
      }
      const matched = this.run(p, t);
      if (matched !== NO_MATCH) {
        if (!crosses || matched !== ABORT_TO_STARSTAR) return matched;
      } else if (!crosses && text[t] === '/') {
        return ABORT_TO_STARSTAR;
      }
    }
    return ABORT_ALL;
  }

  /**
   * A bracket expression, `p` after its `[`. Index of its closing `]` when it matches, -1 when it does not match,
   * -2 when it is malformed.
   */
  #bracket(start: number, given: string): number {
    const { pattern, ignoreCase } = this;
    const upper = ignoreCase && /[a-z]/.test(given) ? given.toUpperCase() : given;
    let p = start;
    const negated = pattern[p] === '!' || pattern[p] === '^';
    if (negated) p++;
    let matched = false;
    let previous = '';
    for (let first = true; first || pattern[p] !== ']'; first = false, p++) {
      let character = pattern[p];
      if (character === undefined) return -2;
      if (character === '\\') {
        character = pattern[++p];
        if (character === undefined) return -2;
        if (given === character) matched = true;
      } else if (
        character === '-' &&
        previous !== '' &&
        pattern[p + 1] !== undefined &&
        pattern[p + 1] !== ']'
      ) {
        character = pattern[++p];
        if (character === '\\') character = pattern[++p];
        if (character === undefined) return -2;
        if (given <= character && given >= previous) matched = true;
        if (upper <= character && upper >= previous) matched = true;
        character = ''; // a range sets no start for another one
      } else if (character === '[' && pattern[p + 1] === ':') {
        const nameStart = p + 2;
        let end = nameStart;
        while (pattern[end] !== undefined && pattern[end] !== ']') end++;
        if (pattern[end] === undefined) return -2;
        if (end - nameStart - 1 < 0 || pattern[end - 1] !== ':') {
          // not `:]`: an ordinary `[`
          if (given === '[') matched = true;
        } else {
          const name = pattern.slice(nameStart, end - 1);
          const isMember = CLASSES.get(name);
          if (!isMember) return -2;
          if (isMember.test(name === 'upper' ? upper : given)) matched = true;
          p = end;
          character = '';
        }
      } else if (given === character) {
        matched = true;
      }
      previous = character;
    }
    return matched === negated ? -1 : p;
  }
}

const CLASSES: ReadonlyMap<string, RegExp> = new Map([
  ['alnum', /[A-Za-z0-9]/],
  ['alpha', /[A-Za-z]/],
  ['blank', /[ \t]/],
  // eslint-disable-next-line no-control-regex -- the class of control characters
  ['cntrl', /[\0-\x1f\x7f]/],
  ['digit', /[0-9]/],
  ['graph', /[!-~]/],
  ['lower', /[a-z]/],
  ['print', /[ -~]/],
  ['punct', /[!-/:-@[-`{-~]/],
  ['space', /[ \t\n\v\f\r]/],
  ['upper', /[A-Z]/],
  ['xdigit', /[0-9A-Fa-f]/],
]);
