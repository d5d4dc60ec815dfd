import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { Coalescer } from '../../../src/editor/store/coalesce.js';

/** A run that ends when it is told to, or when it is cancelled. */
function controlled(): {
  run: (signal: AbortSignal) => Promise<void>;
  runs: { signal: AbortSignal; end: () => void }[];
} {
  const runs: { signal: AbortSignal; end: () => void }[] = [];
  return {
    runs,
    run: (signal) =>
      new Promise((resolve) => {
        runs.push({ signal, end: resolve });
        signal.addEventListener('abort', () => resolve());
      }),
  };
}

async function until(check: () => boolean): Promise<void> {
  while (!check()) await sleep(1);
}

describe('turning events into runs', () => {
  const options = { quiet: 5, most: 50 };

  it('makes one run of many events', async () => {
    const { run, runs } = controlled();
    const coalescer = new Coalescer(run, options);
    for (let index = 0; index < 20; index += 1) coalescer.event();
    await until(() => runs.length > 0);
    runs[0]?.end();
    await sleep(20);
    assert.equal(runs.length, 1);
    coalescer.dispose();
  });

  it('cancels a run that an event made stale, and never runs two at once', async () => {
    const { run, runs } = controlled();
    const coalescer = new Coalescer(run, options);
    coalescer.now();
    coalescer.event();
    await until(() => runs.length === 2);
    assert.equal(runs[0]?.signal.aborted, true);
    assert.equal(runs[1]?.signal.aborted, false);
    coalescer.dispose();
  });

  it('lets a run through to its end when events never stop', async () => {
    const { run, runs } = controlled();
    const coalescer = new Coalescer(run, options);
    coalescer.now();
    coalescer.now();
    await until(() => runs.length === 2);
    coalescer.now();
    await until(() => runs.length === 3);
    coalescer.now();
    coalescer.now();
    await sleep(20);
    assert.equal(runs.length, 3);
    assert.equal(runs[2]?.signal.aborted, false);
    runs[2]?.end();
    await until(() => runs.length === 4);
    coalescer.dispose();
  });

  it('ends what runs when it is disposed, and starts nothing more', async () => {
    const { run, runs } = controlled();
    const coalescer = new Coalescer(run, options);
    coalescer.now();
    coalescer.dispose();
    coalescer.event();
    coalescer.now();
    await sleep(20);
    assert.equal(runs.length, 1);
    assert.equal(runs[0]?.signal.aborted, true);
  });
});
