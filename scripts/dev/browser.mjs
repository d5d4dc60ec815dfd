import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { delimiter, join } from 'node:path';
import { nodeBinary, root } from './paths.mjs';
import { cleanEnvironment, run } from './process.mjs';
import { firstLine, MissingTool, once } from './tool.mjs';

/**
 * @typedef {object} Browser
 * @property {string} executable a Chromium of some brand
 * @property {NodeJS.ProcessEnv} env what it needs beside the clean environment
 */

/**
 * A Chromium to show VS Code in: the one `CHROME_PATH` names, an installed one, or the one inside the
 * `@sparticuz/chromium` package.
 * @returns {Promise<Browser>}
 */
export async function findBrowser() {
  const named = process.env['CHROME_PATH'];
  if (named !== undefined && named !== '') {
    if (existsSync(named)) return { executable: named, env: {} };
    throw new MissingTool(
      'Chromium',
      'set CHROME_PATH to a Chrome or Chromium',
      `CHROME_PATH is ${named}, which is not there`,
    );
  }
  const installed = candidates().find((file) => existsSync(file));
  if (installed !== undefined) return { executable: installed, env: {} };
  return unpackBrowser();
}

function candidates() {
  if (process.platform === 'darwin') {
    return ['Google Chrome', 'Chromium', 'Microsoft Edge'].map(
      (name) => `/Applications/${name}.app/Contents/MacOS/${name}`,
    );
  }
  if (process.platform === 'win32') {
    const homes = ['PROGRAMFILES', 'PROGRAMFILES(X86)', 'LOCALAPPDATA'].map(
      (name) => process.env[name] ?? '',
    );
    return ['Google\\Chrome\\Application\\chrome.exe', 'Microsoft\\Edge\\Application\\msedge.exe'].flatMap(
      (file) => homes.filter((home) => home !== '').map((home) => join(home, file)),
    );
  }
  const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'microsoft-edge'];
  return (process.env['PATH'] ?? '')
    .split(delimiter)
    .flatMap((folder) => names.map((name) => join(folder, name)));
}

/** The package unpacks into the temporary folder; it is given one of ours, and a Node of its own, so that it stays. */
async function unpackBrowser() {
  const { version } = createRequire(import.meta.url)(
    join(root, 'node_modules/@sparticuz/chromium/package.json'),
  );
  try {
    const folder = await once(`chromium-${version}`, async (draft) => {
      const script = `import('@sparticuz/chromium').then((m) => m.default.executablePath())`;
      await run(nodeBinary, ['-e', script], {
        title: 'unpacking Chromium',
        env: { TMPDIR: draft, AWS_LAMBDA_JS_RUNTIME: 'nodejs22.x' },
      });
      await writeFile(join(draft, 'fonts', 'fonts.conf'), FONTS);
      await run(join(draft, 'chromium'), ['--version', '--no-sandbox'], {
        title: 'Chromium',
        env: libraries(draft),
      });
    });
    return { executable: join(folder, 'chromium'), env: libraries(folder) };
  } catch (error) {
    throw new MissingTool(
      'Chromium',
      'apt-get install chromium   (or set CHROME_PATH to a Chrome or Chromium)',
      firstLine(error),
    );
  }
}

/** The package's own looks for its fonts in fixed places, none of which is ours. */
const FONTS = `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <dir prefix="relative">.</dir>
  <dir>/usr/share/fonts</dir>
  <cachedir prefix="xdg">fontconfig</cachedir>
</fontconfig>
`;

/** @param {string} folder */
function libraries(folder) {
  const before = cleanEnvironment()['LD_LIBRARY_PATH'];
  return {
    LD_LIBRARY_PATH: [join(folder, 'al2023', 'lib'), before].filter(Boolean).join(delimiter),
    FONTCONFIG_PATH: join(folder, 'fonts'),
  };
}
