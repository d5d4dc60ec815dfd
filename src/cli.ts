import { tuneForShortRun } from './cli/engine.js';
import { main } from './cli/main.js';

tuneForShortRun();

void main(process.argv.slice(2), process).then((exitCode) => {
  process.exitCode = exitCode;
});
