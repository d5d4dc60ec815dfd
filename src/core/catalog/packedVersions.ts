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
  /** Position among the lists of tags that are alike, from 1; 0 for none. */
  alike: number,
];

export interface PackedVersions {
  readonly versions: readonly PackedVersion[];
  readonly alike: readonly (readonly string[])[];
}

export function packVersions(versions: readonly Version[]): PackedVersions {
  const positions = new Map<readonly string[], number>();
  const packed = versions.map((version) => {
    const { alike } = version;
    if (alike.length > 0 && !positions.has(alike)) positions.set(alike, positions.size + 1);
    return packVersion(version, positions.get(alike) ?? 0);
  });
  return { versions: packed, alike: [...positions.keys()] };
}

export function unpackVersions({ versions, alike }: PackedVersions): readonly Version[] {
  return versions.map((packed) => unpackVersion(packed, alike[packed[12] - 1] ?? NONE));
}

function packVersion(version: Version, alike: number): PackedVersion {
  const { model, digest, stages } = version;
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
    alike,
  ];
}

function unpackVersion(packed: PackedVersion, alike: readonly string[]): Version {
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
    alike,
  };
}

const NONE: readonly never[] = [];

function unpackDigest([algorithm, value, legacy]: Exclude<PackedVersion[11], 0>): Digest {
  return legacy ? { algorithm, value, legacy } : { algorithm, value };
}
