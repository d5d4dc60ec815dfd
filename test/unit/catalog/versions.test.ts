import assert from 'node:assert/strict';
import type { CommitTag } from '../../../src/core/catalog/versions.js';
import { readTagMeanings } from '../../../src/core/catalog/versions.js';
import type { Signature } from '../../../src/core/git/commits.js';
import type { CommitId, ObjectId, RefName } from '../../../src/core/git/ids.js';

const COMMIT = 'c'.repeat(40) as CommitId;
const COMMITTER: Signature = {
  name: 'Committer',
  email: 'c@example.com',
  seconds: 1_600_000_000,
  zone: '+0000',
};

function tag(tagger: Signature | null): CommitTag {
  const name = 'm@v1.0.0';
  const header = { object: COMMIT as ObjectId, type: 'commit', name, tagger, message: 'One\n' };
  return {
    name,
    ref: `refs/tags/${name}` as RefName,
    id: 'a'.repeat(40) as ObjectId,
    commit: COMMIT,
    header,
  };
}

function toldOf(tagger: Signature | null): unknown {
  const says = { author: COMMITTER, committer: COMMITTER, message: 'The commit' };
  const [version] = readTagMeanings([tag(tagger)], 'gto', () => says).versions;
  return [version?.author, version?.time];
}

describe('what a version takes from its tag', () => {
  it('is the tagger, also one without a name; the commit speaks only where there is none', () => {
    const nameless = { name: '', email: 'bot@example.com', seconds: 1_700_000_000, zone: '+0000' };
    assert.deepEqual(toldOf(nameless), ['', '2023-11-14T22:13:20+00:00']);
    assert.deepEqual(toldOf(null), ['Committer', '2020-09-13T12:26:40+00:00']);
  });
});
