import { setFlagsFromString } from 'node:v8';
import { main } from './cli/main.js';

// Newer Node versions let short-lived memory grow to 100 MB and more before they look at it: half of what a large
// repository would cost, for a little time.
setFlagsFromString('--semi-space-growth-factor=1');

void main(process.argv.slice(2), process).then((exitCode) => {
  process.exitCode = exitCode;
});
