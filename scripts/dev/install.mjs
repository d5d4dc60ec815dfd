import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { nodeBinary, root } from './paths.mjs';
import { npm } from './process.mjs';

/** Installs the dependencies when what is in node_modules is not what package-lock.json says. */
export async function ensureDependencies() {
  if (await isInstalled()) return false;
  await npm(['ci', '--no-audit', '--no-fund', '--loglevel=error'], { title: 'npm ci' });
  if (!existsSync(nodeBinary)) {
    // An npm that runs no install scripts leaves the `node` package without its program.
    await npm(['rebuild', 'node', '--foreground-scripts'], { title: 'npm rebuild node' });
  }
  return true;
}

/** Compares the lockfile with the record npm keeps of what it installed; it writes that last. */
async function isInstalled() {
  const [wanted, installed] = await Promise.all([
    packagesOf(join(root, 'package-lock.json')),
    packagesOf(join(root, 'node_modules', '.package-lock.json')),
  ]);
  if (wanted === null || installed === null || !existsSync(nodeBinary)) return false;
  const missing = Object.entries(wanted).some(([path, entry]) => {
    if (path === '') return false;
    const there = installed[path];
    return there === undefined ? entry.optional !== true : there.integrity !== entry.integrity;
  });
  return !missing && Object.keys(installed).every((path) => path in wanted);
}

/**
 * @param {string} file
 * @returns {Promise<Record<string, { integrity?: string, optional?: boolean }> | null>}
 */
async function packagesOf(file) {
  try {
    return JSON.parse(await readFile(file, 'utf8')).packages;
  } catch {
    return null;
  }
}
