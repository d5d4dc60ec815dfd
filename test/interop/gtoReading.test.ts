import assert from 'node:assert/strict';
import { gitEnvironment } from '../../src/core/git/process.js';
import { openRepository } from '../../src/core/git/repository.js';
import { buildGtoState } from '../../src/core/registry/gto/build.js';
import { gtoCheckRef, gtoHistory, gtoShow, gtoShowArtifact } from '../../src/core/registry/gto/json.js';
import { readTagRefs } from '../../src/core/registry/readTags.js';
import { GitRepo } from '../fixtures/gitRepo.js';
import { randomHistories, writeHistories } from './gtoHistories.js';
import { GtoProcess } from './gtoProcess.js';
import { describeWith } from './tools.js';

const HISTORIES = Math.ceil(200 * Number(process.env.MODELKEEP_RUNS ?? 1));
const SEED = Number(process.env.MODELKEEP_SEED ?? 20261123);

describeWith('python', 'GTO state equals the real gto', (python) => {
  const repo = GitRepo.create();
  const gto = new GtoProcess(python, repo.env);
  after(() => {
    gto.close();
    repo.dispose();
  });

  it(`on ${HISTORIES} random tag histories (seed ${SEED})`, async function () {
    this.timeout(600_000);
    const histories = randomHistories(HISTORIES, SEED);
    writeHistories(repo, histories);
    const repository = await openRepository(repo.dir, { git: gitEnvironment(repo.env) });
    const tags = await readTagRefs(repository);
    const state = buildGtoState(tags.annotated, [...tags.lightweight.keys()]);
    const refs = [...tags.refs.keys()];
    const real = await gto.read(repo.dir, refs, [...state.artifacts.keys()]);

    const ours = gtoHistory(state);
    const all = gtoShow(state, { deprecated: true, versionsPerStage: -1 });
    for (const { artifact, tags: made } of histories) {
      const told = (what: string): string => `${what} of ${artifact}: ${JSON.stringify(made, null, 1)}`;
      assert.deepEqual(all[artifact], real.all[artifact], told('show --vs -1'));
      const own = (event: Readonly<Record<string, unknown>>): boolean => event.artifact === artifact;
      assert.deepEqual(ours.filter(own), real.history.filter(own), told('history'));
      const shown = (real.artifacts[artifact] ?? []).flatMap(withoutCommits);
      assert.deepEqual(gtoShowArtifact(state, artifact), shown, told('show NAME'));
    }
    assert.deepEqual(gtoShow(state), real.show);
    assert.deepEqual(ours, real.history);
    for (const ref of refs) assert.deepEqual(gtoCheckRef(state, ref) ?? null, real.refs[ref], ref);
  });
});

/** Leaves out what GTO takes from commits: see `gtoShowArtifact`. */
function withoutCommits(version: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>>[] {
  if (version.ref === version.commit_hexsha) return [];
  const kept = { ...version };
  delete kept.enrichments;
  if (version.discovered === true) delete kept.activated_at;
  return [kept];
}
