import { chromium } from 'playwright-core';
import type { Browser, Page } from 'playwright-core';
import { findBrowser } from '../../../scripts/dev/browser.mjs';
import { root } from '../../../scripts/dev/paths.mjs';
import { cleanEnvironment } from '../../../scripts/dev/process.mjs';
import type { VsCodeServer } from './server.js';

const FLAGS = [
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** A headless Chromium; one is enough for many pages. `MODELKEEP_HEADED=1` shows it. */
export async function launchBrowser(): Promise<Browser> {
  const { executable, env } = await findBrowser();
  return chromium.launch({
    executablePath: executable,
    headless: process.env['MODELKEEP_HEADED'] !== '1',
    args: [...FLAGS, ...(process.getuid?.() === 0 ? ['--no-sandbox'] : [])],
    env: definedOnly(cleanEnvironment(env)),
  });
}

export interface AddressOptions {
  /** The absolute path of the folder to open; without it the window is empty. */
  readonly folder?: string | undefined;
  /** Load the extension from the repository; otherwise only what is installed is there. */
  readonly development: boolean;
  /** The absolute path of a host suite to run, in `dist/`. */
  readonly tests?: string;
}

/** The address at which the server shows a window. */
export function windowAddress(server: VsCodeServer, options: AddressOptions): string {
  const onServer = (path: string): string =>
    `vscode-remote://127.0.0.1:${server.port}${encodeURI(forward(path))}`;
  const payload: [string, string][] = [['skipWelcome', 'true']];
  if (options.development) payload.push(['extensionDevelopmentPath', onServer(root)]);
  if (options.tests !== undefined) payload.push(['extensionTestsPath', onServer(options.tests)]);
  const query = new URLSearchParams({ payload: JSON.stringify(payload) });
  if (options.folder === undefined) query.set('ew', 'true');
  else query.set('folder', forward(options.folder));
  return `${server.origin}/?${query.toString()}`;
}

/** Opens an address in a browser profile of its own. */
export async function newPage(browser: Browser, size: { width: number; height: number }): Promise<Page> {
  const context = await browser.newContext({ viewport: size, reducedMotion: 'reduce' });
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  // tsx keeps the names of functions with a helper that functions sent to the page would miss there.
  await context.addInitScript({ content: 'globalThis.__name ??= (named) => named;' });
  return context.newPage();
}

function forward(path: string): string {
  const slashes = path.replaceAll('\\', '/');
  return slashes.startsWith('/') ? slashes : `/${slashes}`;
}

function definedOnly(env: NodeJS.ProcessEnv): Record<string, string> {
  return Object.fromEntries(
    Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
}
