import { join } from 'node:path';
import { devFolder, nodeBinary, root } from './paths.mjs';
import { run } from './process.mjs';

/** The demo workspace of `npm start` and F5. */
export const DEMO = join(devFolder, 'demo', 'fraud-service');

/**
 * Makes the demo workspace, which needs Git and nothing else.
 * @param {string} folder
 * @param {{ keep?: boolean }} [options] keep: one that is there stays as it was left, whatever was tried in it
 */
export async function makeDemo(folder, { keep = false } = {}) {
  const maker = join(root, 'scripts', 'demo', 'make.mjs');
  await run(nodeBinary, [maker, folder, ...(keep ? ['--keep'] : [])], { title: 'making the demo workspace' });
}
