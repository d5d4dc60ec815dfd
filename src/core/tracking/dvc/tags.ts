import type { Node } from './node.js';
import { MOST_DIGITS, integerNode, plainScalar, pythonFloat } from './scalars.js';

const CORE = 'tag:yaml.org,2002:';

/** What the words of a `!!bool` mean; YAML 1.1's are among them, which plain text no longer is (ruamel.yaml). */
const BOOLEANS: Readonly<Record<string, boolean>> = {
  yes: true,
  no: false,
  y: true,
  n: false,
  true: true,
  false: false,
  on: true,
  off: false,
};

const DIGITS = /^[0-9]+$/;
const FRACTION = /^(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:e[-+]?[0-9]+)?$/;
const RADIX = /^(?:0b[01]+|0o[0-7]+|0x[0-9a-fA-F]+)$/;

const SCALARS = new Set(['!', ...['str', 'null', 'bool', 'int', 'float'].map((name) => `${CORE}${name}`)]);

/** Whether a tag makes a scalar of YAML's core schema. */
export function isScalarTag(tag: string): boolean {
  return SCALARS.has(tag);
}

/**
 * The value of a scalar with an explicit tag, as ruamel.yaml's safe constructor makes it for DVC: quotes are no
 * matter there. Undefined for a tag that is none of YAML's core schema, and for what the tag cannot be.
 */
export function taggedScalar(tag: string, source: string): Node | undefined {
  // The non-specific tag: what stands there is taken as if it were plain.
  if (tag === '!') return plainScalar(source);
  switch (tag) {
    case `${CORE}str`:
      return source;
    case `${CORE}null`:
      return null;
    case `${CORE}bool`: {
      const word = source.toLowerCase();
      return Object.hasOwn(BOOLEANS, word) ? BOOLEANS[word] : undefined;
    }
    case `${CORE}int`:
      return wholeNumber(source);
    case `${CORE}float`:
      return fraction(source);
    default:
      return undefined;
  }
}

/** `!!int` for a tag of YAML's own, as people write it. */
export function writtenTag(tag: string): string {
  return tag.startsWith(CORE) ? `!!${tag.slice(CORE.length)}` : tag;
}

/** Python takes white space around a number, and a sign of its own behind the one that ruamel.yaml takes off. */
function signed(rest: string, outer: string): { readonly text: string; readonly sign: string } {
  const [, inner = '', text = ''] = /^([-+]?)(.*)$/s.exec(rest.trim()) ?? [];
  return { text, sign: (outer === '-') === (inner === '-') ? '' : '-' };
}

function wholeNumber(source: string): Node | undefined {
  const [, outer = '', rest = ''] = /^([-+]?)(.*)$/s.exec(source.replaceAll('_', '')) ?? [];
  if (rest.length > MOST_DIGITS) return undefined;
  if (RADIX.test(rest)) return integerNode(BigInt(rest).toString(), source, outer);
  const { text, sign } = signed(rest, outer);
  return DIGITS.test(text) ? integerNode(text, source, sign) : undefined;
}

function fraction(source: string): Node | undefined {
  const [, outer = '', rest = ''] = /^([-+]?)(.*)$/s.exec(source.replaceAll('_', '').toLowerCase()) ?? [];
  if (rest === '.nan') return { number: 'nan', source };
  if (rest === '.inf') return { number: outer === '-' ? '-inf' : 'inf', source };
  const { text, sign } = signed(rest, outer);
  if (text === 'nan') return { number: 'nan', source };
  if (text === 'inf' || text === 'infinity') return { number: `${sign}inf`, source };
  return text.length <= MOST_DIGITS && FRACTION.test(text)
    ? { number: pythonFloat(Number(`${sign}${text}`)), source }
    : undefined;
}
