import assert from 'node:assert/strict';
import fc from 'fast-check';
import { PathPatterns } from '../../../src/core/catalog/patterns.js';
import type { TreeLayout } from '../../../src/core/catalog/treeLayout.js';
import { TreeLayouts } from '../../../src/core/catalog/treeLayout.js';

const PATTERNS = new PathPatterns(['**/*.onnx', '!**/data/**', '**/models/**']);
const entry = fc.record({
  mode: fc.constantFrom('100644', '100755', '120000', '160000', '40000', '040000'),
  name: fc.oneof(
    fc.constantFrom(
      'a.onnx',
      'b.onnx',
      'c.txt',
      'd.dvc',
      '.dvc',
      'dvc.yaml',
      'models',
      'data',
      '.gitattributes',
    ),
    fc
      .uint8Array({ minLength: 1, maxLength: 4 })
      .map((bytes) => bytes.map((byte) => (byte === 0 ? 1 : byte))),
  ),
});
const id = fc.uint8Array({ minLength: 20, maxLength: 20 });
const trees = fc.array(fc.array(entry, { maxLength: 5 }), { minLength: 1, maxLength: 3 }).chain((shapes) =>
  fc.array(
    fc.tuple(
      fc
        .constantFrom(...shapes)
        .chain((shape) => fc.tuple(...shape.map((one) => id.map((of) => written(one, of))))),
      fc.boolean(),
    ),
    { maxLength: 8 },
  ),
);

function written({ mode, name }: { mode: string; name: string | Uint8Array }, of: Uint8Array): Buffer {
  return Buffer.concat([Buffer.from(`${mode} `), Buffer.from(name), Buffer.from([0]), of]);
}

describe('the layout of a tree', () => {
  it('is the same whether a tree of that layout was met before or not', () => {
    fc.assert(
      fc.property(trees, (all) => {
        const remembering = new TreeLayouts(PATTERNS, 20);
        const inside = PATTERNS.enter(PATTERNS.root, 'models');
        for (const [entries, deeper] of all) {
          // Somewhere in a larger piece of output, as answers come.
          const data = Buffer.concat([Buffer.from('before'), ...entries, Buffer.from('behind')]);
          const end = data.length - 6;
          const state = deeper ? inside : PATTERNS.root;
          const met = remembering.of(data, 6, end, state);
          const fresh = new TreeLayouts(PATTERNS, 20).of(data, 6, end, state);
          assert.deepEqual(met && withoutIds(met), fresh && withoutIds(fresh));
          assert.ok(met);
        }
      }),
      { numRuns: 400 },
    );
  });

  it('is none for bytes that break off', () => {
    const whole = written({ mode: '100644', name: 'a.onnx' }, new Uint8Array(20));
    for (let length = 1; length < whole.length; length += 1)
      assert.equal(new TreeLayouts(PATTERNS, 20).of(whole, 0, length, PATTERNS.root), undefined);
    assert.equal(
      new TreeLayouts(PATTERNS, 20).of(whole, 0, whole.length, PATTERNS.root)?.files[0]?.name,
      'a.onnx',
    );
  });
});

function withoutIds(layout: TreeLayout): Omit<TreeLayout, 'bytes'> {
  const { ids, files, folderNames, folderIds, folderStates, dvcRoot, unreadableNames, refusedNames, barren } =
    layout;
  return { ids, files, folderNames, folderIds, folderStates, dvcRoot, unreadableNames, refusedNames, barren };
}
