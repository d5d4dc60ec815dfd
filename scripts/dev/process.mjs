import { spawn } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { mkdir, readFile } from 'node:fs/promises';
import { delimiter, dirname, join } from 'node:path';
import { devFolder, root } from './paths.mjs';

/**
 * Variables of whoever started us that would change what a child does: a surrounding Git (a hook's), a surrounding
 * VS Code (its terminal's), and npm's own about the script that is running (they would redirect a second npm).
 */
const INHERITED =
  /^(GIT_|VSCODE_|ELECTRON_|npm_(package|lifecycle|command|node_execpath|execpath|config_(local_)?prefix))/i;

/**
 * The environment for everything the scripts start: ours without what leaks, with the repository's own programs first.
 * @param {NodeJS.ProcessEnv} [extra]
 * @returns {NodeJS.ProcessEnv}
 */
export function cleanEnvironment(extra = {}) {
  /** @type {NodeJS.ProcessEnv} */
  const env = {};
  let path = '';
  for (const [name, value] of Object.entries(process.env)) {
    if (name.toUpperCase() === 'PATH') path = value ?? '';
    else if (!INHERITED.test(name)) env[name] = value;
  }
  const own = join(root, 'node_modules', '.bin');
  env['PATH'] = [own, ...path.split(delimiter).filter((folder) => folder !== own)].join(delimiter);
  return { ...env, ...extra };
}

/** A program that ended badly; `output` is everything it printed. */
export class ProgramFailed extends Error {
  /**
   * @param {string} title
   * @param {number | null} code
   * @param {string} output
   */
  constructor(title, code, output) {
    const tail = output.trimEnd().split('\n').slice(-25).join('\n');
    super(
      `${title} failed${code === null ? '' : ` with exit code ${code}`}${tail === '' ? '' : `:\n${tail}`}`,
    );
    this.name = 'ProgramFailed';
    this.code = code;
    this.output = output;
  }
}

/**
 * @typedef {object} RunOptions
 * @property {string} [title] what a failure is called; the command itself by default
 * @property {string} [cwd] the repository by default
 * @property {NodeJS.ProcessEnv} [env] added to the clean environment
 * @property {boolean} [show] let it print; otherwise its output is kept for the error message
 */

/**
 * Runs a program to its end and returns what it printed.
 * @param {string} program
 * @param {readonly string[]} args
 * @param {RunOptions} [options]
 * @returns {Promise<string>}
 */
export function run(program, args, options = {}) {
  const title = options.title ?? [program, ...args].join(' ');
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      cwd: options.cwd ?? root,
      env: cleanEnvironment(options.env),
      stdio: ['ignore', options.show ? 'inherit' : 'pipe', options.show ? 'inherit' : 'pipe'],
      windowsHide: true,
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding('utf8');
      stream?.on('data', (/** @type {string} */ text) => (output += text));
    }
    child.on('error', (error) => reject(new ProgramFailed(title, null, error.message)));
    child.on('close', (code) => {
      if (code === 0) resolve(output);
      else reject(new ProgramFailed(title, code, output));
    });
  });
}

/**
 * Runs npm, the one that runs us where there is one.
 * @param {readonly string[]} args
 * @param {RunOptions} [options]
 */
export function npm(args, options = {}) {
  const script = process.env['npm_execpath'];
  if (script !== undefined && /\.c?js$/.test(script)) {
    return run(process.env['npm_node_execpath'] ?? process.execPath, [script, ...args], options);
  }
  if (process.platform === 'win32') return run('cmd.exe', ['/d', '/s', '/c', 'npm', ...args], options);
  return run('npm', args, options);
}

/**
 * Starts a program that keeps running, its output going to a file in the development folder.
 * @param {string} program
 * @param {readonly string[]} args
 * @param {{ log: string, cwd?: string, env?: NodeJS.ProcessEnv }} options
 */
export async function startLogged(program, args, options) {
  const log = join(devFolder, 'logs', `${options.log}.log`);
  await mkdir(dirname(log), { recursive: true });
  const child = spawn(program, args, {
    cwd: options.cwd ?? root,
    env: cleanEnvironment(options.env),
    stdio: ['ignore', 'pipe', 'pipe'],
    windowsHide: true,
  });
  const file = createWriteStream(log);
  child.stdout.pipe(file, { end: false });
  child.stderr.pipe(file, { end: false });
  child.on('close', () => file.end());
  return { child, log, readLog: () => readFile(log, 'utf8') };
}
