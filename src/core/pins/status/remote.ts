import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseManifest } from '../../artifacts/manifest.js';
import { configValue, dvcCacheFiles, lfsStoreFile } from '../../artifacts/stores.js';
import type { Catalog } from '../../catalog/catalog.js';
import type { Digest } from '../../digest.js';
import { runGit } from '../../git/process.js';
import type { Repository } from '../../git/repository.js';
import { redacted } from '../elsewhere.js';
import type { Meaning } from '../forms.js';
import type { Finding } from './side.js';
import { because, notApplicable } from './side.js';

/** Says whether a remote has the bytes that a pin means. */
export type RemoteCheck = (
  catalog: Catalog,
  meaning: Meaning,
  options: { readonly signal?: AbortSignal },
) => Promise<Finding>;

/**
 * Looks at the remote of DVC or Git LFS where it is a folder that can be looked into; of all others it says which
 * command would tell, because only those programs speak with them.
 */
export const checkRemote: RemoteCheck = async (catalog, meaning, options) => {
  const { model, digest } = meaning;
  if (model === null || digest === null || model.path === null) return notApplicable('remote');
  if (model.tracking === 'dvc') return dvcRemote(catalog.repository, model.pointer ?? model.path, digest);
  if (model.tracking === 'lfs') return lfsRemote(catalog, digest, options);
  return notApplicable('remote');
};

async function dvcRemote(repository: Repository, pointer: string, digest: Digest): Promise<Finding> {
  const folder = await dvcFolder(repository, pointer);
  const read = (name: string): Promise<string> => readFile(path.join(folder, name), 'utf8').catch(() => '');
  const configs = [await read('config'), await read('config.local')];
  const last = (section: string, key: string): string | undefined =>
    configs.map((config) => configValue(config, section, key)).findLast((value) => value !== undefined);
  const name = last('core', 'remote');
  const url = name === undefined ? undefined : last(`remote "${name}"`, 'url');
  if (name === undefined || url === undefined) {
    return because({ source: 'DVC remote' }, 'unknown', 'remote-unknown', 'No default DVC remote is set');
  }
  const side = { source: `DVC remote ${name} (${redacted(url)})` };
  const root = localFolder(url, folder);
  if (root === null) {
    return because(
      side,
      'unknown',
      'remote-unknown',
      `Only dvc can ask ${redacted(url)}: run "dvc status --cloud"`,
    );
  }
  if (!(await isFolder(root))) return because(side, 'unknown', 'remote-unknown', `${root} is not there now`);
  const missing = await missingIn(root, digest);
  return missing === 0
    ? { side: { ...side, digest, state: 'ok' }, reasons: [] }
    : because(
        side,
        'differs',
        'not-on-remote',
        `The remote ${name} lacks ${missing === 1 ? 'the file' : `${missing} files`}: run "dvc push"`,
      );
}

async function lfsRemote(
  { repository, settings }: Catalog,
  digest: Digest,
  options: { readonly signal?: AbortSignal },
): Promise<Finding> {
  const { stdout } = await runGit(repository.git, ['config', '--get', `remote.${settings.remote}.url`], {
    cwd: repository.root,
    accept: [0, 1],
    ...options,
  });
  const url = stdout.toString('utf8').trim();
  const side = { source: `Git LFS at ${url === '' ? settings.remote : redacted(url)}` };
  if (url === '')
    return because(side, 'unknown', 'remote-unknown', `There is no remote "${settings.remote}"`);
  const root = localFolder(url, repository.root);
  if (root === null) {
    return because(
      side,
      'unknown',
      'remote-unknown',
      'Only git-lfs can ask that server: run "git lfs push --dry-run --all"',
    );
  }
  for (const store of [path.join(root, 'lfs', 'objects'), path.join(root, '.git', 'lfs', 'objects')]) {
    const file = lfsStoreFile(store, digest);
    if (file !== null && (await isFile(file))) return { side: { ...side, digest, state: 'ok' }, reasons: [] };
  }
  return because(side, 'differs', 'not-on-remote', 'The remote lacks the bytes: run "git lfs push --all"');
}

/** The nearest `.dvc` folder above a pointer; the one at the root where there is none. */
async function dvcFolder(repository: Repository, pointer: string): Promise<string> {
  const parts = pointer.split('/').slice(0, -1);
  for (; parts.length > 0; parts.pop()) {
    const folder = path.join(repository.root, ...parts, '.dvc');
    if (await isFolder(folder)) return folder;
  }
  return path.join(repository.root, '.dvc');
}

/** A remote that is a folder on this machine; relative ones start where their configuration stands. */
function localFolder(url: string, from: string): string | null {
  if (url.startsWith('file://')) {
    try {
      return fileURLToPath(url);
    } catch {
      return null;
    }
  }
  if (/^[A-Za-z][A-Za-z0-9+.-]+:\/\//.test(url) || /^[^/\\]+@[^/\\]+:/.test(url)) return null;
  return path.resolve(from, url);
}

/** How many of the files of a digest a DVC storage folder lacks. */
async function missingIn(root: string, digest: Digest): Promise<number> {
  const files = dvcCacheFiles(root, digest);
  const present = await firstFile(files);
  if (present === undefined) return 1;
  if (!digest.value.endsWith('.dir')) return 0;
  const entries = parseManifest(await readFile(present)) ?? [];
  let missing = 0;
  for (const entry of entries) {
    const part: Digest = { algorithm: 'md5', value: entry.md5, ...(digest.legacy ? { legacy: true } : {}) };
    if ((await firstFile(dvcCacheFiles(root, part))) === undefined) missing += 1;
  }
  return missing;
}

async function firstFile(files: readonly string[]): Promise<string | undefined> {
  for (const file of files) if (await isFile(file)) return file;
  return undefined;
}

function isFile(absolute: string): Promise<boolean> {
  return stat(absolute).then(
    (found) => found.isFile(),
    () => false,
  );
}

function isFolder(absolute: string): Promise<boolean> {
  return stat(absolute).then(
    (found) => found.isDirectory(),
    () => false,
  );
}
