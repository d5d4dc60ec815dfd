import { stat } from 'node:fs/promises';
import { relative } from 'node:path';
import { ensureDependencies } from './dev/install.mjs';
import { packageExtension } from './dev/package.mjs';
import { root } from './dev/paths.mjs';
import { say } from './dev/report.mjs';

// npm run package: dist/modelkeep-VERSION.vsix
await ensureDependencies();
const file = await packageExtension({ show: true });
const { size } = await stat(file);
say(`${relative(root, file)}  ${(size / 1024).toFixed(0)} kB`);
