/**
 * A real VS Code in a real browser, for tests that click and type, and for looking at what was built.
 *
 * ```ts
 * const window = await openWindow({ folder: '/abs/workspace' }); // the extension as built in dist/, trusted folder
 * await window.workbench.openView();                              // the Modelkeep container
 * await window.workbench.expand('main');
 * console.log(await window.workbench.treeRows());
 * await window.workbench.runCommand('Modelkeep: Create Experiment Branch');
 * await window.workbench.setTheme('light');
 * await window.workbench.screenshot('branch-light');              // .modelkeep-dev/pictures/branch-light.png
 * await window.close();
 * ```
 *
 * Build first (`npm run build`). Everything that is needed is fetched into .modelkeep-dev the first time. A file in
 * `test/browser` ending in `.test.ts` is a test (`npm run test:browser`, or one alone:
 * `npx mocha --no-config --require tsx --timeout 120000 test/browser/x.test.ts`); any other script runs with `npx tsx`.
 * `MODELKEEP_THEMES=all` (or some, by commas) goes through the themes for pictures where a test takes fewer;
 * `MODELKEEP_HEADED=1` shows the browser. What the server and the extension print is in `window.server.log`.
 */
import type { Browser } from 'playwright-core';
import { windowAddress } from '../../../scripts/dev/serve.mjs';
import { launchBrowser, newPage } from './page.js';
import { startServer } from './server.js';
import type { ServerOptions, VsCodeServer } from './server.js';
import { Workbench } from './workbench.js';
import type { Theme } from './workbench.js';

export { launchBrowser, newPage } from './page.js';
export { startServer } from './server.js';
export type { ServerOptions, VsCodeServer } from './server.js';
export { PICTURES, THEMES, Workbench } from './workbench.js';
export type { Theme, TreeRow } from './workbench.js';

export interface WindowOptions extends ServerOptions {
  /** The absolute path of the folder to open; without it the window is empty. */
  readonly folder?: string;
  /** `dark` by default. */
  readonly theme?: Theme;
  readonly size?: { readonly width: number; readonly height: number };
  /** The folder of the extension, where it is not the repository. */
  readonly extension?: string;
  /** What VS Code takes for the user's language; its own words stay English, for no language pack is there. */
  readonly language?: string;
}

export interface OpenWindow {
  readonly workbench: Workbench;
  readonly server: VsCodeServer;
  readonly browser: Browser;
  /** Opens another folder in the same window, which may show it in VS Code's own theme. */
  openFolder(folder: string): Promise<void>;
  close(): Promise<void>;
}

/**
 * Opens a window of VS Code with the extension: from `dist/` of the repository, or, with `vsix`, as installed from
 * that file. Each window has a server and a browser profile of its own, so that nothing is left from another.
 */
export async function openWindow(options: WindowOptions = {}): Promise<OpenWindow> {
  const { theme = 'dark', size } = options;
  const [server, browser] = await Promise.all([startServer(options), launchBrowser()]);
  const close = async (): Promise<void> => {
    await browser.close();
    await server.stop();
  };
  try {
    const page = await newPage(browser, size);
    if (options.language !== undefined)
      await page.addInitScript(
        (tag) => Object.assign(globalThis, { _VSCODE_NLS_LANGUAGE: tag }),
        options.language,
      );
    await page.goto(windowAddress(server.port, { ...options, development: options.vsix === undefined }));
    const workbench = new Workbench(page);
    await workbench.ready();
    await workbench.setTheme(theme);
    const openFolder = async (folder: string): Promise<void> => {
      const development = options.vsix === undefined;
      await page.goto(windowAddress(server.port, { folder, development }));
      await workbench.ready();
    };
    return { workbench, server, browser, openFolder, close };
  } catch (error) {
    await close();
    throw error;
  }
}
