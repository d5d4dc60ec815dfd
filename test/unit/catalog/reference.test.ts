import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { BranchModel, Model } from '../../../src/core/catalog/catalog.js';
import { openCatalog } from '../../../src/core/catalog/open.js';
import type { Digest } from '../../../src/core/digest.js';
import { gitEnvironment } from '../../../src/core/git/process.js';
import { openRepository } from '../../../src/core/git/repository.js';
import { deeds, doAll } from './randomRepository.js';
import { SlowCatalog } from './slowCatalog.js';

const RUNS = 6 * Number(process.env.MODELKEEP_RUNS ?? 1);

describe('the catalog of a random repository', function () {
  this.timeout(20_000 * Math.max(1, RUNS / 6));

  it(`is what checking every branch out and reading every file gives (${RUNS} repositories)`, async () => {
    await fc.assert(
      fc.asyncProperty(deeds, async (list) => {
        const repo = doAll(list);
        const slow = new SlowCatalog(repo);
        try {
          const catalog = await openCatalog(
            await openRepository(repo.dir, { git: gitEnvironment(repo.env) }),
          );
          const branches = catalog.branches.filter(({ name }) => name !== 'checked-out-in-turn');
          assert.deepEqual(
            branches.map(({ name }) => name),
            repo.git('branch', '--format=%(refname:short)', '--list', 'main', 'feature/*', 'y').split('\n'),
          );
          for (const branch of branches) {
            const expected = slow.branch(branch.name);
            const on = await catalog.trackedOn(branch);
            assert.deepEqual(byName(on.models.map(comparable)), byName(expected.models), branch.name);
            assert.deepEqual(on.others.map(located), expected.others, `${branch.name}: other tracked files`);
            assert.deepEqual(
              on.tags.map(({ name }) => name).sort(),
              [...expected.tags].sort(),
              `${branch.name}: tags`,
            );
            const changed = slow.changed(branch.name);
            if (changed) {
              const changes = await catalog.changesOn(branch);
              assert.deepEqual([...changes.changed].sort(), changed, `${branch.name}: changed`);
            }
          }
        } finally {
          slow.dispose();
          repo.dispose();
        }
      }),
      { numRuns: RUNS, endOnFailure: process.env.MODELKEEP_SHRINK === undefined },
    );
  });
});

function comparable(model: BranchModel): object {
  const { name, path, tracking, pointer, declared, digest, size, versions, at } = model;
  return { name, path, tracking, pointer, declared, digest: digestText(digest), size, versions, at };
}

function located({ path, tracking, pointer, digest, size }: Model): object {
  return { path, tracking, pointer, digest: digestText(digest), size };
}

function digestText(digest: Digest | null): string | null {
  return digest && `${digest.algorithm}${digest.legacy === true ? ' legacy' : ''}:${digest.value}`;
}

/** Two models may share a path: by name, then path, the order is the same on both sides. */
function byName(models: readonly object[]): readonly object[] {
  return [...models]
    .map((model) => ({ model, key: JSON.stringify(Object.entries(model).sort()) }))
    .sort((a, b) => (a.key < b.key ? -1 : 1))
    .map(({ model }) => model);
}
