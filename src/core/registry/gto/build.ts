import { append } from '../../append.js';
import type { Diagnostic } from '../../diagnostic.js';
import { ArtifactBuilder } from './artifact.js';
import { readTags, shortTag } from './event.js';
import type { GtoArtifact, GtoState } from './state.js';
import { parseTagName } from './tagName.js';
import type { TagObject } from './tagObject.js';

/**
 * Builds the state of the registry as GTO 1.10 does.
 * @param tags annotated tags in GTO's grammar that peel to commits; others are passed over.
 * @param lightweight short names of lightweight tags: ignored but for their counters, each with an info.
 */
export function buildGtoState(tags: readonly TagObject[], lightweight: readonly string[] = []): GtoState {
  const passes = readTags(tags);
  const builders = new Map<string, ArtifactBuilder>();
  const builder = (name: string): ArtifactBuilder => {
    let found = builders.get(name);
    if (!found) builders.set(name, (found = new ArtifactBuilder(name)));
    return found;
  };
  for (const pass of [passes.deprecations, passes.versions, passes.stages]) {
    for (const tag of pass) builder(tag.artifact).add(tag);
  }
  const counters = highestCounters([...tags.map((tag) => shortTag(tag.ref)), ...lightweight]);
  const diagnostics: Diagnostic[] = [...passes.diagnostics, ...lightweight.flatMap(lightweightInfo)];
  const artifacts = new Map<string, GtoArtifact>();
  for (const [name, one] of builders) {
    artifacts.set(name, one.build(counters.get(name) ?? 0));
    append(diagnostics, one.diagnostics);
  }
  return { artifacts, diagnostics };
}

/** GTO: the next counter is one more than the highest over all tags of the artifact, whatever their kind. */
export function highestCounters(names: readonly string[]): ReadonlyMap<string, number> {
  const counters = new Map<string, number>();
  for (const name of names) {
    if (!name.includes('#')) continue;
    const tag = parseTagName(name);
    if (tag?.counter === undefined || !Number.isSafeInteger(tag.counter)) continue;
    counters.set(tag.artifact, Math.max(tag.counter, counters.get(tag.artifact) ?? 0));
  }
  return counters;
}

function lightweightInfo(name: string): Diagnostic[] {
  if (!parseTagName(name)) return [];
  return [
    {
      severity: 'info',
      code: 'gto-lightweight-tag',
      message: `The tag ${name} is lightweight: GTO reads annotated tags only, so it registers nothing.`,
      ref: `refs/tags/${name}`,
    },
  ];
}
