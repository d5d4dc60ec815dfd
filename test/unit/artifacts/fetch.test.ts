import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fetchModel, FetchError } from '../../../src/core/artifacts/fetch.js';
import type { Fetched, FetchRequest } from '../../../src/core/artifacts/fetch.js';
import { folderDigest, formatManifest } from '../../../src/core/artifacts/manifest.js';
import type { Model } from '../../../src/core/catalog/catalog.js';
import { gitEnvironment } from '../../../src/core/git/process.js';
import { openRepository } from '../../../src/core/git/repository.js';
import { GitRepo } from '../../fixtures/gitRepo.js';

const md5 = (bytes: string): string => createHash('md5').update(bytes).digest('hex');
const sha256 = (bytes: string): string => createHash('sha256').update(bytes).digest('hex');
const MODEL: Model = {
  name: 'churn',
  path: 'models/churn.pkl',
  pointer: 'models/churn.pkl.dvc',
  tracking: 'dvc',
  declared: false,
  digest: { algorithm: 'md5', value: md5('bytes') },
  size: 5,
};

describe('fetching a model from where it lies', () => {
  let repo: GitRepo;
  beforeEach(() => (repo = GitRepo.create().write('.dvc/config', '')));
  afterEach(() => repo.dispose());
  const cache = (value: string, bytes: string): GitRepo =>
    repo.write(`.dvc/cache/files/md5/${value.slice(0, 2)}/${value.slice(2)}`, bytes);
  const fetched = async (model: Model, more: Partial<FetchRequest> = {}): Promise<Fetched> => {
    const git = gitEnvironment(repo.env);
    const repository = await openRepository(repo.dir, { git });
    return fetchModel({ repository, model, out: repo.at('out/churn.pkl'), from: 'cache', ...more });
  };
  const refused = (reason: string) => (error: unknown) =>
    error instanceof FetchError && error.reason === reason;

  it('copies it from the DVC cache or the LFS store, and leaves alone what is there already', async () => {
    cache(md5('bytes'), 'bytes');
    const { digest } = MODEL;
    assert.deepEqual(await fetched(MODEL), {
      path: repo.at('out/churn.pkl'),
      digest,
      size: 5,
      source: 'cache',
    });
    assert.equal(readFileSync(repo.at('out/churn.pkl'), 'utf8'), 'bytes');
    assert.equal((await fetched(MODEL)).source, 'there already');
    assert.deepEqual(readdirSync(repo.at('out')), ['churn.pkl']);
    const oid = sha256('large');
    repo.write(`.git/lfs/objects/${oid.slice(0, 2)}/${oid.slice(2, 4)}/${oid}`, 'large');
    const lfs: Model = {
      ...MODEL,
      tracking: 'lfs',
      pointer: MODEL.path,
      digest: { algorithm: 'sha256', value: oid },
    };
    assert.equal((await fetched(lfs, { out: repo.at('large') })).source, 'cache');
  });

  it('builds a folder from its manifest', async () => {
    const entries = [
      { md5: md5('one'), relpath: 'a' },
      { md5: md5('two'), relpath: 'sub/b' },
    ];
    const folder: Model = { ...MODEL, digest: { algorithm: 'md5', value: folderDigest(entries) }, size: 6 };
    cache(folderDigest(entries), formatManifest(entries));
    cache(md5('one'), 'one');
    await assert.rejects(fetched(folder, { out: repo.at('folder') }), refused('not-cached'));
    cache(md5('two'), 'two');
    await fetched(folder, { out: repo.at('folder') });
    assert.equal(readFileSync(repo.at('folder/sub/b'), 'utf8'), 'two');
  });

  it('puts nothing in place whose digest is another one, and nothing over something else', async () => {
    cache(md5('bytes'), 'bytez');
    await assert.rejects(fetched(MODEL), refused('wrong-digest'));
    assert.deepEqual([existsSync(repo.at('out/churn.pkl')), readdirSync(repo.at('out'))], [false, []]);
    cache(md5('bytes'), 'bytes');
    repo.write('out/churn.pkl', 'precious');
    await assert.rejects(fetched(MODEL), refused('exists'));
    assert.equal(readFileSync(repo.at('out/churn.pkl'), 'utf8'), 'precious');
    await fetched(MODEL, { replace: true });
    assert.equal(readFileSync(repo.at('out/churn.pkl'), 'utf8'), 'bytes');
  });

  it('says what it lacks', async () => {
    await assert.rejects(fetched(MODEL), refused('not-cached'));
    await assert.rejects(fetched({ ...MODEL, digest: null }), refused('no-digest'));
    await assert.rejects(
      fetched({ ...MODEL, digest: { algorithm: 'etag', value: 'x' } }),
      refused('no-digest'),
    );
  });
});
