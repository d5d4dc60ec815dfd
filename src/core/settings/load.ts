import { constants } from 'node:fs';
import { lstat, open, realpath } from 'node:fs/promises';
import path from 'node:path';
import type { Diagnostic } from '../diagnostic.js';
import type { RootFile } from '../git/files.js';
import { readRootFile } from '../git/files.js';
import type { CommitId } from '../git/ids.js';
import { resolveCommit } from '../git/revisions.js';
import { openObjects } from '../git/objects.js';
import { GitError } from '../git/process.js';
import type { Repository } from '../git/repository.js';
import type { Settings } from './settings.js';
import { DEFAULT_SETTINGS } from './settings.js';

/** Where the settings were read; `none` when there is no file and the defaults hold. */
export type SettingsOrigin =
  | { readonly kind: 'workspace' }
  | { readonly kind: 'commit'; readonly commit: string; readonly because: 'bare' | 'default-branch' }
  | { readonly kind: 'none' };

export interface LoadedSettings {
  readonly settings: Settings;
  readonly source: SettingsOrigin;
  readonly diagnostics: readonly Diagnostic[];
}

export interface LoadSettingsOptions {
  /** Tip of the default branch: where the settings are looked for when the working copy has none. */
  readonly defaultCommit?: CommitId | null;
  /** Reads one file of a commit; a caller with a running reader saves a process by giving it. */
  readonly readAt?: (commit: string, name: string) => Promise<RootFile>;
  /** What `loadWorkspaceSettings` gave, where it was called before. */
  readonly here?: LoadedSettings | null;
  readonly signal?: AbortSignal;
}

const FILE = 'modelkeep.yaml';
const LIMIT = 128 * 1024;

/**
 * Reads the team's settings: of the working copy, in a bare repository of HEAD, and where that has none of the
 * default branch (then an info diagnostic says so). Nothing is parsed, no parser even loaded, without a file.
 * Never throws for what the file holds; aborting throws the signal's reason.
 */
export async function loadSettings(
  repository: Repository,
  options: LoadSettingsOptions = {},
): Promise<LoadedSettings> {
  const abortable = options.signal ? { signal: options.signal } : {};
  const readAt = options.readAt ?? ((commit, name) => readAlone(repository, commit, name, abortable));
  const here = options.here === undefined ? await loadWorkspaceSettings(repository) : options.here;
  if (here) return here;
  if (repository.bare) {
    const head = await headCommit(repository, abortable);
    const file = head === null ? null : await readAt(head, FILE);
    if (head !== null && file !== null && file.kind !== 'absent')
      return ofCommit(file, { kind: 'commit', commit: head, because: 'bare' }, []);
  }
  options.signal?.throwIfAborted();
  const commit = options.defaultCommit ?? null;
  const file = commit === null ? null : await readAt(commit, FILE);
  if (commit === null || file === null || file.kind === 'absent')
    return { settings: DEFAULT_SETTINGS, source: { kind: 'none' }, diagnostics: [] };
  return ofCommit(file, { kind: 'commit', commit, because: 'default-branch' }, [
    problem(
      'info',
      'settings-from-default-branch',
      `There is no ${FILE} here: the one of the default branch counts.`,
    ),
  ]);
}

/** The settings of the working copy; null where it has none, or is none: then a commit has to be asked. */
export async function loadWorkspaceSettings(
  repository: Pick<Repository, 'root' | 'bare'>,
): Promise<LoadedSettings | null> {
  if (repository.bare) return null;
  const found = await readWorkspace(repository.root);
  if (found.kind === 'absent') return null;
  if (found.kind === 'bytes') return parsed(found.bytes, { kind: 'workspace' }, []);
  const diagnostics = [problem('error', found.code, found.message)];
  return { settings: DEFAULT_SETTINGS, source: { kind: 'none' }, diagnostics };
}

async function readAlone(
  repository: Repository,
  commit: string,
  name: string,
  options: { readonly signal?: AbortSignal },
): Promise<RootFile> {
  const reader = openObjects(repository, options);
  try {
    return await readRootFile(reader, commit, name, LIMIT);
  } finally {
    reader.close();
  }
}

type Unreadable = Exclude<RootFile['kind'], 'file' | 'absent'>;

const UNREADABLE: Readonly<Record<Unreadable, { readonly code: string; readonly why: string }>> = {
  missing: { code: 'object-missing', why: 'is not in this clone; fetch it' },
  corrupt: { code: 'object-corrupt', why: 'is damaged; run git fsck and fetch it again' },
  'too-large': { code: 'settings-unreadable', why: `is larger than ${String(LIMIT / 1024)} KB` },
};

/** What a commit's file says; where it cannot be read the defaults hold, and nobody takes them for what it says. */
async function ofCommit(
  file: Exclude<RootFile, { readonly kind: 'absent' }>,
  source: Extract<SettingsOrigin, { readonly kind: 'commit' }>,
  before: readonly Diagnostic[],
): Promise<LoadedSettings> {
  if (file.kind === 'file') return parsed(file.data, source, before);
  const where = source.because === 'bare' ? 'HEAD' : 'the default branch';
  const { code, why } = UNREADABLE[file.kind];
  const message = `The ${FILE} of ${where} ${why}. Until then the defaults hold.`;
  return { settings: DEFAULT_SETTINGS, source, diagnostics: [problem('error', code, message)] };
}

async function parsed(
  bytes: Buffer,
  source: SettingsOrigin,
  before: readonly Diagnostic[],
): Promise<LoadedSettings> {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    const message = 'This file is not UTF-8 text; the defaults hold. Save it as UTF-8.';
    return {
      settings: DEFAULT_SETTINGS,
      source,
      diagnostics: [...before, problem('error', 'settings-unreadable', message)],
    };
  }
  const { parseSettings } = await import('./parse.js');
  const { settings, diagnostics } = parseSettings(text);
  return { settings, source, diagnostics: [...before, ...diagnostics] };
}

type WorkspaceFile =
  | { readonly kind: 'absent' }
  | { readonly kind: 'bytes'; readonly bytes: Buffer }
  | { readonly kind: 'refused'; readonly code: string; readonly message: string };

async function readWorkspace(root: string): Promise<WorkspaceFile> {
  const refused = (message: string, code = 'settings-unreadable'): WorkspaceFile => ({
    kind: 'refused',
    code,
    message,
  });
  const file = path.join(root, FILE);
  try {
    if ((await lstat(file)).isSymbolicLink()) {
      const inside = path.relative(await realpath(root), await realpath(file));
      if (inside.startsWith('..') || path.isAbsolute(inside)) {
        return refused(
          'This link leaves the repository, so it is not followed; the defaults hold.',
          'settings-outside',
        );
      }
    }
    // Not blocking on a pipe that somebody put in its place.
    const handle = await open(file, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
    try {
      const { size } = await handle.stat();
      if (!(await handle.stat()).isFile()) return refused('This is not a file; the defaults hold.');
      if (size > LIMIT)
        return refused(`This file is larger than ${String(LIMIT / 1024)} KB; the defaults hold.`);
      return { kind: 'bytes', bytes: await handle.readFile() };
    } finally {
      await handle.close();
    }
  } catch (error) {
    if (isErrno(error, 'ENOENT') || isErrno(error, 'ENOTDIR')) return { kind: 'absent' };
    return refused(
      `This file cannot be read (${error instanceof Error ? error.message : String(error)}); the defaults hold.`,
    );
  }
}

async function headCommit(
  repository: Repository,
  options: { readonly signal?: AbortSignal },
): Promise<CommitId | null> {
  try {
    return await resolveCommit(repository, 'HEAD', options);
  } catch (error) {
    if (error instanceof GitError && error.reason === 'not-found-ref') return null;
    throw error;
  }
}

function problem(severity: Diagnostic['severity'], code: string, message: string): Diagnostic {
  return { severity, code, message, path: FILE, line: 1 };
}

function isErrno(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
