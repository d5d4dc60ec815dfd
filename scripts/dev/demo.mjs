import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { devFolder, nodeBinary, root } from './paths.mjs';
import { run } from './process.mjs';
import { digestOf, onceInPlace } from './tool.mjs';

const MAKER = join(root, 'scripts', 'demo');

/**
 * The demo workspace. It stays as it was left, whatever was tried in it, until its script changes or `fresh` is asked.
 * @param {{ fresh?: boolean }} [options]
 * @returns {Promise<string>} the folder to open
 */
export async function ensureDemo({ fresh = false } = {}) {
  const name = `demo-${await digestOf([MAKER])}`;
  if (fresh) await rm(join(devFolder, name), { recursive: true, force: true });
  const folder = await onceInPlace(name, (home) => makeDemo(join(home, 'demo')));
  return join(folder, 'demo');
}

/** @param {string} folder is made */
export async function makeDemo(folder) {
  await run(nodeBinary, [join(MAKER, 'make.mjs'), folder], { title: 'making the demo workspace' });
}
