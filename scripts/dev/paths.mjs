import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The repository's own folder. */
export const root = fileURLToPath(new URL('../..', import.meta.url)).replace(/[\\/]$/, '');

/** Where everything that is fetched or made for development lives; ignored by Git, safe to delete. */
export const devFolder = join(root, '.modelkeep-dev');

/** Node 24 from the `node` package once it is installed, which VS Code's server and its tools want. */
export const nodeBinary = join(
  root,
  'node_modules',
  'node',
  'bin',
  process.platform === 'win32' ? 'node.exe' : 'node',
);
