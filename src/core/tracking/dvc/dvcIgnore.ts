import { matchesPattern, parsePattern } from '../wildmatch.js';
import type { PathPattern } from '../wildmatch.js';

/** The rules of one `.dvcignore`. Called: whether they ignore a path, going by its own name and not its folders'. */
export interface DvcIgnore {
  /**
   * @param path relative to the folder of the `.dvcignore`, with `/`
   */
  (path: string, isDirectory: boolean): boolean;
  /** The same with the third answer, for deeper files that override: undefined where no rule speaks. */
  readonly decide: (path: string, isDirectory: boolean) => boolean | undefined;
}

const MOST_RULES = 10_000;

/**
 * Compiles a `.dvcignore`: gitignore's rules (negation, `dir/`, anchored paths, `**`), the last match deciding. As in
 * Git a path inside an ignored folder stays ignored, so walk down and ask at each folder. DVC strips every line.
 */
export function compileDvcIgnore(text: string): DvcIgnore {
  const rules: PathPattern[] = [];
  for (const line of text.replace(/^\ufeff/, '').split(/\r?\n|\r/)) {
    const trimmed = line.trim();
    if (trimmed === '' || trimmed.startsWith('#') || rules.length >= MOST_RULES) continue;
    const pattern = parsePattern(trimmed);
    if (pattern.text !== '') rules.push(pattern);
  }
  const decide = (path: string, isDirectory: boolean): boolean | undefined => {
    for (let index = rules.length - 1; index >= 0; index--) {
      const rule = rules[index];
      if (rule && matchesPattern(rule, path, isDirectory)) return !rule.negative;
    }
    return undefined;
  };
  return Object.assign((path: string, isDirectory: boolean) => decide(path, isDirectory) === true, {
    decide,
  });
}
