import assert from 'node:assert/strict';
import { fileURLToPath } from 'node:url';
import { gitEnvironment } from '../../src/core/git/process.js';
import { openRepository } from '../../src/core/git/repository.js';
import { buildGtoState } from '../../src/core/registry/gto/build.js';
import { gtoCheckRef, gtoHistory, gtoShow, gtoShowArtifact } from '../../src/core/registry/gto/json.js';
import { readTagRefs } from '../../src/core/registry/readTags.js';
import { GitRepo } from '../fixtures/gitRepo.js';
import { randomHistories, writeHistories } from './gtoHistories.js';
import { describeWith, runJson } from './tools.js';

const HISTORIES = 150 * Number(process.env.MODELKEEP_RUNS ?? 1);
const SEED = Number(process.env.MODELKEEP_SEED ?? 20261123);

interface Answers {
  readonly show: Readonly<Record<string, unknown>>;
  readonly all: Readonly<Record<string, unknown>>;
  readonly history: readonly Readonly<Record<string, unknown>>[];
  readonly refs: Readonly<Record<string, unknown>>;
  readonly artifacts: Readonly<Record<string, readonly Readonly<Record<string, unknown>>[]>>;
}

describeWith('python', 'GTO state equals the real gto', (python) => {
  const repo = GitRepo.create();
  after(() => repo.dispose());

  it(`on ${HISTORIES} random tag histories (seed ${SEED})`, async function () {
    this.timeout(300_000);
    const histories = randomHistories(HISTORIES, SEED);
    writeHistories(repo, histories);
    const repository = await openRepository(repo.dir, { git: gitEnvironment(repo.env) });
    const tags = await readTagRefs(repository);
    const state = buildGtoState(tags.annotated, [...tags.lightweight.keys()]);

    const refs = [...tags.refs.keys()];
    const names = [...state.artifacts.keys()];
    const driver = fileURLToPath(new URL('gtoDriver.py', import.meta.url));
    const input = JSON.stringify({ read: repo.dir, refs, names });
    const real = runJson(python, [driver], { cwd: repo.dir, env: repo.env, input }) as Answers;

    for (const { artifact, tags: made } of histories) {
      const told = (what: string): string => `${what} of ${artifact}: ${JSON.stringify(made, null, 1)}`;
      assert.deepEqual(
        gtoShow(state, { deprecated: true, versionsPerStage: -1 })[artifact],
        real.all[artifact],
        told('--vs -1'),
      );
      assert.deepEqual(
        gtoHistory(state).filter((event) => event.artifact === artifact),
        real.history.filter((event) => event.artifact === artifact),
        told('history'),
      );
      const shown = (real.artifacts[artifact] ?? []).flatMap(withoutCommits);
      assert.deepEqual(gtoShowArtifact(state, artifact), shown, told('show NAME'));
    }
    assert.deepEqual(gtoShow(state), real.show);
    assert.deepEqual(gtoHistory(state), real.history);
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
