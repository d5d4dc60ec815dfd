import { execFile } from 'node:child_process';
import { mkdtemp, realpath } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Git as nobody has configured it, with fixed identity and dates. */
const ENVIRONMENT: NodeJS.ProcessEnv = {
  PATH: process.env['PATH'],
  HOME: '/nonexistent',
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_AUTHOR_NAME: 'Ada',
  GIT_AUTHOR_EMAIL: 'ada@example.com',
  GIT_COMMITTER_NAME: 'Ada',
  GIT_COMMITTER_EMAIL: 'ada@example.com',
  GIT_AUTHOR_DATE: '2026-01-01T12:00:00Z',
  GIT_COMMITTER_DATE: '2026-01-01T12:00:00Z',
};

/** Runs Git in a folder and returns what it printed. */
export async function git(
  cwd: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv = {},
): Promise<string> {
  const { stdout } = await run('git', [...args], { cwd, env: { ...ENVIRONMENT, ...env } });
  return stdout.trim();
}

/** An empty repository on the branch main, in a folder of its own that the caller removes. */
export async function initRepository(): Promise<string> {
  const root = await realpath(await mkdtemp(path.join(tmpdir(), 'modelkeep-pins-')));
  await git(root, ['init', '-q', '-b', 'main']);
  return root;
}
