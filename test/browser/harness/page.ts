import { chromium } from 'playwright-core';
import type { Browser, Page } from 'playwright-core';
import { findBrowser } from '../../../scripts/dev/browser.mjs';
import { cleanEnvironment } from '../../../scripts/dev/process.mjs';

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

/** A page in a browser profile of its own, allowed to use the clipboard. */
export async function newPage(browser: Browser, size = { width: 1280, height: 800 }): Promise<Page> {
  const context = await browser.newContext({ viewport: size, reducedMotion: 'reduce' });
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  // tsx keeps the names of functions with a helper that functions sent to the page would miss there.
  await context.addInitScript({ content: 'globalThis.__name ??= (named) => named;' });
  return context.newPage();
}

function definedOnly(env: NodeJS.ProcessEnv): Record<string, string> {
  return Object.fromEntries(
    Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
}
