import { stat } from 'node:fs/promises';
import path from 'node:path';
import type { Catalog } from '../../catalog/catalog.js';
import { runGit } from '../../git/process.js';
import type { Repository } from '../../git/repository.js';

/** When this clone last heard from its remote; null when it never has, or does not say. */
export async function lastFetch(repository: Repository, remote: string): Promise<Date | null> {
  for (const file of ['FETCH_HEAD', `refs/remotes/${remote}/HEAD`]) {
    const found = await stat(path.join(repository.commonDir, ...file.split('/'))).catch(() => null);
    if (found?.isFile()) return found.mtime;
  }
  return null;
}

/** Keys and values under `remote.` in Git's configuration. */
export type RemoteSettings = readonly (readonly [key: string, value: string])[];

/** Reads what Git is told of remotes, with one process. */
export async function readRemoteSettings(
  repository: Repository,
  options: { readonly signal?: AbortSignal } = {},
): Promise<RemoteSettings> {
  const { stdout } = await runGit(repository.git, ['config', '-z', '--get-regexp', '^remote\\.'], {
    cwd: repository.root,
    accept: [0, 1],
    ...options,
  });
  return stdout
    .toString('utf8')
    .split('\0')
    .map((entry) => [entry.slice(0, entry.indexOf('\n')), entry.slice(entry.indexOf('\n') + 1)] as const);
}

/**
 * Why a tag that is not here may be at the remote all the same, in words; undefined when this clone has what there is.
 * `since` is when the pin was written, as far as known: what was tagged since the last fetch is not here.
 */
export async function whyTagsMayBeMissing(
  catalog: Catalog,
  since: Date | null,
  options: { readonly signal?: AbortSignal; readonly remotes?: Promise<RemoteSettings> } = {},
): Promise<string | undefined> {
  const { repository, settings } = catalog;
  if (repository.shallow) return 'this clone is shallow';
  const { remotes, ...abortable } = options;
  const entries = await (remotes ?? readRemoteSettings(repository, abortable));
  if (!entries.some(([key]) => key.endsWith('.url'))) return undefined;
  const of = (name: string): readonly string[] =>
    entries
      .filter(
        ([key]) =>
          key === `remote.${settings.remote.toLowerCase()}.${name}` ||
          key === `remote.${settings.remote}.${name}`,
      )
      .map(([, value]) => value);
  if (of('tagopt').includes('--no-tags')) return 'this clone takes no tags';
  const fetches = of('fetch');
  if (fetches.length > 0 && !fetches.some((spec) => spec.includes('*')))
    return 'this clone has a single branch';
  const fetched = await lastFetch(repository, settings.remote);
  if (fetched === null) return 'nothing was ever fetched';
  if (since !== null && fetched < since) return `nothing was fetched since ${fetched.toISOString()}`;
  return undefined;
}
