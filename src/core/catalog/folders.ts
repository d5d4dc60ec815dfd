import type { Digest } from '../digest.js';
import type { ObjectReader } from '../git/objects.js';
import { beginHash } from '../hashing.js';
import { BlobMemo } from './blobs.js';
import { compareBytes } from './names.js';
import type { ObjectNumber } from './objectIds.js';
import { ObjectIds } from './objectIds.js';
import { PathPatterns } from './patterns.js';
import { join } from './placed.js';
import { FileKind } from './treeNames.js';
import type { TreeNode } from './walk.js';
import { TreeWalker } from './walk.js';

/** A folder taken as one model: its LFS files and the plain Git files beside them. */
export interface GatheredFolder {
  readonly digest: Digest;
  readonly size: number | null;
  readonly files: number;
}

/** One file of a gathered model: path inside the folder, LFS oid or Git blob id, size in bytes. */
export interface GatheredFile {
  readonly path: string;
  readonly id: string;
  readonly size: number | null;
}

/**
 * The digest of many files that are one model: sha256 over sorted `path NUL id NUL size LF` lines, the value
 * ending in `.lfsdir` (design.md: models of many LFS files).
 */
export function gather(files: readonly GatheredFile[]): GatheredFolder {
  const hash = beginHash('sha256');
  for (const file of [...files].sort((left, right) => compareBytes(left.path, right.path))) {
    hash.update(`${file.path}\0${file.id}\0${String(file.size ?? '')}\n`);
  }
  const size = files.reduce<number | null>(
    (sum, file) => (sum === null || file.size === null ? null : sum + file.size),
    0,
  );
  return {
    digest: { algorithm: 'sha256', value: `${hash.digest('hex')}.lfsdir` },
    size,
    files: files.length,
  };
}

/** Reads whole folders, every file of them, and tells those that hold LFS files from those that are Git's own. */
export class Folders {
  private readonly blobs: BlobMemo;
  private readonly sizes = new Map<ObjectNumber, number>();
  private readonly walker: TreeWalker;
  private readonly roots = new Map<string, TreeNode>();
  private readonly answers = new Map<string, GatheredFolder | null>();

  constructor(idBytes: 20 | 32) {
    this.blobs = new BlobMemo(idBytes);
    const ids = { trees: new ObjectIds(idBytes), blobs: this.blobs.ids };
    this.walker = new TreeWalker(new PathPatterns(['**']), idBytes, ids, (file, reader) => {
      this.blobs.request(FileKind.lfs, file.blob, reader);
      if (!this.sizes.has(file.blob)) {
        reader.info(this.blobs.ids.hex(file.blob), {
          failed: () => undefined,
          info: (_type, size) => this.sizes.set(file.blob, size),
        });
      }
    });
  }

  /** Asks for everything below a tree. */
  request(tree: string, reader: ObjectReader): void {
    if (!this.roots.has(tree)) this.roots.set(tree, this.walker.root(tree, reader));
  }

  /** The folder as one model; null when it holds no LFS file. Call after the reader has settled. */
  get(tree: string): GatheredFolder | null {
    const known = this.answers.get(tree);
    if (known !== undefined) return known;
    const root = this.roots.get(tree);
    const files: GatheredFile[] = [];
    let pointers = 0;
    const visit = (node: TreeNode, folder: string): void => {
      for (const file of node.files) {
        const parsed = this.blobs.get(FileKind.lfs, file.blob);
        const pointer = parsed.ok ? parsed.value : null;
        if (pointer) pointers += 1;
        files.push({
          path: join(folder, file.name),
          id: pointer?.oid ?? this.blobs.ids.hex(file.blob),
          size: pointer?.size ?? this.sizes.get(file.blob) ?? null,
        });
      }
      node.folderNodes.forEach((child, index) => visit(child, join(folder, node.folderNames[index] ?? '')));
    };
    if (root) visit(root, '');
    const answer = pointers > 0 ? gather(files) : null;
    this.answers.set(tree, answer);
    return answer;
  }
}
