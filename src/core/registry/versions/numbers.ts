import type { Bump, SemVer } from '../gto/semver.js';
import { bump, compareSemVer, formatSemVer, parseSemVer } from '../gto/semver.js';
import { parseTagName } from '../gto/tagName.js';
import type { Registry } from './registry.js';
import { knownNames } from './registry.js';
import { RegistryError } from './registryError.js';

/** What the first number counts up from: its patch bump is `v0.0.1` (GTO). */
const START: SemVer = { major: '0', minor: '0', patch: '0', prerelease: [], build: [] };

/** The number that the next one counts up from. */
export function afterVersion(previous: string | null): SemVer {
  return (previous === null ? undefined : parseSemVer(previous)) ?? START;
}

/** The next number of each part, free here and (when it was asked) at the remote. */
export function nextVersions(registry: Registry, model: string): Readonly<Record<Bump, string>> {
  const from = afterVersion(registry.state.artifacts.get(model)?.latest?.version ?? null);
  const taken = takenVersions(registry, model);
  const next = (part: Bump): string => nextFree(from, part, taken);
  return { major: next('major'), minor: next('minor'), patch: next('patch') };
}

/** Counts a part up until the number is free: GTO stops at a number whose tag exists, we take the next. */
export function nextFree(from: SemVer, part: Bump, taken: (version: string) => boolean): string {
  let version = bump(from, part);
  while (taken(formatSemVer(version))) version = bump(version, part);
  return formatSemVer(version);
}

/** @throws RegistryError `not-semver`. The `v` may be left out. */
export function checkedVersion(text: string): string {
  const version = text.startsWith('v') ? text : `v${text}`;
  if (parseSemVer(version)) return version;
  throw new RegistryError('not-semver', `"${text}" is no version: write it as v1.2.3 (SemVer 2.0.0).`);
}

/** Whether a number's plain tag, or any event of it, exists here or at the remote. */
export function takenVersions(registry: Registry, model: string): (version: string) => boolean {
  const taken = new Set((registry.state.artifacts.get(model)?.versions ?? []).map((one) => one.version));
  for (const name of knownNames(registry)) {
    const tag = parseTagName(name);
    if (tag?.kind === 'version' && tag.artifact === model) taken.add(tag.version);
  }
  return (version) => taken.has(version);
}

/** The highest of some versions; null of none. */
export function highest(versions: readonly string[]): string | null {
  let best: SemVer | undefined;
  for (const text of versions) {
    const version = parseSemVer(text);
    if (version && (!best || compareSemVer(version, best) > 0)) best = version;
  }
  return best ? formatSemVer(best) : null;
}
