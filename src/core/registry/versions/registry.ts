import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { CommitId, ObjectId } from '../../git/ids.js';
import { refNameProblem } from '../../git/names.js';
import { listed } from '../../listed.js';
import type { Repository } from '../../git/repository.js';
import { buildGtoState } from '../gto/build.js';
import type { GtoConfig } from '../gto/config.js';
import { GTO_CONFIG_FILE, parseGtoConfig } from '../gto/config.js';
import type { GtoArtifact, GtoState } from '../gto/state.js';
import type { GtoTag } from '../gto/tagName.js';
import { formatTagName, isArtifactName, parseTagName } from '../gto/tagName.js';
import type { TagObject } from '../gto/tagObject.js';
import type { TagRefs } from '../readTags.js';
import { readTagRefs } from '../readTags.js';
import type { Effect, PlannedTag } from './plan.js';
import { RegistryError } from './registryError.js';
import type { RemoteTags } from './remoteTags.js';
import { readRemoteTags } from './remoteTags.js';

/** The registry as the tags have it at this moment, read anew for every write. */
export interface Registry {
  readonly repository: Repository;
  readonly tags: TagRefs;
  readonly state: GtoState;
  readonly config: GtoConfig;
  /** Seconds since 1970 that Git would stamp a tag with. */
  readonly now: number;
  /** What the remote has of the artifact's tags; null when it was not asked. */
  readonly remote: RemoteTags | null;
}

export interface RegistryOptions {
  readonly signal?: AbortSignal;
  /** Asks this remote for the tags of an artifact, or for all of them. */
  readonly ask?: { readonly remote: string; readonly artifact: string; readonly all?: boolean };
  /** What the remote answered already, instead of asking it again. */
  readonly answered?: RemoteTags;
}

/** How a plan learns what the remote has: by asking it, from what it answered before, or (false) not at all. */
export type AskRemote = boolean | RemoteTags;

/** The same as options of `readRegistry`. */
export function asking(
  remote: AskRemote | undefined,
  ask: NonNullable<RegistryOptions['ask']>,
): Pick<RegistryOptions, 'ask' | 'answered'> {
  if (remote === undefined || remote === false) return {};
  return remote === true ? { ask } : { answered: remote };
}

/** Reads tags and `.gto` as they are now, and what the remote has when it is asked. */
export async function readRegistry(repository: Repository, options: RegistryOptions = {}): Promise<Registry> {
  const signal = options.signal ? { signal: options.signal } : {};
  const { ask } = options;
  const [tags, config, remote] = await Promise.all([
    readTagRefs(repository, signal),
    readConfig(repository),
    ask
      ? readRemoteTags(repository, ask.remote, ask.all ? null : ask.artifact, signal)
      : (options.answered ?? null),
  ]);
  return {
    repository,
    tags,
    state: buildGtoState(tags.annotated, [...tags.lightweight.keys()]),
    config,
    now: stampSecond(repository.git.env),
    remote,
  };
}

async function readConfig(repository: Repository): Promise<GtoConfig> {
  if (repository.bare) return parseGtoConfig('');
  // Unreadable is as absent: GTO reads the working copy's file or none.
  const text = await readFile(path.join(repository.root, GTO_CONFIG_FILE), 'utf8').catch(() => '');
  return parseGtoConfig(text);
}

/** The second Git will write: GIT_COMMITTER_DATE's when it is a plain number of seconds, else the clock's. */
function stampSecond(env: NodeJS.ProcessEnv): number {
  const fixed = /^@?(\d{5,}) /.exec(env.GIT_COMMITTER_DATE ?? '')?.[1];
  return fixed === undefined ? Math.floor(Date.now() / 1000) : Number(fixed);
}

/**
 * Checks that GTO takes the name and that it makes a valid ref.
 * @throws RegistryError `invalid-name`.
 */
export function checkArtifactName(artifact: string): void {
  if (!isArtifactName(artifact)) {
    throw new RegistryError(
      'invalid-name',
      `"${artifact}" cannot be registered: GTO's names are letters, digits, "-", "_" and "/", beginning and ending with a letter or digit, perhaps after a folder and ":". Declare another name under artifacts: in dvc.yaml or in models.names.`,
    );
  }
  const tag = formatTagName({ kind: 'version', artifact, version: 'v0.0.1', active: true });
  const problem = tag.startsWith('-') ? 'starts with -' : refNameProblem(`refs/tags/${tag}`);
  if (problem !== undefined) {
    throw new RegistryError(
      'invalid-name',
      `"${artifact}" cannot be registered: as a Git tag it ${problem}.`,
    );
  }
}

/** A tag name that no tag has or stands in the way of. Takes the plain form, else (`counted`) one with a counter. */
export function freeTagName(
  registry: Registry,
  tag: GtoTag,
  form: 'plain' | 'counted' | 'plain-else-counted',
): string {
  const plain = formatTagName(tag);
  const counter = 1 + counterOf(registry, tag.artifact);
  const name =
    form === 'plain' || (form === 'plain-else-counted' && !registry.tags.refs.has(plain))
      ? plain
      : formatTagName({ ...tag, counter });
  checkFree(registry, name);
  return name;
}

/** Every tag name known here and, where it answered, at the remote. */
export function knownNames(registry: Registry): readonly string[] {
  const { remote } = registry;
  return [...registry.tags.refs.keys(), ...(remote?.state === 'answered' ? remote.tags.keys() : [])];
}

/** GTO: the highest counter over all tags of the artifact, lightweight ones too. */
function counterOf(registry: Registry, artifact: string): number {
  let highest = 0;
  for (const name of knownNames(registry)) {
    const tag = parseTagName(name);
    if (tag?.artifact !== artifact || tag.counter === undefined || !Number.isSafeInteger(tag.counter))
      continue;
    highest = Math.max(highest, tag.counter);
  }
  return highest;
}

/** @throws RegistryError `invalid-name`, `tag-exists` or `name-in-the-way`. */
export function checkFree(registry: Registry, name: string): void {
  const problem = refNameProblem(`refs/tags/${name}`);
  if (problem !== undefined)
    throw new RegistryError('invalid-name', `"${name}" is no valid tag: it ${problem}.`);
  const { refs, lightweight } = registry.tags;
  if (refs.has(name)) {
    const how = lightweight.has(name) ? 'a lightweight tag, which GTO does not read' : 'already there';
    throw new RegistryError(
      'tag-exists',
      `The tag ${name} is ${how}. Tags are never moved: choose another number.`,
    );
  }
  for (const existing of refs.keys()) {
    if (!existing.startsWith(`${name}/`) && !name.startsWith(`${existing}/`)) continue;
    throw new RegistryError('name-in-the-way', `Git cannot hold the tag ${name} beside the tag ${existing}.`);
  }
}

/** The names and ids of an artifact's tags, as one string: equal exactly when nothing changed. */
export function basisOf(registry: Registry, concerns: (name: string) => boolean): string {
  return [...registry.tags.refs]
    .flatMap(([name, id]) => (concerns(name) ? [`${name} ${id}`] : []))
    .join('\n');
}

/** Whether a tag's name is one of this artifact's. */
export function tagOf(artifact: string): (name: string) => boolean {
  return (name) => parseTagName(name)?.artifact === artifact;
}

/** How far a tie is waited for instead of being refused, in seconds. */
const SHORT_WAIT = 5;

/** When the next tag has to be stamped so that it counts as newer than the artifact's newest one. */
export function notBefore(registry: Registry, artifact: string): number {
  const newest = registry.state.artifacts.get(artifact)?.events[0]?.seconds ?? 0;
  return newest >= registry.now && newest - registry.now < SHORT_WAIT ? newest + 1 : registry.now;
}

/** The artifact as it will be with these tags, by the same rules that read it. */
export function simulate(registry: Registry, artifact: string, tags: readonly PlannedTag[]): GtoArtifact {
  const seconds = notBefore(registry, artifact);
  const made = tags.map((tag): TagObject => ({
    ref: tag.ref,
    id: `planned ${tag.tag}` as ObjectId, // stands for itself only in here
    name: tag.tag,
    commit: tag.commit,
    tagger: { name: '', email: '', seconds, zone: '+0000' },
    message: tag.message,
  }));
  const own = registry.tags.annotated.filter((tag) => parseTagName(tag.name)?.artifact === artifact);
  const after = buildGtoState([...own, ...made]).artifacts.get(artifact);
  if (!after) throw new Error(`no tag of ${artifact} was planned`);
  return after;
}

/** @throws RegistryError `clock-behind` when a tag from the future would outlast the planned one. */
export function checkEffective(registry: Registry, artifact: string, effective: boolean): void {
  if (effective) return;
  const newest = registry.state.artifacts.get(artifact)?.events[0];
  const ahead = newest ? newest.seconds - registry.now : 0;
  const dated = ahead > 0 ? `dated ${ahead} seconds ahead of this machine` : 'not older';
  throw new RegistryError(
    'clock-behind',
    `GTO goes by the dates of tags, and ${newest?.tag ?? 'another tag'} is ${dated}: the new tag would change nothing. Set the clock, or wait.`,
  );
}

/** What the tags change: `latest` and the holders of stages. */
export function effectsOf(before: GtoArtifact | undefined, after: GtoArtifact): readonly Effect[] {
  const effects: Effect[] = [];
  const compare = (stage: string | null, was: string | null, is: string | null): void => {
    if (was !== is) effects.push({ stage, before: was, after: is });
  };
  compare(null, visibleLatest(before), visibleLatest(after));
  for (const stage of new Set([...(before?.stages.keys() ?? []), ...after.stages.keys()])) {
    compare(stage, holderOf(before, stage), holderOf(after, stage));
  }
  return effects;
}

function visibleLatest(artifact: GtoArtifact | undefined): string | null {
  return artifact?.active ? (artifact.latest?.version ?? null) : null;
}

/** The version (or commit) that holds a stage; null when none does. */
export function holderOf(artifact: GtoArtifact | undefined, stage: string): string | null {
  return artifact?.stages.get(stage)?.[0]?.version.version ?? null;
}

/**
 * The one version that stands on a commit by a registration or deregistration; undefined when none does.
 * @throws RegistryError `two-versions`
 */
export function versionAt(artifact: GtoArtifact | undefined, commit: CommitId) {
  const here = (artifact?.versions ?? []).filter((one) => one.commit === commit && isNumbered(one));
  if (here.length > 1) {
    throw new RegistryError(
      'two-versions',
      `${listed(here.map((one) => one.version))} of ${artifact?.name ?? ''} stand on one commit, where GTO allows one, deregistered or not: it fails on every stage tag there. Take another commit.`,
    );
  }
  return here[0];
}

/** Every commit on which a version was registered or deregistered. */
export function versionsNamed(artifact: GtoArtifact | undefined, version: string) {
  return (artifact?.versions ?? []).filter((one) => one.version === version && isNumbered(one));
}

function isNumbered(version: GtoArtifact['versions'][number]): boolean {
  return version.registrations.length + version.deregistrations.length > 0;
}
