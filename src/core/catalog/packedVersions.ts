import type { Digest } from '../digest.js';
import type { CommitId } from '../git/ids.js';
import type { Version } from './catalog.js';

/** A version as a list, without the names of its fields: half as much to read where there are thousands. */
export type PackedVersion = readonly [
  kind: Version['kind'],
  tag: string,
  version: string,
  artifact: string,
  commit: CommitId,
  time: string,
  author: string,
  message: string,
  active: boolean,
  /** 0 for none. */
  stages: readonly string[] | 0,
  /** Name and path; 0 for none. */
  model: readonly [name: string, path: string | null] | 0,
  digest: readonly [algorithm: Digest['algorithm'], value: string, legacy: boolean] | 0,
  sameAs: readonly string[] | 0,
];

export function packVersion(version: Version): PackedVersion {
  const { model, digest, stages, sameAs } = version;
  return [
    version.kind,
    version.tag,
    version.version,
    version.artifact,
    version.commit,
    version.time,
    version.author,
    version.message,
    version.active,
    stages.length > 0 ? stages : 0,
    model ? [model.name, model.path] : 0,
    digest ? [digest.algorithm, digest.value, digest.legacy === true] : 0,
    sameAs.length > 0 ? sameAs : 0,
  ];
}

export function unpackVersion(packed: PackedVersion): Version {
  const model = packed[10];
  const digest = packed[11];
  return {
    kind: packed[0],
    tag: packed[1],
    version: packed[2],
    artifact: packed[3],
    commit: packed[4],
    time: packed[5],
    author: packed[6],
    message: packed[7],
    active: packed[8],
    stages: packed[9] === 0 ? NONE : packed[9],
    model: model === 0 ? null : { name: model[0], path: model[1] },
    digest: digest === 0 ? null : unpackDigest(digest),
    sameAs: packed[12] === 0 ? NONE : packed[12],
  };
}

const NONE: readonly never[] = [];

function unpackDigest([algorithm, value, legacy]: Exclude<PackedVersion[11], 0>): Digest {
  return legacy ? { algorithm, value, legacy } : { algorithm, value };
}
