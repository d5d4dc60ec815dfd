import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { Repository } from './repository.js';

/**
 * Whether this clone takes names that differ only in case for equal: `core.ignoreCase`, which `git init` and
 * `git clone` write into the clone's own configuration where the file system does.
 */
export function ignoresCase(repository: Pick<Repository, 'commonDir'>): boolean {
  let lines: readonly string[];
  try {
    lines = readFileSync(path.join(repository.commonDir, 'config'), 'utf8').split('\n');
  } catch {
    return false; // an unreadable configuration is Git's own to report
  }
  let section = '';
  let ignores = false;
  for (const line of lines) {
    section = /^\s*\[\s*([^\]\s]+)\s*\]/.exec(line)?.[1]?.toLowerCase() ?? section;
    const set = /^\s*(?:\[[^\]]*\]\s*)?ignorecase\s*(?:=\s*"?(\w*)"?)?\s*(?:[#;].*)?$/i.exec(line);
    if (set && section === 'core') ignores = /^(?:true|yes|on|[1-9]\d*)$/i.test(set[1] ?? 'true');
  }
  return ignores;
}
