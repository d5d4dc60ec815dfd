import { randomBytes } from 'node:crypto';
import { chmod, open, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { createLocator } from '../artifacts/locate.js';
import { runGit } from '../git/process.js';
import type { Repository } from '../git/repository.js';
import { writeGit } from '../git/write.js';
import { PinError } from './pinError.js';
import type { FilePlan, PinPlan } from './plan.js';
import { readWorkingFile } from './read.js';

interface Options {
  readonly signal?: AbortSignal;
}

/**
 * Writes plans to the working copy: every new text beside its file first, then all put in place by renaming, modes
 * kept. A file that is not as it was when the plan was made is left alone, and so are all others.
 * @throws PinError `changed`, `unreadable`; GitError where a pointer could not be restored.
 */
export async function applyPins(
  repository: Repository,
  plans: readonly PinPlan[],
  options: Options = {},
): Promise<void> {
  for (const { path: file } of plans.flatMap(({ restore }) => restore))
    await assertClean(repository, [file], options);
  await writeFiles(repository.root, mergeFiles(plans));
  await restorePointers(repository, plans, options);
}

/**
 * Lets Git put back the files of `loads: checkout` plans that only Git can write (LFS pointers, plain files). Where
 * the bytes of an LFS file are not here its pointer alone is restored: nothing is downloaded by surprise.
 * @throws PinError `changed` where one has changes of its own; GitError.
 */
export async function restorePointers(
  repository: Repository,
  plans: readonly PinPlan[],
  options: Options = {},
): Promise<void> {
  const locator = createLocator(repository, options);
  for (const { restore, meaning } of plans) {
    for (const { path: file, commit } of restore) {
      await assertClean(repository, [file], options);
      const here = meaning.model !== null && (await locator.locate(meaning.model, false)) === 'cache';
      await writeGit(
        repository,
        ['--literal-pathspecs', 'restore', `--source=${commit}`, '--worktree', '--', file],
        {
          ...options,
          env: here ? {} : { GIT_LFS_SKIP_SMUDGE: '1' },
        },
      );
    }
  }
}

/**
 * Writes plans and commits their files, nothing else: whatever else is staged stays so. Refused before anything is
 * written when one of the files holds other changes or is not tracked.
 * @returns the commit.
 */
export async function commitPins(
  repository: Repository,
  plans: readonly PinPlan[],
  message: string,
  options: Options = {},
): Promise<string> {
  const files = pathsOf(plans);
  if (files.length === 0)
    throw new PinError('changed', 'There is nothing to commit: that version is pinned already');
  await assertClean(repository, files, options);
  await applyPins(repository, plans, options);
  try {
    await writeGit(
      repository,
      ['--literal-pathspecs', 'commit', '--quiet', '--only', '--file=-', '--cleanup=strip', '--', ...files],
      { ...options, input: message },
    );
  } catch (error) {
    // A hook or a lock refused: the files go back to what they were, which is what HEAD has.
    await undoPins(repository, plans);
    throw error;
  }
  const head = await runGit(repository.git, ['rev-parse', 'HEAD'], { cwd: repository.root, ...options });
  return head.stdout.toString('utf8').trim();
}

/** Takes back what `applyPins` wrote; a file that somebody changed since is left alone. */
async function undoPins(repository: Repository, plans: readonly PinPlan[]): Promise<void> {
  const back = mergeFiles(plans).map((plan) => ({ ...plan, text: plan.newText, newText: plan.text }));
  for (const plan of back) {
    const found = await readWorkingFile(repository.root, plan.file);
    if ('text' in found && found.text === plan.text) await writeFiles(repository.root, [plan]);
  }
  for (const { path: file } of plans.flatMap((plan) => plan.restore)) {
    await writeGit(repository, ['--literal-pathspecs', 'restore', '--worktree', '--', file], {
      env: { GIT_LFS_SKIP_SMUDGE: '1' },
    });
  }
}

/** Every path that plans write. */
export function pathsOf(plans: readonly PinPlan[]): readonly string[] {
  return [
    ...new Set(
      plans.flatMap((plan) => [
        ...plan.files.map(({ file }) => file),
        ...plan.restore.map((item) => item.path),
      ]),
    ),
  ];
}

/** Refuses files with changes of their own, and files that Git does not know. */
async function assertClean(
  repository: Repository,
  files: readonly string[],
  options: Options,
): Promise<void> {
  const status = await runGit(
    repository.git,
    [
      '--literal-pathspecs',
      'status',
      '--porcelain=v1',
      '-z',
      '--untracked-files=all',
      '--ignored=matching',
      '--',
      ...files,
    ],
    { cwd: repository.root, ...options },
  );
  const changed = status.stdout
    .toString('utf8')
    .split('\0')
    .filter((entry) => entry !== '');
  const [first] = changed;
  if (first === undefined) return;
  const file = first.slice(3);
  throw new PinError(
    'changed',
    /^(?:\?\?|!!)/.test(first)
      ? `Git does not track ${file}: add it first`
      : `${file} has other changes that are not committed: commit or undo those first`,
    [],
    { file },
  );
}

/**
 * The files of several plans, each once. Two pins may stand in one file: their edits are made together, all against the
 * text they were planned on.
 */
export function mergeFiles(plans: readonly PinPlan[]): readonly FilePlan[] {
  const byFile = new Map<string, FilePlan>();
  for (const plan of plans.flatMap(({ files }) => files)) {
    const known = byFile.get(plan.file);
    if (known && known.text !== plan.text)
      throw new PinError('changed', `${plan.file} changed while it was planned`);
    const edits = known
      ? [
          ...known.edits,
          ...plan.edits.filter((edit) => !known.edits.some((other) => other.offset === edit.offset)),
        ]
      : plan.edits;
    const newText = [...edits]
      .sort((left, right) => right.offset - left.offset)
      .reduce(
        (text, edit) => text.slice(0, edit.offset) + edit.text + text.slice(edit.offset + edit.length),
        plan.text,
      );
    byFile.set(plan.file, { ...plan, edits, newText });
  }
  return [...byFile.values()];
}

interface Prepared {
  readonly file: string;
  readonly place: string;
  readonly temporary: string;
  readonly before: string;
  readonly mode: number;
}

async function writeFiles(root: string, files: readonly FilePlan[]): Promise<void> {
  const prepared: Prepared[] = [];
  const done: Prepared[] = [];
  try {
    for (const plan of files) {
      const found = await readWorkingFile(root, plan.file);
      if ('code' in found) throw new PinError('unreadable', found.message, [], { file: plan.file });
      if (found.text !== plan.text) {
        throw new PinError('changed', `${plan.file} was changed meanwhile: plan again`, [], {
          file: plan.file,
        });
      }
      const mode = (await stat(found.place)).mode & 0o7777;
      const one = {
        file: plan.file,
        place: found.place,
        temporary: temporaryName(found.place),
        before: plan.text,
        mode,
      };
      prepared.push(one);
      await writeTemporary(one.temporary, plan.newText, mode);
    }
    for (const one of prepared) {
      await rename(one.temporary, one.place);
      done.push(one);
    }
  } catch (error) {
    // One of several could not be put in place: those that were go back.
    for (const one of done) {
      await writeTemporary(one.temporary, one.before, one.mode);
      await rename(one.temporary, one.place);
    }
    throw error;
  } finally {
    for (const { temporary } of prepared) await rm(temporary, { force: true });
  }
}

function temporaryName(place: string): string {
  return path.join(path.dirname(place), `.${path.basename(place)}.${randomBytes(6).toString('hex')}.tmp`);
}

async function writeTemporary(file: string, text: string, mode: number): Promise<void> {
  const handle = await open(file, 'wx', mode);
  try {
    await handle.writeFile(text, 'utf8');
    await handle.sync();
  } finally {
    await handle.close();
  }
  await chmod(file, mode); // the process's umask may have taken bits away
}
