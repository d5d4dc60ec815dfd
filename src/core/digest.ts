/** How the bytes of a model are named. Values of different algorithms are never compared. */
export interface Digest {
  readonly algorithm: 'md5' | 'sha256' | 'etag' | 'checksum' | 'git';
  /** Lowercase hex for hashes; a DVC folder ends in `.dir`, a gathered LFS folder in `.lfsdir`. */
  readonly value: string;
  /** DVC's older `md5-dos2unix` (no `hash:` key): equal to a new md5 means the same bits, different means unknown. */
  readonly legacy?: true;
}

export type Comparison = 'same' | 'different' | 'unknown';

/**
 * Compares what two digests say about the bytes. Unknown when either is missing, when the algorithms
 * differ, or when a legacy DVC hash differs from a new one (DVC: md5-dos2unix normalises line ends).
 */
export function compareDigests(left: Digest | null, right: Digest | null): Comparison {
  if (left === null || right === null || left.algorithm !== right.algorithm) return 'unknown';
  if (left.value === right.value) return 'same';
  return left.legacy === right.legacy ? 'different' : 'unknown';
}

/** True only when both digests prove the same bytes. */
export function sameBits(left: Digest | null, right: Digest | null): boolean {
  return compareDigests(left, right) === 'same';
}

/** `md5:1a2b…` in full: a key under which equal bytes meet. */
export function digestKey(digest: Digest): string {
  return `${digest.algorithm}:${digest.value}`;
}

/** The first eight characters with the algorithm, as shown to people: `md5 1a2b3c4d`. */
export function shortDigest(digest: Digest): string {
  return `${digest.algorithm} ${digest.value.slice(0, 8)}`;
}
