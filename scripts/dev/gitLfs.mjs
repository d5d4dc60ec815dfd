import { run } from './process.mjs';
import { firstLine, MissingTool } from './tool.mjs';

/** Git LFS: the installed one; where we may (root on Debian) it is installed. */
export async function ensureGitLfs() {
  const present = () =>
    run('git', ['lfs', 'version']).then(
      () => true,
      () => false,
    );
  if (await present()) return;
  const command = {
    linux: 'apt-get install git-lfs',
    darwin: 'brew install git-lfs',
    win32: 'winget install GitHub.GitLFS',
  };
  let why;
  if (process.platform === 'linux' && process.getuid?.() === 0) {
    try {
      await aptInstall('git-lfs');
      if (await present()) return;
    } catch (error) {
      why = firstLine(error);
    }
  }
  throw new MissingTool('git-lfs', Reflect.get(command, process.platform) ?? 'https://git-lfs.com', why);
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
