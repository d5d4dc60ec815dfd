import assert from 'node:assert/strict';
import path from 'node:path';
import fc from 'fast-check';
import type { BranchModel, Model } from '../../../src/core/catalog/catalog.js';
import type { RepositoryCatalog } from '../../../src/core/catalog/repositoryCatalog.js';
import type { LoadOptions } from '../../../src/core/catalog/source.js';
import { CatalogSource } from '../../../src/core/catalog/source.js';
import type { Digest } from '../../../src/core/digest.js';
import { gitEnvironment } from '../../../src/core/git/process.js';
import { openRepository } from '../../../src/core/git/repository.js';
import { begin, deeds, doAll } from './randomRepository.js';
import { SlowCatalog } from './slowCatalog.js';

/** What a summary of every branch asks for, so that history is read beside the trees. */
const ALL: LoadOptions = { branches: (view) => view.branches, changes: true };
const RUNS = 5 * Number(process.env.MODELKEEP_RUNS ?? 1);

describe('the catalog of a random repository', function () {
  this.timeout(60_000 * Math.max(1, RUNS / 5));

  it(`is what checking every branch out gives, fresh, refreshed or from the cache (${RUNS} repositories)`, async () => {
    await fc.assert(
      fc.asyncProperty(deeds, deeds, async (first, second) => {
        const repo = begin();
        const cacheFolder = path.join(path.dirname(repo.dir), 'cache');
        try {
          const repository = await openRepository(repo.dir, { git: gitEnvironment(repo.env) });
          doAll(repo, first);
          const kept = new CatalogSource(repository, { cacheFolder });
          await readAll(await kept.load(ALL));
          await kept.save();
          doAll(repo, second);
          const slow = new SlowCatalog(repo);
          try {
            for (const [how, source] of [
              ['fresh', new CatalogSource(repository)],
              ['refreshed', kept],
              ['from the cache', new CatalogSource(repository, { cacheFolder })],
            ] as const) {
              await compare(await source.load(ALL), slow, how);
            }
          } finally {
            slow.dispose();
          }
        } finally {
          repo.dispose();
        }
      }),
      { numRuns: RUNS, endOnFailure: process.env.MODELKEEP_SHRINK === undefined },
    );
  });
});

async function readAll(catalog: RepositoryCatalog): Promise<void> {
  await catalog.summarize(catalog.branches);
  for (const branch of catalog.branches) await catalog.modelsOn(branch);
}

async function compare(catalog: RepositoryCatalog, slow: SlowCatalog, how: string): Promise<void> {
  const branches = catalog.branches.filter(({ name }) => name !== 'checked-out-in-turn');
  assert.deepEqual(
    branches.map(({ name }) => name),
    slow.branches,
    how,
  );
  for (const branch of branches) {
    const said = (what: string): string => `${how}, ${branch.name}: ${what}`;
    const expected = slow.branch(branch.name);
    const on = await catalog.trackedOn(branch);
    assert.deepEqual(byName(on.models.map(comparable)), byName(expected.models), said('models'));
    assert.deepEqual(on.others.map(located), expected.others, said('other tracked files'));
    assert.deepEqual(on.tags.map(({ name }) => name).sort(), [...expected.tags].sort(), said('tags'));
    const changed = slow.changed(branch.name);
    const changes = await catalog.changesOn(branch);
    if (changed) assert.deepEqual([...changes.changed].sort(), changed, said('changed'));
  }
}

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
