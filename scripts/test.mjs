import { parseArgs } from 'node:util';
import { inCi } from './dev/ci.mjs';
import { say } from './dev/report.mjs';
import { runSuites, SUITES } from './dev/suites.mjs';

const USAGE = `npm test [-- suite...]   sets up what the suites need, runs them, and adds up what they say

  suites: ${Object.keys(SUITES).join(', ')} (default: all)

Outside CI a suite or a test whose tools cannot be had is skipped; with CI=true that is a failure.
`;

// A signal ends the process in the ordinary way, so that what it started is ended too.
process.on('SIGINT', () => process.exit(130)).on('SIGTERM', () => process.exit(143));

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { help: { type: 'boolean', short: 'h', default: false } },
});
const unknown = positionals.filter((name) => !(name in SUITES));

if (values.help || unknown.length > 0) {
  process.stdout.write(unknown.length > 0 ? `No suite is called ${unknown.join(', ')}.\n\n${USAGE}` : USAGE);
  process.exitCode = values.help ? 0 : 2;
} else {
  const total = await runSuites(positionals.length > 0 ? positionals : Object.keys(SUITES), {
    strict: inCi(),
  });
  const skipped = total.skipped > 0 ? `, ${total.skipped} skipped` : '';
  say(`${total.passed} passed, ${total.failed} failed${skipped}`);
  process.exitCode = total.failed > 0 ? 1 : 0;
}
