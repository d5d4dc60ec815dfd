import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { inCi } from '../../scripts/dev/ci.mjs';

/** The real tools that our answers are compared with. */
export type ToolName = 'dvc' | 'gto' | 'git-lfs' | 'python';

/** Where they lie: `MODELKEEP_TOOLS` (a folder of programs), else what the scripts installed, else the PATH. */
const FOLDERS = [
  process.env.MODELKEEP_TOOLS,
  ...installed(),
  ...(process.env.PATH ?? '').split(path.delimiter),
].filter((folder): folder is string => folder !== undefined && folder !== '');

/** The absolute path of a tool; undefined when it is not installed. `python` is the one that has gto and dvc. */
export function findTool(name: ToolName): string | undefined {
  if (name === 'python') {
    const gto = findTool('gto') ?? findTool('dvc');
    return gto === undefined ? undefined : path.join(path.dirname(gto), 'python');
  }
  for (const folder of FOLDERS) {
    const program = path.join(folder, name);
    if (existsSync(program)) return program;
  }
  return undefined;
}

/**
 * A suite against a real tool. Without it: a failure that says what to install under CI, else a pending test, so
 * that nobody takes silence for proof.
 */
export function describeWith(name: ToolName, title: string, suite: (program: string) => void): void {
  const program = findTool(name);
  if (program !== undefined) {
    describe(title, () => suite(program));
    return;
  }
  const missing = `${name} is not installed: set MODELKEEP_TOOLS to the folder that has it, or run the setup script`;
  if (inCi()) {
    it(`${title}: ${missing}`, () => {
      throw new Error(missing);
    });
  } else {
    it(`${title}: ${missing}`);
  }
}

/** Runs a tool to its end and parses what it prints as JSON. Throws with the tool's own words. */
export function runJson(
  program: string,
  args: readonly string[],
  options: { readonly cwd: string; readonly env: NodeJS.ProcessEnv; readonly input?: string },
): unknown {
  const done = spawnSync(program, args, { ...options, encoding: 'utf8', maxBuffer: 1 << 30 });
  if (done.error) throw done.error;
  if (done.status !== 0) throw new Error(`${program} ${args.join(' ')}: ${done.stderr}${done.stdout}`);
  const parsed: unknown = JSON.parse(done.stdout);
  return parsed;
}

/** The folders of programs that `scripts/dev` made in the working copy, those made last first. */
function installed(): string[] {
  const folder = path.resolve('.modelkeep-dev');
  if (!existsSync(folder)) return [];
  const made = (name: string): number => statSync(path.join(folder, name)).mtimeMs;
  return readdirSync(folder)
    .sort((left, right) => made(right) - made(left))
    .map((name) => path.join(folder, name, 'bin'));
}
