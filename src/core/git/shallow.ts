import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Repository } from './repository.js';

/**
 * The commits at which a shallow clone ends, one a line (gitrepository-layout: shallow); empty for a whole clone.
 * Read anew each time: a clone is deepened while it is looked at.
 */
export function shallowEdge({ commonDir }: Pick<Repository, 'commonDir'>): Promise<string> {
  return readFile(path.join(commonDir, 'shallow'), 'utf8').catch(() => '');
}
