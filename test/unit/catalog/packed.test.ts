import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Version } from '../../../src/core/catalog/catalog.js';
import { findAlike } from '../../../src/core/catalog/alike.js';
import { packTexts, unpackTexts } from '../../../src/core/catalog/packedTexts.js';
import { packVersions, unpackVersions } from '../../../src/core/catalog/packedVersions.js';
import type { UnboundVersion } from '../../../src/core/catalog/versions.js';
import { digestKey } from '../../../src/core/digest.js';
import type { CommitId } from '../../../src/core/git/ids.js';

const text = fc.oneof(
  fc.string({ unit: 'grapheme' }),
  fc.constantFrom('', '\n', '\0', '"\\', 'ä😀', '\ud83d', '\ude00'),
);
const digest = fc.record(
  {
    algorithm: fc.constantFrom('md5' as const, 'sha256' as const, 'git' as const),
    value: fc.constantFrom('aa', 'bb', 'cc'),
    legacy: fc.constant(true as const),
  },
  { requiredKeys: ['algorithm', 'value'], noNullPrototype: true },
);
const unbound: fc.Arbitrary<UnboundVersion> = fc.record(
  {
    kind: fc.constantFrom('gto' as const, 'tag' as const),
    tag: fc.uuid(),
    version: text,
    artifact: fc.constantFrom('m', 'n', 'folder:m'),
    commit: fc.constantFrom('1', '2').map((digit) => digit.repeat(40) as CommitId),
    time: text,
    seconds: fc.integer(),
    author: text,
    message: text,
    active: fc.boolean(),
    stages: fc.array(fc.constantFrom('dev', 'prod'), { maxLength: 2 }),
  },
  { noNullPrototype: true },
);
const model = fc.record(
  { name: fc.constantFrom('m', 'n', 'm\n'), path: fc.constantFrom('m.pkl', 'n/m.pkl', null) },
  { noNullPrototype: true },
);
const bound = fc.array(fc.tuple(unbound, fc.option(model), fc.option(digest)), { maxLength: 20 });

/** Versions as a catalog has them: those that are alike share one list. */
function versionsOf(parts: typeof bound extends fc.Arbitrary<infer T> ? T : never): readonly Version[] {
  const alike = findAlike(
    parts.map(([version]) => version),
    parts.map(([, , found]) => found),
  );
  return parts.map(([{ seconds: _seconds, ...version }, of, found], index) => ({
    ...version,
    model: of,
    digest: found,
    alike: alike[index] ?? [],
  }));
}

describe('what a catalog leaves of its tags', () => {
  it('packs texts so that each comes back as it was', () => {
    fc.assert(
      fc.property(fc.array(text, { maxLength: 50 }), (texts) => {
        assert.deepEqual(unpackTexts(packTexts(texts)), texts);
      }),
    );
  });

  it('reads packed texts wherever they lie', () => {
    for (const before of [0, 1, 2, 3]) {
      const packed = packTexts(['ä', '', 'b']);
      const bytes = Buffer.concat([Buffer.alloc(before), packed]).subarray(before);
      assert.deepEqual(unpackTexts(bytes), ['ä', '', 'b']);
    }
    assert.deepEqual(unpackTexts(Buffer.alloc(0)), []);
  });

  it('packs versions so that each comes back as it was', () => {
    fc.assert(
      fc.property(bound, (parts) => {
        const versions = versionsOf(parts);
        const unpacked = unpackVersions(packVersions(versions));
        assert.deepEqual(unpacked, versions);
        const digests = (of: readonly Version[]): string => JSON.stringify(of.map(({ digest: one }) => one));
        assert.equal(digests(unpacked), digests(versions), 'field by field in the same order');
      }),
    );
  });

  it('keeps one list for versions that are alike', () => {
    const at = (tag: string): Version => ({
      kind: 'gto',
      tag,
      version: 'v1.0.0',
      artifact: 'm',
      model: null,
      commit: '1'.repeat(40) as CommitId,
      digest: { algorithm: 'md5', value: 'aa' },
      time: '',
      author: '',
      message: '',
      active: true,
      stages: [],
      alike: [],
    });
    const alike = ['m@v1.0.0', 'm@v1.0.1'];
    const [newer, older] = unpackVersions(
      packVersions([
        { ...at('m@v1.0.1'), alike },
        { ...at('m@v1.0.0'), alike },
      ]),
    );
    assert.deepEqual(newer?.alike, alike);
    assert.equal(newer.alike, older?.alike);
  });

  it('finds the versions that are alike as comparing each with each does', () => {
    fc.assert(
      fc.property(bound, (parts) => {
        const versions = versionsOf(parts);
        const keyOf = ({ kind, artifact, digest: of }: Version): string | undefined =>
          kind === 'gto' && of ? `${artifact} ${digestKey(of)}` : undefined;
        for (const version of versions) {
          const key = keyOf(version);
          const same = versions.filter((other) => key !== undefined && keyOf(other) === key);
          const tags = same.map(({ tag }) => tag).reverse();
          assert.deepEqual(version.alike, tags.length > 1 ? tags : []);
        }
      }),
    );
  });
});
