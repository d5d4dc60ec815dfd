import { getHeapSpaceStatistics, setFlagsFromString } from 'node:v8';

/** Milliseconds after which a command is no short one. */
const SHORT = 1_000;

/**
 * What makes V8 slow to optimize, and what takes that back. Since Node 22 a middle compiler is enough for a short
 * program; before, functions are optimized once they have run through seven times as many bytes of code as usual.
 */
const [PATIENT, USUAL] =
  Number(process.versions.node.split('.', 1)[0]) < 22
    ? (['--interrupt-budget=500000', '--interrupt-budget=67584'] as const)
    : (['--no-opt', '--opt'] as const);

/**
 * Most commands end before the slow, optimizing compiler has earned its time, which it takes from Git on a machine
 * with few processors (a tenth of a call, measured on two). A command that goes on gets it.
 */
export function tuneForShortRun(): void {
  setFlagsFromString(PATIENT);
  setTimeout(() => setFlagsFromString(USUAL), SHORT).unref();
}

/** Bytes of V8's space for new objects: with less it is cleared too often, with more it holds too much. */
const NEW_SPACE = 4 * 1024 * 1024;

let isBounded = false;

/**
 * Where much of a large repository is read or told, newer Node versions let short-lived memory grow by 100 MB and more
 * before they look at it. Here it grows once, and no further.
 */
export function boundMemory(): void {
  if (isBounded) return;
  isBounded = true;
  setFlagsFromString('--semi-space-growth-factor=4');
  const watch = setInterval(() => {
    const space = getHeapSpaceStatistics().find(({ space_name: name }) => name === 'new_space');
    if (space && space.space_size < NEW_SPACE) return;
    setFlagsFromString('--semi-space-growth-factor=1');
    clearInterval(watch);
  }, 5);
  watch.unref();
}
