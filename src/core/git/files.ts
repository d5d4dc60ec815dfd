import type { ObjectFailure, ObjectReader } from './objects.js';
import { openObjects } from './objects.js';
import type { Repository } from './repository.js';
import { entriesOfTree } from './trees.js';

/** A file of a commit: its bytes, or why there are none. */
export type FileAt =
  { readonly kind: 'file'; readonly data: Buffer } | { readonly kind: 'missing' | 'corrupt' | 'too-large' };

const LIMIT = 10 * 1024 * 1024;

interface ReadOptions {
  readonly signal?: AbortSignal;
  /** Bytes; a larger file is `too-large`. 10 MiB by default. */
  readonly limit?: number;
}

/** Reads files as a commit (or tree) has them, all through one process. Folders count as missing. */
export async function readPathsAt(
  repository: Repository,
  commit: string,
  paths: readonly string[],
  options: ReadOptions = {},
): Promise<ReadonlyMap<string, FileAt>> {
  const found = new Map<string, FileAt>();
  if (paths.length === 0) return found;
  const limit = options.limit ?? LIMIT;
  const reader = openObjects(repository, options.signal ? { signal: options.signal } : {});
  try {
    for (const path of new Set(paths)) {
      const missing = (reason: string): void => {
        found.set(path, { kind: reason === 'corrupt' ? 'corrupt' : 'missing' });
      };
      reader.info(`${commit}:${path}`, {
        failed: missing,
        info: (type, size, id) => {
          if (type !== 'blob') found.set(path, { kind: 'missing' });
          else if (size > limit) found.set(path, { kind: 'too-large' });
          else {
            reader.contents(id, {
              failed: missing,
              object: (_type, data) => found.set(path, { kind: 'file', data: Buffer.from(data) }),
            });
          }
        },
      });
    }
    await reader.settle();
  } finally {
    reader.close();
  }
  return found;
}

/** A file at the root of a commit; `absent` where the commit has none. */
export type RootFile = FileAt | { readonly kind: 'absent' };

/**
 * Reads a file at the root of a commit. Git says the same of a name that a commit does not have and of an object that
 * is not in this clone: where it says so, the folder is asked.
 * @param reader has nothing else to do
 */
export async function readRootFile(
  reader: ObjectReader,
  commit: string,
  name: string,
  limit = LIMIT,
): Promise<RootFile> {
  let found: RootFile = { kind: 'absent' };
  let failure: ObjectFailure | undefined;
  const failed = (reason: ObjectFailure): void => {
    failure = reason;
  };
  reader.info(`${commit}:${name}`, {
    failed,
    info: (type, size, id) => {
      if (type !== 'blob') return;
      if (size > limit) found = { kind: 'too-large' };
      else
        reader.contents(id, {
          failed,
          object: (_type, data) => {
            found = { kind: 'file', data: Buffer.from(data) };
          },
        });
    },
  });
  await reader.settle();
  if (failure === undefined) return found;
  if (failure === 'corrupt') return { kind: 'corrupt' };
  return (await names(reader, commit, name)) ? { kind: 'missing' } : found;
}

/** Whether the root of a commit has an entry of that name; also where the root itself cannot be read. */
async function names(reader: ObjectReader, commit: string, name: string): Promise<boolean> {
  let named = true;
  reader.contents(`${commit}:`, {
    failed: () => undefined, // then nobody knows
    object: (_type, data) => {
      named = [...entriesOfTree(data, commit.length / 2)].some((entry) => entry.name === name);
    },
  });
  await reader.settle();
  return named;
}

/** One file of a commit; null when it is not there, not readable or over the limit. */
export async function readBlobAt(
  repository: Repository,
  commit: string,
  path: string,
  options: ReadOptions = {},
): Promise<Buffer | null> {
  const file = (await readPathsAt(repository, commit, [path], options)).get(path);
  return file?.kind === 'file' ? file.data : null;
}
