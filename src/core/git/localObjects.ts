import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { GitEnvironment } from './process.js';
import { GitError } from './process.js';
import type { Repository } from './repository.js';

/**
 * In a partial clone, asking Git before 2.45 for an object that is not local fetches it, one network call per
 * object, whatever it is told. Read through a Git directory that borrows the clone's objects and knows no remote,
 * a missing object is simply missing.
 */
export function withoutLazyFetch(
  git: GitEnvironment,
  commonDir: string,
  objectFormat: 'sha1' | 'sha256',
): GitEnvironment {
  if (!isPartialClone(commonDir)) return git;
  const folder = shadowOf(commonDir, objectFormat);
  return { ...git, env: { ...git.env, GIT_DIR: folder } };
}

/**
 * Git for commands that read history and name commits by id: nothing is fetched, and in a shallow clone history ends
 * where the clone ends it. In a partial clone it knows no refs.
 */
export function localGit(repository: Pick<Repository, 'git' | 'commonDir' | 'objectFormat'>): GitEnvironment {
  const git = withoutLazyFetch(repository.git, repository.commonDir, repository.objectFormat);
  if (git === repository.git) return git;
  return { ...git, env: { ...git.env, GIT_SHALLOW_FILE: path.join(repository.commonDir, 'shallow') } };
}

/** For a command that ended at an object that is not here, or damaged: no answer. Anything else is a failure still. */
export function nothingLocal(error: unknown): undefined {
  if (!(error instanceof GitError) || error.reason !== 'failed') throw error;
}

/** Whether a remote of this clone promises the objects that are not here (Git: partial clone). */
export function isPartialClone(commonDir: string): boolean {
  try {
    const text = readFileSync(path.join(commonDir, 'config'), 'utf8');
    return /^\s*(?:promisor\s*=\s*true|partialclone\s*=)/im.test(text);
  } catch {
    return false; // an unreadable configuration is Git's own to report
  }
}

const shadows = new Map<string, string>();

function shadowOf(commonDir: string, objectFormat: 'sha1' | 'sha256'): string {
  const known = shadows.get(commonDir);
  if (known !== undefined) return known;
  if (shadows.size === 0) process.once('exit', removeShadows);
  const folder = makeShadow(commonDir, objectFormat);
  shadows.set(commonDir, folder);
  return folder;
}

/**
 * A throw-away Git directory that borrows the objects of another and has its own refs, none of them.
 * @param settings further lines of its configuration
 */
export function makeShadow(commonDir: string, objectFormat: 'sha1' | 'sha256', settings = ''): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'modelkeep-'));
  mkdirSync(path.join(folder, 'refs'));
  mkdirSync(path.join(folder, 'objects', 'info'), { recursive: true });
  writeFileSync(path.join(folder, 'HEAD'), 'ref: refs/heads/main\n');
  writeFileSync(path.join(folder, 'objects', 'info', 'alternates'), `${path.join(commonDir, 'objects')}\n`);
  const sha256 = objectFormat === 'sha256';
  writeFileSync(
    path.join(folder, 'config'),
    `[core]\n\trepositoryformatversion = ${sha256 ? 1 : 0}\n\tbare = true\n${sha256 ? '[extensions]\n\tobjectformat = sha256\n' : ''}${settings}`,
  );
  return folder;
}

function removeShadows(): void {
  for (const folder of shadows.values()) rmSync(folder, { recursive: true, force: true });
}
