import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { GitEnvironment } from './process.js';

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

/** Whether a remote of this clone promises the objects that are not here (Git: partial clone). */
function isPartialClone(commonDir: string): boolean {
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
  const folder = mkdtempSync(path.join(tmpdir(), 'modelkeep-'));
  shadows.set(commonDir, folder);
  mkdirSync(path.join(folder, 'refs'));
  mkdirSync(path.join(folder, 'objects', 'info'), { recursive: true });
  writeFileSync(path.join(folder, 'HEAD'), 'ref: refs/heads/main\n');
  writeFileSync(path.join(folder, 'objects', 'info', 'alternates'), `${path.join(commonDir, 'objects')}\n`);
  const sha256 = objectFormat === 'sha256';
  writeFileSync(
    path.join(folder, 'config'),
    `[core]\n\trepositoryformatversion = ${sha256 ? 1 : 0}\n\tbare = true\n${sha256 ? '[extensions]\n\tobjectformat = sha256\n' : ''}`,
  );
  return folder;
}

function removeShadows(): void {
  for (const folder of shadows.values()) rmSync(folder, { recursive: true, force: true });
}
