import type { Catalog } from '../catalog/catalog.js';
import { readPathsAt } from '../git/files.js';
import type { CommitId } from '../git/ids.js';
import { commitId } from '../git/ids.js';
import { runGit } from '../git/process.js';
import { registries } from './elsewhere.js';
import { identify, resolvePin } from './forms.js';
import { PinError } from './pinError.js';
import type { PinPlan, PlanRequest } from './plan.js';
import { choosePins, planPin } from './plan.js';
import type { PinReading } from './read.js';
import { decode, locate } from './read.js';

/** A value that a pin had: since which commit, and who put it there. */
export interface EarlierValue {
  readonly value: string;
  readonly commit: CommitId;
  readonly author: string;
  /** ISO 8601, the author's. */
  readonly time: string;
}

/** Commits read at once, and in all. */
const BATCH = 32;
const COMMITS = 5_000;

/**
 * The values a pin's first file has had on HEAD's history, newest first, each once per stretch: lazily, a batch of
 * commits at a time. Commits in which the value cannot be read are passed over.
 */
export async function* earlierValues(
  catalog: Catalog,
  reading: Pick<PinReading, 'pin' | 'files'>,
  options: { readonly signal?: AbortSignal } = {},
): AsyncGenerator<EarlierValue> {
  const file = reading.files[0]?.file;
  if (file === undefined || catalog.head.commit === null) return;
  let last: string | undefined;
  for (let skip = 0; skip < COMMITS; skip += BATCH) {
    const commits = await commitsOf(catalog, file, skip, options);
    for (const { commit, author, time } of commits) {
      const found = (await readPathsAt(catalog.repository, commit, [file], options)).get(file);
      const text = found?.kind === 'file' ? decode(found.data) : null;
      const value = text === null ? null : locate(reading.pin, file, text);
      if (value?.kind !== 'value' || value.value === last) continue;
      last = value.value;
      yield { value: value.value, commit, author, time };
    }
    if (commits.length < BATCH) return;
  }
}

/**
 * Plans one step back: to the value the pin had before the one it has in the working copy, by Git's history of the
 * file; or to a named version. The value returns in the form that the file has now.
 * @throws PinError `no-earlier` where there never was another value that still means something.
 */
export async function planRollback(
  catalog: Catalog,
  request: Omit<PlanRequest, 'version'> & { readonly to?: string },
): Promise<readonly PinPlan[]> {
  const { to, ...rest } = request;
  if (to !== undefined) return planPin(catalog, { ...rest, version: to });
  const abortable = request.signal ? { signal: request.signal } : {};
  const [reading] = await choosePins(catalog, request);
  const here = reading?.files[0]?.here;
  if (!reading || !here) throw new PinError('no-earlier', `Nothing pins "${request.model}" in a file here`);
  if (here.kind !== 'value') {
    throw new PinError('unreadable', `${reading.files[0]?.file ?? ''}: ${here.problem.message}`);
  }
  const registry = await (request.registryOf ?? registries(catalog, abortable))(reading.pin);
  if ('unavailable' in registry) throw new PinError('unavailable', registry.unavailable);
  const model = await identify(registry, request.model, abortable);
  const passed: string[] = [];
  for await (const earlier of earlierValues(catalog, reading, abortable)) {
    if (earlier.value === here.value || earlier.value === '') continue;
    const found = await resolvePin(registry, model, earlier.value, abortable);
    if (found.kind === 'fixed') return planPin(catalog, { ...rest, version: earlier.value });
    passed.push(`${earlier.value} (${earlier.commit.slice(0, 8)}, means nothing now)`);
  }
  throw new PinError(
    'no-earlier',
    `"${request.model}" was never pinned to anything else in ${reading.files[0]?.file ?? ''}: name a version with --to`,
    passed,
  );
}

async function commitsOf(
  catalog: Catalog,
  file: string,
  skip: number,
  options: { readonly signal?: AbortSignal },
): Promise<readonly { commit: CommitId; author: string; time: string }[]> {
  const { stdout } = await runGit(
    catalog.repository.git,
    [
      '--literal-pathspecs',
      'log',
      '-z',
      '--no-follow',
      '--format=%H%x00%an%x00%aI',
      '--no-show-signature',
      `--skip=${skip}`,
      `--max-count=${BATCH}`,
      'HEAD',
      '--',
      file,
    ],
    { cwd: catalog.repository.root, ...options },
  );
  const parts = stdout.toString('utf8').split('\0');
  const commits: { commit: CommitId; author: string; time: string }[] = [];
  for (let at = 0; at + 2 < parts.length; at += 3) {
    commits.push({
      commit: commitId(parts[at] ?? ''),
      author: parts[at + 1] ?? '',
      time: parts[at + 2] ?? '',
    });
  }
  return commits;
}
