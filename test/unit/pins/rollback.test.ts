import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { openRepository } from '../../../src/core/git/repository.js';
import { planRollback } from '../../../src/core/pins/rollback.js';
import { PinError } from '../../../src/core/pins/pinError.js';
import { applyPins } from '../../../src/core/pins/write.js';
import type { GitRepo } from '../../fixtures/gitRepo.js';
import { catalogOf, churn } from './support.js';

const FILE = 'config/model.yaml';

describe('rolling a pin back', () => {
  let repo: GitRepo;
  beforeEach(() => (repo = churn()));
  afterEach(() => repo.dispose());

  const pin = (version: string): void => {
    repo.write(FILE, `model:\n  version: ${version}\n`).commit(`pin ${version}`);
  };
  const back = async (to?: string): Promise<string> => {
    const plans = await planRollback(await catalogOf(repo), {
      model: 'churn',
      environment: 'production',
      ...(to === undefined ? {} : { to }),
    });
    await applyPins(await openRepository(repo.dir), plans);
    return /version: (\S*)/.exec(readFileSync(repo.at(FILE), 'utf8'))?.[1] ?? '';
  };

  it('goes to the value before this one, however long that stood', async () => {
    pin('v2.0.0');
    repo.write(FILE, `# comment\n${readFileSync(repo.at(FILE), 'utf8')}`).commit('comment');
    pin('v3.0.0');
    assert.equal(await back(), 'v2.0.0');
  });

  it('counts a value that is not committed yet as the one to leave', async () => {
    pin('v2.0.0');
    repo.write(FILE, 'model:\n  version: v3.0.0\n');
    assert.equal(await back(), 'v2.0.0');
  });

  it('returns in the form that is there now, past values that mean nothing any more', async () => {
    pin('v0.1.0');
    pin('');
    repo.write(FILE, 'broken: [\n').commit('broken');
    pin('3.0.0');
    assert.equal(await back(), '1.0.0');
  });

  it('goes to a named version', async () => {
    assert.equal(await back('v2.0.0'), 'v2.0.0');
  });

  it('is refused where there was nothing else', async () => {
    await assert.rejects(back(), (error) => error instanceof PinError && error.reason === 'no-earlier');
  });

  it('reads a long history a little at a time', async () => {
    const edits = Array.from({ length: 40 }, (_, index) => {
      const text = `# ${index}\nmodel:\n  version: v2.0.0\n`;
      const from = index === 0 ? 'from refs/heads/main^0\n' : '';
      return `commit refs/heads/main\ncommitter A <a@b> ${1_800_000_000 + index} +0000\ndata 4\nedit\n${from}M 644 inline ${FILE}\ndata ${text.length}\n${text}\n`;
    });
    repo.run(['fast-import', '--quiet'], { input: edits.join('') });
    repo.git('reset', '-q', '--hard');
    assert.equal(await back(), 'v1.0.0');
  });
});
