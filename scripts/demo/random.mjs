import { createHash } from 'node:crypto';

/** A repeatable source of numbers in [0, 1): the same seed, the same numbers (mulberry32). */
export function randomFrom(seed) {
  let state = createHash('sha256').update(seed).digest().readUInt32LE(0);
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/** Numbers around zero, roughly normal with the given spread. */
export function normalFrom(random, spread) {
  return (random() + random() + random() + random() - 2) * spread;
}
