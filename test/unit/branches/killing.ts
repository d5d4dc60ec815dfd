import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { GitRepo } from '../../fixtures/gitRepo.js';

/** Where in a write the process that does it is killed. */
export interface Moment {
  readonly hook: string;
  /** A shell condition inside the hook. */
  readonly when: string;
}

/** Writes a hook of the repository's own. */
export function writeHook(repo: GitRepo, name: string, script: string): void {
  mkdirSync(repo.at('.git', 'hooks'), { recursive: true });
  writeFileSync(repo.at('.git', 'hooks', name), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
}

/**
 * Runs a writing in a process of its own, which a hook kills; waits until its Git has ended too.
 * @param lines code that finds `repository` and the texts in `given`
 */
export async function killed(
  repo: GitRepo,
  { hook, when }: Moment,
  lines: readonly string[],
  given: readonly string[],
): Promise<void> {
  const [writer, child] = [repo.at('.git', 'writer'), repo.at('.git', 'child')];
  writeHook(repo, hook, `${when} || exit 0\necho $PPID > '${child}'\nkill -9 $(cat '${writer}')\nexit 0`);
  const script = [
    `import { openRepository } from './src/core/git/repository.ts';`,
    `import { gitEnvironment } from './src/core/git/process.ts';`,
    `import { writeFileSync } from 'node:fs';`,
    `const [folder, writer, ...given] = process.argv.slice(1);`,
    `writeFileSync(writer, String(process.pid));`,
    `const repository = await openRepository(folder, { git: gitEnvironment(process.env) });`,
    ...lines,
  ].join('\n');
  const args = ['--import', 'tsx', '--input-type=module', '-e', script, repo.dir, writer, ...given];
  const ended = spawnSync(process.execPath, args, { env: repo.env });
  assert.equal(ended.signal, 'SIGKILL', ended.stderr.toString());
  const git = Number(readFileSync(child, 'utf8'));
  while (isRunning(git)) await sleep(20);
  repo.remove(`.git/hooks/${hook}`).remove('.git/writer').remove('.git/child');
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
