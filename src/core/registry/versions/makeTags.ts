import { rm } from 'node:fs/promises';
import { append } from '../../append.js';
import type { ObjectId } from '../../git/ids.js';
import { isObjectId } from '../../git/ids.js';
import { makeShadow } from '../../git/localObjects.js';
import { runGit } from '../../git/process.js';
import type { Repository } from '../../git/repository.js';
import { writeGit } from '../../git/write.js';
import { readTagRefs } from '../readTags.js';
import type { PlannedTag } from './plan.js';
import { RegistryError } from './registryError.js';
import { deletionError, tagError } from './writeError.js';

export interface MadeTag {
  readonly tag: string;
  readonly ref: string;
  /** The tag object. */
  readonly id: ObjectId;
}

/**
 * Makes tags and adds each to `made` as soon as it stands. Several are made at once, so that a process that is killed
 * leaves all of them or none.
 * @throws RegistryError saying why; the signal's reason when it was aborted.
 */
export async function makeTags(
  repository: Repository,
  tags: readonly PlannedTag[],
  made: MadeTag[],
  signal?: AbortSignal,
): Promise<void> {
  if (tags.length > 1) {
    append(made, await makeTogether(repository, tags, signal));
    return;
  }
  for (const tag of tags) made.push(await makeTag(repository, tag, signal));
}

/** Whether Git is told to sign tags: only `git tag` itself knows how. */
async function signs(repository: Repository): Promise<boolean> {
  const { stdout } = await runGit(repository.git, ['config', '--type=bool', '--get', 'tag.gpgSign'], {
    cwd: repository.root,
    accept: [0, 1],
  });
  return stdout.toString('utf8').trim() === 'true';
}

/** The objects first, which nobody sees, then every ref in one transaction that creates and never overwrites. */
async function makeTogether(
  repository: Repository,
  tags: readonly PlannedTag[],
  signal?: AbortSignal,
): Promise<readonly MadeTag[]> {
  const options = signal ? { signal } : {};
  const made: MadeTag[] = [];
  try {
    const said = async (args: readonly string[], input?: string): Promise<string> => {
      const { stdout } = await writeGit(repository, args, {
        ...options,
        ...(input === undefined ? {} : { input }),
      });
      return stdout.toString('utf8');
    };
    const makeObject = (await signs(repository))
      ? (tag: PlannedTag) => makeSignedObject(repository, tag, options)
      : (tag: PlannedTag) => makeObjectOf(tag, said);
    for (const planned of tags) {
      const { tag, ref } = planned;
      const id = (await makeObject(planned)).trim();
      if (!isObjectId(id)) throw new RegistryError('git', `Git made no tag object of ${tag}.`);
      made.push({ tag, ref, id });
    }
    await said(['update-ref', '--stdin'], made.map(({ ref, id }) => `create ${ref} ${id}\n`).join(''));
    return made;
  } catch (error) {
    // Cancelled at the last moment, they may stand all the same; by their ids they are ours alone.
    if (signal?.aborted) await takeBack(repository, await standing(repository, made));
    signal?.throwIfAborted();
    const concerned = tags.find(({ ref }) => String(error).includes(ref)) ?? tags.at(-1);
    throw concerned === undefined ? error : tagError(error, concerned);
  }
}

async function makeObjectOf(
  { tag, commit, message }: PlannedTag,
  said: (args: readonly string[], input?: string) => Promise<string>,
): Promise<string> {
  const tagger = (await said(['var', 'GIT_COMMITTER_IDENT'])).trim();
  const text = await said(['stripspace'], message);
  return said(['mktag'], `object ${commit}\ntype commit\ntag ${tag}\ntagger ${tagger}\n\n${text}`);
}

/** Only `git tag` itself can sign: it does so in a Git directory aside, with our objects and our configuration. */
async function makeSignedObject(
  { git, commonDir, objectFormat, ...repository }: Repository,
  { tag, commit, message }: PlannedTag,
  options: { readonly signal?: AbortSignal },
): Promise<string> {
  const path = JSON.stringify(`${commonDir}/config`);
  const aside = makeShadow(commonDir, objectFormat, `[include]\n\tpath = ${path}\n[core]\n\tbare = true\n`);
  try {
    const env = { ...git.env, GIT_DIR: aside, GIT_OBJECT_DIRECTORY: `${commonDir}/objects` };
    const there = { ...repository, commonDir, objectFormat, git: { ...git, env } };
    const args = ['tag', '-a', '--cleanup=whitespace', '-F', '-', '--end-of-options', tag, commit];
    await writeGit(there, args, { ...options, input: message });
    return (await refId(there, `refs/tags/${tag}`)) ?? '';
  } finally {
    await rm(aside, { recursive: true, force: true });
  }
}

async function standing(repository: Repository, tags: readonly MadeTag[]): Promise<readonly MadeTag[]> {
  const ids = await Promise.all(tags.map(({ ref }) => refId(repository, ref)));
  return tags.filter(({ id }, index) => ids[index] === id);
}

/** `git tag` never overwrites: it creates the ref by compare-and-set against nothing. */
async function makeTag(repository: Repository, tag: PlannedTag, signal?: AbortSignal): Promise<MadeTag> {
  const options = signal ? { signal } : {};
  const started = Math.floor(Date.now() / 1000);
  try {
    await writeGit(
      repository,
      ['tag', '-a', '--cleanup=whitespace', '-F', '-', '--end-of-options', tag.tag, tag.commit],
      {
        ...options,
        input: tag.message,
      },
    );
  } catch (error) {
    // Cancelled at the last moment, the tag may stand all the same.
    const id = options.signal?.aborted ? await madeSince(repository, tag, started) : undefined;
    if (id !== undefined) await takeBack(repository, [{ tag: tag.tag, ref: tag.ref, id }]);
    signal?.throwIfAborted();
    throw tagError(error, tag);
  }
  const id = await refId(repository, tag.ref);
  if (id === undefined) throw new RegistryError('git', `Git made the tag ${tag.tag}, and then it was gone.`);
  return { tag: tag.tag, ref: tag.ref, id };
}

/** The tag object under a planned name when it says just what we wrote, just now. */
async function madeSince(
  repository: Repository,
  tag: PlannedTag,
  started: number,
): Promise<ObjectId | undefined> {
  const { annotated } = await readTagRefs(repository);
  const found = annotated.find((one) => one.ref === tag.ref);
  const ours =
    found?.commit === tag.commit &&
    found.message.trim() === tag.message.trim() &&
    (found.tagger?.seconds ?? 0) >= started;
  return ours ? found?.id : undefined;
}

/** What a ref holds now; undefined when there is none. */
export async function refId(repository: Repository, ref: string): Promise<ObjectId | undefined> {
  const { stdout } = await runGit(
    repository.git,
    ['rev-parse', '--verify', '--quiet', '--end-of-options', ref],
    {
      cwd: repository.root,
      accept: [0, 1, 128],
    },
  );
  const id = stdout.toString('utf8').trim().split('\n').at(-1) ?? '';
  return isObjectId(id) ? id : undefined;
}

/** Deletes tags by compare-and-delete: a tag that is another one by now stays. */
export async function takeBack(repository: Repository, made: readonly MadeTag[]): Promise<void> {
  for (const tag of [...made].reverse()) {
    try {
      await writeGit(repository, ['update-ref', '-d', tag.ref, tag.id]);
    } catch (error) {
      throw deletionError(error, tag.tag);
    }
  }
}
