import assert from 'node:assert/strict';
import type { ObjectReader } from '../../../src/core/git/objects.js';
import { openObjects } from '../../../src/core/git/objects.js';
import { gitEnvironment } from '../../../src/core/git/process.js';
import { openRepository } from '../../../src/core/git/repository.js';
import { GitRepo } from '../../fixtures/gitRepo.js';

const MANY = 6_000;
const FEW = 100;

describe('work that is done while Git answers', () => {
  let repo: GitRepo;
  let blob: string;
  let reader: ObjectReader;
  let answered: number;

  before(() => {
    repo = GitRepo.create();
    repo.write('notes.txt', 'what somebody wrote down\n'.repeat(40));
    blob = repo.git('hash-object', '-w', 'notes.txt');
  });
  after(() => repo.dispose());
  beforeEach(async () => {
    reader = openObjects(await openRepository(repo.dir, { git: gitEnvironment(repo.env) }));
    answered = 0;
  });
  afterEach(() => reader.close());

  function ask(count: number): void {
    for (let index = 0; index < count; index += 1) {
      reader.contents(blob, {
        object: () => {
          answered += 1;
        },
        failed: (reason) => assert.fail(reason),
      });
    }
  }

  it('is done in its order, before everything is answered', async () => {
    const done: [string, number][] = [];
    ask(MANY);
    reader.meanwhile([() => done.push(['first', answered]), () => done.push(['second', answered])]);
    reader.meanwhile([() => done.push(['third', answered])]);
    await reader.settle();
    assert.equal(answered, MANY);
    assert.deepEqual(
      done.map(([name]) => name),
      ['first', 'second', 'third'],
    );
    for (const [, at] of done) assert.ok(at < MANY, `after ${at}`);
  });

  it('is left to others where Git has little to answer', async () => {
    let done = 0;
    ask(FEW);
    reader.meanwhile([() => (done += 1)]);
    await reader.settle();
    ask(MANY);
    await reader.settle();
    assert.equal(done, 0);
    assert.equal(answered, FEW + MANY);
  });

  it('is left to others where it fails, and what comes after it is done', async () => {
    let tried = 0;
    let done = 0;
    ask(MANY);
    reader.meanwhile([
      () => {
        tried += 1;
        throw new Error('this cannot be done');
      },
      () => (done += 1),
    ]);
    await reader.settle();
    assert.equal(answered, MANY);
    assert.deepEqual([tried, done], [1, 1]);
  });

  it('is not done for a reader that was closed, even when it was due', async () => {
    let done = 0;
    reader.contents(blob, {
      object: () => {
        reader.meanwhile([() => (done += 1)]);
        // Behind the chunk that the object comes in, and before the work that is put off until then.
        queueMicrotask(() => reader.close());
      },
      failed: (reason) => assert.fail(reason),
    });
    ask(MANY);
    void reader.settle();
    await new Promise((resolve) => setTimeout(resolve, 200));
    assert.ok(answered < MANY);
    assert.equal(done, 0);
  });
});
