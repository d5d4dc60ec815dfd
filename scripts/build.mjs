import { ensureDependencies } from './dev/install.mjs';
import { build } from './dev/build.mjs';

// npm run build: every bundle into dist/. Options are webpack's own: `npm run build -- --mode development --watch`.
await ensureDependencies();
await build({ args: process.argv.slice(2), show: true });
