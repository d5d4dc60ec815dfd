import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { StoredCandidates, Unnamed } from '../../../src/core/catalog/candidateTable.js';
import { CandidateTable } from '../../../src/core/catalog/candidateTable.js';

const digest = fc.oneof(
  fc.constant(null),
  fc.record(
    {
      algorithm: fc.constantFrom('md5' as const, 'etag' as const),
      value: fc.constantFrom('0123456789abcdef', '0123456789abcdee', 'ffff', 'ff\nff', ''),
    },
    { noNullPrototype: true },
  ),
  fc.constant({ algorithm: 'md5' as const, value: 'ffff', legacy: true as const }),
);
const content: fc.Arbitrary<Unnamed> = fc.record(
  {
    path: fc.constantFrom('a.pkl', 'ä/b.pkl', 'a\nb.pkl', 'm\ud83d.pkl', '', null),
    tracking: fc.constantFrom('dvc' as const, 'lfs' as const),
    pointer: fc.constantFrom('a.pkl.dvc', 'a\nb.pkl.dvc', null),
    stage: fc.constantFrom('train', 'tune\n', ''),
    declared: fc.boolean(),
    type: fc.constant('model'),
    labels: fc.constantFrom<readonly string[]>([], ['x'], ['x', 'y']),
    digest,
    size: fc.constantFrom(0, 1, 2, 1.5e300, null),
    files: fc.constantFrom(0, 1, 2),
  },
  {
    requiredKeys: ['path', 'tracking', 'pointer', 'declared', 'digest', 'size'],
    noNullPrototype: true,
  },
);
const rows = fc.array(fc.tuple(fc.constantFrom(null, 'm', 'n'), fc.boolean(), content), { maxLength: 30 });
type Row = typeof rows extends fc.Arbitrary<readonly (infer T)[]> ? T : never;

/** Undefined and left out are the same here. */
function text([declared, isModel, of]: Row): string {
  const fields = Object.entries(of).map(([name, value]) => `${name} ${JSON.stringify(value)}`);
  return JSON.stringify([declared, isModel, fields.sort()]);
}

describe('the table of candidates', () => {
  it('has every different content once, also after it was kept in parts and read again', () => {
    fc.assert(
      fc.property(rows, rows, rows, (first, second, third) => {
        const parts: StoredCandidates[] = [];
        let ids = new Map<string, number>();
        const intern = (table: CandidateTable, list: readonly Row[]): void => {
          for (const row of list) {
            const candidate = table.intern(...row);
            const known = ids.get(text(row));
            if (known === undefined) assert.equal(candidate.id, ids.size);
            else assert.equal(candidate.id, known);
            ids = new Map([...ids, [text(row), candidate.id]]);
          }
        };
        for (const list of [first, second, third]) {
          const table = new CandidateTable();
          table.restore(parts);
          const before = table.count;
          intern(table, list);
          if (list !== third) parts.push(table.store(before));
          checkKeys(table, [...first, ...second, ...third], ids);
        }
      }),
      { numRuns: 200 },
    );
  });
});

function checkKeys(table: CandidateTable, all: readonly Row[], ids: ReadonlyMap<string, number>): void {
  const known = all.flatMap((row) => {
    const id = ids.get(text(row));
    return id === undefined ? [] : [{ row, id }];
  });
  for (const one of known) {
    assert.deepEqual(table.get(one.id).content, one.row[2]);
    for (const other of known) {
      const bits = ([, , { tracking, digest: of }]: Row): string => JSON.stringify([tracking, of]);
      const name = ([declared, , { path }]: Row): string => JSON.stringify([declared, path]);
      assert.equal(table.sameBits(one.id, other.id), bits(one.row) === bits(other.row));
      assert.equal(table.nameKey(one.id) === table.nameKey(other.id), name(one.row) === name(other.row));
    }
  }
}
