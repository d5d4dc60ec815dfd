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
 * Git a path inside an ignored folder stays ignored, so walk down and ask at each folder. Unlike Git (pathspec): a rule
 * that matches a folder speaks of everything in it, so `!models` brings back what `*` ignores there; `?` and brackets
 * match characters, not bytes; and every line is stripped.
 */
export function compileDvcIgnore(text: string): DvcIgnore {
  const rules: PathPattern[] = [];
  for (const line of text.replace(/^\ufeff/, '').split(/\r?\n|\r/)) {
    const trimmed = line.trim();
    if (trimmed === '' || trimmed.startsWith('#') || rules.length >= MOST_RULES) continue;
    const pattern = parsePattern(trimmed, true);
    if (pattern.text === '') continue;
    rules.push(pattern);
    // A folder is asked about as `a/` too, which is what `a/**` matches (pathspec).
    const folder = /^(?:!?)\/?(.+)\/\*\*$/.exec(trimmed)?.[1];
    if (folder !== undefined)
      rules.push({ ...parsePattern(`/${folder}/`, true), negative: pattern.negative });
  }
  const decide = (path: string, isDirectory: boolean): boolean | undefined => {
    const around = foldersAround(path);
    for (let index = rules.length - 1; index >= 0; index--) {
      const rule = rules[index];
      // DVC asks `dir/` about folders only, also where it stands for what is in them.
      if (!rule || (rule.mustBeFolder && !isDirectory)) continue;
      const matches = (one: string, isFolder: boolean): boolean => matchesPattern(rule, one, isFolder, true);
      if (matches(path, isDirectory) || around.some((folder) => matches(folder, true))) return !rule.negative;
    }
    return undefined;
  };
  return Object.assign((path: string, isDirectory: boolean) => decide(path, isDirectory) === true, {
    decide,
  });
}

function foldersAround(path: string): readonly string[] {
  const folders: string[] = [];
  for (let slash = path.indexOf('/'); slash >= 0; slash = path.indexOf('/', slash + 1))
    folders.push(path.slice(0, slash));
  return folders;
}
