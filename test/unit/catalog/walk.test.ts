import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { ObjectIds } from '../../../src/core/catalog/objectIds.js';
import { PathPatterns } from '../../../src/core/catalog/patterns.js';
import type { TreeNode } from '../../../src/core/catalog/walk.js';
import { TreeWalker } from '../../../src/core/catalog/walk.js';
import type { ContentsRequest, ObjectReader } from '../../../src/core/git/objects.js';

/** A folder as it is thought of: names to contents, or to folders. */
interface Folder {
  readonly [name: string]: string | Folder;
}

const PATTERNS = new PathPatterns(['**/*.onnx', '!**/data/**', '**/models/**']);

const names = fc.constantFrom('a', 'b', 'data', 'models', 'm.onnx', 'x.dvc', 'dvc.yaml', '.dvc', 'n.txt');
const { folder } = fc.letrec<{ folder: Folder }>((tie) => ({
  folder: fc.dictionary(names, fc.oneof({ maxDepth: 4 }, fc.constantFrom('one', 'two'), tie('folder')), {
    maxKeys: 5,
  }),
}));
/** Versions of one tree: most of it stands in all of them, as in a repository's history. */
const versions = fc
  .tuple(
    folder,
    fc.array(fc.tuple(fc.array(names, { minLength: 1, maxLength: 3 }), fc.option(folder)), { maxLength: 12 }),
  )
  .map(([first, edits]) =>
    edits.reduce<Folder[]>((all, [path, to]) => [...all, edited(all.at(-1) ?? first, path, to)], [first]),
  );

function edited(tree: Folder, [name, ...rest]: readonly string[], to: Folder | null): Folder {
  if (name === undefined) return to ?? {};
  const inner = tree[name];
  if (rest.length > 0) return { ...tree, [name]: edited(typeof inner === 'object' ? inner : {}, rest, to) };
  if (to) return { ...tree, [name]: to };
  return Object.fromEntries(Object.entries(tree).filter(([own]) => own !== name));
}

/** Trees as Git has them, and a reader that answers in the order in which it was asked. */
class Store {
  private readonly trees = new Map<string, Buffer>();
  private readonly asked: ContentsRequest[] = [];

  add(tree: Folder): string {
    const entries = Object.entries(tree)
      .map(([name, content]): [string, string, string] =>
        typeof content === 'string'
          ? [name, '100644', sha1('blob', Buffer.from(content))]
          : [`${name}/`, '40000', this.add(content)],
      )
      .sort(([left], [right]) => Buffer.compare(Buffer.from(left), Buffer.from(right)));
    const bytes = Buffer.concat(
      entries.map(([name, mode, id]) =>
        Buffer.concat([Buffer.from(`${mode} ${name.replace(/\/$/, '')}\0`), Buffer.from(id, 'hex')]),
      ),
    );
    const id = sha1('tree', bytes);
    this.trees.set(id, bytes);
    return id;
  }

  get reader(): ObjectReader {
    return { ask: (request: ContentsRequest) => this.asked.push(request) } as unknown as ObjectReader;
  }

  /** Answers up to so many requests, those that follow from them among them. */
  answer(count: number): void {
    for (let left = count; left > 0; left -= 1) {
      const request = this.asked.shift();
      if (!request) return;
      const bytes = this.trees.get(request.spec);
      if (bytes) request.handler.object('tree', bytes);
      else request.handler.failed('missing');
    }
  }
}

function sha1(type: string, bytes: Buffer): string {
  return createHash('sha1').update(`${type} ${bytes.length}\0`).update(bytes).digest('hex');
}

function walk(blobs: ObjectIds): TreeWalker {
  return new TreeWalker(PATTERNS, 20, { trees: new ObjectIds(20), blobs }, () => undefined);
}

/** What a node says, without the numbers that each walker gives by itself. */
function told(node: TreeNode, blobIds: ObjectIds): unknown {
  return {
    dvcRoot: node.dvcRoot,
    barren: node.barren,
    failure: node.failure,
    files: node.files.map(({ name, kind, link, blob }) => [name, kind, link, blobIds.hex(blob)]),
    folders: node.folderNames.map((name, index) => {
      const inner = node.folderNodes[index];
      return [name, inner && told(inner, blobIds)];
    }),
  };
}

describe('walking trees', () => {
  it('finds in each version of a tree what it finds in that version alone', () => {
    fc.assert(
      fc.property(versions, fc.integer({ min: 1, max: 9 }), (all, pace) => {
        const store = new Store();
        const blobs = new ObjectIds(20);
        const remembering = walk(blobs);
        const roots = all.map((tree) => {
          const id = store.add(tree);
          const node = remembering.root(id, store.reader);
          store.answer(pace);
          return { id, node };
        });
        store.answer(Infinity);
        for (const { id, node } of roots) {
          const own = new ObjectIds(20);
          const alone = walk(own);
          const fresh = alone.root(id, store.reader);
          store.answer(Infinity);
          assert.deepEqual(told(node, blobs), told(fresh, own));
        }
      }),
      { numRuns: 300 },
    );
  });
});
