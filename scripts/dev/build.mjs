import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeNotices } from './notices.mjs';
import { nodeBinary, root } from './paths.mjs';
import { run } from './process.mjs';
import { digestOf } from './tool.mjs';

const STAMP = join(root, 'dist', '.built');
const SOURCES = ['src', 'webview-ui', 'test/host', 'package.json', 'package-lock.json', 'webpack.config.js'];

/**
 * Bundles everything into dist/.
 * @param {{ args?: readonly string[], show?: boolean }} [options]
 */
export async function build({ args = [], show = false } = {}) {
  const webpack = join(root, 'node_modules', 'webpack-cli', 'bin', 'cli.js');
  await mkdir(join(root, 'dist'), { recursive: true });
  await writeNotices(join(root, 'dist', 'ThirdPartyNotices.txt'));
  await run(nodeBinary, [webpack, '--mode', 'production', ...args], { title: 'webpack', show });
}

/** The same, if anything that goes into it has changed since the last time. */
export async function buildIfStale() {
  const digest = await digestOf(SOURCES.map((path) => join(root, path)));
  const before = await readFile(STAMP, 'utf8').catch(() => '');
  if (before === digest) return false;
  await build();
  await writeFile(STAMP, digest);
  return true;
}
