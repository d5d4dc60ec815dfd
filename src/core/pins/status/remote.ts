import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseManifest } from '../../artifacts/manifest.js';
import { isLocalAddress, readDvcConfig } from '../../artifacts/dvcConfig.js';
import { dvcCacheFiles, lfsStoreFile } from '../../artifacts/stores.js';
import type { Catalog } from '../../catalog/catalog.js';
import type { Digest } from '../../digest.js';
import { runGit } from '../../git/process.js';
import type { Repository } from '../../git/repository.js';
import { remoteUrl } from '../../tracking/dvc/config.js';
import { redacted } from '../elsewhere.js';
import type { Meaning } from '../forms.js';
import { ownRemote } from './ownRemote.js';
import type { Finding } from './side.js';
import { because, notApplicable } from './side.js';

/** Says whether a remote has the bytes that a pin means. */
export type RemoteCheck = (
  catalog: Pick<Catalog, 'repository' | 'settings'>,
  meaning: Pick<Meaning, 'model' | 'digest' | 'commit'>,
  options: { readonly signal?: AbortSignal },
) => Promise<Finding>;

/**
 * Looks at the remote of DVC or Git LFS where it is a folder that can be looked into; of all others it says which
 * command would tell, because only those programs speak with them.
 */
export const checkRemote: RemoteCheck = async (catalog, meaning, options) => {
  const { model, digest, commit } = meaning;
  if (model === null || digest === null || model.path === null) return notApplicable('remote');
  if (model.tracking === 'dvc') {
    const own = await ownRemote(catalog.repository, model, commit, options);
    return dvcRemote(catalog.repository, model.pointer ?? model.path, digest, own);
  }
  if (model.tracking === 'lfs') return lfsRemote(catalog, digest, options);
  return notApplicable('remote');
};

async function dvcRemote(
  repository: Repository,
  pointer: string,
  digest: Digest,
  own: string | undefined,
): Promise<Finding> {
  if (dvcCacheFiles('', digest).length === 0) {
    const message = `A digest of kind ${digest.algorithm} names no file that could be looked for`;
    return because({ source: 'DVC remote' }, 'unknown', 'remote-unknown', message);
  }
  const folder = await dvcFolder(repository, pointer);
  const config = await readDvcConfig(folder, repository.git.env);
  const name = own ?? config.defaultRemote;
  const url = name === null ? null : remoteUrl(config, name);
  if (name === null || url === null) {
    const [broken] = config.problems;
    const lost =
      own === undefined ? 'No default DVC remote' : `No DVC remote "${own}", which the output names,`;
    const message = broken ? `${lost} can be read: ${broken.message}` : `${lost} is set`;
    return because({ source: 'DVC remote' }, 'unknown', 'remote-unknown', message);
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
  { repository, settings }: Pick<Catalog, 'repository' | 'settings'>,
  digest: Digest,
  options: { readonly signal?: AbortSignal },
): Promise<Finding> {
  const url = await addressOf(repository, settings.remote, options);
  const side = { source: `Git LFS at ${url === '' ? settings.remote : redacted(url)}` };
  if (url === '')
    return because(side, 'unknown', 'remote-unknown', `There is no remote "${settings.remote}"`);
  const root = localFolder(url, repository.root);
  if (root === null || (await hasOwnServer(repository, options))) {
    return because(
      side,
      'unknown',
      'remote-unknown',
      'Only git-lfs can ask that server: run "git lfs push --dry-run --all"',
    );
  }
  if (lfsStoreFile('', digest) === null) {
    const message =
      'A folder of many files is looked for by git-lfs alone: run "git lfs push --dry-run --all"';
    return because(side, 'unknown', 'remote-unknown', message);
  }
  if (!(await isFolder(root))) return because(side, 'unknown', 'remote-unknown', `${root} is not there now`);
  for (const store of [path.join(root, 'lfs', 'objects'), path.join(root, '.git', 'lfs', 'objects')]) {
    const file = lfsStoreFile(store, digest);
    if (file !== null && (await isFile(file))) return { side: { ...side, digest, state: 'ok' }, reasons: [] };
  }
  return because(side, 'differs', 'not-on-remote', 'The remote lacks the bytes: run "git lfs push --all"');
}

/** Where a remote lies, `url.*.insteadOf` applied; empty when there is none. */
async function addressOf(
  repository: Repository,
  remote: string,
  options: { readonly signal?: AbortSignal },
): Promise<string> {
  const { stdout, exitCode } = await runGit(repository.git, ['remote', 'get-url', '--', remote], {
    cwd: repository.root,
    accept: [0, 2, 128],
    ...options,
  });
  return exitCode === 0 ? (stdout.toString('utf8').split('\n', 1)[0] ?? '').trim() : '';
}

/** Whether Git LFS keeps its objects elsewhere than beside the Git remote (git-lfs-config: lfs.url and its kin). */
async function hasOwnServer(
  repository: Repository,
  options: { readonly signal?: AbortSignal },
): Promise<boolean> {
  const { exitCode } = await runGit(
    repository.git,
    ['config', '--get-regexp', '^(lfs\\.(push)?url|remote\\..*\\.lfs(push)?url)$'],
    { cwd: repository.root, accept: [0, 1], ...options },
  );
  if (exitCode === 0) return true;
  const shared = await readFile(path.join(repository.root, '.lfsconfig'), 'utf8').catch(() => '');
  return /^\s*(?:lfs)?(?:push)?url\s*=/im.test(shared);
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
  // `scheme://`, `user@host:path` and `host:path`, as Git reads them
  return isLocalAddress(url) ? path.resolve(from, url) : null;
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
