import { LineCounter, isMap, isNode, isScalar, isSeq, parseDocument } from 'yaml';
import type { Diagnostic } from '../../diagnostic.js';
import { isPlainName } from './tagName.js';

/** GTO's own settings, the file `.gto` at the root of the working copy. */
export interface GtoConfig {
  /** The allowed stages in their order; `[]` forbids all; null allows every name. */
  readonly stages: readonly string[] | null;
  /** The allowed artifact types; null allows every name. */
  readonly types: readonly string[] | null;
  readonly diagnostics: readonly Diagnostic[];
}

export const GTO_CONFIG_FILE = '.gto';

const NOTHING: GtoConfig = { stages: null, types: null, diagnostics: [] };
/** A parser's time grows faster than its input; no team has so many stages. */
const LARGEST = 64 * 1024;
/** Its stack and time grow with nesting. */
const MOST_BRACKETS = 500;

/**
 * Reads `.gto`. GTO refuses to start on a mistake here; we report it and go on without that key.
 * @param text the file's content; a missing file is {@link parseGtoConfig} of `''`.
 */
export function parseGtoConfig(text: string): GtoConfig {
  if (text.length > LARGEST)
    return { ...NOTHING, diagnostics: [problem('.gto is larger than 64 KB: it is not read.')] };
  if ((text.match(/[[{]/g)?.length ?? 0) > MOST_BRACKETS)
    return { ...NOTHING, diagnostics: [problem('.gto has too many brackets to be read.')] };
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, version: '1.2', logLevel: 'silent' });
  const [broken] = document.errors;
  if (broken) {
    const line = lines.linePos(broken.pos[0]).line;
    return {
      ...NOTHING,
      diagnostics: [problem(`.gto is not YAML: ${broken.message.split('\n')[0] ?? ''}`, line)],
    };
  }
  const root: unknown = document.contents;
  if (root === null) return NOTHING;
  if (!isMap(root))
    return { ...NOTHING, diagnostics: [problem('.gto has to be a map with `stages` and `types`.', 1)] };
  const diagnostics: Diagnostic[] = [];
  const names = (key: 'stages' | 'types'): readonly string[] | null => {
    const node: unknown = root.get(key, true);
    if (node === undefined || (isScalar(node) && node.value === null)) return null;
    const values = isSeq(node)
      ? node.items.map((item) => (isScalar(item) ? item.value : undefined))
      : [undefined];
    const wrong = values.findIndex((value) => typeof value !== 'string' || !isPlainName(value));
    if (wrong >= 0) {
      const place: unknown = isSeq(node) ? node.items[wrong] : node;
      const range = isNode(place) ? place.range : undefined;
      diagnostics.push(
        problem(
          `\`${key}\` in .gto has to be a list of names of letters, digits, \`-\`, \`_\` and \`/\`; ${JSON.stringify(values[wrong]) ?? 'this'} is none. GTO fails on this file; here every name counts as allowed.`,
          range ? lines.linePos(range[0]).line : 1,
        ),
      );
      return null;
    }
    return values.filter((value) => typeof value === 'string');
  };
  return { stages: names('stages'), types: names('types'), diagnostics };
}

function problem(message: string, line?: number): Diagnostic {
  return {
    severity: 'error',
    code: 'gto-config',
    message,
    path: GTO_CONFIG_FILE,
    ...(line === undefined ? {} : { line }),
  };
}
