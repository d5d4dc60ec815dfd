import type { Alias, Document, Node, ParsedNode, Scalar, YAMLMap } from 'yaml';
import { isAlias, isMap, isScalar, isSeq, parseAllDocuments, parseDocument } from 'yaml';
import type { Finding, Located, Replacement, TargetFormat, TextRange } from './finding.js';
import { DEPTH_LIMIT, lineOf, nesting, problem } from './finding.js';
import type { ValuePath } from './valuePath.js';
import { formatValuePath, parseValuePath } from './valuePath.js';

/**
 * YAML, block and flow, one document or several, edited at the value's own token: comments, quotes, indentation, line
 * ends and anchors stay. A value that is an alias is replaced by the literal one, so that nothing else changes.
 */
export const yaml: TargetFormat = { name: 'yaml', findValue, replaceValue };

/** How a found value is written, which decides how another is written in its place. */
type Style = 'plain' | 'single' | 'double' | 'alias' | 'empty' | 'block';

interface Spot extends Located {
  readonly style: Style;
  /** The line of the anchor through which the value is also reached from elsewhere. */
  readonly sharedWith?: number;
}

/** The parser is quadratic in documents. */
const DOCUMENTS = 500;

type Parsed = Document.Parsed<ParsedNode>;
type Problem = ReturnType<typeof problem>;

function findValue(text: string, path: string): Finding {
  const spot = findSpot(text, path);
  return 'problem' in spot ? spot : { value: spot.value, range: spot.range, line: spot.line };
}

function replaceValue(text: string, path: string, value: string): Replacement {
  const spot = findSpot(text, path);
  if ('problem' in spot) return spot;
  if (spot.sharedWith !== undefined) {
    return problem(
      'unsupported',
      `${path} comes from the anchor in line ${spot.sharedWith}, which other places use too: write the value out here, or change it there`,
      spot.sharedWith,
    );
  }
  const written = write(value, spot.style);
  const before = text[spot.range.offset - 1] ?? ' ';
  const after = text[spot.range.offset + spot.range.length] ?? '\n';
  const lead = spot.style === 'empty' && !/\s/.test(before) ? ' ' : '';
  const tail = spot.style === 'empty' && !/[\s,}\]]/.test(after) ? ' ' : '';
  return { ...spot.range, text: lead + written + tail };
}

function findSpot(text: string, written: string): Spot | Problem {
  const steps = parseValuePath(written);
  if ('problem' in steps) return problem('bad-path', steps.problem);
  const documents = parse(text);
  if ('problem' in documents) return documents;
  const found: Spot[] = [];
  let missed: Problem | undefined;
  for (const document of documents) {
    const spot = walk(text, document, steps.path);
    if (!('problem' in spot)) found.push(spot);
    else if (spot.problem.code !== 'missing') return spot;
    else missed ??= spot;
  }
  const [only, second] = found;
  if (second) {
    const lines = found.map(({ line }) => line).join(', ');
    return problem(
      'ambiguous',
      `Several documents of the file hold ${written} (lines ${lines}): keep one`,
      second.line,
    );
  }
  return (
    only ?? missed ?? problem('missing', `The file is empty: add "${written}" with an empty value first`)
  );
}

function parse(text: string): readonly Parsed[] | Problem {
  if (nesting(text) > DEPTH_LIMIT || /(?:[-?] ){100}/.test(text)) {
    return problem('syntax', 'The file is nested too deeply');
  }
  // Every property (&a, !t) of one node beyond the first two is an error; the parser is quadratic in them.
  if (/(?:[&!]\S* ){100}/.test(text))
    return problem('syntax', 'The file is not YAML: too many anchors on one value');
  if ((text.match(/^---/gm)?.length ?? 0) > DOCUMENTS) {
    return problem('too-large', `The file holds more than ${DOCUMENTS} documents`);
  }
  const documents = parseAllDocuments(text, {
    keepSourceTokens: true,
    uniqueKeys: false,
    prettyErrors: false,
  });
  if (!Array.isArray(documents)) return [];
  for (const { errors } of documents) {
    const [error] = errors;
    if (error) return problem('syntax', `The file is not YAML: ${error.message}`, lineOf(text, error.pos[0]));
  }
  return documents;
}

/** What a step leads to: the node, and the pair it is the value of (an empty value has its place from that). */
interface Reached {
  readonly node: Node | null;
  readonly pair?: YAMLMap['items'][number];
  readonly sharedWith?: number;
}

function walk(text: string, document: Parsed, path: ValuePath): Spot | Problem {
  let at: Reached = { node: document.contents };
  for (const [index, step] of path.entries()) {
    const container = throughAlias(text, document, at);
    const next = descend(text, document, container, step);
    const [only, second] = next;
    const name = formatValuePath(path.slice(0, index + 1));
    if (!only) {
      const line = container.node?.range ? lineOf(text, container.node.range[0]) : 1;
      return problem('missing', `There is no ${name}: add it with an empty value first`, line);
    }
    if (second) {
      return problem(
        'ambiguous',
        `${name} is there twice: keep one`,
        lineOf(text, second.node?.range?.[0] ?? 0),
      );
    }
    at = only;
  }
  return spotOf(text, document, at, formatValuePath(path));
}

function throughAlias(text: string, document: Parsed, at: Reached): Reached {
  if (!isAlias(at.node)) return at;
  const target = at.node.resolve(document);
  return { node: target ?? null, sharedWith: lineOf(text, target?.range?.[0] ?? 0) };
}

function descend(text: string, document: Parsed, at: Reached, step: string | number): readonly Reached[] {
  const shared = at.sharedWith === undefined ? {} : { sharedWith: at.sharedWith };
  if (isSeq(at.node)) {
    const index = typeof step === 'number' || /^\d{1,9}$/.test(step) ? Number(step) : -1;
    const item: unknown = at.node.items[index];
    return isNode(item) ? [{ node: item, ...shared }] : [];
  }
  if (!isMap(at.node) || typeof step === 'number') return [];
  const own = at.node.items.filter((pair) => keyText(pair.key) === step);
  if (own.length > 0) {
    return own.map((pair) => ({ node: isNode(pair.value) ? pair.value : null, pair, ...shared }));
  }
  return merged(text, document, at.node, step);
}

/** YAML 1.1's `<<`: keys that a mapping takes from others, one level of merging into another included. */
function merged(text: string, document: Parsed, map: YAMLMap, step: string, depth = 0): readonly Reached[] {
  for (const pair of map.items) {
    if (keyText(pair.key) !== '<<' || depth > 8) continue;
    const sources: readonly unknown[] = isSeq(pair.value) ? pair.value.items.slice(0, 32) : [pair.value];
    for (const source of sources) {
      const base = isAlias(source) ? source.resolve(document) : source;
      if (!isMap(base)) continue;
      const found = base.items.filter(({ key }) => keyText(key) === step);
      const deeper =
        found.length > 0
          ? found.map((item): Reached => ({ node: isNode(item.value) ? item.value : null, pair: item }))
          : merged(text, document, base, step, depth + 1);
      const line = lineOf(text, base.range?.[0] ?? 0);
      if (deeper.length > 0) return deeper.map((reached) => ({ ...reached, sharedWith: line }));
    }
  }
  return [];
}

function spotOf(text: string, document: Parsed, at: Reached, name: string): Spot | Problem {
  const shared = at.sharedWith === undefined ? {} : { sharedWith: at.sharedWith };
  const make = (value: string, range: TextRange, style: Style): Spot => ({
    value,
    range,
    line: lineOf(text, range.offset),
    style,
    ...shared,
  });
  if (isAlias(at.node)) {
    const target = at.node.resolve(document);
    const range = rangeOf(at.node);
    if (!isScalar(target) || range === null)
      return problem('not-a-value', `${name} is no version: ${at.node.source}`);
    return make(scalarText(target), range, 'alias');
  }
  if (at.node !== null && !isScalar(at.node)) {
    const line = lineOf(text, at.node.range?.[0] ?? 0);
    return problem(
      'not-a-value',
      `${name} holds ${isMap(at.node) ? 'a mapping' : 'a list'}, not a version`,
      line,
    );
  }
  const token = at.node?.srcToken;
  if (at.node === null || !token || !('source' in token) || token.source === '') {
    const offset = emptyPlace(at);
    return offset === null
      ? problem('unsupported', `${name} has no place for a value: write "${name}:" with a colon`)
      : make('', { offset, length: 0 }, 'empty');
  }
  if (token.type === 'block-scalar') {
    const header = token.props.reduce((sum, part) => sum + ('source' in part ? part.source.length : 0), 0);
    const lines = token.source.split('\n').filter((line) => line.trim() !== '');
    const [content] = lines;
    if (content === undefined || lines.length > 1) {
      return problem(
        'not-a-value',
        `${name} holds a text of several lines, not a version`,
        lineOf(text, token.offset),
      );
    }
    const value = content.trim();
    const offset = token.offset + header + token.source.indexOf(value);
    return make(value, { offset, length: value.length }, 'block');
  }
  const style: Style =
    token.type === 'single-quoted-scalar'
      ? 'single'
      : token.type === 'double-quoted-scalar'
        ? 'double'
        : 'plain';
  return make(scalarText(at.node), { offset: token.offset, length: token.source.length }, style);
}

/** Where a value goes that is not there yet: behind the colon, or the anchor or tag behind it. */
function emptyPlace(at: Reached): number | null {
  const marks = (at.pair?.srcToken?.sep ?? []).filter(
    ({ type }) => type === 'map-value-ind' || type === 'anchor' || type === 'tag',
  );
  const last = marks.at(-1);
  if (last) return last.offset + last.source.length;
  return at.pair === undefined && at.node?.range ? at.node.range[0] : null;
}

function rangeOf(node: Alias): TextRange | null {
  const token = node.srcToken;
  return token && 'source' in token ? { offset: token.offset, length: token.source.length } : null;
}

/** A plain `2.10` is a number to YAML and a version to us: what is written counts. */
function scalarText(node: Scalar): string {
  if (typeof node.value === 'string') return node.value;
  return node.value === null ? '' : (node.source ?? '');
}

function keyText(key: unknown): string | undefined {
  return isScalar(key) ? scalarText(key) : undefined;
}

function isNode(value: unknown): value is Node {
  return isScalar(value) || isMap(value) || isSeq(value) || isAlias(value);
}

function write(value: string, style: Style): string {
  if (style === 'double') return JSON.stringify(value);
  if (style === 'single') return `'${value.replaceAll("'", "''")}'`;
  if (style === 'block' || isPlainText(value)) return value;
  return `'${value.replaceAll("'", "''")}'`;
}

/** Whether a value without quotes is this very text in block and flow, for readers of YAML 1.1 and 1.2 alike. */
function isPlainText(value: string): boolean {
  return (['1.1', '1.2'] as const).every((version) =>
    [`k: ${value}\n`, `{k: ${value}}\n`].every((text) => {
      const document = parseDocument(text, { version, prettyErrors: false });
      return document.errors.length === 0 && document.get('k') === value;
    }),
  );
}
