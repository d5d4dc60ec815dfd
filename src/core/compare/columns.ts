import { lstat } from 'node:fs/promises';
import { readHeaderOfFile } from '../artifacts/headers/header.js';
import type { Stores } from '../artifacts/stores.js';
import { dvcCacheFiles, lfsStoreFile } from '../artifacts/stores.js';
import type { Catalog, Model, Version } from '../catalog/catalog.js';
import type { SelectedRevision } from '../catalog/select.js';
import { versionsOf } from '../catalog/select.js';
import { sameBits } from '../digest.js';
import type { CommitObject } from '../git/commits.js';
import { isoTime, parseCommit } from '../git/commits.js';
import { openObjects } from '../git/objects.js';
import type { Repository } from '../git/repository.js';
import type { ModelFacts } from '../parameters/facts.js';
import { flatten } from './value.js';
import type { Json } from './value.js';
import { phrase } from '../phrase.js';

/** Everything that is known of one revision before it is laid beside others. */
export interface RevisionData {
  readonly revision: SelectedRevision;
  readonly commit: CommitObject | null;
  /** The version that it names, is tagged with, or has the bits of. */
  readonly version: Version | null;
  /** Other tags that name its commit. */
  readonly tags: readonly string[];
  /** Branches whose tip it is. */
  readonly branches: readonly string[];
  readonly facts: ModelFacts | null;
  readonly header: ArtifactHeader;
}

export type ArtifactHeader =
  | { readonly kind: 'read'; readonly fields: ReadonlyMap<string, Json> }
  /** `not local`, or why it cannot be read. */
  | { readonly kind: 'unknown'; readonly reason: string }
  /** There is nothing to read: no model, a folder, a format without a header. */
  | { readonly kind: 'none' };

/** Reads the commits of some revisions through one Git process. */
export async function readCommits(
  repository: Repository,
  commits: readonly string[],
  options: { readonly signal?: AbortSignal } = {},
): Promise<ReadonlyMap<string, CommitObject>> {
  const found = new Map<string, CommitObject>();
  const reader = openObjects(repository, options);
  try {
    for (const commit of new Set(commits)) {
      reader.contents(commit, {
        failed: () => undefined,
        object: (_type, data) => {
          const parsed = parseCommit(Buffer.from(data));
          if (parsed !== undefined) found.set(commit, parsed);
        },
      });
    }
    await reader.settle();
  } finally {
    reader.close();
  }
  return found;
}

/** When the commit was made, ISO 8601: the author's time. */
export function timeOf(commit: CommitObject | null): string | undefined {
  const by = commit?.author ?? commit?.committer;
  return by ? isoTime(by) : undefined;
}

/** The version that a revision is: the one it names, else the newest of its commit, else the newest of its bits. */
export function versionOf(
  catalog: Catalog,
  selected: { readonly name: string; readonly path: string | null },
  revision: SelectedRevision,
): Version | null {
  if (revision.version !== undefined) return revision.version;
  const active = versionsOf(catalog, selected).filter((version) => version.active);
  const here = active.find((version) => version.commit === revision.commit);
  if (here !== undefined) return here;
  const digest = revision.model?.digest ?? null;
  return active.find((version) => sameBits(version.digest, digest)) ?? null;
}

/** What the artifact's own header says, when its bytes are in a local cache. Nothing is downloaded. */
export async function headerOf(model: Model | null, stores: Stores): Promise<ArtifactHeader> {
  if (model === null || model.path === null || model.digest === null) return { kind: 'none' };
  const { digest, path } = model;
  if (digest.value.endsWith('.dir') || digest.value.endsWith('.lfsdir') || model.tracking === 'git')
    return { kind: 'none' };
  if (!KNOWN.test(path)) return { kind: 'none' };
  const candidates =
    model.tracking === 'lfs'
      ? (await stores.lfs()).flatMap((root) => lfsStoreFile(root, digest) ?? [])
      : (await stores.dvc(model.pointer ?? path)).flatMap((root) => dvcCacheFiles(root, digest));
  for (const candidate of candidates) {
    const found = await lstat(candidate).catch(() => null);
    if (!found?.isFile() || (model.size !== null && found.size !== model.size)) continue;
    const header = await readHeaderOfFile(candidate, path);
    if (!header.ok) return { kind: 'unknown', reason: header.reason };
    return { kind: 'read', fields: flatten(header.fields) };
  }
  return { kind: 'unknown', reason: phrase('not local') };
}

/** Names of files whose headers are known. */
const KNOWN = /\.(?:safetensors|gguf|onnx|keras|pkl|pickle|joblib|pt|pth|ckpt|bin|h5|hdf5|tflite)$/i;
