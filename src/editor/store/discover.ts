import { readdir } from 'node:fs/promises';
import path from 'node:path';
import type { GitEnvironment } from '../../core/git/process.js';
import { GitError } from '../../core/git/process.js';
import type { Repository } from '../../core/git/repository.js';
import { openRepository } from '../../core/git/repository.js';

/** How deep repositories are looked for below an opened folder, and how many folders are read for it at most. */
const DEPTH = 3;
const MOST_FOLDERS = 2000;
const SKIPPED = new Set(['node_modules', 'venv', 'site-packages', '__pycache__', 'dist', 'build']);

/** A folder with a repository, or with one that Git would not open. */
export type Discovered =
  | { readonly folder: string; readonly repository: Repository }
  | { readonly folder: string; readonly error: unknown };

/**
 * Finds the repositories of the opened folders: around each of them, and below. One that Git refuses (not owned
 * by the user, broken) is an answer too; a folder without one is none.
 */
export async function discoverRepositories(
  folders: readonly string[],
  options: { readonly git: GitEnvironment; readonly signal?: AbortSignal },
): Promise<readonly Discovered[]> {
  const found = new Map<string, Discovered>();
  for (const folder of folders) {
    for (const candidate of [folder, ...(await repositoriesBelow(folder))]) {
      const result = await open(candidate, options);
      if (result === null) continue;
      const key = 'repository' in result ? result.repository.root : result.folder;
      if (!found.has(key)) found.set(key, result);
    }
  }
  return [...found.values()];
}

async function open(
  folder: string,
  options: { readonly git: GitEnvironment; readonly signal?: AbortSignal },
): Promise<Discovered | null> {
  try {
    return { folder, repository: await openRepository(folder, options) };
  } catch (error) {
    options.signal?.throwIfAborted();
    if (error instanceof GitError && error.reason === 'not-a-repository') return null;
    return { folder, error };
  }
}

/** Folders below `folder` that hold a `.git`, nearest first, without asking Git. */
async function repositoriesBelow(folder: string): Promise<readonly string[]> {
  const found: string[] = [];
  let level = [folder];
  let left = MOST_FOLDERS;
  for (let depth = 0; depth < DEPTH && level.length > 0; depth += 1) {
    const parents = level.slice(0, left);
    left -= parents.length;
    const read = await Promise.all(
      parents.map((parent) => readdir(parent, { withFileTypes: true }).catch(() => [])),
    );
    level = [];
    for (const [index, parent] of parents.entries()) {
      const entries = read[index] ?? [];
      if (depth > 0 && entries.some((entry) => entry.name === '.git')) found.push(parent);
      for (const entry of entries) {
        if (!entry.isDirectory() || entry.name.startsWith('.') || SKIPPED.has(entry.name)) continue;
        level.push(path.join(parent, entry.name));
      }
    }
  }
  return found;
}
