import type { Diagnostic } from '../diagnostic.js';
import type { Refusal } from '../tracking/dvc/locate.js';
import type { BlobFailure } from './blobs.js';

const REASONS: Readonly<Record<BlobFailure, { code: string; why: string }>> = {
  missing: {
    code: 'object-missing',
    why: 'Git has no such object here (a partial or damaged clone); fetch it',
  },
  corrupt: { code: 'object-corrupt', why: 'its Git object is damaged; run git fsck and fetch it again' },
  ambiguous: { code: 'object-missing', why: 'its object id is ambiguous' },
  'too-large': { code: 'file-too-large', why: 'it is over 10 MB, too large for a pointer or pipeline file' },
};

/** A pointer file whose blob cannot be read costs its own entry. */
export function unreadableFile(path: string, reason: BlobFailure): Diagnostic {
  const { code, why } = REASONS[reason];
  return { severity: 'error', code, message: `${path} cannot be read: ${why}.`, path };
}

const REFUSED: Readonly<Record<Refusal, string>> = {
  empty: 'which is the repository itself',
  absolute: 'an absolute path',
  url: 'an address',
  outside: 'which leaves the repository',
  git: 'which lies in the Git directory',
  nul: 'which holds a NUL',
};

/** An output that lies outside the repository is refused (design.md: safety). */
export function outside(pointer: string, written: string, reason: Refusal, line?: number): Diagnostic {
  return {
    severity: 'error',
    code: 'path-outside-repository',
    message: `${pointer} names "${written}", ${REFUSED[reason]}: it is neither read nor written.`,
    path: pointer,
    ...(line === undefined || line === 0 ? {} : { line }),
  };
}

/** A folder whose tree cannot be read costs what is below it. */
export function unreadableTree(folder: string, reason: BlobFailure): Diagnostic {
  const { code, why } = REASONS[reason];
  const what = folder === '' ? 'The root folder' : `The folder ${folder}`;
  return {
    severity: 'error',
    code,
    message: `${what} cannot be read: ${why}.`,
    ...(folder === '' ? {} : { path: folder }),
  };
}

/** Git allows any depth, a stack does not. */
export function tooDeep(folder: string, deepest: number): Diagnostic {
  return {
    severity: 'warning',
    code: 'folder-too-deep',
    message: `Folders nested more than ${deepest} deep are not looked into.`,
    path: folder,
  };
}

/** A pointer file that is a link could lead anywhere: it is not followed. */
export function linked(path: string): Diagnostic {
  return {
    severity: 'warning',
    code: 'symlink-pointer',
    message: `${path} is a symbolic link; pointer files are only read as plain files.`,
    path,
  };
}

/** A name that can only be shown with stand-ins for its bytes. */
export function notUtf8(path: string): Diagnostic {
  return {
    severity: 'warning',
    code: 'path-not-utf8',
    message: `${path} has bytes that are no UTF-8; they are shown as "\uFFFD".`,
    path,
  };
}

/** A name that would lead out of the repository, or into its `.git` (design.md: safety). */
export function refusedName(folder: string, name: string): Diagnostic {
  const where = folder === '' ? 'The root folder' : `The folder ${folder}`;
  return {
    severity: 'error',
    code: 'path-outside-repository',
    message: `${where} holds an entry named "${name}", which Git itself refuses to check out: it is neither read nor written.`,
    ...(folder === '' ? {} : { path: folder }),
  };
}
