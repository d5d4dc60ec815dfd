import { GitError } from '../../git/process.js';
import type { PlannedTag } from './plan.js';
import type { RegistryRefusal } from './registryError.js';
import { RegistryError } from './registryError.js';

/** Why `git tag` made nothing. Anything but a failure of Git is passed on as it is. */
export function tagError(error: unknown, tag: PlannedTag): unknown {
  if (!(error instanceof GitError)) return error;
  const { stderr } = error;
  const refuse = (reason: RegistryRefusal, message: string): RegistryError =>
    new RegistryError(reason, message, { said: stderr.trim() });
  if (/failed to sign|unable to sign|signing failed|gpg: |ssh-keygen/i.test(stderr)) {
    return refuse('signing', `The tag ${tag.tag} could not be signed, as tag.gpgSign asks: ${error.message}`);
  }
  if (/aborted by hook/.test(stderr)) {
    return refuse(
      'hook',
      `The reference-transaction hook of this repository refused the tag ${tag.tag}: ${said(stderr)}`,
    );
  }
  if (/exists; cannot create/.test(stderr)) {
    return refuse(
      'name-in-the-way',
      `Git cannot hold the tag ${tag.tag} beside one that is there: ${error.message}`,
    );
  }
  if (/reference already exists/.test(stderr)) return refuse('tag-exists', takenMessage(tag));
  if (UNWRITABLE.test(stderr)) {
    return refuse('disk', `The tag ${tag.tag} could not be written: ${error.message}`);
  }
  switch (error.reason) {
    case 'exists':
      return refuse('tag-exists', takenMessage(tag));
    case 'no-identity':
      return refuse(
        'no-identity',
        'Git does not know who you are: set user.name and user.email (git config --global user.email "you@example.com").',
      );
    case 'locked':
      return refuse('locked', lockMessage(tag.tag, error));
    case 'hook':
      return refuse('hook', `A hook of this repository refused the tag ${tag.tag}: ${said(stderr)}`);
    default:
      return refuse('git', `Git did not make the tag ${tag.tag}: ${error.message}`);
  }
}

function takenMessage({ tag }: PlannedTag): string {
  return `The tag ${tag} was made by somebody else in the meantime: look again.`;
}

/** A full or read-only disk, a quota, a folder that is not ours: before locks, which cannot be made then either. */
const UNWRITABLE =
  /No space left|File too large|Disk quota|Read-only file system|Permission denied|Operation not permitted|non-directory in the way|unable to write|write error/;

/** Why a tag that was just made could not be taken back: the one case in which something is left behind. */
export function deletionError(error: unknown, tag: string): unknown {
  if (!(error instanceof GitError)) return error;
  const why = error.reason === 'locked' ? lockMessage(tag, error) : error.message;
  return new RegistryError(
    error.reason === 'locked' ? 'locked' : 'git',
    `The tag ${tag} was made and could not be taken back (${why}). It was not pushed; git tag -d '${tag}' removes it.`,
    { said: error.stderr.trim() },
  );
}

/** Why a push did not go through. */
export function pushError(error: unknown, remote: string): RegistryError {
  if (!(error instanceof GitError)) throw error;
  const { stderr } = error;
  const offer = { said: stderr.trim() };
  if (TAKEN.test(stderr)) {
    return new RegistryError(
      'rejected',
      `${remote} has a tag of that name already, so nothing was registered.`,
      offer,
    );
  }
  if (/\[remote rejected\]|remote rejected/.test(stderr)) {
    return new RegistryError(
      'forbidden',
      `A rule of ${remote} forbids the tag, so nothing was registered: ${remoteWords(stderr)}`,
      offer,
    );
  }
  const { reason } = error;
  if (reason === 'network' || reason === 'timeout' || UNREACHABLE.test(stderr)) {
    return new RegistryError(
      'unreachable',
      `${remote} could not be reached, so nothing was registered: ${error.message}. Register without pushing to keep the tag here.`,
      offer,
    );
  }
  if (/failed to push some refs/.test(stderr)) {
    return new RegistryError(
      'hook',
      `The pre-push hook refused, so nothing was registered: ${said(stderr)}`,
      offer,
    );
  }
  return new RegistryError('git', `Git did not push, so nothing was registered: ${error.message}`, offer);
}

/** The name is taken there: known before, or taken in the same moment by another clone. */
const TAKEN =
  /\(already exists\)|\[rejected\]|\[remote rejected\].*(?:already exists|cannot lock ref|failed to update ref|incorrect old value)/;

const UNREACHABLE =
  /Permission denied \(|Authentication failed|could not read (?:Username|Password)|does not appear to be a git repository|Could not read from remote|hung up|unable to access|terminal prompts disabled/;

/** Git names the lock file that is in the way; who holds it, it cannot know. */
function lockMessage(tag: string, error: GitError): string {
  const file = /'([^']*\.lock)'/.exec(error.stderr)?.[1];
  const held = file === undefined ? 'a lock' : file;
  return `Another Git process holds ${held}, so the tag ${tag} was not written. Wait for it, or delete that file when no Git is running.`;
}

/** What the other side said, without Git's own frame: a rule's name, a hook's words. */
function remoteWords(stderr: string): string {
  const words = stderr
    .split('\n')
    .flatMap((line) => /^remote: ?(.*)$/.exec(line)?.[1]?.trim() ?? [])
    .filter((line) => line !== '');
  const reason = /\(([^()]*)\)\s*$/m.exec(
    stderr.split('\n').find((line) => line.includes('rejected]')) ?? '',
  )?.[1];
  return [...words, ...(reason === undefined ? [] : [reason])].join(' · ') || 'no reason given';
}

/** What a local hook printed. */
function said(stderr: string): string {
  const lines = stderr
    .split('\n')
    .filter((line) => line.trim() !== '' && !/^(?:error|fatal|hint|To) ?:?/.test(line));
  return lines.join(' · ') || 'it gave no reason';
}
