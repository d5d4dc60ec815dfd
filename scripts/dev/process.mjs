import { spawn } from 'node:child_process';
import { delimiter, join } from 'node:path';
import { root } from './paths.mjs';

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
 * @property {number} [timeout] milliseconds after which it, and what it started, is ended
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
      // A group of its own, to be ended with everything it started.
      detached: options.timeout !== undefined && process.platform !== 'win32',
    });
    let output = '';
    const timer = options.timeout === undefined ? undefined : setTimeout(endGroup, options.timeout);
    if (options.timeout !== undefined) groups.add(child);
    function endGroup() {
      output += `\n${title} took longer than ${options.timeout} ms and was ended.`;
      end(child);
    }
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding('utf8');
      stream?.on('data', (/** @type {string} */ text) => (output += text));
    }
    child.on('error', (error) => reject(new ProgramFailed(title, null, error.message)));
    child.on('close', (code) => {
      clearTimeout(timer);
      groups.delete(child);
      if (code === 0) resolve(output);
      else reject(new ProgramFailed(title, code, output));
    });
  });
}

/** Children in groups of their own: Ctrl-C in a terminal does not reach them, so they are ended with us. */
const groups = /** @type {Set<import('node:child_process').ChildProcess>} */ (new Set());
process.on('exit', () => groups.forEach(end));

/** @param {import('node:child_process').ChildProcess} child */
function end(child) {
  if (child.pid === undefined || process.platform === 'win32') {
    child.kill();
    return;
  }
  try {
    process.kill(-child.pid, 'SIGKILL');
  } catch (error) {
    // It had ended already.
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
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
