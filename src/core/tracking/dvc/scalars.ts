import type { Node } from './node.js';

// ruamel.yaml's resolver for YAML 1.2, which DVC uses: it allows `_` in numbers and `0o7`, knows no `yes` or `on`.
const INTEGER = /^[-+]?[0-9][0-9_]*$/;
const RADIX = /^([-+]?)0(b[01_]+|o[0-7_]+|x[0-9a-fA-F_]+)$/;
const FLOAT =
  /^[-+]?(?:[0-9][0-9_]*\.[0-9_]*(?:[eE][-+]?[0-9]+)?|[0-9][0-9_]*[eE][-+]?[0-9]+|\.[0-9][0-9_]*(?:[eE][-+]?[0-9]+)?)$/;
const SPECIAL = /^([-+]?)\.(?:(inf|Inf|INF)|(?:nan|NaN|NAN))$/;

/** Beyond this many digits nothing is a number to anybody; Python itself stops at 4,300. */
export const MOST_DIGITS = 4300;

/** The value of a plain (unquoted) scalar, as DVC's YAML reader resolves it; dates stay text. */
export function plainScalar(source: string): Node {
  switch (source) {
    case '':
    case '~':
    case 'null':
    case 'Null':
    case 'NULL':
      return null;
    case 'true':
    case 'True':
    case 'TRUE':
      return true;
    case 'false':
    case 'False':
    case 'FALSE':
      return false;
    default:
      return canStartNumber(source.charCodeAt(0)) ? numberOrText(source) : source;
  }
}

/** Digits, signs and the point: everything a number can begin with. */
export function canStartNumber(code: number): boolean {
  return (code >= 48 && code <= 57) || code === 46 || code === 45 || code === 43;
}

function numberOrText(source: string): Node {
  if (source.length > MOST_DIGITS) return source;
  if (INTEGER.test(source)) return integerNode(source, source);
  const radix = RADIX.exec(source);
  if (radix) return integerNode(String(BigInt(`0${(radix[2] ?? '').replaceAll('_', '')}`)), source, radix[1]);
  if (FLOAT.test(source)) return { number: pythonFloat(Number(source.replaceAll('_', ''))), source };
  const special = SPECIAL.exec(source);
  if (special) return { number: special[2] ? `${special[1] === '-' ? '-' : ''}inf` : 'nan', source };
  return source;
}

/** A whole number of decimal digits, which may have a sign and `_` between them. */
export function integerNode(digits: string, source: string, sign = ''): Node {
  const value = BigInt(digits.replaceAll('_', '').replace(/^\+/, '')) * (sign === '-' ? -1n : 1n);
  const number = value.toString();
  return number === source && Number.isSafeInteger(Number(number)) ? Number(number) : { number, source };
}

/** Python's `repr` of a float: `1.0`, `1e-05`, `1e+16`, `inf`. */
export function pythonFloat(value: number): string {
  if (Number.isNaN(value)) return 'nan';
  if (!Number.isFinite(value)) return value < 0 ? '-inf' : 'inf';
  if (value === 0) return Object.is(value, -0) ? '-0.0' : '0.0';
  const [mantissa = '', power = '0'] = value.toExponential().split('e');
  const exponent = Number(power);
  if (exponent < -4 || exponent >= 16) {
    return `${mantissa}e${exponent < 0 ? '-' : '+'}${String(Math.abs(exponent)).padStart(2, '0')}`;
  }
  const sign = mantissa.startsWith('-') ? '-' : '';
  const digits = mantissa.replace(/[-.]/g, '');
  if (exponent < 0) return `${sign}0.${'0'.repeat(-exponent - 1)}${digits}`;
  const whole = digits.slice(0, exponent + 1).padEnd(exponent + 1, '0');
  return `${sign}${whole}.${digits.slice(exponent + 1) || '0'}`;
}
