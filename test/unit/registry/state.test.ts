import assert from 'node:assert/strict';
import type { ObjectId } from '../../../src/core/git/ids.js';
import { gtoCheckRef, gtoHistory, gtoShow } from '../../../src/core/registry/gto/json.js';
import type { GtoArtifact, GtoState } from '../../../src/core/registry/gto/state.js';
import { buildGtoState } from '../../../src/core/registry/gto/build.js';
import { commitNumber, stateOf, tagObjects } from './history.js';

function artifact(state: GtoState, name = 'm'): GtoArtifact {
  const found = state.artifacts.get(name);
  assert.ok(found, name);
  return found;
}

function holders(state: GtoState, stage: string): readonly string[] {
  return (artifact(state).stages.get(stage) ?? []).map((holder) => holder.version.version);
}

describe('GTO state', () => {
  it('falls back to the version before when the latest is deregistered', () => {
    const state = stateOf([
      ['m@v1.0.0', 1, 1],
      ['m@v1.1.0', 2, 2],
      ['m@v1.1.0!', 2, 3],
    ]);
    assert.equal(artifact(state).latest?.version, 'v1.0.0');
    assert.deepEqual(
      artifact(state).versions.map((one) => [one.version, one.active, one.registered]),
      [
        ['v1.0.0', true, true],
        ['v1.1.0', false, true],
      ],
    );
  });

  it('reads registered and deregistered in one second as deregistered, whatever the names', () => {
    const state = stateOf([
      ['m@v1.0.0!', 1, 5],
      ['m@v1.0.0#9', 1, 5],
    ]);
    assert.equal(artifact(state).versions[0]?.active, false);
  });

  it('restores a deregistered version by a later registration', () => {
    const state = stateOf([
      ['m@v1.0.0', 1, 1],
      ['m@v1.0.0!', 1, 2],
      ['m@v1.0.0#2', 1, 3],
    ]);
    assert.equal(artifact(state).latest?.version, 'v1.0.0');
    assert.equal(artifact(state).latest?.authoring.tag, 'm@v1.0.0#2');
  });

  it('lets a deregistration on another commit have no effect', () => {
    const state = stateOf([
      ['m@v1.0.0', 1, 1],
      ['m@v1.0.0!', 2, 2],
    ]);
    assert.equal(artifact(state).latest?.version, 'v1.0.0');
  });

  it('gives a stage to the newest assignment, and back when that one is taken away', () => {
    const assigned = [
      ['m@v1.0.0', 1, 1],
      ['m@v2.0.0', 2, 2],
      ['m#prod#1', 2, 3],
      ['m#prod#2', 1, 4],
    ] as const;
    assert.deepEqual(holders(stateOf(assigned), 'prod'), ['v1.0.0', 'v2.0.0']);
    assert.deepEqual(holders(stateOf([...assigned, ['m#prod!#3', 1, 5]]), 'prod'), ['v2.0.0']);
    assert.deepEqual(holders(stateOf([...assigned, ['m#prod!#3', 1, 5], ['m#prod!#4', 2, 6]]), 'prod'), []);
  });

  it('reads assigned and unassigned in one second as unassigned', () => {
    assert.deepEqual(
      holders(
        stateOf([
          ['m@v1.0.0', 1, 1],
          ['m#prod!#1', 1, 2],
          ['m#prod#2', 1, 2],
        ]),
        'prod',
      ),
      [],
    );
  });

  it('gives the stage of a deregistered version to the next holder', () => {
    const state = stateOf([
      ['m@v1.0.0', 1, 1],
      ['m@v2.0.0', 2, 2],
      ['m#prod#1', 1, 3],
      ['m#prod#2', 2, 4],
      ['m@v2.0.0!', 2, 5],
    ]);
    assert.deepEqual(holders(state, 'prod'), ['v1.0.0']);
  });

  it('binds a stage tag to the version on its commit even when that was registered later', () => {
    assert.deepEqual(
      holders(
        stateOf([
          ['m#prod#1', 1, 1],
          ['m@v1.0.0', 1, 2],
        ]),
        'prod',
      ),
      ['v1.0.0'],
    );
  });

  it('names the holder by its commit where nothing is registered, beyond the reach of an unassignment', () => {
    const state = stateOf([
      ['m#prod#1', 1, 1],
      ['m#prod!#2', 1, 2],
    ]);
    assert.deepEqual(holders(state, 'prod'), [commitNumber(1)]);
    assert.equal(artifact(state).latest, null);
  });

  it('revives a deprecated artifact by any later event; a tie leaves it active', () => {
    assert.equal(
      artifact(
        stateOf([
          ['m@v1.0.0', 1, 1],
          ['m@deprecated', 1, 2],
        ]),
      ).active,
      false,
    );
    assert.equal(
      artifact(
        stateOf([
          ['m@v1.0.0', 1, 2],
          ['m@deprecated', 1, 2],
        ]),
      ).active,
      true,
    );
    assert.equal(
      artifact(
        stateOf([
          ['m@v1.0.0', 1, 1],
          ['m@deprecated', 1, 2],
          ['m#prod#1', 1, 3],
        ]),
      ).active,
      true,
    );
  });

  it('takes the higher SemVer for the latest, pre-releases below, and the later of equals', () => {
    const latest = (...versions: string[]): string | undefined =>
      artifact(stateOf(versions.map((version, index) => [`m@${version}`, index + 1, index]))).latest?.version;
    assert.equal(latest('v1.10.0', 'v1.9.0'), 'v1.10.0');
    assert.equal(latest('v1.0.0', 'v1.0.0-rc.1'), 'v1.0.0');
    assert.equal(latest('v1.0.0+a', 'v1.0.0+b'), 'v1.0.0+b');
  });

  it('lists one version on two commits twice', () => {
    const state = stateOf([
      ['m@v1.0.0', 1, 1],
      ['m@v1.0.0#2', 2, 2],
    ]);
    assert.deepEqual(
      artifact(state).versions.map((one) => one.commit),
      [commitNumber(1), commitNumber(2)],
    );
  });

  it('reads a stage on a commit with two versions as that of the newest active one, and says that GTO fails', () => {
    const state = stateOf([
      ['m@v1.0.0', 1, 1],
      ['m@v2.0.0', 1, 2],
      ['m@v2.0.0!', 1, 3],
      ['m#prod#1', 1, 4],
    ]);
    assert.deepEqual(holders(state, 'prod'), ['v1.0.0']);
    assert.deepEqual(
      state.diagnostics.map((one) => one.code),
      ['gto-two-versions'],
    );
  });

  it('names only some of very many versions on one commit in the message about them', () => {
    const versions = Array.from({ length: 500 }, (_, index) => [`m@v1.${index}.0`, 1, index] as const);
    const { diagnostics } = stateOf([...versions, ['m#prod', 1, 1000]]);
    const [message = ''] = diagnostics.map((one) => one.message);
    assert.match(message, /^v1\.0\.0 and v1\.1\.0 and v1\.2\.0 and 497 more of m stand on one commit/);
    assert.match(message, /read as v1\.499\.0/);
  });

  it('counts a tag object that stands under several refs once', () => {
    const [original] = tagObjects([['m@v1.0.0', 1, 1]]);
    assert.ok(original);
    const state = buildGtoState([original, { ...original, ref: 'refs/tags/m@v1.0.0#7' }]);
    assert.equal(artifact(state).events.length, 1);
    assert.equal(artifact(state).counter, 7);
  });

  it('believes the tag object rather than the name of its ref', () => {
    const state = stateOf([['renamed@v9.0.0', 1, 1, { name: 'm@v1.0.0' }]]);
    assert.deepEqual([...state.artifacts.keys()], ['m']);
  });

  it('shares counters between all tags of an artifact, lightweight ones too', () => {
    assert.equal(
      artifact(
        stateOf([
          ['m#staging#1', 1, 1],
          ['m#prod#2', 1, 2],
          ['m@deprecated#3', 1, 3],
        ]),
      ).counter,
      3,
    );
    const state = stateOf(
      [
        ['m@v1.0.0', 1, 1],
        ['other#prod#9', 1, 1],
      ],
      ['m#dev#5'],
    );
    assert.equal(artifact(state).counter, 5);
    assert.deepEqual(
      state.diagnostics.map((one) => [one.code, one.ref]),
      [['gto-lightweight-tag', 'refs/tags/m#dev#5']],
    );
  });

  it('goes on past what GTO fails on, and says so', () => {
    const state = stateOf([
      ['m@created', 1, 1],
      ['m@v1.0.0', 1, 1, { tagger: null }],
      ['m@v2.0.0', 2, 1, { name: 'release 2' }],
    ]);
    assert.equal(artifact(state).latest?.version, 'v1.0.0');
    assert.deepEqual(state.diagnostics.map((one) => one.code).sort(), [
      'gto-created-tag',
      'gto-tag-header',
      'gto-tag-without-tagger',
    ]);
  });

  it('gives GTO’s JSON', () => {
    const state = stateOf([
      ['some/folder=some/artifact@v1.0.0', 1, 1],
      ['some/folder=some/artifact#dev#1', 1, 2, { message: ' why\n\n' }],
    ]);
    assert.deepEqual(gtoShow(state), {
      'some/folder:some/artifact': {
        version: 'v1.0.0',
        stage: { dev: 'v1.0.0' },
        registered: true,
        active: true,
      },
    });
    assert.deepEqual(gtoShow(state, { stages: ['prod', 'dev'] })['some/folder:some/artifact']?.stage, {
      prod: null,
      dev: 'v1.0.0',
    });
    assert.deepEqual(
      gtoHistory(state).map((one) => [one.event, one.timestamp]),
      [
        ['assignment', '1970-01-01T00:00:02+00:00'],
        ['registration', '1970-01-01T00:00:01+00:00'],
      ],
    );
    assert.equal(gtoCheckRef(state, 'some/folder=some/artifact#dev#1')?.message, 'why');
    assert.equal(gtoCheckRef(state, 'nothing'), undefined);
  });

  it('reads thousands of tags', () => {
    const lines = Array.from(
      { length: 4000 },
      (_, index) => [`m${index % 40}@v0.${index}.0`, 1 + (index % 9), index] as const,
    );
    const own = lines.map(([name, , seconds], index) => {
      const [tag] = tagObjects([[name, 1, seconds]]);
      assert.ok(tag);
      return {
        ...tag,
        id: index.toString(16).padStart(40, '0') as ObjectId,
        commit: commitNumber(1 + (index % 9)),
      };
    });
    const state = buildGtoState(own);
    assert.equal(state.artifacts.size, 40);
    assert.equal(artifact(state, 'm39').latest?.version, 'v0.3999.0');
  });
});
