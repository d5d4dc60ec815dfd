import { compareSemVer, parseSemVer } from '../registry/gto/semver.js';

/** Tags of one kind (`nightly-…`) in such numbers are made by a machine, every night or every build. */
const SERIES = 10;

/** `v2.0`, `1.4.2-rc.1`, `release-2026.5`, `app/v1.2.3`. */
const RELEASE = /^(?:[a-z][a-z_-]*[-_/@])?v?(\d+(?:\.\d+){1,2}(?:[-+][0-9a-z.+-]*)?)$/i;

/** What machines call what they make, whatever number follows. */
const BY_MACHINE = /nightly|daily|weekly|snapshot|canary|build|(?:^|[-_/])(?:ci|dev|edge)(?:[-_/]|$)/i;

/**
 * Plain tags in the order in which people look for them: releases, the highest first; then what somebody named; then
 * the series that machines make. What is equal keeps its place.
 */
export function byImportance<T extends { readonly name: string }>(tags: readonly T[]): readonly T[] {
  const members = new Map<string, number>();
  for (const { name } of tags) members.set(kindOf(name), (members.get(kindOf(name)) ?? 0) + 1);
  return tags
    .map((tag) => ({ tag, release: releaseOf(tag.name), rank: rankOf(tag.name, members) }))
    .sort((left, right) => left.rank - right.rank || byRelease(left.release, right.release))
    .map(({ tag }) => tag);
}

/** Whether a plain tag is called like a release: `v2.0`, `release-2026.5`. */
export function isRelease(name: string): boolean {
  return releaseOf(name) !== null;
}

function rankOf(name: string, members: ReadonlyMap<string, number>): 0 | 1 | 2 {
  if (isRelease(name)) return 0;
  return BY_MACHINE.test(name) || (members.get(kindOf(name)) ?? 0) > SERIES ? 2 : 1;
}

type Release = ReturnType<typeof parseSemVer> | null;

/** The SemVer that a release's tag comes to (`v2.0` is 2.0.0); null for what is no release. */
function releaseOf(name: string): Release {
  const [, written] = (!BY_MACHINE.test(name) && RELEASE.exec(name)) || [];
  if (written === undefined) return null;
  const numbers = /^[\d.]+/.exec(written)?.[0] ?? '';
  const missing = '.0'.repeat(Math.max(0, 3 - numbers.split('.').length));
  const whole = numbers.replace(/\b0+(?=\d)/g, '') + missing + written.slice(numbers.length);
  return parseSemVer(`v${whole}`) ?? null;
}

function byRelease(left: Release, right: Release): number {
  return left && right ? compareSemVer(right, left) : 0;
}

/** What the tags of a series have in common: all but the numbers. */
function kindOf(name: string): string {
  return name.replace(/\d+/g, '#');
}
