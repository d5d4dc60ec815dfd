import { join } from 'node:path';
import { nodeBinary, root } from './paths.mjs';
import { run } from './process.mjs';

/** The projects whose types are checked: one for each set of globals (Node, the page, tests of both, plain scripts). */
const PROJECTS = ['.', 'webview-ui', 'test', 'scripts'];

/** @type {Record<string, readonly (readonly string[])[]>} what each check runs, by packages' own programs */
const CHECKS = {
  types: PROJECTS.map((project) => ['typescript/bin/tsc', '-p', project]),
  eslint: [['eslint/bin/eslint.js', '.', '--max-warnings', '0']],
  prettier: [['prettier/bin/prettier.cjs', '--check', '--log-level', 'warn', '.']],
};

/**
 * Types, rules and formatting of everything.
 * @returns {Promise<{ check: string, problem: string }[]>} what is wrong
 */
export async function lint() {
  const results = await Promise.all(
    Object.entries(CHECKS).map(async ([check, commands]) => {
      /** @type {string[]} */
      const problems = [];
      for (const [program, ...args] of commands) {
        const file = join(root, 'node_modules', ...String(program).split('/'));
        await run(nodeBinary, [file, ...args], {
          title: check,
          env: { NO_COLOR: '1', FORCE_COLOR: '0' },
        }).catch((error) => problems.push(error.output ?? error.message));
      }
      return problems.map((problem) => ({ check, problem }));
    }),
  );
  return results.flat();
}
