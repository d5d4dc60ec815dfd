/// <reference types="webpack/module" />
import Mocha from 'mocha';

/**
 * What VS Code calls to run the host tests inside its extension host: every `*.test.ts` of this folder, bundled.
 * With `MODELKEEP_RESULTS` mocha's JSON goes to that file; otherwise the results are printed.
 */
export async function run(): Promise<void> {
  const results = process.env['MODELKEEP_RESULTS'];
  const mocha = new Mocha({
    ui: 'bdd',
    timeout: 60_000,
    ...(results === undefined
      ? { reporter: 'spec' }
      : { reporter: 'json', reporterOptions: { output: results } }),
  });
  mocha.suite.emit('pre-require', globalThis, '', mocha);
  const tests = import.meta.webpackContext('.', { recursive: true, regExp: /\.test\.ts$/ });
  for (const file of tests.keys()) tests(file);
  const failures = await new Promise<number>((resolve) => mocha.run(resolve));
  if (failures > 0) throw new Error(`${failures} host tests failed`);
}
