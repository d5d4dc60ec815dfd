import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { TreeEntry } from '../../../src/core/git/trees.js';
import { entriesOfTree } from '../../../src/core/git/trees.js';

const entry = fc.record(
  {
    mode: fc.constantFrom('100644', '100755', '120000', '160000', '40000'),
    name: fc.string({ unit: 'grapheme', minLength: 1, maxLength: 9 }).filter((name) => !name.includes('\0')),
    id: fc.uint8Array({ minLength: 20, maxLength: 20 }).map((bytes) => Buffer.from(bytes).toString('hex')),
  },
  { noNullPrototype: true },
);

function written({ mode, name, id }: TreeEntry): Buffer {
  return Buffer.concat([Buffer.from(`${mode} ${name}\0`), Buffer.from(id, 'hex')]);
}

describe('the entries of a tree object', () => {
  it('are those that were written, as many as are whole', () => {
    fc.assert(
      fc.property(fc.array(entry, { maxLength: 5 }), fc.nat(40), (entries, missing) => {
        const parts = entries.map(written);
        const whole = Buffer.concat(parts);
        assert.deepEqual([...entriesOfTree(whole, 20)], entries);
        const left = Math.max(0, whole.length - missing);
        let end = 0;
        const complete = entries.filter((_, index) => (end += parts[index]?.length ?? 0) <= left);
        assert.deepEqual([...entriesOfTree(whole.subarray(0, left), 20)], complete);
      }),
    );
  });
});
