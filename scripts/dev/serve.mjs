import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { devFolder, nodeBinary, root } from './paths.mjs';
import { cleanEnvironment, run } from './process.mjs';
import { ensureServer } from './server.mjs';

/**
 * @typedef {object} ServeOptions
 * @property {string} home the folder of its data and its extensions
 * @property {Readonly<Record<string, unknown>>} [settings] of the windows, as in settings.json
 * @property {boolean} [trusted] `false` opens folders in Restricted Mode until they are trusted
 * @property {NodeJS.ProcessEnv} [env] added to the environment of the server and so of the extension
 * @property {string} [vsix] a file to install before anything is opened
 * @property {number} [port] on 127.0.0.1; a free one by default
 */

/**
 * @typedef {object} Served
 * @property {number} port
 * @property {string} origin
 * @property {string} log where it and the extension host write what they print
 * @property {Promise<unknown>} ended
 * @property {() => Promise<void>} stop
 */

/** What keeps a window still: no welcome pages, no suggestions, no chat beside what is looked at. */
const QUIET = {
  'workbench.startupEditor': 'none',
  'workbench.tips.enabled': false,
  'workbench.welcomePage.walkthroughs.openOnInstall': false,
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'workbench.enableExperiments': false,
  'chat.disableAIFeatures': true,
  'chat.commandCenter.enabled': false,
  'extensions.ignoreRecommendations': true,
  'extensions.autoCheckUpdates': false,
  'git.openRepositoryInParentFolders': 'never',
  'git.autofetch': false,
  'telemetry.telemetryLevel': 'off',
  'update.mode': 'none',
};

/**
 * Starts a VS Code Server on 127.0.0.1 and waits until it answers.
 * @param {ServeOptions} options
 * @returns {Promise<Served>}
 */
export async function serve(options) {
  const folder = await ensureServer();
  const machine = join(options.home, 'data', 'data', 'Machine');
  await mkdir(machine, { recursive: true });
  await writeFile(join(machine, 'settings.json'), JSON.stringify({ ...QUIET, ...options.settings }, null, 2));
  const places = [
    ...['--server-data-dir', join(options.home, 'data')],
    ...['--extensions-dir', join(options.home, 'extensions')],
  ];
  const main = join(folder, 'out', 'server-main.js');
  const env = options.env ?? {};
  if (options.vsix !== undefined) {
    await run(
      nodeBinary,
      [main, '--accept-server-license-terms', ...places, '--install-extension', options.vsix, '--force'],
      { title: `installing ${options.vsix}`, cwd: folder, env },
    );
  }
  const port = options.port ?? (await freePort());
  const args = [
    ...['--host', '127.0.0.1', '--port', String(port), '--without-connection-token'],
    // The last is what lets a built server load an extension under development.
    ...['--accept-server-license-terms', '--disable-telemetry', ...places, '--enable-smoke-test-driver'],
    ...(options.trusted === false ? [] : ['--disable-workspace-trust']),
  ];
  const log = join(devFolder, 'logs', `server-${port}.log`);
  await mkdir(join(devFolder, 'logs'), { recursive: true });
  const output = createWriteStream(log);
  const child = spawn(nodeBinary, [main, ...args], {
    cwd: folder,
    env: cleanEnvironment(env),
    stdio: ['ignore', 'pipe', 'pipe'],
    windowsHide: true,
  });
  child.stdout.pipe(output, { end: false });
  child.stderr.pipe(output, { end: false });
  const ended = once(child, 'exit').finally(() => output.end());
  const stop = async () => {
    child.kill();
    const timer = setTimeout(() => child.kill('SIGKILL'), 5_000);
    await ended;
    clearTimeout(timer);
  };
  const origin = `http://127.0.0.1:${port}`;
  if (!(await Promise.race([waitForAnswer(origin), ended.then(() => false)]))) {
    await stop();
    throw new Error(`The VS Code Server did not start:\n${await readFile(log, 'utf8')}`);
  }
  return { port, origin, log, ended, stop };
}

/**
 * The address at which a server shows a window.
 * @param {number} port
 * @param {object} options
 * @param {string} [options.folder] the absolute path of the folder to open; without it the window is empty
 * @param {boolean} options.development load an extension that is not installed; otherwise only what is installed is there
 * @param {string} [options.extension] the folder of that extension; the repository by default
 * @param {string} [options.tests] the absolute path of a host suite to run
 */
export function windowAddress(port, { folder, development, extension = root, tests }) {
  /** @param {string} path */
  const onServer = (path) => `vscode-remote://127.0.0.1:${port}${encodeURI(forward(path))}`;
  const payload = [['skipWelcome', 'true']];
  if (development) payload.push(['extensionDevelopmentPath', onServer(extension)]);
  if (tests !== undefined) payload.push(['extensionTestsPath', onServer(tests)]);
  const query = new URLSearchParams(folder === undefined ? { ew: 'true' } : { folder: forward(folder) });
  query.set('payload', JSON.stringify(payload));
  return `http://127.0.0.1:${port}/?${query.toString()}`;
}

/**
 * @param {number} [preferred] taken if nothing listens on it
 * @returns {Promise<number>} a port that nothing listens on at this moment
 */
export async function freePort(preferred = 0) {
  const server = createServer();
  const listening = new Promise((resolve, reject) => {
    server.once('listening', resolve).once('error', reject);
  });
  server.listen(preferred, '127.0.0.1');
  const free = await listening.then(
    () => true,
    () => false,
  );
  if (!free) return freePort();
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('a TCP server has a port');
  return address.port;
}

/** @param {string} origin */
async function waitForAnswer(origin) {
  const end = Date.now() + 60_000;
  while (Date.now() < end) {
    const answered = await fetch(`${origin}/version`).then(
      (response) => response.ok,
      () => false,
    );
    if (answered) return true;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return false;
}

/** @param {string} path */
function forward(path) {
  const slashes = path.replaceAll('\\', '/');
  return slashes.startsWith('/') ? slashes : `/${slashes}`;
}
