import { Composer, Lexer, Parser, isAlias, isMap, isNode, isPair, isScalar, isSeq } from 'yaml';
import type { Alias, Document, ParsedNode, Scalar, YAMLMap, YAMLSeq } from 'yaml';
import { append } from '../../append.js';
import { ProblemList } from '../problem.js';
import type { Problem } from '../problem.js';
import { BROKEN, isList, isMap as isMapNode, isScalar as isScalarNode, scalarText } from './node.js';
import type { Entry, Node } from './node.js';
import { plainScalar } from './scalars.js';
import { isScalarTag, taggedScalar, writtenTag } from './tags.js';

/** What a document may cost: about a second of parsing, and no more values than anybody writes by hand. */
const MOST_TOKENS = 150_000;
const MOST_DIRECTIVES = 20;
const MOST_ANCHORS = 10_000;
const MOST_VALUES = 400_000;
const MOST_DEPTH = 100;

export interface ReadDocument {
  /** Undefined when the document cannot be read at all; then there is an error among the problems. */
  readonly root: Node | undefined;
  readonly problems: readonly Problem[];
}

/**
 * Reads any YAML document the way DVC does (ruamel.yaml, YAML 1.2: unique keys, merge keys, one document), bounded
 * in tokens, depth and expanded aliases. Stricter than `yaml` where ruamel is: tabs and unknown tags are reported.
 * Never throws.
 */
export function readYaml(text: string): ReadDocument {
  const problems = new ProblemList();
  const lines = new LineTable(text);
  try {
    const document = compose(text, problems, lines);
    if (document === undefined) return { root: undefined, problems: problems.all };
    const root = document === null ? null : new Converter(problems, lines).document(document);
    return { root, problems: problems.all };
  } catch (error) {
    if (!(error instanceof TooComplex)) {
      problems.add('error', 'yaml-syntax', 'The YAML cannot be read');
    } else {
      problems.add('error', error.code, error.message, error.line);
    }
    return { root: undefined, problems: problems.all };
  }
}

/** A limit was met; the file is given up. */
class TooComplex extends Error {
  constructor(
    readonly code: 'yaml-too-deep' | 'yaml-too-complex',
    message: string,
    readonly line: number | undefined,
  ) {
    super(message);
  }
}

/** The one document of the file; null for an empty file, undefined when it is broken (and reported). */
function compose(text: string, problems: ProblemList, lines: LineTable): Document.Parsed | null | undefined {
  const parser = new Parser();
  const composer = new Composer<ParsedNode>({
    schema: 'failsafe',
    uniqueKeys: false,
    prettyErrors: false,
    logLevel: 'silent',
  });
  const documents: Document.Parsed[] = [];
  const tokens = function* () {
    let count = 0;
    let offset = 0;
    let isScalarNext = false;
    let directives = 0;
    let anchors = 0;
    for (const lexeme of new Lexer().lex(text)) {
      if (!isScalarNext && lexeme.startsWith('%')) directives++;
      if (!isScalarNext && /^[&*!]/.test(lexeme)) anchors++;
      if (++count > MOST_TOKENS || directives > MOST_DIRECTIVES || anchors > MOST_ANCHORS) {
        throw new TooComplex(
          'yaml-too-complex',
          'The file is too large to be read as YAML',
          lines.at(offset),
        );
      }
      if (parser.stack.length > MOST_DEPTH) {
        throw new TooComplex(
          'yaml-too-deep',
          `Values are nested more than ${MOST_DEPTH} deep`,
          lines.at(offset),
        );
      }
      if (!isScalarNext && isSpaceWithTab(lexeme)) {
        problems.add('warning', 'yaml-tab', 'A tab stands where DVC allows only spaces', lines.at(offset));
      }
      isScalarNext = lexeme === '\u001f';
      if (!isMarker(lexeme)) offset += lexeme.length;
      yield* parser.next(lexeme);
    }
    yield* parser.end();
  };
  for (const document of composer.compose(tokens())) {
    documents.push(document);
    if (documents.length > 1) {
      const line = lines.at(document.range[0]);
      problems.add('error', 'yaml-multiple-documents', 'The file has more than one YAML document', line);
      return undefined;
    }
  }
  const document = documents[0];
  const error = document ? document.errors[0] : composer.streamInfo().errors[0];
  if (error) {
    problems.add(
      'error',
      'yaml-syntax',
      `The YAML is broken: ${firstLineOf(error.message)}`,
      lines.at(error.pos[0]),
    );
    return undefined;
  }
  return document ?? null;
}

/** Zero-width marks of the lexer: document start, end of flow, scalar follows. */
function isMarker(lexeme: string): boolean {
  return lexeme === '\u0002' || lexeme === '\u0018' || lexeme === '\u001f';
}

function isSpaceWithTab(lexeme: string): boolean {
  return (lexeme.startsWith(' ') || lexeme.startsWith('\t')) && lexeme.includes('\t');
}

function firstLineOf(message: string): string {
  return message.split('\n', 1)[0] ?? message;
}

class LineTable {
  #starts: number[] | undefined;
  constructor(readonly text: string) {}

  /** 1-based line of an offset. */
  at(offset: number): number {
    const starts = (this.#starts ??= lineStarts(this.text));
    let low = 0;
    let high = starts.length;
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if ((starts[middle] ?? 0) <= offset) low = middle;
      else high = middle;
    }
    return low + 1;
  }
}

function lineStarts(text: string): number[] {
  const starts = [0];
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
  return starts;
}

type YamlNode = unknown;

/**
 * Turns the parsed document into plain data. An alias shares its anchor's value and is paid for by that value's
 * whole size, so a "billion laughs" ends at the limit without ever being expanded.
 */
class Converter {
  #cost = 0;
  #line = 1;
  readonly #anchors = new Map<string, { readonly node: Node; readonly cost: number }>();

  constructor(
    readonly problems: ProblemList,
    readonly lines: LineTable,
  ) {}

  document(document: Document.Parsed): Node {
    return this.#convert(document.contents);
  }

  #convert(node: YamlNode): Node {
    const before = this.#cost;
    this.#pay(1);
    const value = this.#value(node);
    if ((isScalar(node) || isMap(node) || isSeq(node)) && node.anchor !== undefined) {
      this.#anchors.set(node.anchor, { node: value, cost: this.#cost - before });
    }
    return value;
  }

  #value(node: YamlNode): Node {
    if (isAlias(node)) return this.#alias(node);
    if (isScalar(node)) {
      if (node.tag !== undefined) return this.#tagged(node, node.tag);
      if (typeof node.value !== 'string') return null;
      return node.type === 'PLAIN' ? plainScalar(node.value) : node.value;
    }
    if (isMap(node)) return this.#tagIs(node, 'map') ? this.#map(node.items) : BROKEN;
    if (isSeq(node)) return this.#tagIs(node, 'seq') ? node.items.map((item) => this.#convert(item)) : BROKEN;
    return null;
  }

  #map(items: readonly unknown[]): Node {
    const own: Entry[] = [];
    const merged: Entry[] = [];
    const places = new Map<string, number>();
    for (const pair of items) {
      if (!isPair(pair)) continue;
      const key = this.#key(pair.key);
      const line = this.#line;
      const value = this.#convert(pair.value);
      const lines = isSeq(pair.value) ? pair.value.items.map((item) => this.#lineOf(item, line)) : undefined;
      if (key === undefined) continue;
      if (key === '<<' && isScalar(pair.key) && pair.key.type === 'PLAIN') {
        this.#merge(value, merged, line);
        continue;
      }
      const place = places.get(key);
      if (place === undefined) {
        places.set(key, own.length);
        own.push(lines && isList(value) ? [key, value, line, lines] : [key, value, line]);
      } else {
        this.problems.add('error', 'yaml-duplicate-key', `The key ${quote(key)} stands twice`, line);
        own[place] = [key, BROKEN, own[place]?.[2] ?? line];
      }
    }
    if (merged.length === 0) return { map: own };
    const inherited = new Map<string, Entry>();
    for (const entry of merged)
      if (!places.has(entry[0]) && !inherited.has(entry[0])) inherited.set(entry[0], entry);
    this.#pay(inherited.size);
    return { map: [...inherited.values(), ...own] };
  }

  #lineOf(node: YamlNode, otherwise = this.#line): number {
    return isNode(node) && node.range ? this.lines.at(node.range[0]) : otherwise;
  }

  /** Text of a key; numbers, booleans and null as Python would print them in a name. */
  #key(key: YamlNode): string | undefined {
    if (isScalar(key) && key.range) this.#line = this.lines.at(key.range[0]);
    if (isScalar(key)) {
      if (key.tag !== undefined) return this.#taggedKey(key);
      if (key.anchor !== undefined) this.#convert(key);
      return typeof key.value === 'string' ? key.value : '';
    }
    if (isAlias(key)) {
      const value = this.#alias(key);
      if (typeof value === 'string') return value;
    }
    if (key === null) return '';
    this.problems.add('error', 'yaml-syntax', 'A key must be text', this.#line);
    return undefined;
  }

  #merge(value: Node, into: Entry[], line: number): void {
    for (const source of isList(value) ? value : [value]) {
      if (isMapNode(source)) {
        this.#pay(source.map.length);
        append(into, source.map);
      } else {
        this.problems.add('error', 'yaml-alias', 'A merge key (<<) needs a mapping', line);
      }
    }
  }

  #alias(node: Alias): Node {
    const anchor = this.#anchors.get(node.source);
    if (!anchor) {
      const message = `The alias *${node.source} has no anchor before it`;
      this.problems.add('error', 'yaml-alias', message, this.#lineOf(node));
      return BROKEN;
    }
    this.#pay(anchor.cost);
    return anchor.node;
  }

  #tagged(node: Scalar, tag: string): Node {
    const value = typeof node.value === 'string' ? taggedScalar(tag, node.value) : undefined;
    if (value !== undefined) return value;
    const message = isScalarTag(tag)
      ? `${quote(node.source ?? '')} is no ${writtenTag(tag)}`
      : `The tag ${writtenTag(tag)} is not read`;
    this.problems.add('error', 'yaml-tag', message, this.#lineOf(node));
    return BROKEN;
  }

  #taggedKey(key: Scalar): string | undefined {
    const value = this.#convert(key);
    if (typeof value === 'boolean') return value ? 'True' : 'False';
    return isScalarNode(value) ? scalarText(value) : undefined;
  }

  /** Of a mapping or a list. */
  #tagIs(node: YAMLMap | YAMLSeq, expected: string): boolean {
    const { tag } = node;
    if (tag === undefined || tag === '!' || tag === `tag:yaml.org,2002:${expected}`) return true;
    this.problems.add('error', 'yaml-tag', `The tag ${writtenTag(tag)} is not read`, this.#lineOf(node));
    return false;
  }

  #pay(cost: number): void {
    this.#cost += cost;
    if (this.#cost > MOST_VALUES) {
      throw new TooComplex(
        'yaml-too-complex',
        'The file has too many values or its aliases expand to too many',
        this.#line,
      );
    }
  }
}

function quote(text: string): string {
  return text.length > 60 ? `"${text.slice(0, 59)}…"` : `"${text}"`;
}
