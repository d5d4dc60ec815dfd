import { mkdir, readFile, rm } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { findBrowser } from './browser.mjs';
import { build } from './build.mjs';
import { ensureDependencies } from './install.mjs';
import { lint } from './lint.mjs';
import { devFolder, nodeBinary, root } from './paths.mjs';
import { cleanEnvironment, run } from './process.mjs';
import { ensurePython } from './python.mjs';
import { say, seconds } from './report.mjs';
import { ensureServer } from './server.mjs';
import { ensureGitLfs, ensureSshKeygen } from './systemPrograms.mjs';
import { MissingTool } from './tool.mjs';

/** @typedef {'dependencies' | 'build' | 'server' | 'browser' | 'python' | 'gitLfs' | 'sshKeygen'} Tool */

/** @typedef {{ passed: number, failed: number, skipped: number }} Total */

/**
 * @typedef {object} Suite
 * @property {readonly Tool[]} needs
 * @property {readonly Tool[]} [wants] without them a few of its tests are skipped, which CI does not let pass
 * @property {(results: string) => Promise<unknown>} run leaves mocha's JSON in the file `results`
 */

/** What a suite may need; each is got once, all at the same time, those that need the dependencies after them. */
/** @type {Record<Tool, () => Promise<unknown>>} */
const TOOLS = {
  dependencies: () => ensureDependencies(),
  build: () => build(),
  server: () => ensureServer(),
  browser: () => findBrowser(),
  python: () => ensurePython(),
  gitLfs: () => ensureGitLfs(),
  sshKeygen: () => ensureSshKeygen(),
};

/** @type {readonly Tool[]} */
const AFTER_DEPENDENCIES = ['build', 'browser'];

/** @type {Record<string, Suite | null>} null: the checks that are not mocha's */
export const SUITES = {
  lint: null,
  unit: {
    needs: ['dependencies'],
    wants: ['sshKeygen'],
    run: (results) => mocha('.mocharc.cjs', results),
  },
  host: {
    needs: process.env['MODELKEEP_HOST'] === 'desktop' ? ['build'] : ['build', 'server', 'browser'],
    run: (results) => tsx(['test/host/run.ts'], { MODELKEEP_RESULTS: results }),
  },
  browser: {
    needs: ['build', 'server', 'browser'],
    run: (results) => mocha('test/browser/.mocharc.json', results),
  },
  package: {
    needs: ['build', 'server', 'browser'],
    run: (results) => mocha('test/package/.mocharc.json', results),
  },
  interop: {
    needs: ['build', 'python', 'gitLfs'],
    run: async (results) => mocha('test/interop/.mocharc.json', results, await withPython()),
  },
};

/** No suite takes longer, so that one that hangs does not hide what the others say. */
const LONGEST = 15 * 60_000;

/**
 * Runs suites one after the other, each as soon as what it needs is there, and the checks beside them.
 * @param {readonly string[]} names
 * @param {{ strict: boolean }} options strict: a tool that cannot be had is a failure, as is a test that is skipped
 * @returns {Promise<Total>}
 */
export async function runSuites(names, { strict }) {
  const chosen = Object.entries(SUITES).filter(([name]) => names.includes(name));
  const tools = getTools(['dependencies', ...chosen.flatMap(([, suite]) => toolsOf(suite))]);
  const installed = await Promise.resolve(tools.get('dependencies')).then(
    () => true,
    () => false,
  );
  if (!installed) return { ...NOTHING, failed: 1 };
  const checks = names.includes('lint') ? runChecks() : Promise.resolve(NOTHING);
  const totals = [];
  for (const [name, suite] of chosen) {
    if (suite !== null) totals.push(await runSuite(name, suite, tools, strict));
  }
  totals.push(await checks);
  await Promise.allSettled(tools.values());
  return totals.reduce(add, NOTHING);
}

/**
 * @param {Suite | null} suite
 * @returns {readonly Tool[]}
 */
function toolsOf(suite) {
  return [...(suite?.needs ?? []), ...(suite?.wants ?? [])];
}

/** @type {Total} */
const NOTHING = { passed: 0, failed: 0, skipped: 0 };

/**
 * @param {readonly Tool[]} needs
 * @returns {Map<string, Promise<unknown>>}
 */
function getTools(needs) {
  /** @type {Map<string, Promise<unknown>>} */
  const tools = new Map();
  for (const need of needs) {
    if (tools.has(need)) continue;
    const begin = Date.now();
    const first = AFTER_DEPENDENCIES.includes(need) ? tools.get('dependencies') : undefined;
    const got = first === undefined ? TOOLS[need]() : first.then(() => TOOLS[need]());
    tools.set(need, got);
    got.then(
      () => say(`  ready    ${need}  ${seconds(Date.now() - begin)}`),
      (error) => say(`  missing  ${need}\n${error.message}`),
    );
  }
  return tools;
}

/**
 * @param {string} name
 * @param {Suite} suite
 * @param {Map<string, Promise<unknown>>} tools
 * @param {boolean} strict
 * @returns {Promise<Total>}
 */
async function runSuite(name, suite, tools, strict) {
  for (const need of toolsOf(suite)) {
    const problem = await tools.get(need)?.then(
      () => null,
      (error) => error,
    );
    if (problem === null) continue;
    if (!strict && suite.wants?.includes(need)) continue;
    if (problem instanceof MissingTool && !strict) {
      say(`  skipped  ${name}: ${problem.message}`);
      return { ...NOTHING, skipped: 1 };
    }
    say(`  FAILED   ${name}: ${need} is missing`);
    return { ...NOTHING, failed: 1 };
  }
  const begin = Date.now();
  const file = join(devFolder, 'results', `${name}.json`);
  await mkdir(join(devFolder, 'results'), { recursive: true });
  await rm(file, { force: true });
  const ended = await suite.run(file).then(
    () => '',
    (error) => String(error.output ?? error.message),
  );
  const report = await readReport(file);
  const took = seconds(Date.now() - begin);
  if (report === null) {
    say(`  FAILED   ${name}: it ended without a result  ${took}\n${ended}`);
    return { ...NOTHING, failed: 1 };
  }
  const total = judge(report.stats, { badEnd: ended !== '', strict });
  const { passed, failed } = total;
  say(`  ${failed === 0 ? 'passed ' : 'FAILED '}  ${name}: ${passed} passed, ${failed} failed  ${took}`);
  for (const { fullTitle, err } of report.failures)
    say(`\n    ${fullTitle}\n${indent(err.stack ?? err.message ?? '')}\n`);
  if (report.failures.length === 0 && ended !== '') say(indent(ended));
  for (const { fullTitle } of report.passes.filter(({ currentRetry }) => currentRetry > 0))
    say(`    passed when tried again: ${fullTitle}`);
  for (const { fullTitle } of report.pending)
    say(`    skipped${strict ? ', which is a failure in CI' : ''}: ${fullTitle}`);
  return total;
}

/**
 * What a suite's figures mean. One that says all is well and yet ends badly (an unhandled rejection, a crash at the
 * end) is not well; nor, when strict, is one that left a test out.
 * @param {{ passes: number, failures: number, pending: number }} stats mocha's
 * @param {{ badEnd: boolean, strict: boolean }} how
 * @returns {Total}
 */
export function judge({ passes, failures, pending }, { badEnd, strict }) {
  const failed = failures === 0 && badEnd ? 1 : failures;
  return strict
    ? { passed: passes, failed: failed + pending, skipped: 0 }
    : { passed: passes, failed, skipped: pending };
}

/** @returns {Promise<Total>} */
async function runChecks() {
  const begin = Date.now();
  const problems = await lint();
  for (const { check, problem } of problems) say(`  FAILED   ${check}:\n${indent(problem)}`);
  if (problems.length === 0) say(`  passed   types, eslint, prettier  ${seconds(Date.now() - begin)}`);
  return { ...NOTHING, failed: problems.length };
}

/**
 * @param {string} config
 * @param {string} results
 * @param {NodeJS.ProcessEnv} [env]
 */
function mocha(config, results, env = {}) {
  const program = join(root, 'node_modules', 'mocha', 'bin', 'mocha.js');
  const report = ['--reporter', 'json', '--reporter-option', `output=${results}`];
  return run(nodeBinary, [program, '--config', config, ...report], { title: config, env, timeout: LONGEST });
}

/**
 * @param {readonly string[]} args
 * @param {NodeJS.ProcessEnv} env
 */
function tsx(args, env) {
  const program = join(root, 'node_modules', 'tsx', 'dist', 'cli.mjs');
  return run(nodeBinary, [program, ...args], { title: args.join(' '), env, timeout: LONGEST });
}

async function withPython() {
  return { PATH: [await ensurePython(), cleanEnvironment()['PATH']].join(delimiter) };
}

/**
 * @param {string} file
 * @returns {Promise<{
 *   stats: { passes: number, failures: number, pending: number },
 *   passes: { fullTitle: string, currentRetry: number }[],
 *   failures: { fullTitle: string, err: { stack?: string, message?: string } }[],
 *   pending: { fullTitle: string }[]
 * } | null>}
 */
async function readReport(file) {
  try {
    return JSON.parse(await readFile(file, 'utf8'));
  } catch {
    return null;
  }
}

/** @param {Total} a @param {Total} b */
function add(a, b) {
  return { passed: a.passed + b.passed, failed: a.failed + b.failed, skipped: a.skipped + b.skipped };
}

/** @param {string} text */
function indent(text) {
  return text.trimEnd().replace(/^/gm, '    ');
}
