import type { Alphabet } from './grammar.js';
import { alphabetOf } from './grammar.js';

/** Letters that Unicode does not take apart. */
const SPELLED: Readonly<Record<string, string>> = {
  ß: 'ss', æ: 'ae', œ: 'oe', ø: 'o', ł: 'l', đ: 'd', ð: 'd', þ: 'th', ı: 'i',
  Æ: 'AE', Œ: 'OE', Ø: 'O', Ł: 'L', Đ: 'D', Ð: 'D', Þ: 'TH',
}; // prettier-ignore

const PLAIN = alphabetOf({});

/**
 * A text as one part of a branch name: "Größere Lernrate (0.01)" becomes `grossere-lernrate-0.01`. Empty when
 * nothing of it can be written in that alphabet.
 */
export function slug(text: string, alphabet: Alphabet = PLAIN, longest = Infinity): string {
  const spelled = (alphabet.lower ? text.toLowerCase() : text).replace(/[^\0-\x7f]/gu, (char) => {
    if (alphabet.has(char)) return char;
    return SPELLED[char] ?? char.normalize('NFKD').replace(/\p{M}/gu, '');
  });
  const joint = ['-', '_', '.'].find((char) => alphabet.has(char)) ?? '';
  let joined = '';
  for (const char of spelled.replace(/['’]/g, '')) {
    if (alphabet.has(char)) joined += char;
    else if (!joined.endsWith(joint)) joined += joint;
  }
  // Two dots are Git's range; a dash beside another joint only repeats it.
  const tidy = joined
    .replace(/\.{2,}/g, '.')
    .replace(/-{2,}/g, '-')
    .replace(/-?([_.])-?/g, '$1');
  return cut(trim(alphabet.has('-') ? tidy : joined.replace(/\.{2,}/g, '.')), longest);
}

/** Without joints at the ends, and without the ending that Git keeps for itself. */
function trim(text: string): string {
  const trimmed = text.replace(/^[._/-]+|[._/-]+$/g, '');
  return trimmed.endsWith('.lock') ? trim(trimmed.slice(0, -'.lock'.length)) : trimmed;
}

/** Shortened between words where that loses less than half. */
function cut(text: string, longest: number): string {
  const chars = [...text];
  if (chars.length <= longest) return text;
  const short = chars.slice(0, Math.max(0, longest)).join('');
  const word = /[._-]/.test(chars[longest] ?? '')
    ? short.length
    : Math.max(short.lastIndexOf('-'), short.lastIndexOf('_'));
  return trim(word > short.length / 2 ? short.slice(0, word) : short);
}
