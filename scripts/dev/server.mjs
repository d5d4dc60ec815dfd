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
  try {
    const folder = await once(name, async (draft) => {
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
    return join(folder, ...INNER);
  } catch (error) {
    throw new MissingTool(
      'VS Code Server',
      `npm install --ignore-scripts code-server@${version}`,
      firstLine(error),
    );
  }
}

const INNER = ['node_modules', 'code-server', 'lib', 'vscode'];
