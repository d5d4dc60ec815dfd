import { devNull } from 'node:os';
import { cleanEnvironment } from '../scripts/dev/process.mjs';

// Loaded before the unit tests: what they start sees neither a surrounding Git or VS Code, nor how the person who
// runs them has set up Git.
const clean = cleanEnvironment({ GIT_CONFIG_GLOBAL: devNull, GIT_CONFIG_NOSYSTEM: '1' });
for (const name of Object.keys(process.env)) if (!(name in clean)) delete process.env[name];
Object.assign(process.env, clean);
