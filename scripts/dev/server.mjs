import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { npm } from './process.mjs';
import { firstLine, MissingTool, once } from './tool.mjs';

/** VS Code 1.139; its server wants Node 24. */
export const SERVER_VERSION = '4.139.1';

/**
 * A complete VS Code Server, taken out of the `code-server` package. Its install scripts build native modules that
 * nothing here needs, so none of them is run.
 * @returns {Promise<string>} the folder of `out/server-main.js`
 */
export async function ensureServer(version = SERVER_VERSION) {
  const name = `server-${version}`;
  let folder;
  try {
    folder = await once(name, async (draft) => {
      await npm(
        [
          'install',
          '--prefix',
          draft,
          '--ignore-scripts',
          '--no-audit',
          '--no-fund',
          '--no-package-lock',
          '--loglevel=error',
          `code-server@${version}`,
        ],
        { title: `npm install code-server@${version}`, cwd: draft },
      );
      const inner = join(draft, ...INNER);
      await npm(
        [
          'install',
          '--prefix',
          inner,
          '--omit=dev',
          '--ignore-scripts',
          '--no-audit',
          '--no-fund',
          '--loglevel=error',
        ],
        { title: 'npm install of the VS Code Server', cwd: inner },
      );
    });
  } catch (error) {
    throw new MissingTool(
      'VS Code Server',
      `npm install --ignore-scripts code-server@${version}`,
      firstLine(error),
    );
  }
  const inner = join(folder, ...INNER);
  await showMessages(join(inner, 'out', 'vs', 'code', 'browser', 'workbench', 'workbench.js'));
  return inner;
}

const INNER = ['node_modules', 'code-server', 'lib', 'vscode'];

/**
 * The smoke-test driver is what lets a built server load an extension under development, and under it VS Code shows no
 * message by itself. Here it shows them, as it does to its users.
 * @param {string} workbench the file of the window's program
 */
async function showMessages(workbench) {
  const program = await readFile(workbench, 'utf8');
  const shown = program.replace(DRIVER_HIDES, '');
  if (!SHOWS.test(shown)) throw new Error(`${workbench} decides in another way which messages it shows`);
  if (shown === program) return;
  const draft = `${workbench}.${process.pid}`;
  await writeFile(draft, shown);
  await rename(draft, workbench);
}

const DRIVER_HIDES =
  /(?<=!this\.isNotificationsCenterVisible&&)!this\.environmentService\.enableSmokeTestDriver&&/;
/** Where a message asks whether to show itself, without the driver having a say. */
const SHOWS = /addToast\(\w+\)\{if\(!this\.isNotificationsCenterVisible&&(?!!this\.environmentService\.)/;
