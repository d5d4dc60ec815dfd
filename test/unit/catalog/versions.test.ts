import assert from 'node:assert/strict';
import type { CommitTag } from '../../../src/core/catalog/versions.js';
import { TagMeanings } from '../../../src/core/catalog/versions.js';
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
  const [version] = new TagMeanings([tag(tagger)], 'gto', () => says).registered.versions;
  return [version?.author, version?.time];
}

describe('what a version takes from its tag', () => {
  it('is the tagger, also one without a name; the commit speaks only where there is none', () => {
    const nameless = { name: '', email: 'bot@example.com', seconds: 1_700_000_000, zone: '+0000' };
    assert.deepEqual(toldOf(nameless), ['', '2023-11-14T22:13:20+00:00']);
    assert.deepEqual(toldOf(null), ['Committer', '2020-09-13T12:26:40+00:00']);
  });

  it('is the oldest where its time is none that the calendar has', () => {
    const named = (version: string, seconds: number): CommitTag => {
      const made = tag({ ...COMMITTER, seconds });
      const name = `m@${version}`;
      return {
        ...made,
        name,
        ref: `refs/tags/${name}` as RefName,
        id: version as ObjectId,
        header: made.header && { ...made.header, name },
      };
    };
    const tags = [named('v1.0.0', 1_700_000_000), named('v2.0.0', 999_999_999_999_999), named('v3.0.0', 1)];
    const { versions } = new TagMeanings(tags, 'gto', () => undefined).registered;
    assert.deepEqual(
      versions.map(({ version, time }) => [version, time.slice(0, 10)]),
      [
        ['v1.0.0', '2023-11-14'],
        ['v3.0.0', '1970-01-01'],
        ['v2.0.0', '1970-01-01'],
      ],
    );
  });
});
