import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import path from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { root } from '../../../scripts/dev/paths.mjs';
import { pageHtml } from '../../../src/editor/compare/html.js';
import type { FromPage, ToPage } from '../../../src/protocol/messages.js';
import { PROTOCOL } from '../../../src/protocol/messages.js';
import { launchBrowser } from '../harness/page.js';

type Unversioned<Message> = Message extends { protocol: unknown } ? Omit<Message, 'protocol'> : never;

/** The compare page as it is built, under its own policy, with the test in the editor's place. */
export interface ServedPage {
  readonly page: Page;
  /** What the browser complained about: errors, and what the policy refused. */
  readonly complaints: readonly string[];
  send(message: Unversioned<ToPage>): Promise<void>;
  /** What the page said, without its first `ready`. */
  said(): Promise<readonly FromPage[]>;
  state(): Promise<unknown>;
}

const NONCE = 'dGhpcyBpcyBhIHRlc3Qgbm9uY2U=';

/** Serves `dist/webview` on loopback; `open` shows the page in a profile of its own. */
async function servePage(
  browser: Browser,
): Promise<{ open(stored?: unknown): Promise<ServedPage>; close(): Promise<void> }> {
  const html = pageHtml({ nonce: NONCE, style: '/style.css', toolkit: '/ui.js', script: '/main.js' });
  const server = createServer((request, response) => {
    const name = path.basename(request.url ?? '');
    if (name === '') {
      response.setHeader('content-type', 'text/html; charset=utf-8');
      response.end(html);
      return;
    }
    readFile(path.join(root, 'dist', 'webview', name)).then(
      (bytes) => {
        response.setHeader('content-type', name.endsWith('.css') ? 'text/css' : 'text/javascript');
        response.end(bytes);
      },
      () => {
        response.statusCode = 404;
        response.end();
      },
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no address');
  const { port } = address;
  return {
    open: async (stored) => {
      const context = await browser.newContext({
        viewport: { width: 1180, height: 760 },
        reducedMotion: 'reduce',
      });
      const page = await context.newPage();
      const complaints: string[] = [];
      page.on('console', (message) => {
        if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text());
      });
      page.on('pageerror', (error) => complaints.push(error.message));
      // tsx keeps the names of functions with a helper that functions sent to the page would miss there.
      await page.addInitScript({ content: 'globalThis.__name ??= (named) => named;' });
      page.setDefaultTimeout(10_000);
      await page.addInitScript((state) => {
        const host = { state, said: [] as unknown[] };
        Object.assign(globalThis, {
          host,
          acquireVsCodeApi: () => ({
            postMessage: (message: unknown) => host.said.push(message),
            getState: () => host.state,
            setState: (next: unknown) => {
              host.state = next;
            },
          }),
        });
      }, stored);
      await page.goto(`http://127.0.0.1:${port}/`);
      const served: ServedPage = {
        page,
        complaints,
        // As text: the types of messages nest without end, which playwright's do not take.
        send: (message) =>
          page.evaluate(
            (data) => window.postMessage(JSON.parse(data), '*'),
            JSON.stringify({ protocol: PROTOCOL, ...message }),
          ),
        said: async () => {
          const all = await page.evaluate(
            () => (globalThis as unknown as { host: { said: FromPage[] } }).host.said,
          );
          return all.slice(1);
        },
        state: () => page.evaluate(() => (globalThis as unknown as { host: { state: unknown } }).host.state),
      };
      await served.send({ type: 'start', language: 'en', repository: '/repo', model: 'churn', strings: {} });
      return served;
    },
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

/** Serves the page to the tests of the surrounding `describe`; what one opens is closed behind it. */
export function servedPages(): (stored?: unknown) => Promise<ServedPage> {
  let browser: Browser;
  let server: Awaited<ReturnType<typeof servePage>>;
  let opened: ServedPage | undefined;
  before(async () => {
    browser = await launchBrowser();
    server = await servePage(browser);
  });
  after(async () => {
    await server?.close();
    await browser?.close();
  });
  afterEach(async () => {
    await opened?.page.context().close();
  });
  return async (stored) => (opened = await server.open(stored));
}
