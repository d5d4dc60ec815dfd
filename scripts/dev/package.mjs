import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { nodeBinary, root } from './paths.mjs';
import { run } from './process.mjs';

/**
 * Makes the VSIX. vsce builds first, by the script `vscode:prepublish`.
 * @param {{ show?: boolean }} [options]
 * @returns {Promise<string>} the file
 */
export async function packageExtension({ show = false } = {}) {
  /** @type {{ name: string, version: string }} */
  const { name, version } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'));
  const file = join(root, 'dist', `${name}-${version}.vsix`);
  const vsce = join(root, 'node_modules', '@vscode', 'vsce', 'vsce');
  await run(
    nodeBinary,
    // Dependencies are inside the bundles. Where the repository will be published is not decided, so no address is
    // written into the README's links.
    [
      vsce,
      'package',
      '--no-dependencies',
      '--allow-missing-repository',
      '--no-rewrite-relative-links',
      '--out',
      file,
    ],
    { title: 'vsce package', show },
  );
  return file;
}
