/** Prints one line for a person: what is being done, then how long it took. */
const started = Date.now();

/** @param {string} text */
export function say(text) {
  process.stdout.write(`${text}\n`);
}

/**
 * Does something and says how long it took; fast and silent when there was nothing to do.
 * @template T
 * @param {string} title
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function step(title, work) {
  const begin = Date.now();
  const result = await work();
  say(`${clock()}  ${title}  ${seconds(Date.now() - begin)}`);
  return result;
}

/** Time since the start, `1:05`. */
function clock() {
  const total = Math.floor((Date.now() - started) / 1000);
  return `${Math.floor(total / 60)}:${String(total % 60).padStart(2, '0')}`.padStart(6);
}

/** @param {number} milliseconds */
export function seconds(milliseconds) {
  return `${(milliseconds / 1000).toFixed(1)} s`;
}
