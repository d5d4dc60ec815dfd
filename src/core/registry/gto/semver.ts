import { remembering } from './remembering.js';

/**
 * SemVer 2.0.0 as GTO's tag grammar has it: numbers of any length and no limit on the whole. The `semver`
 * package refuses numbers beyond 2^53 and texts over 256 characters, which GTO reads, and its patch bump of
 * `1.0.0-rc.1` is `1.0.0` where GTO's is `1.0.1`; so grammar, order and bumps stand here and are proved equal
 * to the package by properties where the two agree.
 */
export interface SemVer {
  /** Decimal digits without leading zeros, of any length. */
  readonly major: string;
  readonly minor: string;
  readonly patch: string;
  readonly prerelease: readonly string[];
  /** Ignored by the order. */
  readonly build: readonly string[];
}

export type Bump = 'major' | 'minor' | 'patch';

const NUMBER = '0|[1-9][0-9]*';
const IDENTIFIER = `(?:${NUMBER}|[0-9]*[a-zA-Z-][0-9a-zA-Z-]*)`;

/** The grammar without `v`, as the source of a regular expression with five groups. */
export const SEMVER_PATTERN =
  `(${NUMBER})\\.(${NUMBER})\\.(${NUMBER})` +
  `(?:-(${IDENTIFIER}(?:\\.${IDENTIFIER})*))?(?:\\+([0-9a-zA-Z-]+(?:\\.[0-9a-zA-Z-]+)*))?`;

const SEMVER = new RegExp(`^v${SEMVER_PATTERN}$`);

/** Reads `v1.2.3-rc.1+build.5`; the lowercase `v` is required (GTO). Undefined for everything else. */
export const parseSemVer = remembering((text: string): SemVer | undefined => {
  const found = SEMVER.exec(text);
  if (!found) return undefined;
  const [, major = '0', minor = '0', patch = '0', prerelease, build] = found;
  return {
    major,
    minor,
    patch,
    prerelease: prerelease === undefined ? [] : prerelease.split('.'),
    build: build === undefined ? [] : build.split('.'),
  };
});

/** `v1.2.3-rc.1+build.5`. */
export function formatSemVer(version: SemVer): string {
  const prerelease = version.prerelease.length > 0 ? `-${version.prerelease.join('.')}` : '';
  const build = version.build.length > 0 ? `+${version.build.join('.')}` : '';
  return `v${version.major}.${version.minor}.${version.patch}${prerelease}${build}`;
}

/** Precedence by SemVer 2.0.0, section 11: negative, zero or positive; build metadata does not count. */
export function compareSemVer(left: SemVer, right: SemVer): number {
  return (
    compareNumbers(left.major, right.major) ||
    compareNumbers(left.minor, right.minor) ||
    compareNumbers(left.patch, right.patch) ||
    comparePrereleases(left.prerelease, right.prerelease)
  );
}

/**
 * The next version. GTO: pre-release and build fall away and the number still counts up, so that the patch
 * bump of `v1.0.0-rc.1` is `v1.0.1`.
 */
export function bump(version: SemVer, part: Bump): SemVer {
  const { major, minor, patch } = version;
  const rest = { prerelease: [], build: [] };
  if (part === 'major') return { major: increment(major), minor: '0', patch: '0', ...rest };
  if (part === 'minor') return { major, minor: increment(minor), patch: '0', ...rest };
  return { major, minor, patch: increment(patch), ...rest };
}

function increment(digits: string): string {
  return (BigInt(digits) + 1n).toString();
}

/** Numbers without leading zeros: the longer is the greater, equally long ones compare as text. */
function compareNumbers(left: string, right: string): number {
  return left.length - right.length || compareText(left, right);
}

function compareText(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0;
}

function comparePrereleases(left: readonly string[], right: readonly string[]): number {
  if (left.length === 0 || right.length === 0) return right.length - left.length;
  for (const [index, mine] of left.entries()) {
    const other = right[index];
    if (other === undefined) return 1;
    const order = compareIdentifiers(mine, other);
    if (order !== 0) return order;
  }
  return left.length - right.length;
}

function compareIdentifiers(left: string, right: string): number {
  const leftNumeric = /^[0-9]+$/.test(left);
  const rightNumeric = /^[0-9]+$/.test(right);
  if (leftNumeric && rightNumeric) return compareNumbers(left, right);
  if (leftNumeric !== rightNumeric) return leftNumeric ? -1 : 1;
  return compareText(left, right);
}
