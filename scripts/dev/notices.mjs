import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { root } from './paths.mjs';

const MODULES = 'node_modules/';

/**
 * Writes the licences of everything the bundles may contain, as those licences ask: each runtime dependency and what
 * it depends on in turn, by the lockfile.
 * @param {string} file
 */
export async function writeNotices(file) {
  /** @type {{ packages: Record<string, LockedPackage> }} */
  const { packages } = JSON.parse(await readFile(join(root, 'package-lock.json'), 'utf8'));
  const paths = [...closure(packages)].sort();
  const notices = await Promise.all(paths.map((path) => notice(path, packages[path])));
  await writeFile(file, `Modelkeep contains the following software.\n\n${notices.join('\n')}`);
}

/** @typedef {{ version?: string, license?: string, dependencies?: Record<string, string> }} LockedPackage */

/**
 * @param {Record<string, LockedPackage>} packages
 * @returns {Set<string>} paths of packages, as `node_modules/a/node_modules/b`
 */
function closure(packages) {
  const found = new Set();
  const open = [''];
  for (let path = open.pop(); path !== undefined; path = open.pop()) {
    for (const name of Object.keys(packages[path]?.dependencies ?? {})) {
      const place = resolve(packages, path, name);
      if (place === undefined || found.has(place)) continue;
      found.add(place);
      open.push(place);
    }
  }
  return found;
}

/**
 * Node's way of finding a package: beside the one that asks, then further out.
 * @param {Record<string, LockedPackage>} packages
 * @param {string} from
 * @param {string} name
 */
function resolve(packages, from, name) {
  for (let folder = from; ; folder = folder.slice(0, Math.max(0, folder.lastIndexOf(`/${MODULES}`)))) {
    const place = `${folder === '' ? '' : `${folder}/`}${MODULES}${name}`;
    if (place in packages) return place;
    if (folder === '') return undefined;
  }
}

/**
 * @param {string} path
 * @param {LockedPackage | undefined} about
 */
async function notice(path, about) {
  const folder = join(root, path);
  const files = (await readdir(folder)).filter((name) => /^(licen[cs]e|notice)/i.test(name)).sort();
  const texts = await Promise.all(files.map((name) => readFile(join(folder, name), 'utf8')));
  const name = path.slice(path.lastIndexOf(MODULES) + MODULES.length);
  const head = `${name} ${about?.version ?? ''} (${about?.license ?? 'licence unknown'})`;
  return `${'-'.repeat(80)}\n${head}\n\n${texts.map((text) => `${text.trim()}\n`).join('\n')}`;
}
