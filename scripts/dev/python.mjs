import { join } from 'node:path';
import { devFolder, root } from './paths.mjs';
import { run } from './process.mjs';
import { digestOf, firstLine, MissingTool, onceInPlace } from './tool.mjs';

const REQUIREMENTS = join(root, 'scripts', 'dev', 'python-requirements.txt');

/**
 * A Python environment with the pinned `dvc`, `gto` and RE2.
 * @returns {Promise<string>} the folder of its programs, to be put before PATH
 */
export async function ensurePython() {
  const name = `python-${await digestOf([REQUIREMENTS])}`;
  const bin = join(devFolder, name, process.platform === 'win32' ? 'Scripts' : 'bin');
  let python = 'python3';
  try {
    await onceInPlace(name, async (folder) => {
      python = await findPython();
      await run(python, ['-m', 'venv', folder]);
      const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '-r', REQUIREMENTS];
      await run(join(bin, 'python'), pip, { title: 'pip install dvc gto' });
      await run(join(bin, 'dvc'), ['--version']);
      await run(join(bin, 'gto'), ['--version']);
    });
    return bin;
  } catch (error) {
    if (error instanceof MissingTool) throw error;
    const command = `${python} -m pip install -r scripts/dev/python-requirements.txt`;
    throw new MissingTool('dvc and gto', command, firstLine(error));
  }
}

async function findPython() {
  const test = 'import sys, venv, ensurepip; sys.exit(0 if sys.version_info >= (3, 9) else 1)';
  for (const program of process.platform === 'win32' ? ['python', 'python3'] : ['python3', 'python']) {
    const usable = await run(program, ['-c', test]).then(
      () => true,
      () => false,
    );
    if (usable) return program;
  }
  const how =
    process.platform === 'linux'
      ? 'apt-get install python3 python3-venv'
      : 'https://www.python.org/downloads/';
  throw new MissingTool('Python 3.9 or newer with venv', how);
}
