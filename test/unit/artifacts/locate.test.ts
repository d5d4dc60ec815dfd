import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdir, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { createLocator } from '../../../src/core/artifacts/locate.js';
import { folderDigest, formatManifest } from '../../../src/core/artifacts/manifest.js';
import type { Model } from '../../../src/core/catalog/catalog.js';
import type { Digest } from '../../../src/core/digest.js';
import type { Repository } from '../../../src/core/git/repository.js';
import { openRepository } from '../../../src/core/git/repository.js';
import { GitRepo } from '../../fixtures/gitRepo.js';

const md5 = (bytes: string): string => createHash('md5').update(bytes).digest('hex');
const sha256 = (bytes: string): string => createHash('sha256').update(bytes).digest('hex');

function model(fields: Partial<Model> & { digest: Digest | null }): Model {
  return {
    name: 'churn',
    path: 'models/churn.pkl',
    tracking: 'dvc',
    pointer: 'models/churn.pkl.dvc',
    declared: false,
    size: 5,
    ...fields,
  };
}

async function put(root: string, file: string, bytes: string): Promise<void> {
  const whole = path.join(root, file);
  await mkdir(path.dirname(whole), { recursive: true });
  await writeFile(whole, bytes);
}

describe('where the bytes of a model are', () => {
  let repo: GitRepo;
  let root: string;
  let repository: Repository;
  const digest: Digest = { algorithm: 'md5', value: md5('bytes') };
  const at = (value: Digest): string => `${value.value.slice(0, 2)}/${value.value.slice(2)}`;

  beforeEach(async () => {
    repo = GitRepo.create();
    root = repo.dir;
    repository = await openRepository(root);
  });
  afterEach(() => repo.dispose());

  it('is the workspace only at the checkout, and only with the right size', async () => {
    await put(root, 'models/churn.pkl', 'bytes');
    const locator = createLocator(repository);
    assert.equal(await locator.locate(model({ digest }), true), 'workspace');
    assert.equal(await locator.locate(model({ digest, size: 6 }), true), 'absent');
    assert.equal(await locator.locate(model({ digest }), false), 'absent');
    assert.equal(await locator.locate(model({ digest: null }), true), 'unknown');
  });

  it('finds the DVC cache in its current and its older layout', async () => {
    await put(root, '.dvc/config', '');
    const legacy: Digest = { algorithm: 'md5', value: md5('older'), legacy: true };
    await put(root, `.dvc/cache/files/md5/${at(digest)}`, 'bytes');
    await put(root, `.dvc/cache/${at(legacy)}`, 'older');
    const locator = createLocator(repository);
    assert.equal(await locator.locate(model({ digest }), false), 'cache');
    assert.equal(await locator.locate(model({ digest: legacy }), false), 'cache');
    assert.equal(
      await locator.locate(model({ digest: { algorithm: 'etag', value: 'x' } }), false),
      'unknown',
    );
  });

  it('follows cache.dir, that of config.local first, and a nested DVC repository', async () => {
    await put(
      root,
      '.dvc/config',
      '[core]\n    remote = x\n[\'remote "x"\']\n    url = /nowhere\n[cache]\n    dir = ../one\n',
    );
    await put(root, `one/files/md5/${at(digest)}`, 'bytes');
    assert.equal(await createLocator(repository).locate(model({ digest }), false), 'cache');
    await put(root, '.dvc/config.local', '[cache]\r\n  dir = ../two\r\n');
    assert.equal(await createLocator(repository).locate(model({ digest }), false), 'absent');
    await put(root, `sub/.dvc/cache/files/md5/${at(digest)}`, 'bytes');
    const nested = model({ digest, path: 'sub/deep/a.pkl', pointer: 'sub/deep/a.pkl.dvc' });
    assert.equal(await createLocator(repository).locate(nested, false), 'cache');
  });

  it('follows the user’s and the system’s cache.dir, which the repository’s own overrides', async () => {
    const shared = path.join(root, 'shared');
    const env = { ...repository.git.env, DVC_GLOBAL_CONFIG_DIR: path.join(root, 'user') };
    const mine = { ...repository, git: { ...repository.git, env } };
    await put(root, '.dvc/config', '');
    await put(root, 'user/config', `[cache]\n    dir = ${shared}\n`);
    assert.equal(await createLocator(mine).locate(model({ digest }), false), 'absent');
    await put(shared, `files/md5/${at(digest)}`, 'bytes');
    assert.equal(await createLocator(mine).locate(model({ digest }), false), 'cache');
    const system = {
      DVC_SYSTEM_CONFIG_DIR: path.join(root, 'user'),
      DVC_GLOBAL_CONFIG_DIR: path.join(root, 'none'),
    };
    const theirs = { ...repository, git: { ...repository.git, env: { ...repository.git.env, ...system } } };
    assert.equal(await createLocator(theirs).locate(model({ digest }), false), 'cache');
    await put(root, '.dvc/config', '[cache]\n    dir = cache\n');
    assert.equal(await createLocator(mine).locate(model({ digest }), false), 'absent');
  });

  it('counts a folder as cached only when every file of its manifest is', async () => {
    const entries = [
      { md5: md5('one'), relpath: 'a.bin' },
      { md5: md5('two'), relpath: 'sub/b.bin' },
    ];
    const folder: Digest = { algorithm: 'md5', value: folderDigest(entries) };
    await put(root, `.dvc/cache/files/md5/${at(folder)}`, formatManifest(entries));
    await put(root, `.dvc/cache/files/md5/${at({ algorithm: 'md5', value: md5('one') })}`, 'one');
    const out = model({ digest: folder, path: 'models/out', pointer: 'models/out.dvc', size: 6 });
    assert.equal(await createLocator(repository).locate(out, false), 'absent');
    await put(root, `.dvc/cache/files/md5/${at({ algorithm: 'md5', value: md5('two') })}`, 'two');
    assert.equal(await createLocator(repository).locate(out, false), 'cache');
    await put(root, 'models/out/a.bin', 'one');
    await put(root, 'models/out/sub/b.bin', 'two');
    assert.equal(await createLocator(repository).locate(out, true), 'workspace');
  });

  it('finds the LFS store and that of an alternate, never taking a pointer or another size for the bytes', async () => {
    const oid: Digest = { algorithm: 'sha256', value: sha256('bytes') };
    const lfs = model({ tracking: 'lfs', pointer: 'models/churn.pkl', digest: oid });
    const pointer = `version https://git-lfs.github.com/spec/v1\noid sha256:${oid.value}\nsize 5\n`;
    await put(root, 'models/churn.pkl', pointer);
    assert.equal(await createLocator(repository).locate({ ...lfs, size: pointer.length }, true), 'absent');
    const name = `${oid.value.slice(0, 2)}/${oid.value.slice(2, 4)}/${oid.value}`;
    await put(root, `.git/lfs/objects/${name}`, 'byte');
    assert.equal(await createLocator(repository).locate(lfs, true), 'absent');
    await put(root, 'other/.git/lfs/objects/' + name, 'bytes');
    await put(root, '.git/objects/info/alternates', '../../other/.git/objects\n');
    assert.equal(await createLocator(repository).locate(lfs, true), 'cache');
  });

  it('takes neither a hostile digest nor a path out of the repository as a place to look', async () => {
    await put(root, '.dvc/config', '');
    const hostile: Digest = { algorithm: 'md5', value: '../../../../etc/passwd' };
    assert.equal(await createLocator(repository).locate(model({ digest: hostile }), false), 'absent');
    await symlink('/', path.join(root, 'out'));
    const outside = model({ digest, path: 'out/etc/hostname', pointer: 'out/x.dvc', size: null });
    assert.equal(await createLocator(repository).locate(outside, true), 'absent');
    assert.equal(await createLocator(repository).locate({ ...outside, path: '../x' }, true), 'absent');
  });
});

describe('a DVC folder manifest', () => {
  it('is written as Python writes it', () => {
    assert.equal(
      formatManifest([
        { md5: 'b'.repeat(32), relpath: 'sub/é\u007f"\\.txt' },
        { md5: 'a'.repeat(32), relpath: 'a b.txt' },
      ]),
      `[{"md5": "${'a'.repeat(32)}", "relpath": "a b.txt"}, {"md5": "${'b'.repeat(32)}", "relpath": "sub/\\u00e9\\u007f\\"\\\\.txt"}]`,
    );
    assert.equal(formatManifest([]), '[]');
  });
});
