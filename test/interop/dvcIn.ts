import { execFileSync } from 'node:child_process';
import path from 'node:path';
import type { GitRepo } from '../fixtures/gitRepo.js';

/** The environment of a repository in which DVC is found too, and sends nothing anywhere. */
export function dvcEnvironment(program: string, repo: GitRepo): NodeJS.ProcessEnv {
  return {
    ...repo.env,
    PATH: [path.dirname(program), repo.env['PATH']].join(path.delimiter),
    HOME: path.dirname(repo.dir),
    DVC_NO_ANALYTICS: '1',
  };
}

/** Runs DVC in a repository. @throws when it fails */
export function dvcIn(program: string, repo: GitRepo, ...args: readonly string[]): void {
  execFileSync(program, args, { cwd: repo.dir, env: dvcEnvironment(program, repo), stdio: 'pipe' });
}
