import { lstat, open } from 'node:fs/promises';
import { insidePath, plainPath } from '../artifacts/insidePath.js';
import type { Branch, Catalog } from '../catalog/catalog.js';
import type { CommitId } from '../git/ids.js';
import type { FileAt } from '../git/files.js';
import { readPathsAt } from '../git/files.js';
import { GitError } from '../git/process.js';
import { resolveCommit } from '../git/revisions.js';
import type { Environment, PinSetting } from '../settings/settings.js';
import type { Located, TargetProblem } from './targets/finding.js';
import { findValue, TARGET_LIMIT } from './targets/target.js';

/** A value that was read, or why not. */
export type Reading =
  | ({ readonly kind: 'value'; readonly digest?: Located } & Located)
  | {
      readonly kind: 'problem';
      readonly problem: TargetProblem | { readonly code: FileProblem; readonly message: string };
    };

export type FileProblem = 'no-file' | 'refused' | 'unreadable' | 'no-ref' | 'no-worktree';

/** One file of a pin: what it says where it is deployed, and what it says in the working copy. */
export interface FileReading {
  /** Repository path. */
  readonly file: string;
  readonly deployed: Reading;
  /** Equal to `deployed` for `ref: worktree`. */
  readonly here: Reading;
}

/** Where an environment is deployed from. */
export interface DeployedRef {
  /** `origin/main`, `worktree`. */
  readonly name: string;
  /** Null for the working copy, and where the ref is not here. */
  readonly commit: CommitId | null;
  readonly worktree: boolean;
}

/** One pin of one environment as it is written, in every file that must agree. */
export interface PinReading {
  readonly environment: Environment;
  readonly pin: PinSetting;
  readonly model: string;
  readonly ref: DeployedRef;
  /** Empty for a pin that a configuration service holds. */
  readonly files: readonly FileReading[];
}

export interface ReadOptions {
  readonly environment?: string;
  readonly model?: string;
  /** Unsaved editor texts by repository path; they stand for the working copy. */
  readonly buffers?: ReadonlyMap<string, string>;
  readonly signal?: AbortSignal;
}

/**
 * Reads the pins that the settings name: at the environment's ref and in the working copy. Ref contents come through
 * one Git process for all of them. What cannot be read is a problem in its place, never an error.
 */
export async function readPins(catalog: Catalog, options: ReadOptions = {}): Promise<readonly PinReading[]> {
  const chosen = catalog.settings.environments
    .filter(({ name }) => options.environment === undefined || name === options.environment)
    .flatMap((environment) => environment.pins.map((pin) => ({ environment, pin })))
    .filter(({ pin }) => options.model === undefined || pin.model === options.model);
  const refs = new Map<string | null, DeployedRef>();
  const wanted = new Map<CommitId, Set<string>>();
  for (const { environment, pin } of chosen) {
    const ref = refs.get(environment.ref) ?? (await deployedRef(catalog, environment.ref, options.signal));
    refs.set(environment.ref, ref);
    if (ref.commit === null) continue;
    const paths = wanted.get(ref.commit) ?? new Set();
    for (const file of filesOf(pin)) {
      const plain = plainPath(file);
      if ('path' in plain) paths.add(plain.path);
    }
    wanted.set(ref.commit, paths);
  }
  const contents = new Map<CommitId, ReadonlyMap<string, FileAt>>();
  for (const [commit, paths] of wanted) {
    const limit = TARGET_LIMIT * 4;
    const abortable = options.signal ? { signal: options.signal } : {};
    contents.set(commit, await readPathsAt(catalog.repository, commit, [...paths], { limit, ...abortable }));
  }
  const readings: PinReading[] = [];
  for (const { environment, pin } of chosen) {
    const ref = refs.get(environment.ref) ?? { name: 'worktree', commit: null, worktree: true };
    const files: FileReading[] = [];
    for (const file of filesOf(pin)) files.push(await readFile(catalog, pin, ref, file, contents, options));
    readings.push({ environment, pin, model: pin.model, ref, files });
  }
  return readings;
}

/** The one value that all files of a pin agree on, where it is deployed or here; undefined when they do not. */
export function agreedValue(reading: PinReading, where: 'deployed' | 'here'): string | undefined {
  const values = reading.files.map((file) => file[where]);
  const [first] = values;
  if (first?.kind !== 'value') return undefined;
  return values.every((value) => value.kind === 'value' && value.value === first.value)
    ? first.value
    : undefined;
}

/** The text of a working-copy file; null when it is not there. Bytes that are no UTF-8 are a problem. */
export async function readWorkingFile(
  root: string,
  file: string,
): Promise<
  | { readonly text: string; readonly place: string; readonly changed: number }
  | { readonly code: FileProblem; readonly message: string }
> {
  const plain = plainPath(file);
  if ('refused' in plain) return { code: 'refused', message: plain.refused };
  const place = await insidePath(root, plain.path);
  if (place === null) {
    const kept = await insidePath(root, plain.path, 'kept');
    const link = kept !== null && (await lstat(kept).catch(() => null))?.isSymbolicLink() === true;
    return link
      ? { code: 'refused', message: `"${plain.path}" is a link to nowhere, or out of the repository` }
      : { code: 'no-file', message: `There is no ${plain.path} here` };
  }
  try {
    const handle = await open(place, 'r');
    try {
      const found = await handle.stat();
      if (!found.isFile()) return { code: 'refused', message: `"${plain.path}" is no file` };
      if (found.size > TARGET_LIMIT * 4)
        return { code: 'refused', message: `"${plain.path}" is too large for a configuration` };
      const text = decode(await handle.readFile());
      if (text === null) return { code: 'unreadable', message: `"${plain.path}" is not UTF-8` };
      return { text, place, changed: found.mtimeMs };
    } finally {
      await handle.close();
    }
  } catch (error) {
    return { code: 'unreadable', message: `"${plain.path}" cannot be read: ${reason(error)}` };
  }
}

/** Bytes as text, a byte order mark kept so that offsets and writing stay exact; null when they are no UTF-8. */
export function decode(bytes: Uint8Array): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return null;
  }
}

/** The files of a pin, as written in the settings. */
export function filesOf(pin: PinSetting): readonly string[] {
  return pin.target.kind === 'file' ? pin.target.files : [];
}

/** What an environment's `ref` is: the working copy, a ref; without one the default branch at its remote. */
export async function deployedRef(
  catalog: Catalog,
  ref: string | null,
  signal?: AbortSignal,
): Promise<DeployedRef> {
  if (ref === 'worktree') return { name: 'worktree', commit: null, worktree: true };
  const named = ref ?? defaultRef(catalog);
  if (named === null) return { name: 'worktree', commit: null, worktree: true };
  const branch = catalog.branches.find(
    (candidate) => candidate.ref === named || refName(candidate) === named,
  );
  if (branch) return { name: named, commit: branch.commit, worktree: false };
  try {
    const commit = await resolveCommit(catalog.repository, named, signal ? { signal } : {});
    return { name: named, commit, worktree: false };
  } catch (error) {
    if (error instanceof GitError && error.reason === 'not-found-ref')
      return { name: named, commit: null, worktree: false };
    throw error;
  }
}

/** `origin/main` of a remote branch, `main` of a local one. */
export function refName(branch: Branch): string {
  return branch.remote === null ? branch.name : `${branch.remote}/${branch.name}`;
}

function defaultRef(catalog: Catalog): string | null {
  const branch = catalog.defaultBranch?.branch;
  if (!branch) return null;
  if (branch.remote !== null) return refName(branch);
  const remote = catalog.branches.find(
    (candidate) => candidate.remote === catalog.settings.remote && candidate.name === branch.name,
  );
  return refName(remote ?? branch);
}

async function readFile(
  catalog: Catalog,
  pin: PinSetting,
  ref: DeployedRef,
  file: string,
  contents: ReadonlyMap<CommitId, ReadonlyMap<string, FileAt>>,
  options: ReadOptions,
): Promise<FileReading> {
  const plain = plainPath(file);
  if ('refused' in plain) {
    const refused = fileProblem('refused', plain.refused);
    return { file, deployed: refused, here: refused };
  }
  const here = await readHere(catalog, pin, plain.path, options);
  if (ref.worktree) return { file: plain.path, deployed: here, here };
  return { file: plain.path, deployed: readDeployed(pin, ref, plain.path, contents), here };
}

async function readHere(
  catalog: Catalog,
  pin: PinSetting,
  file: string,
  options: ReadOptions,
): Promise<Reading> {
  const buffer = options.buffers?.get(file);
  if (buffer !== undefined) return locate(pin, file, buffer);
  if (catalog.repository.bare) return fileProblem('no-worktree', 'The repository has no working copy');
  const found = await readWorkingFile(catalog.repository.root, file);
  return 'text' in found ? locate(pin, file, found.text) : { kind: 'problem', problem: found };
}

function readDeployed(
  pin: PinSetting,
  ref: DeployedRef,
  file: string,
  contents: ReadonlyMap<CommitId, ReadonlyMap<string, FileAt>>,
): Reading {
  if (ref.commit === null) return fileProblem('no-ref', `"${ref.name}" is not here: fetch it first`);
  const found = contents.get(ref.commit)?.get(file);
  if (found === undefined || found.kind === 'missing') {
    return fileProblem('no-file', `There is no ${file} on ${ref.name}`);
  }
  if (found.kind !== 'file')
    return fileProblem('unreadable', `${file} on ${ref.name} cannot be read: ${found.kind}`);
  const text = decode(found.data);
  return text === null
    ? fileProblem('unreadable', `${file} on ${ref.name} is not UTF-8`)
    : locate(pin, file, text);
}

/** Finds the pin's value, and its digest where the settings name one, in the text of a file. */
export function locate(pin: PinSetting, file: string, text: string): Reading {
  const found = findValue(file, text, pin.version);
  if ('problem' in found) return { kind: 'problem', problem: found.problem };
  const digest = pin.digest === undefined ? undefined : findValue(file, text, pin.digest);
  if (digest !== undefined && 'problem' in digest) return { kind: 'problem', problem: digest.problem };
  return { kind: 'value', ...found, ...(digest ? { digest } : {}) };
}

function fileProblem(code: FileProblem, message: string): Reading {
  return { kind: 'problem', problem: { code, message } };
}

function reason(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
}
