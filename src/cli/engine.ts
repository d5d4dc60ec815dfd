import { getHeapSpaceStatistics, setFlagsFromString } from 'node:v8';

/** Node 22: its middle compiler is enough for a short program, and short-lived memory has other bounds. */
const MAJOR = Number(process.versions.node.split('.', 1)[0]);

/** Milliseconds after which a command is no short one. */
const SHORT = 1_000;

/**
 * Most commands end before the slow, optimizing compiler has earned its time, which it takes from Git on a machine
 * with few processors (a tenth of a call, measured on two). A command that goes on gets it.
 */
export function tuneForShortRun(): void {
  if (MAJOR < 22) return;
  setFlagsFromString('--no-opt');
  setTimeout(() => setFlagsFromString('--opt'), SHORT).unref();
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
