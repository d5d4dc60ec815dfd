import assert from 'node:assert/strict';
import type { PlanWarning } from '../../../../src/core/registry/versions/plan.js';
import { planTag } from '../../../../src/core/registry/versions/planTag.js';
import type { GitRepo } from '../../../fixtures/gitRepo.js';
import { md5, sha256 } from '../../../fixtures/gitRepo.js';
import { catalogOf, CHURN, teamRepository } from './team.js';

describe('what is known of a version’s bytes', () => {
  let repo: GitRepo;
  let remote: GitRepo;
  beforeEach(() => ({ repo, remote } = teamRepository()));
  afterEach(() => {
    repo.dispose();
    remote.dispose();
  });

  async function warnings(): Promise<readonly PlanWarning[]> {
    const plan = await planTag({ catalog: await catalogOf(repo), model: CHURN });
    return plan.warnings.filter(({ code }) => code.startsWith('bytes-'));
  }

  const digest = md5('second');
  const cached = `files/md5/${digest.slice(0, 2)}/${digest.slice(2)}`;
  const dvcRemote = (url: string): unknown =>
    repo.write('.dvc/config', `[core]\n    remote = store\n['remote "store"']\n    url = ${url}\n`);

  it('claims nothing where there is no remote, only dvc can ask it, or it is not there now', async () => {
    repo.write(`.dvc/cache/${cached}`, 'second');
    assert.deepEqual(await warnings(), []);
    dvcRemote('s3://bucket/models');
    assert.deepEqual(await warnings(), []);
    dvcRemote('../../unplugged');
    assert.deepEqual(await warnings(), []);
  });

  it('says that DVC’s remote lacks bytes that are here, with the command that pushes them', async () => {
    dvcRemote('../store');
    repo.write('store/files/md5/ab/other', '').write(`.dvc/cache/${cached}`, 'second');
    const [warning] = await warnings();
    assert.equal(warning?.code, 'bytes-only-here');
    assert.deepEqual(warning.remedy, ['dvc', 'push', 'models/churn.pkl.dvc']);
    assert.match(warning.message, /DVC remote store/);
    repo.write(`store/${cached}`, 'second');
    assert.deepEqual(await warnings(), []);
  });

  it('says when they are nowhere that can be looked into', async () => {
    dvcRemote('../store');
    repo.write('store/files/md5/ab/other', '');
    const [warning] = await warnings();
    assert.deepEqual([warning?.code, warning?.remedy], ['bytes-nowhere', undefined]);
    repo.write('models/churn.pkl', 'second');
    assert.equal((await warnings())[0]?.code, 'bytes-only-here');
  });

  it('says that the Git remote lacks an LFS object, unless LFS has a server of its own', async () => {
    repo.remove('models/churn.pkl.dvc').write('.gitattributes', '*.pkl filter=lfs\n');
    repo.lfsPointer(CHURN.path, { content: 'large' }).commit('lfs');
    const oid = sha256('large');
    repo.write(`.git/lfs/objects/${oid.slice(0, 2)}/${oid.slice(2, 4)}/${oid}`, 'large');
    const [warning] = await warnings();
    assert.equal(warning?.code, 'bytes-only-here');
    assert.deepEqual(warning.remedy, ['git', 'lfs', 'push', '--object-id', 'origin', oid]);
    repo.write('.lfsconfig', '[lfs]\n\turl = https://lfs.example.com\n');
    assert.deepEqual(await warnings(), []);
    repo.remove('.lfsconfig');
    repo.git('config', 'url.https://git.example.com/.insteadOf', remote.dir);
    assert.deepEqual(await warnings(), []);
    repo.git('config', '--unset', 'url.https://git.example.com/.insteadOf');
    remote.write(`lfs/objects/${oid.slice(0, 2)}/${oid.slice(2, 4)}/${oid}`, 'large');
    assert.deepEqual(await warnings(), []);
  });
});
