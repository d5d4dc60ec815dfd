import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { spawn } from 'node:child_process';
import { parseArgs } from 'node:util';
import { buildIfStale } from './dev/build.mjs';
import { DEMO, makeDemo } from './dev/demo.mjs';
import { ensureDependencies } from './dev/install.mjs';
import { devFolder, root } from './dev/paths.mjs';
import { run } from './dev/process.mjs';
import { say, step } from './dev/report.mjs';
import { freePort, serve, windowAddress } from './dev/serve.mjs';
import { ensureServer } from './dev/server.mjs';

const USAGE = `npm start [-- options]   opens VS Code with Modelkeep on a demo workspace

  --browser   in the browser, even where there is a desktop VS Code
  --port N    the browser's address is http://127.0.0.1:N (default 3117, or a free one)
  --no-open   prints the address and opens nothing
  --fresh     makes the demo workspace anew
`;

const { values } = parseArgs({
  options: {
    browser: { type: 'boolean', default: false },
    port: { type: 'string' },
    'no-open': { type: 'boolean', default: false },
    fresh: { type: 'boolean', default: false },
    help: { type: 'boolean', short: 'h', default: false },
  },
});

if (values.help) {
  process.stdout.write(USAGE);
} else {
  await start();
}

async function start() {
  const code = values.browser || values['no-open'] || values.port !== undefined ? null : findCode();
  // The server's packages and ours come from the same place, so they are fetched at the same time.
  const server = code === null ? step('VS Code Server', () => ensureServer()) : Promise.resolve();
  await Promise.all([
    server,
    step('dependencies', ensureDependencies).then(() =>
      Promise.all([
        step('build', buildIfStale),
        step('demo workspace', () => makeDemo(DEMO, { keep: !values.fresh })),
      ]),
    ),
  ]);
  if (code === null) await openInBrowser(DEMO);
  else await openOnDesktop(code, DEMO);
}

/** @param {string} code @param {string} folder */
async function openOnDesktop(code, folder) {
  say(`Opening ${folder} in VS Code.`);
  const args = ['--new-window', `--extensionDevelopmentPath=${root}`, folder];
  if (process.platform === 'win32') await run('cmd.exe', ['/d', '/s', '/c', code, ...args], { show: true });
  else await run(code, args, { show: true });
}

/** @param {string} folder */
async function openInBrowser(folder) {
  const home = join(devFolder, 'window');
  await mkdir(home, { recursive: true });
  const port = values.port === undefined ? await freePort(3117) : Number(values.port);
  const served = await serve({ home, port });
  const address = windowAddress(served.port, { folder, development: true });
  say(`\nModelkeep runs in VS Code at\n\n  ${address}\n\nPress Ctrl-C to stop.`);
  if (!values['no-open']) openAddress(address);
  const stop = () => void served.stop().then(() => process.exit(0));
  process.on('SIGINT', stop).on('SIGTERM', stop).on('SIGHUP', stop);
  await served.ended;
}

/** The desktop's `code`, where there is a desktop to show it on. */
function findCode() {
  if (process.platform === 'linux' && !process.env['DISPLAY'] && !process.env['WAYLAND_DISPLAY']) return null;
  const name = process.platform === 'win32' ? 'code.cmd' : 'code';
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  return folders.map((folder) => join(folder, name)).find((file) => existsSync(file)) ?? null;
}

/** @param {string} address */
function openAddress(address) {
  if (process.platform === 'linux' && !process.env['DISPLAY'] && !process.env['WAYLAND_DISPLAY']) return;
  const opener = { darwin: 'open', win32: 'explorer.exe' };
  const program = Reflect.get(opener, process.platform) ?? 'xdg-open';
  spawn(program, [address], { stdio: 'ignore', detached: true })
    .on('error', () => undefined)
    .unref();
}
