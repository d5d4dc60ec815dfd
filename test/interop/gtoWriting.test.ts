import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Catalog, Model } from '../../src/core/catalog/catalog.js';
import { openCatalog } from '../../src/core/catalog/open.js';
import type { CommitId } from '../../src/core/git/ids.js';
import { gitEnvironment } from '../../src/core/git/process.js';
import type { Repository } from '../../src/core/git/repository.js';
import { openRepository } from '../../src/core/git/repository.js';
import { buildGtoState } from '../../src/core/registry/gto/build.js';
import { gtoHistory, gtoShow } from '../../src/core/registry/gto/json.js';
import { parseTagName } from '../../src/core/registry/gto/tagName.js';
import { readTagRefs } from '../../src/core/registry/readTags.js';
import { applyPlan } from '../../src/core/registry/versions/apply.js';
import type { RegistryCatalog, RegistryPlan } from '../../src/core/registry/versions/plan.js';
import { planDeprecation } from '../../src/core/registry/versions/planDeprecation.js';
import { planStage } from '../../src/core/registry/versions/planStage.js';
import { planTag } from '../../src/core/registry/versions/planTag.js';
import { planPromotion, planStageRollback } from '../../src/core/registry/versions/promotion.js';
import { RegistryError } from '../../src/core/registry/versions/registryError.js';
import { DEFAULT_SETTINGS } from '../../src/core/settings/settings.js';
import { GitRepo } from '../fixtures/gitRepo.js';
import { GtoProcess } from './gtoProcess.js';
import type { GtoOutcome } from './gtoProcess.js';
import { describeWith } from './tools.js';

const SEQUENCES = Math.ceil(25 * Number(process.env.MODELKEEP_RUNS ?? 1));
const SEED = Number(process.env.MODELKEEP_SEED ?? 20261124);
const COMMITS = 4;
const FIRST_SECOND = Date.UTC(2025, 5, 1) / 1000;

const artifact = fc.constantFrom('m', 'm', 'sub/dir:m');
const commit = fc.nat(COMMITS - 1);
const version = fc.constantFrom('v0.0.1', 'v0.0.2', 'v1.0.0', 'v1.0.0-rc.1', 'v2.0.0+b1');
const STAGES = ['dev', 'prod'];
const stage = fc.constantFrom(...STAGES);
const reason = fc.constantFrom('too slow', 'better: twice');
const bump = fc.constantFrom('patch', 'minor', 'major');
const operation = fc.oneof(
  fc.record({ call: fc.constant('register'), artifact, commit }),
  fc.record({ call: fc.constant('register'), artifact, commit, version }),
  fc.record({ call: fc.constant('register'), artifact, commit, bump }),
  fc.record({ call: fc.constant('assign'), artifact, stage, version }),
  fc.record({ call: fc.constant('assign'), artifact, stage, commit }),
  fc.record({ call: fc.constant('unassign'), artifact, stage, version }),
  fc.record({ call: fc.constant('unassign'), artifact, stage, commit }),
  fc.record({ call: fc.constant('deregister'), artifact, version }),
  fc.record({ call: fc.constant('deprecate'), artifact }),
  // With trailers: GTO is given the same message.
  fc.record({ call: fc.constant('assign'), artifact, stage, version, reason }),
  fc.record({ call: fc.constant('deregister'), artifact, version, reason }),
  // GTO has no word for these: it is told the tags that they come to.
  fc.record({ call: fc.constant('promote'), artifact }),
  fc.record({ call: fc.constant('rollBack'), artifact, stage }),
);

interface Operation {
  readonly call: string;
  readonly artifact: string;
  readonly commit?: number;
  readonly version?: string;
  readonly stage?: string;
  readonly bump?: 'patch' | 'minor' | 'major';
  readonly reason?: string;
}

/**
 * Each kind of write once, in an order in which none is refused. Random sequences alone may never come to a
 * deregistered version or a stage with two holders: that each was done is no more than their luck.
 */
const EACH_ONCE: readonly Operation[] = [
  { call: 'register', artifact: 'm', commit: 0, version: 'v0.0.1' },
  { call: 'assign', artifact: 'm', stage: 'dev', version: 'v0.0.1' },
  { call: 'promote', artifact: 'm' },
  { call: 'register', artifact: 'm', commit: 1 },
  { call: 'assign', artifact: 'm', stage: 'prod', version: 'v0.0.2' },
  { call: 'rollBack', artifact: 'm', stage: 'prod' },
  { call: 'unassign', artifact: 'm', stage: 'dev', version: 'v0.0.1' },
  { call: 'deregister', artifact: 'm', version: 'v0.0.2' },
  { call: 'register', artifact: 'm', commit: 1 },
  { call: 'deprecate', artifact: 'm' },
];

type Outcome = { readonly tag: string; readonly plan: RegistryPlan } | { readonly refused: string };

/** What GTO lets pass and we refuse: each would write a tag that changes nothing, or a stage nobody holds. */
const STRICTER = new Set(['not-in-stage', 'already-deregistered']);

/** Where these are refused there is nothing that GTO could be told. */
const OURS = new Set(['promote', 'rollBack']);

describeWith('python', 'tags made here are as if gto had made them', (python) => {
  const origin = GitRepo.create();
  const commits: CommitId[] = [];
  origin.write('.gto', `stages: [${STAGES.join(', ')}]\n`);
  for (let index = 0; index < COMMITS; index += 1) {
    for (const name of ['m', 'sub/dir/m']) origin.dvcPointer(`${name}.pkl`, { content: `${name} ${index}` });
    commits.push(origin.commit(`commit ${index}`));
  }
  const gto = new GtoProcess(python, origin.env);
  after(() => {
    gto.close();
    origin.dispose();
  });

  it(`over one sequence of each operation and ${SEQUENCES} random sequences of operations (seed ${SEED})`, async function () {
    this.timeout(600_000);
    const random = fc.sample(fc.array(operation, { minLength: 5, maxLength: 14 }), {
      numRuns: SEQUENCES,
      seed: SEED,
    });
    const sequences: readonly (readonly Operation[])[] = [EACH_ONCE, ...random];
    const done = new Set<string>();
    for (const [index, operations] of sequences.entries()) {
      // The same operations by us, by gto, and by turns: afterwards all three say the same to both readers.
      const [ours, theirs, mixed] = [origin.clone(), origin.clone(), origin.clone()];
      for (const [step, one] of operations.entries()) {
        const at = FIRST_SECOND + step;
        const told = `sequence ${index}, step ${step}: ${JSON.stringify(operations.slice(0, step + 1), null, 1)}`;
        const mine = await byUs(ours, commits, one, at);
        if ('tag' in mine)
          [one.call, ...mine.plan.tags.map(({ what }) => what)].forEach((what) => done.add(what));
        if ('refused' in mine && (STRICTER.has(mine.refused) || OURS.has(one.call))) {
          assert.deepEqual(await byUs(mixed, commits, one, at), mine, told);
          continue;
        }
        const real = await byGto(gto, theirs, commits, one, at, mine);
        assert.deepEqual(
          'tag' in mine ? mine.tag : 'refused',
          'tag' in real ? real.tag : 'refused',
          `${told} ${JSON.stringify([mine, real])}`,
        );
        if (step % 2 === 0) await byUs(mixed, commits, one, at);
        else await byGto(gto, mixed, commits, one, at, mine);
      }
      await assertSame([ours, theirs, mixed], `sequence ${index}: ${JSON.stringify(operations, null, 1)}`);
      for (const repo of [ours, theirs, mixed]) repo.dispose();
    }
    // Nothing was only ever refused.
    assert.deepEqual([...done].sort(), [
      'assign',
      'deprecate',
      'deregister',
      'promote',
      'register',
      'restore',
      'rollBack',
      'unassign',
    ]);
  });

  async function assertSame(repos: readonly GitRepo[], told: string): Promise<void> {
    const readings = [];
    for (const repo of repos) {
      const tags = await readTagRefs(await openRepository(repo.dir, { git: gitEnvironment(repo.env) }));
      const state = buildGtoState(tags.annotated, [...tags.lightweight.keys()]);
      const names = [...tags.refs.keys()];
      const real = await gto.read(repo.dir, names, [...state.artifacts.keys()]);
      assert.deepEqual(gtoShow(state, { stages: STAGES }), real.show, told);
      assert.deepEqual(gtoHistory(state), real.history, told);
      readings.push({ names, real });
    }
    const [first, ...others] = readings;
    for (const other of others) assert.deepEqual(other, first, told);
  }
});

async function byUs(
  repo: GitRepo,
  commits: readonly CommitId[],
  one: Operation,
  at: number,
): Promise<Outcome> {
  const env = { ...repo.env, GIT_COMMITTER_DATE: `${at} +0000` };
  const repository = await openRepository(repo.dir, { git: gitEnvironment(env) });
  try {
    const plan = OURS.has(one.call)
      ? await moved(await openCatalog(repository), one)
      : await planned(standIn(repository), commits, one);
    const { tags } = await applyPlan(repository, plan);
    return { tag: tags.at(-1)?.tag ?? '', plan };
  } catch (error) {
    if (error instanceof RegistryError) return { refused: error.reason };
    throw error;
  }
}

/** All that these plans read of a catalog, without building one at every step. */
function standIn(repository: Repository): RegistryCatalog {
  return {
    repository,
    settings: DEFAULT_SETTINGS,
    versions: new Map(),
    branches: [],
    head: { branch: 'main', commit: null },
    defaultBranch: null,
    modelsAt: () =>
      Promise.resolve({ models: ['m', 'sub/dir:m'].map(modelNamed), others: [], diagnostics: [] }),
  };
}

async function moved(catalog: Catalog, one: Operation): Promise<RegistryPlan> {
  const model = modelNamed(one.artifact);
  const move =
    one.call === 'promote'
      ? await planPromotion({ catalog, model })
      : await planStageRollback({ catalog, model, stage: one.stage ?? '', reason: 'rolled back' });
  return move.plan;
}

function planned(
  catalog: RegistryCatalog,
  commits: readonly CommitId[],
  one: Operation,
): Promise<RegistryPlan> {
  const model = modelNamed(one.artifact);
  const rev = one.commit === undefined ? {} : { rev: commits[one.commit] ?? '' };
  const named = one.version === undefined ? {} : { version: one.version };
  const why = one.reason === undefined ? {} : { reason: one.reason };
  switch (one.call) {
    case 'register': {
      const wanted =
        one.version !== undefined ? { exact: one.version } : { bump: one.bump ?? ('patch' as const) };
      return planTag({ catalog, model, ...rev, version: wanted });
    }
    case 'assign':
      return planStage({
        ...{ catalog, model, stage: one.stage ?? '', ...rev, ...named, ...why },
        ...(one.reason === undefined ? {} : { approvedBy: ['Priya Nair', 'Zoë Å'] }),
      });
    case 'unassign':
      return planStage({ catalog, model, stage: one.stage ?? '', ...rev, ...named, remove: true });
    default:
      return planDeprecation({ catalog, model: one.artifact, ...named, ...why });
  }
}

function modelNamed(name: string): Model {
  return {
    name,
    path: `${name.replace(':', '/')}.pkl`,
    tracking: 'dvc',
    pointer: null,
    declared: false,
    digest: null,
    size: null,
  };
}

/**
 * The same by GTO. Where its plain call fails on a tag that exists, it is told what we chose on purpose instead: the
 * next free number, or a counter (formats.md: Writing).
 */
async function byGto(
  gto: GtoProcess,
  repo: GitRepo,
  commits: readonly CommitId[],
  one: Operation,
  at: number,
  mine: Outcome,
): Promise<GtoOutcome> {
  const ref = one.commit === undefined ? {} : { ref: commits[one.commit] };
  const named = one.version === undefined ? {} : { version: one.version };
  const staged = one.stage === undefined ? {} : { stage: one.stage };
  const registered = async (): Promise<boolean> => {
    const show = (await gto.read(repo.dir, [], [])).all[one.artifact] as
      { version: string | null } | undefined;
    return typeof show?.version === 'string';
  };
  const bumped = one.bump === undefined ? {} : { [`bump_${one.bump}`]: true };
  if (one.bump !== undefined && !(await registered())) {
    // GTO refuses to bump what is not there; we count from v0.0.0.
    const version = /@(v[^#]*)/.exec('tag' in mine ? mine.tag : '')?.[1];
    return gto.do(repo.dir, at, 'register', {
      name: one.artifact,
      ...ref,
      ...(version === undefined ? {} : { version }),
    });
  }
  const message = 'tag' in mine ? mine.plan.tags.at(-1)?.message : undefined;
  const said = (one.reason !== undefined || OURS.has(one.call)) && message !== undefined ? { message } : {};
  const last = 'tag' in mine ? parseTagName(mine.tag) : undefined;
  if (OURS.has(one.call) && 'tag' in mine && last?.kind === 'stage') {
    const call = last.active ? 'assign' : 'unassign';
    const { version, artifact: name } = mine.plan;
    return gto.do(repo.dir, at, call, { name, version, stage: last.stage, ...said });
  }
  const args = { name: one.artifact, ...ref, ...named, ...staged, ...bumped, ...said };
  const first = await gto.do(repo.dir, at, one.call, args);
  if (!('refused' in first) || first.refused !== 'TagExists' || !('tag' in mine)) return first;
  if (/#\d+$/.test(mine.tag)) return gto.do(repo.dir, at, one.call, { ...args, simple: false });
  const version = /@(v.*)$/.exec(mine.tag)?.[1];
  return gto.do(repo.dir, at, one.call, { name: one.artifact, ...ref, version, ...said });
}
