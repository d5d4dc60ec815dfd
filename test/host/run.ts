import { createWriteStream } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runTests } from '@vscode/test-electron';
import { makeDemo } from '../../scripts/dev/demo.mjs';
import { devFolder, root } from '../../scripts/dev/paths.mjs';
import { windowAddress } from '../../scripts/dev/serve.mjs';
import { launchBrowser, newPage, startServer } from '../browser/harness/index.js';

/**
 * Runs the host suite (`dist/test/index.js`) inside a VS Code on a demo workspace of its own: on the VS Code Server in
 * a browser, or with `MODELKEEP_HOST=desktop` in a desktop VS Code (`MODELKEEP_VSCODE` names a version; the newest
 * stable one is downloaded otherwise). `npm run test:host` runs it and prints the results.
 */
const SUITE = join(root, 'dist', 'test', 'index.js');

/** The suite's output, and the noise of VS Code's own parts that find no native modules and no network. */
const LOG = join(devFolder, 'logs', 'host.log');

async function main(): Promise<number> {
  const home = await mkdtemp(join(tmpdir(), 'modelkeep-host-'));
  try {
    const folder = join(home, 'fraud-service');
    await makeDemo(folder);
    return process.env['MODELKEEP_HOST'] === 'desktop'
      ? await onDesktop(home, folder)
      : await onServer(folder);
  } finally {
    await rm(home, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  }
}

async function onServer(folder: string): Promise<number> {
  const results = process.env['MODELKEEP_RESULTS'];
  const [server, browser] = await Promise.all([
    startServer(results === undefined ? {} : { env: { MODELKEEP_RESULTS: results } }),
    launchBrowser(),
  ]);
  try {
    const page = await newPage(browser);
    const verdict = new Promise<number>((resolve, reject) => {
      page.on('crash', () => reject(new Error('the page crashed')));
      void page.exposeFunction('codeAutomationExit', (code: number) => resolve(code));
    });
    const log = createWriteStream(LOG);
    await page.exposeFunction('codeAutomationLog', (_type: string, args: readonly unknown[]) =>
      log.write(`${args.map(String).join(' ')}\n`),
    );
    await page.goto(windowAddress(server.port, { folder, development: true, tests: SUITE }));
    return await verdict;
  } finally {
    await browser.close();
    await server.stop();
    process.stdout.write(`What the extension host printed is in ${LOG}\n`);
  }
}

async function onDesktop(home: string, folder: string): Promise<number> {
  const profile = join(home, 'profile');
  await writeFile(join(home, 'gitconfig'), '[user]\n\tname = Ada Tester\n\temail = ada@example.org\n');
  const version = process.env['MODELKEEP_VSCODE'];
  return runTests({
    ...(version === undefined ? {} : { version }),
    cachePath: join(devFolder, 'desktop'),
    extensionDevelopmentPath: root,
    extensionTestsPath: SUITE,
    extensionTestsEnv: {
      GIT_CONFIG_GLOBAL: join(home, 'gitconfig'),
      MODELKEEP_CACHE_DIR: join(home, 'cache'),
    },
    launchArgs: [
      folder,
      '--user-data-dir',
      profile,
      '--disable-extensions',
      '--disable-workspace-trust',
      '--skip-welcome',
    ],
  });
}

main().then(
  (code) => (process.exitCode = code),
  (error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
    process.exitCode = 1;
  },
);
