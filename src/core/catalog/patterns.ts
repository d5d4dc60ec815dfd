import picomatch from 'picomatch';

/**
 * An ordered list of glob patterns read as in `.gitignore`: the last matching line decides, `!` excludes.
 * Patterns are picomatch's (`dot: true, nocase: true`) on repository paths.
 *
 * A tree walk asks segment by segment: what a path has already decided is a small `state`, equal for most
 * folders, so that the answer for a tree can be remembered by its id and that state alone.
 */
export class PathPatterns {
  private readonly rules: readonly Rule[];
  private readonly states: State[] = [];
  private readonly stateIds = new Map<string, number>();
  private readonly decided = new Map<string, boolean>();
  private readonly ofPath = new Map<string, number>();
  /** The state of the repository's root. */
  readonly root: number;

  constructor(lines: readonly string[]) {
    this.rules = lines.flatMap(compileLine);
    this.root = this.intern({
      positions: this.rules.map((rule) => (rule.kind === 'segments' ? closure(rule.segments, 1) : 0)),
      path: this.rules.some((rule) => rule.kind === 'whole') ? '' : undefined,
    });
  }

  /** The state inside a folder, from the state around it. */
  enter(state: number, folder: string): number {
    const from = this.states[state];
    if (!from) throw new RangeError(`no such state: ${state}`);
    const known = from.folders.get(folder);
    if (known !== undefined) return known;
    const next = this.intern({
      positions: this.rules.map((rule, index) =>
        rule.kind === 'segments' ? advance(rule.segments, from.positions[index] ?? 0, folder) : 0,
      ),
      path: from.path === undefined ? undefined : `${from.path}${folder}/`,
    });
    from.folders.set(folder, next);
    return next;
  }

  /** The state inside a folder, by its path. */
  stateIn(path: string): number {
    let state = this.ofPath.get(path);
    if (state === undefined) {
      const slash = path.lastIndexOf('/');
      state = this.enter(slash < 0 ? this.root : this.stateIn(path.slice(0, slash)), path.slice(slash + 1));
      this.ofPath.set(path, state);
    }
    return state;
  }

  /** Whether the patterns include a file (or a folder taken as a whole) of that name in that state. */
  includes(state: number, name: string): boolean {
    const from = this.states[state];
    if (!from) throw new RangeError(`no such state: ${state}`);
    for (let index = this.rules.length - 1; index >= 0; index -= 1) {
      const rule = this.rules[index];
      if (!rule) continue;
      const matches =
        rule.kind === 'segments'
          ? accepts(rule.segments, advance(rule.segments, from.positions[index] ?? 0, name))
          : rule.matches(`${from.path ?? ''}${name}`);
      if (matches) return rule.include;
    }
    return false;
  }

  /** Whether the patterns include a whole repository path. */
  includesPath(path: string): boolean {
    const known = this.decided.get(path);
    if (known !== undefined) return known;
    const slash = path.lastIndexOf('/');
    const state = slash < 0 ? this.root : this.stateIn(path.slice(0, slash));
    const answer = this.includes(state, path.slice(slash + 1));
    this.decided.set(path, answer);
    return answer;
  }

  private intern(state: Omit<State, 'folders'>): number {
    const key = JSON.stringify([state.positions, state.path]);
    const known = this.stateIds.get(key);
    if (known !== undefined) return known;
    const id = this.states.push({ ...state, folders: new Map() }) - 1;
    this.stateIds.set(key, id);
    return id;
  }
}

interface State {
  /** Per rule, the set of positions reached in its segments, as bits. */
  readonly positions: readonly number[];
  /** The path itself, only where a rule cannot be read segment by segment. */
  readonly path: string | undefined;
  readonly folders: Map<string, number>;
}

type Segment = '**' | ((name: string) => boolean);

type Rule =
  | { readonly kind: 'segments'; readonly include: boolean; readonly segments: readonly Segment[] }
  | { readonly kind: 'whole'; readonly include: boolean; matches(path: string): boolean };

const OPTIONS = { dot: true, nocase: true } as const;
/** Positions are bits of a 31-bit integer. */
const MOST_SEGMENTS = 30;

function compileLine(line: string): readonly Rule[] {
  const include = !line.startsWith('!');
  const pattern = include ? line : line.slice(1);
  if (pattern === '') return [];
  const parts = splitSegments(pattern);
  if (!parts || parts.length > MOST_SEGMENTS) {
    return [{ kind: 'whole', include, matches: picomatch(pattern, OPTIONS) }];
  }
  const segments = parts.map(compileSegment);
  // picomatch: behind a segment that ends in `*`, a final `**` wants at least one segment more.
  if (parts.at(-1) === '**' && parts.at(-2)?.endsWith('*')) segments.splice(-1, 0, () => true);
  return [{ kind: 'segments', include, segments }];
}

/**
 * The segments of a pattern whose slashes all stand outside brackets, braces and groups; undefined where a
 * slash inside one, or a form with a meaning beyond its segment, leaves only the whole path to be matched.
 */
function splitSegments(pattern: string): readonly string[] | undefined {
  if (/[\\[\]()]|^\.{0,2}\/|\/$|\/\/|\/\.{1,2}\/|\*{3,}|^!/.test(pattern)) return undefined;
  const parts: string[] = [''];
  let depth = 0;
  for (const char of pattern) {
    if (char === '{') depth += 1;
    if (char === '}') depth -= 1;
    if (depth < 0 || (char === '/' && depth > 0)) return undefined;
    if (char === '/') parts.push('');
    else parts[parts.length - 1] += char;
  }
  if (depth !== 0) return undefined;
  const odd = parts.some(
    (part, index) => part === '' || (part === '**' ? parts[index + 1] === '**' : part.includes('**')),
  );
  return odd ? undefined : parts;
}

function compileSegment(part: string): Segment {
  if (part === '**') return '**';
  let matches: ((name: string) => boolean) | undefined; // not before it is asked: a cache may know all answers
  const known = new Map<string, boolean>();
  return (name) => {
    let answer = known.get(name);
    if (answer === undefined) {
      matches ??= picomatch(part, OPTIONS);
      answer = matches(name);
      known.set(name, answer);
    }
    return answer;
  };
}

/** `**` matches no segment at all too: a position before one is also a position behind it. */
function closure(segments: readonly Segment[], positions: number): number {
  let all = positions;
  for (let index = 0; index < segments.length; index += 1) {
    if (all & (1 << index) && segments[index] === '**') all |= 1 << (index + 1);
  }
  return all;
}

function advance(segments: readonly Segment[], positions: number, name: string): number {
  let next = 0;
  for (let index = 0; index < segments.length; index += 1) {
    if (!(positions & (1 << index))) continue;
    const segment = segments[index];
    if (segment === '**') next |= 1 << index;
    else if (segment?.(name)) next |= 1 << (index + 1);
  }
  return closure(segments, next);
}

function accepts(segments: readonly Segment[], positions: number): boolean {
  return (positions & (1 << segments.length)) !== 0;
}
