import { editDistance } from '../settings/suggest.js';
import type { CompiledConvention, NameRules } from './conventions.js';
import { literalStarts } from './conventions.js';

/** Abbreviations of Conventional Branch 1.0, and what people type for an experiment. */
const SYNONYMS: readonly (readonly string[])[] = [
  ['experiment', 'experiments', 'exp', 'expt', 'try', 'trial'],
  ['feature', 'features', 'feat'],
  ['bugfix', 'bugfixes', 'fix', 'bug', 'hotfix'],
  ['hotfix', 'fix', 'bugfix'],
  ['chore', 'task'],
];

/** The convention that a name was most likely meant to follow; the first one when nothing tells. */
export function nearestConvention(rules: NameRules, name: string): CompiledConvention | undefined {
  const first = /^[^/_-]*/.exec(name.toLowerCase())?.[0] ?? '';
  const cost = (one: CompiledConvention): number => {
    const starts = one.pieces === null ? literalStarts(one.convention.regex ?? '') : [one.prefix];
    const costs = starts.map((start) => {
      if (start === '') return 8;
      if (name.startsWith(start)) return 0;
      const word = (/^[^/_-]*/.exec(start.toLowerCase())?.[0] ?? '').trim();
      if (first === word) return 1;
      if (SYNONYMS.some((group) => group[0] === word && group.includes(first))) return 2;
      const distance = editDistance(first, word);
      return first !== '' && distance <= Math.max(1, word.length / 3) ? 3 + distance / 10 : 9;
    });
    return Math.min(...costs, 9);
  };
  let best: CompiledConvention | undefined;
  let least = Infinity;
  for (const one of rules.conventions) {
    const value = cost(one);
    if (value < least) [best, least] = [one, value];
  }
  return best;
}
