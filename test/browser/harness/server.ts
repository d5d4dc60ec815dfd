import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { devFolder, nodeBinary } from '../../../scripts/dev/paths.mjs';
import { cleanEnvironment, run } from '../../../scripts/dev/process.mjs';
import { ensureServer } from '../../../scripts/dev/server.mjs';

export interface ServerOptions {
  /** Settings of the window, as in settings.json; they come before the quiet defaults of the harness. */
  readonly settings?: Readonly<Record<string, unknown>>;
  /** `false` opens folders in Restricted Mode until they are trusted. */
  readonly trusted?: boolean;
  /** Added to the environment of the server and so of the extension. */
  readonly env?: NodeJS.ProcessEnv;
  /** A VSIX to install before anything is opened. */
  readonly vsix?: string;
  /** Its port on 127.0.0.1; a free one by default. */
  readonly port?: number;
}

/** A VS Code Server of its own: clean data, no other extension, bound to 127.0.0.1. */
export interface VsCodeServer {
  readonly port: number;
  readonly origin: string;
  /** Its data, extensions and Git configuration; gone after `stop`. */
  readonly home: string;
  /** Where it and the extension host write what they print. */
  readonly log: string;
  stop(): Promise<void>;
}

/** What keeps a window still: no welcome pages, no suggestions, no chat beside what is looked at. */
const QUIET = {
  'workbench.startupEditor': 'none',
  'workbench.tips.enabled': false,
  'workbench.welcomePage.walkthroughs.openOnInstall': false,
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'workbench.enableExperiments': false,
  'workbench.reduceMotion': 'on',
  'chat.disableAIFeatures': true,
  'chat.commandCenter.enabled': false,
  'editor.minimap.enabled': false,
  'editor.cursorBlinking': 'solid',
  'extensions.ignoreRecommendations': true,
  'extensions.autoCheckUpdates': false,
  'git.openRepositoryInParentFolders': 'never',
  'git.autofetch': false,
  'security.workspace.trust.untrustedFiles': 'open',
  'telemetry.telemetryLevel': 'off',
  'update.mode': 'none',
};

/** Who commits in a window of the harness; nothing of the machine's own Git configuration gets in. */
const GIT_CONFIG = `[user]
	name = Ada Tester
	email = ada@example.org
[init]
	defaultBranch = main
[advice]
	detachedHead = false
`;

export async function startServer(options: ServerOptions = {}): Promise<VsCodeServer> {
  const folder = await ensureServer();
  const home = await mkdtemp(join(tmpdir(), 'modelkeep-window-'));
  const machine = join(home, 'data', 'data', 'Machine');
  await mkdir(machine, { recursive: true });
  await writeFile(join(machine, 'settings.json'), JSON.stringify({ ...QUIET, ...options.settings }, null, 2));
  await writeFile(join(home, 'gitconfig'), GIT_CONFIG);
  const places = ['--server-data-dir', join(home, 'data'), '--extensions-dir', join(home, 'extensions')];
  const main = join(folder, 'out', 'server-main.js');
  const env = {
    GIT_CONFIG_GLOBAL: join(home, 'gitconfig'),
    GIT_CONFIG_NOSYSTEM: '1',
    MODELKEEP_CACHE_DIR: join(home, 'cache'),
    ...options.env,
  };
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
    ...['--accept-server-license-terms', '--enable-smoke-test-driver', '--disable-telemetry', ...places],
    ...(options.trusted === false ? [] : ['--disable-workspace-trust']),
  ];
  const log = join(devFolder, 'logs', `server-${port}.log`);
  await mkdir(join(devFolder, 'logs'), { recursive: true });
  const output = createWriteStream(log);
  const child = spawn(nodeBinary, [main, ...args], {
    cwd: folder,
    env: cleanEnvironment(env),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  child.stdout.pipe(output, { end: false });
  child.stderr.pipe(output, { end: false });
  const ended = once(child, 'exit').finally(() => output.end());
  const stop = async (): Promise<void> => {
    child.kill();
    const timer = setTimeout(() => child.kill('SIGKILL'), 5_000);
    await ended;
    clearTimeout(timer);
    await rm(home, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  };
  const origin = `http://127.0.0.1:${port}`;
  const answers = await Promise.race([waitForAnswer(origin), ended.then(() => false)]);
  if (!answers) {
    await stop();
    throw new Error(`The VS Code Server did not start:\n${await readFile(log, 'utf8')}`);
  }
  return { port, origin, home, log, stop };
}

/** A port that nothing listens on at this moment. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('no address');
  return address.port;
}

async function waitForAnswer(origin: string): Promise<boolean> {
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
