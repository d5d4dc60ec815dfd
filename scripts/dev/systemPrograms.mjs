import { ProgramFailed, run } from './process.mjs';
import { firstLine, MissingTool } from './tool.mjs';

/** Git LFS: the installed one; where we may (root on Debian) it is installed. */
export function ensureGitLfs() {
  return ensureProgram({
    name: 'git-lfs',
    present: () => run('git', ['lfs', 'version']).then(() => true, asFalse),
    debian: 'git-lfs',
    commands: {
      linux: 'apt-get install git-lfs',
      darwin: 'brew install git-lfs',
      win32: 'winget install GitHub.GitLFS',
    },
  });
}

/** OpenSSH's `ssh-keygen`, with which Git signs: the installed one, else as for Git LFS. */
export function ensureSshKeygen() {
  return ensureProgram({
    name: 'ssh-keygen',
    // It has no call that only says that it is there: asked for its usage, it ends badly.
    present: () => run('ssh-keygen', ['-?']).then(() => true, hasRun),
    debian: 'openssh-client',
    commands: {
      linux: 'apt-get install openssh-client',
      darwin: 'brew install openssh',
      win32: 'winget install Microsoft.OpenSSH.Preview',
    },
  });
}

/**
 * @typedef {object} SystemProgram
 * @property {string} name
 * @property {() => Promise<boolean>} present
 * @property {string} debian the package that has it
 * @property {Readonly<Record<string, string>>} commands by platform, what a person would type to get it
 */

/** @param {SystemProgram} program */
async function ensureProgram({ name, present, debian, commands }) {
  if (await present()) return;
  let why;
  if (process.platform === 'linux' && process.getuid?.() === 0) {
    try {
      await aptInstall(debian);
      if (await present()) return;
    } catch (error) {
      why = firstLine(error);
    }
  }
  throw new MissingTool(name, commands[process.platform] ?? `install ${debian}`, why);
}

function asFalse() {
  return false;
}

/** @param {unknown} error */
function hasRun(error) {
  return error instanceof ProgramFailed && error.code !== null;
}

/** @param {string} name */
async function aptInstall(name) {
  const env = { DEBIAN_FRONTEND: 'noninteractive' };
  const install = () => run('apt-get', ['install', '-y', '--no-install-recommends', name], { env });
  // A fresh container has no package lists.
  await install().catch(async () => {
    await run('apt-get', ['update'], { env });
    await install();
  });
}
