import type { CommitId } from '../../../src/core/git/ids.js';
import { commitId } from '../../../src/core/git/ids.js';
import { buildGtoState } from '../../../src/core/registry/gto/build.js';
import type { GtoState } from '../../../src/core/registry/gto/state.js';
import type { TagObject } from '../../../src/core/registry/gto/tagObject.js';

/** A made-up commit id: `commitNumber(1)` is `1111…`. */
export function commitNumber(digit: number): CommitId {
  return commitId(String(digit).repeat(40));
}

/** A tag as a test writes it: name, commit, second; ids follow from the order. */
export type TagLine = readonly [name: string, commit: number, second: number, more?: Partial<TagObject>];

export function tagObjects(lines: readonly TagLine[]): readonly TagObject[] {
  return lines.map(([name, commit, seconds, more], index) => ({
    ref: `refs/tags/${name}`,
    id: commitId(index.toString(16).padStart(40, '0')),
    name,
    commit: commitNumber(commit),
    tagger: { name: 'Ada', email: 'ada@example.com', seconds, zone: '+0000' },
    message: name,
    ...more,
  }));
}

export function stateOf(lines: readonly TagLine[], lightweight: readonly string[] = []): GtoState {
  return buildGtoState(tagObjects(lines), lightweight);
}
