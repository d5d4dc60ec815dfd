import type { Candidates } from './candidates.js';
import { AttributeRules } from './attributes.js';
import { BlobMemo } from './blobs.js';
import { Drafts } from './drafts.js';
import { Folders } from './folders.js';
import { IgnoreRules } from './ignores.js';
import type { StoredFolders } from './keptFolders.js';
import { KeptFolders } from './keptFolders.js';
import { ObjectIds } from './objectIds.js';
import type { PathPatterns } from './patterns.js';
import { Pipelines } from './pipelines.js';
import { Composer } from './place.js';
import type { TreeNode } from './walk.js';
import { TreeWalker } from './walk.js';

/** Everything remembered by object id on the way to a snapshot. */
export interface TreeMemo {
  readonly composer: Composer;
  readonly pipelines: Pipelines;
  readonly ignores: IgnoreRules;
  readonly attributes: AttributeRules;
  readonly drafts: Drafts;
  readonly walker: TreeWalker;
  readonly roots: Map<string, TreeNode>;
}

export function createTreeMemo(
  patterns: PathPatterns,
  idBytes: 20 | 32,
  candidates: Candidates,
  given: ReadonlySet<string>,
  kept: readonly StoredFolders[],
  /** `core.ignoreCase` of the clone. */
  ignoreCase: boolean,
): TreeMemo {
  const blobs = new BlobMemo(idBytes);
  const trees = new ObjectIds(idBytes);
  let keptFolders: KeptFolders | undefined;
  const walker = new TreeWalker(
    patterns,
    idBytes,
    { trees, blobs: blobs.ids },
    (file, reader) => blobs.requestFile(file, reader),
    (tree, state) => {
      if (kept.length === 0) return undefined;
      keptFolders ??= new KeptFolders(kept, trees, idBytes, patterns);
      return keptFolders.composed(tree, state);
    },
  );
  const pipelines = new Pipelines(blobs, trees);
  const ignores = new IgnoreRules(blobs);
  const attributes = new AttributeRules(blobs, ignoreCase);
  const memory = { blobs, pipelines, folders: new Folders(idBytes), ignores, attributes };
  return {
    composer: new Composer(blobs, candidates, pipelines, given),
    pipelines,
    ignores,
    attributes,
    drafts: new Drafts(memory, candidates, given),
    walker,
    roots: new Map(),
  };
}
