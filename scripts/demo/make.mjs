#!/usr/bin/env node
// Makes the demo workspace: `node scripts/demo/make.mjs [folder] [--keep]`. Needs Git and Node, nothing else.
import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { tell } from './history.mjs';
import { Workspace } from './workspace.mjs';

export const DEFAULT_FOLDER = path.resolve(
  path.dirname(fileURLToPath(import.meta.url)),
  '../../.modelkeep-dev/demo/fraud-service',
);

/** Written last, inside `.git`: a folder with it was made here and may be replaced. */
const MARK = 'modelkeep-demo';

/** Whether a whole demo workspace stands in the folder. */
export function isDemo(folder) {
  return existsSync(path.join(folder, '.git', MARK));
}

/**
 * Makes the demo workspace in a folder; its remotes (Git and DVC) lie beside it in `.remotes`.
 * The same base date (`now`, seconds since 1970; default: now) gives the same ids.
 * Throws when something that was not made here is in the way.
 */
export function makeDemo(folder, { now = Math.floor(Date.now() / 1000) } = {}) {
  const remotes = path.join(path.dirname(folder), '.remotes');
  for (const place of [folder, remotes]) makeRoom(place);
  const origin = path.join(remotes, 'fraud-service.git');
  mkdirSync(folder, { recursive: true });
  mkdirSync(remotes, { recursive: true });
  // Marked from the start, so that a run that was cut short can be made again.
  writeFileSync(path.join(remotes, MARK), '');
  writeFileSync(path.join(folder, `.${MARK}`), '');

  const workspace = new Workspace(folder, remotes, now);
  workspace.git(['init', '-q', '--bare', '--template=', '--initial-branch=main', origin]);
  workspace.git(['init', '-q', '--template=', '--initial-branch=main']);
  for (const [name, value] of [
    ['user.name', 'Maya Chen'],
    ['user.email', 'maya.chen@example.com'],
    ['commit.gpgSign', 'false'],
    ['tag.gpgSign', 'false'],
    ['core.autocrlf', 'false'],
    ['gc.auto', '0'],
  ]) {
    workspace.git(['config', name, value]);
  }
  workspace.git(['remote', 'add', 'origin', origin]);
  mkdirSync(workspace.at('.git/info'), { recursive: true });
  writeFileSync(workspace.at('.git/info/exclude'), `/.${MARK}\n`);
  tell(workspace);
  writeFileSync(workspace.at(`.git/${MARK}`), '');
  rmSync(workspace.at(`.${MARK}`));
}

function makeRoom(place) {
  if (!existsSync(place) || readdirSync(place).length === 0) return;
  const ours = [MARK, `.${MARK}`, path.join('.git', MARK)].some((mark) => existsSync(path.join(place, mark)));
  if (!ours)
    throw new Error(`${place} is there and was not made by this script; move it away or name another folder`);
  rmSync(place, { recursive: true, maxRetries: 3 });
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const names = process.argv.slice(2).filter((argument) => !argument.startsWith('--'));
  const folder = path.resolve(names[0] ?? DEFAULT_FOLDER);
  try {
    if (!process.argv.includes('--keep') || !isDemo(folder)) makeDemo(folder);
    process.stdout.write(`${folder}\n`);
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 2;
  }
}
