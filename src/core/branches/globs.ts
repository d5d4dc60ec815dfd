import { escapeRegex } from './regex.js';

/**
 * A glob of branch names (`release/*`, `{dev,test}/**`) as an RE2 expression; undefined for what has no such form
 * (extended globs, negation). Agrees with picomatch's `dot: true` on every name that Git takes.
 */
export function globSource(glob: string): string | undefined {
  if (glob.startsWith('!') || /[+@!?*]\(|[\\()|+]|\{[^}]*\.\./.test(glob)) return undefined;
  // picomatch reads `*/**` otherwise than `name/**` (which matches `name` too), and drops a leading `./`.
  if (/\*\/\*\*|^\.\//.test(glob)) return undefined;
  let source = '';
  let braces = 0;
  const tokens = glob.match(/\/\*\*\/|^\*\*\/|\/\*\*$|^\*\*$|\*+|\[[^\]/]+\]|[\s\S]/gu) ?? [];
  for (const [index, token] of tokens.entries()) {
    const next = tokens[index + 1];
    if (token === '**') source += '.*';
    else if (token === '**/') source += '(?:.*/)?';
    else if (token === '/**/') source += '/(?:.*/)?';
    else if (token === '/**') source += '(?:/.*)?';
    // A star that stands for a whole part needs at least one character.
    else if (token.startsWith('*')) {
      const part =
        (index === 0 || (tokens[index - 1] ?? '').endsWith('/')) &&
        (next === undefined || next.startsWith('/'));
      source += part ? '[^/]+' : '[^/]*';
    } else if (token === '?') source += '[^/]';
    else if (token.startsWith('[') && token.length > 1) {
      if (!/^\[[!^]?[A-Za-z0-9_.-]+\]$/.test(token)) return undefined;
      source += token.replace(/^\[!/, '[^');
    } else if (token === '{') {
      braces += 1;
      source += '(?:';
    } else if (token === '}' && braces > 0) {
      braces -= 1;
      source += ')';
    } else if (token === ',' && braces > 0) source += '|';
    else source += escapeRegex(token);
  }
  return braces === 0 ? source : undefined;
}
